"""A database file without what was deleted from it: its tables in a fresh file, in its place."""

from __future__ import annotations

import os
from pathlib import Path

from sluice.pipeline.database import Database, connect, until
from sluice.pipeline.errors import ConfigurationError, SluiceError
from sluice.pipeline.lock import lock
from sluice.pipeline.project import Project

COPY = "_sluice_rewritten"
"""The name of the fresh file's database while it is filled."""
KINDS = dict.fromkeys(("schemas", "tables", "columns", "views", "types"), " and not internal") | {
    "functions": " and not internal",
    "indexes": "",
    "constraints": "",
    "sequences": "",
}
"""What is compared of two databases: lists of DuckDB, and which of their rows are a user's."""


def rewrite(project: Project, deadline: float) -> tuple[int, int]:
    """Put a fresh copy of the DuckDB file in its place; return its size before and after, in bytes.

    The copy is written beside it, compared (objects by kind, rows by table), and takes its place
    in one rename; until then the file stays as it is. deadline: of time.monotonic(), in seconds.
    Raises ConfigurationError where the database is no file, BusyError, or another SluiceError.
    """
    file = project.database_file
    if file is None:
        raise ConfigurationError(
            "can't be rewritten",
            where=project.database_name,
            expected="a DuckDB file",
            way="leave out --rewrite, and let the database itself drop what was deleted",
        )
    file = file.resolve()
    fresh = file.with_name(f".{file.name}.rewritten")
    with lock(project.log_path, deadline):
        before = file.stat().st_size
        until(deadline, lambda: swap(project, file, fresh))
        sync(file.parent)
    return before, file.stat().st_size


def swap(project: Project, file: Path, fresh: Path) -> None:
    """Write all of the database into a fresh file, and put that in its place. Raises SluiceError.

    On POSIX the old file is still open when its name goes over, so nobody can write into it in
    between; Windows renames no open file.
    """
    remove(fresh)
    try:
        with connect(project) as database:
            copy(database, file, fresh)
            if os.name == "posix":
                fresh.replace(file)
        if os.name != "posix":
            fresh.replace(file)
    finally:
        remove(fresh)


def copy(database: Database, file: Path, fresh: Path) -> None:
    """Write all of the database into a fresh file. Raises SluiceError."""
    (here,) = database.query(
        "select database_name as name, tags['storage_version'] as version, encrypted "
        "from duckdb_databases() where database_name = current_database()"
    )
    if here["encrypted"]:
        raise ConfigurationError(
            "is encrypted, so its key would be needed for the copy",
            where=file,
            way="rewrite it by hand: attach a new file with its key, COPY FROM DATABASE",
        )
    path, version = str(fresh).replace("'", "''"), str(here["version"]).rstrip("+")
    database.run("checkpoint")
    database.run(f"attach '{path}' as {COPY} (storage_version '{version}')")
    database.run(f"copy from database {database.adapter.quote(here['name'])} to {COPY}")
    if contents(database, here["name"]) != contents(database, COPY):
        raise SluiceError("the copy is not equal to the file, which stays as it is", where=file)
    database.run(f"detach {COPY}")
    fresh.chmod(file.stat().st_mode)
    sync(fresh)


def remove(fresh: Path) -> None:
    """Delete a fresh file that did not take its place, and what was written ahead for it."""
    for file in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        file.unlink(missing_ok=True)


def contents(database: Database, name: str) -> dict[str, int]:
    """Return how many objects of each kind a database has, and rows in each table."""
    found = {}
    for kind, own in KINDS.items():
        (row,) = database.query(
            f"select count(*) as n from duckdb_{kind}() where database_name = '{name}'{own}"
        )
        found[kind] = row["n"]
    for row in database.query(
        "select schema_name as place, table_name as name from duckdb_tables() "
        f"where database_name = '{name}' and not internal"
    ):
        relation = database.relation(row["name"], row["place"], name)
        (rows,) = database.query(f"select count(*) as n from {relation}")
        found[f"{row['place']}.{row['name']}"] = rows["n"]
    return found


def sync(path: Path) -> None:
    """Have a file, or what a folder lists, written to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
