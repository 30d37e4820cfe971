"""Sources of files, each with a streaming table over it, and the files that tests land in them.

DuckDB writes the Parquet and zstd files, whatever engine reads them.

`source` writes both; `rows`, `ledger` and `same` say what came of the files. A row is what is not
null in it, without _metadata; what is rescued stands as the object that it is.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from project import Project

ID = {"columns": {"id": "bigint"}}
NAMED = {"columns": {"id": "bigint", "name": "varchar"}}
NO_GZIP = b"this is no gzip file"
# DuckDB 1.5, which stands in on Python 3.10, reads a cut-off file in silence (decision 0001).
CUT_OFF = gzip.compress(b'{"id": 1}\n' * 10_000)[:-20]
CUT_OFF_IS_TOLD = not duckdb.__version__.startswith("1.")

PADDING = b'{"id": 0' + b" " * (64 << 10) + b"}"
"""A line that makes a file a large one: from 64 KiB on files have another reader."""


def copied(query: str, name: str, options: str) -> bytes:
    """The file that DuckDB writes of a query."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        duckdb.sql(f"copy ({query}) to '{path}' ({options})")
        return path.read_bytes()


def parquet(query: str) -> bytes:
    """A Parquet file with the rows of a query."""
    return copied(query, "rows.parquet", "format parquet")


def zstd(text: str) -> bytes:
    """A text packed by zstd."""
    values = ", ".join(f"('{line}')" for line in text.splitlines())
    options = "format csv, header false, quote '', escape '', delim '\x01', compression zstd"
    return copied(f"values {values}", "rows.csv.zst", options)


def padded(content: bytes) -> bytes:
    """The file with one more line in front, {"id": 0}, that makes it a large one."""
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    return mark + PADDING + end + content.removeprefix(mark)


def corrupt(text: str) -> dict[str, Any]:
    """The row of a line that is no JSON object."""
    return {"_rescued_data": {"_corrupt_record": text}}


def ids(*numbers: int) -> list[dict[str, Any]]:
    """Rows with an id only."""
    return [{"id": number} for number in numbers]


def source(project: Project, name: str, location: Path | str, **meta: Any) -> None:
    """Write a source and a streaming table that reads it."""
    table = {
        "name": name,
        "config": {"meta": {"external_location": project.engine.location(location), **meta}},
    }
    node = {"sources": [{"name": f"landing_{name}", "tables": [table]}]}
    project.write(f"models/source_{name}.yml", json.dumps(node))
    text = f"select * from {{{{ sluice.read_files(source('landing_{name}', '{name}')) }}}}"
    project.model(name, text, materialized="streaming_table")


def rows(project: Project, name: str) -> list[dict[str, Any]]:
    """The rows of a table, each without what is null in it."""
    found = []
    for row in project.rows(name, ignore=("_metadata", "_sluice_batch")):
        kept = {column: value for column, value in row.items() if value is not None}
        if "_rescued_data" in kept:
            kept["_rescued_data"] = json.loads(kept["_rescued_data"])
        found.append(kept)
    return found


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Both hold the same rows in any order."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value.normalize())
        return round(value, 6) if isinstance(value, float) else str(value)

    def text(row: Mapping[str, Any]) -> str:
        floats = {k: plain(v) if isinstance(v, float) else v for k, v in row.items()}
        return json.dumps(floats, sort_keys=True, default=plain)

    assert sorted(map(text, found)) == sorted(map(text, expected))


def ledger(project: Project, name: str) -> list[dict[str, Any]]:
    """The file ledger of a model, by path and batch."""
    found = project.query(
        "select path, batch, rows, status, error, moved_to, cleaned_at"
        f" from lake_sluice.files where dataset = '{name}' order by path, batch"
    )
    return [{"file": Path(entry.pop("path")).name, **entry} for entry in found]
