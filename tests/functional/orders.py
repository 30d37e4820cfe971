"""A streaming table `orders` with rules, over the rows that `raw.events` gives `orders_bronze`.

It writes the model (`write_orders`) and the YAML of rules (`expectation`, `builtin`, `group`),
loads rows, and reads what came of them: the counts of the event log (`quality`), and the user's
columns of a table (`users_rows`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from project import Project, Row

STREAM = "select * from {{ sluice.stream(ref('orders_bronze')) }}"
TYPES = {
    "id": "integer",
    "status": "text",
    "code": "integer",
    "amount": "double",
    "Order No": "text",
}
OURS = [
    "_sluice_violations",
    "_sluice_batch",
    "_sluice_update_id",
    "_sluice_quarantined_at",
    "_sluice_released_batch",
]


def expectation(name: str, expression: str, on_violation: str | None, **config: Any) -> dict:
    """The YAML of a `sluice.expectation`."""
    meta = {"meta": {"on_violation": on_violation}} if on_violation else {}
    arguments = {"expression": expression}
    return {"sluice.expectation": {"name": name, "arguments": arguments, "config": meta | config}}


def builtin(kind: str, name: str, on_violation: str | None, **arguments: Any) -> dict:
    """The YAML of one of dbt's own tests."""
    test: dict[str, Any] = {"name": name}
    if arguments:
        test["arguments"] = arguments
    if on_violation:
        test["config"] = {"meta": {"on_violation": on_violation}}
    return {kind: test}


def group(rules: Any, on_violation: str, name: str | None = None, **config: Any) -> dict:
    """The YAML of a `sluice.expectations`."""
    config["meta"] = {"on_violation": on_violation}
    test: dict[str, Any] = {"arguments": {"rules": rules}, "config": config}
    return {"sluice.expectations": test | ({"name": name} if name else {})}


def write_orders(project: Project, tests: list[dict], columns: dict[str, list[dict]]) -> None:
    """(Re)write the streaming table `orders` with the tests of its rows and of its columns."""
    project.model("orders_bronze", materialized="streaming_table")
    project.write("models/orders.sql", STREAM)
    node = {
        "name": "orders",
        "config": {"materialized": "streaming_table"},
        "data_tests": tests,
        "columns": [
            {"name": name, "quote": " " in name, "data_tests": own} for name, own in columns.items()
        ],
    }
    project.write("models/orders.yml", f"models: [{node}]")


def load(project: Project, rows: list[Row]) -> None:
    """The rows that the next run appends to `orders_bronze`."""
    project.load("events", rows, **TYPES)


def quality(project: Project) -> dict[str, tuple[str, int, int]]:
    """What `data_quality` says of the last run: rule -> (on_violation, passed, failed)."""
    found = project.query(
        "select * from lake_sluice.data_quality "
        f"where update_id = '{project.last.invocation_id}' and dataset = 'orders'"
    )
    rules = {
        row["expectation"]: (row["on_violation"], row["passed_records"], row["failed_records"])
        for row in found
    }
    assert len(rules) == len(found), f"a rule is twice in data_quality: {found}"
    return rules


def users_rows(project: Project, name: str) -> Counter[tuple]:
    """The user's columns of a table, each row as often as it is there."""
    rows = project.rows(name, ignore=OURS)
    return Counter(tuple(row[column] for column in TYPES) for row in rows)
