"""People whose events land as files, and every kind of table of sluice downstream of them.

`people` writes the project: `bronze` reads the files; `silver` renames the key, drops what breaks a
rule and quarantines it; behind it a current table, a history, a snapshot, a target that keeps its
events, keyed tables and what is not of sluice. `land` lets events arrive; `everything` reads all of
the database.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine import is_spark
from engine_cases import source
from project import Project, Run

Event = tuple[Any, Any, str, int, str]
"""id, email, name, seq, op."""

TYPES = {"id": "bigint", "email": "varchar", "name": "varchar", "seq": "bigint", "op": "varchar"}
SILVER = """\
select id + 700200300000 as customer_id, lower(email) as email, name, seq, op
from {{ sluice.stream(ref('bronze')) }}
"""
STREAM = "select * from {{ sluice.stream(ref('silver')) }}"
OPTIONS: dict[str, Any] = {
    "keys": ["customer_id"],
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "except_column_list": ["op", "seq"],
}
PER_CUSTOMER = """\
select customer_id, count(*) as versions, max(name) as name
from {{ sluice.changed(ref('history')) }} group by customer_id
"""
PER_NAME = """\
select name, count(*) as customers from {{ sluice.changed(ref('customers')) }} group by name
"""
ANN = [(1, "Ann.Old@x.org", "Ann Quill", 1, "U"), (1, "ann@x.org", "Ann Quill", 2, "U")]
BOB = [(2, "bob@x.org", "Bob", 1, "U"), (2, "bob2@x.org", "Bob", 3, "U")]
CID = [(3, "cid@x.org", "Cid", 2, "U"), (3, None, "Cid", 4, "D")]
HELD = [(1, "ann.bad@x.org", "", 5, "U"), (2, "bob.bad@x.org", "", 5, "U")]
"""What the rule of silver drops: it has no name."""
HERS = ("silver", "customers", "history", "kept", "snapped", "per_customer")
NAMED = {"bronze": ["id + 700200300000"], **{name: ["customer_id"] for name in HERS}}
"""Where her rows are, for an engine of which it is not known how it reads a query."""
TABLES = ["bronze", "silver", "silver__quarantine", "customers", "history", "snapped", "kept"]


def people(project: Project, **options: Any) -> Path:
    """Write the project; the landing folder."""
    landing = project.root / "landing"
    ruled(project, "bronze", source(project, landing / "*.json", columns=TYPES), "seq < 99", "fail")
    ruled(project, "silver", SILVER, "name <> ''", "drop")
    project.apply_changes("customers", STREAM, **OPTIONS, **options)
    project.apply_changes("history", STREAM, **OPTIONS, stored_as_scd_type=2)
    project.apply_changes("kept", STREAM, **OPTIONS, keep_events=True)
    given = {name: value for name, value in OPTIONS.items() if name != "keys"}
    project.snapshot("snapped", STREAM, unique_key="customer_id", **given)
    for name, text, keys in (
        ("per_customer", PER_CUSTOMER, ["customer_id"]),
        ("per_name", PER_NAME, ["name"]),
    ):
        project.model(name, text, materialized="keyed_table", meta={"keys": keys})
    project.model("seen", "select * from {{ ref('customers') }}", materialized="view")
    return landing


def ruled(project: Project, name: str, text: str, expression: str, on_violation: str) -> None:
    """Write a streaming table with one rule."""
    rule = {
        "sluice.expectation": {
            "name": f"rule_of_{name}",
            "arguments": {"expression": expression},
            "config": {"meta": {"on_violation": on_violation}},
        }
    }
    node = {"name": name, "config": {"materialized": "streaming_table"}, "data_tests": [rule]}
    project.write(f"models/{name}.sql", text)
    project.write(f"models/{name}.yml", json.dumps({"models": [node]}))


def land(landing: Path, name: str, events: Iterable[Event]) -> Path:
    """Let a file of events arrive; a column that is null is not in its line."""
    landing.mkdir(exist_ok=True)
    file = landing / name
    lines = []
    for event in events:
        row = dict(zip(TYPES, event, strict=True))
        lines.append(json.dumps({key: value for key, value in row.items() if value is not None}))
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def forget(project: Project, source: str = "bronze", where: str = "id = 1", **more: Any) -> Run:
    """Run the operation; success is not checked."""
    more = {"keys": NAMED, **more} if is_spark() else more
    arguments = json.dumps({"source": source, "where": where, **more})
    return project.dbt("run-operation", "sluice.forget", "--args", arguments)


def everything(project: Project) -> dict[str, Counter[str]]:
    """Every row of every table and view of the database, as text."""
    found = {}
    for place, name, _is_view in project.engine.relations():
        rows = project.query(f'select * from "{place}"."{name}"')
        found[f"{place}.{name}"] = Counter(str(list(each.items())) for each in rows)
    return found


def traces(project: Project, *texts: str) -> list[str]:
    """Where one of the texts stands: in any column of any table or view, sorted."""
    return sorted(
        f"{table}: {row}"
        for table, rows in everything(project).items()
        for row in rows
        if any(text.lower() in row.lower() for text in texts)
    )
