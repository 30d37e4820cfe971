"""A look at a folder of files: columns, types, and what is likely the key and the sequence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.sql import literal, quoted
from sluice.pipeline.troubles import first_line

READERS = {
    "json": "read_json({files}, format='auto', union_by_name=true, filename=false)",
    "csv": "read_csv({files}, union_by_name=true, filename=false)",
    "parquet": "read_parquet({files}, union_by_name=true, filename=false)",
}
ENDS = {"json": "json", "jsonl": "json", "ndjson": "json", "csv": "csv", "tsv": "csv",
        "txt": "csv", "parquet": "parquet", "pq": "parquet"}  # fmt: skip
LOOKED_AT = 20
"""Files; of more, the last by name."""
DIRTY = 0.25
"""The share of rows that may lack a key; they go to the quarantine."""
KEYS = (r"id", r".*_id", r"id_.*", r".*(key|uuid|guid|number|code)")
SEQUENCES = (
    r"(sequence|seq|lsn|scn|version|offset)(_.*)?",
    r".*_(sequence|seq|lsn|version)",
    r"(updated|modified|changed|operation|event|commit|ts|timestamp)(_?(at|on|date|time|ts))?(_.*)?",
    r".*(updated|modified|changed|timestamp|date|time|_at|_ts)",
)
OPERATIONS = r"(_?op|operation|change_type|_change_type|cdc_operation|action)"
DELETES = ("DELETE", "delete", "D", "d", "REMOVE", "remove")


@dataclass
class Look:
    """What was found. columns: name -> SQL type, in their order; operation: (column, value)."""

    format: str
    files: int
    rows: int
    columns: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    sequence: str | None = None
    operation: tuple[str, str] | None = None


def look_at(location: str, root: Path) -> Look:
    """Look at the files of a location, relative to a folder. Raises ConfigurationError.

    The key is a column that is named like one: best without nulls, else with few; the sequence is
    named like one, or is a time; the operation is a column of such a name that has a value which
    means delete.
    """
    with duckdb.connect() as con:
        base = str(root / location) if "://" not in location else location
        found = con.execute(
            "select file from glob(?) where parse_filename(file) not similar to '[._].*'"
            " order by file",
            [base],
        ).fetchall()
        paths = [path for (path,) in found]
        if not paths:
            raise ConfigurationError(
                "no file is there",
                where=location,
                expected="a folder with a file, as a glob such as landing/orders/*.json",
                way="land the first file, or name another place: --location GLOB",
            )
        kind = format_of(paths[-1])
        reader = reader_of(kind, paths[-LOOKED_AT:])
        try:
            con.execute(f"create table looked as select * from {reader}")
        except duckdb.Error as error:
            raise ConfigurationError(
                "can't be read", where=location, expected=kind, found=first_line(str(error))
            ) from error
        described = con.execute("describe looked").fetchall()
        rows = con.execute("select count(*) from looked").fetchone()
        look = Look(kind, len(paths), rows[0] if rows else 0)
        look.columns = {name: sql_type.lower() for name, sql_type, *_ in described}
        guess(con, look)
        return look


def reader_of(kind: str, paths: list[str]) -> str:
    """Return the SQL that reads files of a format, whatever signs are in their names."""
    return READERS[kind].format(files=f"[{', '.join(map(literal, paths))}]")


def format_of(path: str) -> str:
    """Return json, csv or parquet, by a file's name. Raises ConfigurationError."""
    for suffix in reversed(Path(path).suffixes):
        if found := ENDS.get(suffix[1:].lower()):
            return found
    raise ConfigurationError(
        "has no known ending",
        where=path,
        expected=f"one of [{', '.join(ENDS)}], packed or not",
        way="rename the files, or write the source by hand (docs/files.md)",
    )


def guess(con: duckdb.DuckDBPyConnection, look: Look) -> None:
    """Fill in the key, the sequence and the operation, as far as names and values tell them."""
    lacking = {name: nulls(con, name) for name in look.columns}
    operation = first(list(look.columns), (OPERATIONS,))
    if operation:
        values = {
            str(value)
            for (value,) in con.execute(
                f"select distinct {quoted(operation)} from looked"
            ).fetchall()
        }
        if delete := next((value for value in DELETES if value in values), None):
            look.operation = (operation, delete)
    rest = [name for name in look.columns if name != operation]
    key = first([name for name in rest if not lacking[name]], KEYS) or first(
        [name for name in rest if lacking[name] <= look.rows * DIRTY], KEYS
    )
    look.keys = [key] if key else []
    rest = [name for name in rest if name != key]
    times = [name for name in rest if look.columns[name].startswith(("timestamp", "date"))]
    look.sequence = first(rest, SEQUENCES) or (times[0] if times else None)


def nulls(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return how many rows have no value there."""
    found = con.execute(f"select count(*) from looked where {quoted(name)} is null").fetchone()
    return found[0] if found else 0


def first(names: list[str], patterns: tuple[str, ...]) -> str | None:
    """Return the first name that is like the first pattern that any is like."""
    for pattern in patterns:
        for name in names:
            if re.fullmatch(pattern, name, re.IGNORECASE):
                return name
    return None
