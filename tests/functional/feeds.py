"""Files, sources and change feeds in a few words: what the tests of single faults share."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from engine import Row
from landing import put
from project import Project, Run

ENVELOPE = {
    "before": "json",
    "after": "json",
    "source": "json",
    "op": "varchar",
    "ts_ms": "bigint",
    "payload": "json",
}
"""The hints for Debezium's messages, as docs/recipes.md has them."""


def lines(*records: Any) -> str:
    """JSON lines; a text is a line as it is."""
    texts = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return "".join(f"{text}\n" for text in texts)


def parquet(query: str) -> bytes:
    """A Parquet file with the rows of a query."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        duckdb.sql(f"copy ({query}) to '{path}' (format parquet)")
        return path.read_bytes()


def land(project: Project, files: Mapping[str, str | bytes]) -> None:
    """Land files, path below the project -> content."""
    for path, content in files.items():
        put(project.root / path, content)


def reads(
    project: Project,
    name: str,
    location: Path | str = "landing",
    select: str = "*",
    rules: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    **meta: Any,
) -> None:
    """Write a source and the streaming table `name` that reads it; the rules drop."""
    table = {
        "name": name,
        "config": {"meta": {"external_location": project.engine.location(location), **meta}},
    }
    node = {
        "name": name,
        "config": {"materialized": "streaming_table", **(config or {})},
        "data_tests": [expectation(*rule) for rule in (rules or {}).items()],
    }
    content = {"sources": [{"name": f"from_{name}", "tables": [table]}], "models": [node]}
    project.write(f"models/{name}.yml", json.dumps(content))
    call = f"sluice.read_files(source('from_{name}', '{name}'))"
    project.write(f"models/{name}.sql", f"select {select} from {{{{ {call} }}}}")


def expectation(name: str, condition: str, on_violation: str = "drop") -> Row:
    """A rule in YAML."""
    arguments = {"name": name, "arguments": {"expression": condition}}
    return {"sluice.expectation": {**arguments, "config": {"meta": {"on_violation": on_violation}}}}


def debezium(
    project: Project,
    columns: Mapping[str, str],
    sequence: str | list[str] | Mapping[str, str],
    keys: Iterable[str] = ("id",),
    **meta: Any,
) -> None:
    """Write Debezium's files in landing/cdc as `bronze`, `changes` and an SCD1 model `t_now`."""
    paths = [sequence] if isinstance(sequence, str) else list(sequence)
    parts = ["__" + path.replace(".", "_") for path in paths]
    reads(project, "bronze", "landing/cdc", columns=ENVELOPE)
    arguments = f"sluice.stream(ref('bronze')), columns={dict(columns)}, sequence={sequence!r}"
    text = f"select * from {{{{ sluice.changes_from_debezium({arguments}) }}}}"
    project.model("changes", text, materialized="streaming_table")
    options = {
        "keys": list(keys),
        "sequence_by": parts,
        "apply_as_deletes": "__op = 'd'",
        "except_column_list": [*parts, "__op", "_rescued_data"],
        **meta,
    }
    project.apply_changes("t_now", "select * from {{ sluice.stream(ref('changes')) }}", **options)


def texts(project: Project, query: str) -> list[Row]:
    """The rows of a query with each value as DuckDB writes it, so that 1.10 is not 1.1."""
    wanted = f"select columns(*)::varchar from ({query})"
    return project.query(wanted)


def rows(project: Project, name: str) -> list[Row]:
    """The rows of a table: what is not null in them; what is rescued as the object that it is."""
    found = []
    for row in project.rows(name, ignore=("_metadata", "_sluice_batch")):
        kept = {column: value for column, value in row.items() if value is not None}
        if "_rescued_data" in kept:
            kept["_rescued_data"] = json.loads(kept["_rescued_data"])
        found.append(kept)
    return found


def same(found: list[Row], expected: list[Row]) -> None:
    """Both hold the same rows in any order."""

    def by_text(row: Row) -> str:
        return repr(sorted(row.items()))

    both = [sorted(rows, key=by_text) for rows in (found, expected)]
    assert both[0] == both[1], "found {}\nexpected {}".format(*both)


def values(project: Project, name: str, *columns: str) -> list[tuple]:
    """The rows of a table as tuples of these columns, sorted; null last."""
    found = [tuple(row[column] for column in columns) for row in project.rows(name)]
    return sorted(found, key=lambda row: [(value is None, value) for value in row])


def told(run: Run, *words: str) -> list[str]:
    """The warnings of a run that hold all these words, in any case."""
    return [text for text in run.warnings if all(word.lower() in text.lower() for word in words)]


def ledger(project: Project, name: str) -> dict[str, Row]:
    """What the ledger says of the files of a model, by their names; the newest entry of each."""
    found = project.query(
        "select parse_filename(path) as file, * from lake_sluice.files"
        f" where dataset = '{name}' order by recorded_at"
    )
    return {row["file"]: row for row in found}
