"""A scratch copy of a target in DuckDB or DuckLake: its tables, with rows in those of its state.

dbt runs on it as it would on the real one, finds the same columns and the same state, and whatever
it writes is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import yaml

from sluice.pipeline.database import connect, is_lake, told
from sluice.pipeline.project import Project, attached_as, attached_file, read_yaml
from sluice.pipeline.sql import literal, quoted

STATE = ("checkpoints", "files", "targets")
"""Tables of ours that are copied with their rows."""
REAL, COPY = "_sluice_real", "_sluice_copy"
VIEWS = "select schema_name, sql from duckdb_views() where not internal and database_name = "


def can_be_copied(project: Project) -> bool:
    """Return whether the target is in DuckDB, whatever it attaches, and not with a service."""
    in_memory = str(getattr(project.credentials, "path", "")).startswith(":memory:")
    return project.database_file is not None or in_memory


@contextmanager
def scratch(project: Project) -> Iterator[Project]:
    """Yield the project on a scratch copy of its database; the copy is removed at the end.

    Only for a target in DuckDB or DuckLake. What is attached of either is copied alike; anything
    else that the profile attaches can be read only. Raises BusyError while a process writes to a
    file.
    """
    with TemporaryDirectory(prefix="sluice-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        profile = moved_profile(project, place)
        (place / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
        yield Project(
            project.root,
            place,
            project.profile_name,
            project.config.target_name,
            project.variables,
        )


def moved_profile(project: Project, place: Path) -> dict[str, Any]:
    """Return the profile with its databases in another folder, and copy them there."""
    credentials = project.credentials
    name, target = project.config.profile_name, project.config.target_name
    # Raw, so that no secret is written down: env_var() is rendered when dbt reads it.
    profile = read_yaml(project.profiles_dir / "profiles.yml")[name]
    output = dict(profile["outputs"][target])
    state = f"{credentials.schema}_sluice"
    if project.database_file:
        output["path"] = str(copied(project, project.database_file, place, state))
    attached = []
    for number, entry in enumerate(output.get("attach") or []):
        rendered = credentials.attach[number]
        alias, file = attached_as(rendered), project.root / str(rendered.path)
        if is_lake(rendered):
            moved = copied_lake(project, alias, place / f"attached_{number}", state)
            attached.append({"alias": alias, "path": f"ducklake:{moved}"})
        elif rendered.type in (None, "duckdb") and attached_file(rendered.path) is not None:
            moved = copied(project, file, place / f"attached_{number}", state)
            attached.append({**entry, "alias": alias, "path": str(moved)})
        else:
            attached.append({**entry, "read_only": True})
    if attached:
        output["attach"] = attached
    return {name: {"target": target, "outputs": {target: output}}}


def copied(project: Project, file: Path, place: Path, state: str) -> Path:
    """Copy a database file's tables without rows, those of the state with them; return the copy.

    The copy has the file's name, for DuckDB names the database after it. state: our schema.
    """
    place.mkdir(parents=True, exist_ok=True)
    copy = place / file.name
    if not file.exists():
        return copy
    try:
        with duckdb.connect(str(copy)) as con:
            con.execute(f"attach {literal(str(file))} as {REAL} (read_only)")
            views = con.execute(VIEWS + literal(REAL)).fetchall()
            for schema, name in con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = ?",
                [REAL],
            ).fetchall():
                con.execute(f"create schema if not exists {quoted(schema)}")
                table = f"{quoted(schema)}.{quoted(name)}"
                con.execute(f"create table {table} as {rows_of(REAL, schema, name, state)}")
            make_views(con, views)
    except duckdb.Error as error:
        raise told(error, project) from error
    return copy


def copied_lake(project: Project, lake: str, place: Path, state: str) -> Path:
    """Copy the tables of an attached DuckLake into one of its own; return its catalog's file.

    lake: the name that it is attached as. state: our schema.
    """
    place.mkdir(parents=True)
    catalog = place / "scratch.ducklake"
    with connect(project, read_only=True) as database:
        database.run(f"attach {literal(f'ducklake:{catalog}')} as {COPY}")
        views = [(row["schema_name"], row["sql"]) for row in database.query(VIEWS + literal(lake))]
        for row in database.query(
            "select schema_name, table_name from duckdb_tables()"
            f" where database_name = {literal(lake)}"
        ):
            schema, name = row["schema_name"], row["table_name"]
            database.run(f"create schema if not exists {COPY}.{quoted(schema)}")
            database.run(
                f"create table {COPY}.{quoted(schema)}.{quoted(name)} as "
                + rows_of(lake, schema, name, state)
            )
    with duckdb.connect(config=project.credentials.config_options or {}) as con:
        con.execute(f"attach {literal(f'ducklake:{catalog}')} as {quoted(lake)}")
        con.execute(f"use {quoted(lake)}")
        make_views(con, views)
    return catalog


def rows_of(database: str, schema: str, table: str, state: str) -> str:
    """Return the query of what is copied of a table: the state's rows, no other ones."""
    rows = "" if schema == state and table in STATE else " limit 0"
    return f"select * from {quoted(database)}.{quoted(schema)}.{quoted(table)}{rows}"


def make_views(con: duckdb.DuckDBPyConnection, views: list[tuple[str, str]]) -> None:
    """Make views anew; one that reads another is made after it, one that can't be is left."""
    left, made = list(views), True
    while left and made:
        made = False
        for schema, sql in list(left):
            with suppress(duckdb.Error):
                con.execute(f"create schema if not exists {quoted(schema)}")
                con.execute(sql)
                left.remove((schema, sql))
                made = True
