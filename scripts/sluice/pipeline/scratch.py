"""A scratch copy of a DuckDB target: its tables without rows, what sluice remembers with them.

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

from sluice.pipeline.database import told
from sluice.pipeline.project import Project, read_yaml
from sluice.pipeline.sql import literal, quoted

STATE = ("checkpoints", "files", "targets")
"""Tables of ours that are copied with their rows."""
REAL = "_sluice_real"


@contextmanager
def scratch(project: Project) -> Iterator[Project]:
    """Yield the project on a scratch copy of its database; the copy is removed at the end.

    Only for a target with a DuckDB file. Attached DuckDB files are copied alike; anything else that
    the profile attaches can be read only. Raises BusyError while a process writes to a file.
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
    assert project.database_file is not None
    output["path"] = str(copied(project, project.database_file, place, state))
    attached = []
    for number, entry in enumerate(output.get("attach") or []):
        rendered = credentials.attach[number]
        file = project.root / str(rendered.path)
        if rendered.type in (None, "duckdb") and ":" not in str(rendered.path)[2:]:
            moved = copied(project, file, place / f"attached_{number}", state)
            alias = entry.get("alias") or file.stem
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
            for schema, name in con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = ?",
                [REAL],
            ).fetchall():
                con.execute(f"create schema if not exists {quoted(schema)}")
                table = f"{quoted(schema)}.{quoted(name)}"
                rows = "" if schema == state and name in STATE else " limit 0"
                con.execute(f"create table {table} as select * from {REAL}.{table}{rows}")
            copy_views(con)
    except duckdb.Error as error:
        raise told(error, project) from error
    return copy


def copy_views(con: duckdb.DuckDBPyConnection) -> None:
    """Make the views anew; one that reads another is made after it, one that can't be is left."""
    left = con.execute(
        "select schema_name, view_name, sql from duckdb_views()"
        " where database_name = ? and not internal",
        [REAL],
    ).fetchall()
    made = True
    while left and made:
        made = False
        for view in list(left):
            with suppress(duckdb.Error):
                con.execute(f"create schema if not exists {quoted(view[0])}")
                con.execute(view[2])
                left.remove(view)
                made = True
