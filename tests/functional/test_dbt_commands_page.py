"""docs/dbt-commands.md: its files, run as they stand there."""

from __future__ import annotations

import json
import re

import pytest

from landing import put
from project import PACKAGE, Project

BLOCK = re.compile(r"^```(?:yaml|sql)\n(?:#|--) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = dict(BLOCK.findall((PACKAGE / "docs" / "dbt-commands.md").read_text(encoding="utf-8")))
pytestmark = pytest.mark.dbt_v1("its unit tests fail on an input with a struct, _metadata")
UNIT_TESTS = {
    "bronze_takes_all_as_it_is",
    "silver_is_typed",
    "a_cancelled_order_is_a_delete",
    "orders_are_counted_by_status",
}


def write(project: Project) -> None:
    """Write the files of the page, and land three events."""
    for path, text in FILES.items():
        project.write(path, text)
    for name in ("landing/orders",):
        (project.root / name).mkdir(parents=True, exist_ok=True)
    events = [(1, "NEW", "2026-01-01 10:00:00"), (2, "new", "2026-01-01 11:00:00")]
    events += [(1, "cancelled", "2026-01-02 10:00:00"), (3, "new", "yesterday")]
    lines = [dict(zip(("id", "status", "changed_at"), event, strict=True)) for event in events]
    put(project.root / "landing/orders/a.json", "\n".join(map(json.dumps, lines)) + "\n")


def test_unit_tests_of_each_kind(project: Project) -> None:
    """They pass on an empty database, before each model, and find what is wrong."""
    write(project)
    run = project.build()
    assert {name for name, status in run.statuses.items() if status == "pass"} > UNIT_TESTS
    assert project.rows("orders_by_status") == [{"status": "new", "num_orders": 1}]
    assert [row["id"] for row in project.rows("orders")] == [2]

    text = FILES["models/orders_silver.sql"].replace("lower(trim(status))", "status")
    project.write("models/orders_silver.sql", text)
    run = project.dbt("test", "--select", "test_type:unit")
    assert {name for name, status in run.statuses.items() if status == "fail"} == {
        "silver_is_typed"
    }


def test_dry_runs(project: Project) -> None:
    """`compile` writes nothing; `build --empty` makes empty tables, finds what is wrong, and
    forgets nothing."""
    write(project)
    project.run(command="compile")
    assert project.relations("lake") == project.relations("lake_sluice") == []
    tables = ["orders", "orders_bronze", "orders_by_status", "orders_silver"]
    project.build("--empty")
    assert project.relations("lake") == sorted([*tables, "orders_silver__quarantine"])
    assert [project.rows(name) for name in tables] == [[], [], [], []]
    project.build()
    assert len(project.rows("orders_bronze")) == 4

    text = FILES["models/orders.yml"].replace("keys: [id]", "keys: [idd]")
    project.write("models/orders.yml", text)
    project.run(command="compile")  # does not look at it
    error = project.run_expecting_error("--empty")
    assert "idd" in error and "keys" in error
