"""`sluice.release`: quarantined rows, judged again, reach table and readers exactly once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from orders import TYPES, expectation, load, quality, users_rows, write_orders
from project import PACKAGE, Project, Row, Run

CHEAP = expectation("cheap", "amount < 10", "drop")
KNOWN = expectation("known", "status is not null", "drop")
MODERATE = expectation("cheap", "amount < 30", "drop")


def order(
    number: int, amount: float | None = 1.0, status: str | None = "new", code: int = 1
) -> Row:
    """An order that meets the rules of these tests, unless it is said otherwise."""
    return {"id": number, "status": status, "code": code, "amount": amount, "Order No": "a"}


@pytest.fixture
def orders(project: Project) -> Project:
    """`orders` with rows in its quarantine, read by a streaming table and by apply_changes."""
    write_orders(project, [CHEAP, KNOWN], {})
    read = "select * from {{ sluice.stream(ref('orders')) }}"
    project.model("after", read, materialized="streaming_table")
    project.apply_changes("current", read, keys=["id"], sequence_by="code")
    load(project, [order(1), order(2, 20.0), order(3, None), order(4, status=None)])
    project.run()
    # an order that changed, and whose newer state came through before
    load(project, [order(2, 5.0, code=2), order(5, 25.0), order(5, 26.0), order(5, 26.0)])
    project.run()
    assert ids(project, "orders") == [1, 2] == ids(project, "after")
    assert ids(project, "orders__quarantine") == [2, 3, 4, 5, 5, 5]
    load(project, [])
    return project


def ids(project: Project, name: str) -> list[int]:
    """The ids in a table, sorted."""
    return sorted(row["id"] for row in project.rows(name))


def release(project: Project, **args: Any) -> Run:
    """Run the operation, whether it succeeds or not."""
    return project.dbt("run-operation", "sluice.release", "--args", json.dumps(args))


def released(project: Project, **args: Any) -> str:
    """Run the operation; what it says of its counts."""
    run = release(project, **{"dataset": "orders", **args})
    assert run.success, run.error
    (line,) = [text for level, text in run.lines if level == "info" and "sluice:" in text]
    return line


def whole(project: Project) -> dict[str, list[tuple]]:
    """All that a release could change, for comparison."""
    names = ["orders", "orders__quarantine", "after", "current"]
    contents = {name: project.contents(name) for name in names}
    for name in ("checkpoints", "event_log"):
        found = project.query(f"select * from lake_sluice.{name}")
        contents[name] = sorted((tuple(row.items()) for row in found), key=repr)
    return contents


def nothing_lost(project: Project) -> None:
    """Clean and quarantine are the input, row by row."""
    both = users_rows(project, "orders") + users_rows(project, "orders__quarantine")
    assert both == users_rows(project, "orders_bronze")


def test_a_rule_was_wrong(orders: Project) -> None:
    """Rows that meet the rules of today move on, once; the others stay, with what they break."""
    quarantine = "select * from lake.orders__quarantine order by id, amount"
    before = orders.query(quarantine)
    write_orders(orders, [MODERATE, KNOWN, expectation("even", "id % 2 = 0", "warn")], {})
    said = released(orders)
    assert "6 quarantined rows" in said and "4 released as batch 3, 2 held back" in said
    assert ids(orders, "orders") == [1, 2, 2, 5, 5, 5]
    assert {row["_sluice_batch"] for row in orders.rows("orders") if row["id"] == 5} == {3}
    # what stays, stays as it was
    after = orders.query(quarantine)
    kept = ["_sluice_batch", "_sluice_update_id", "_sluice_quarantined_at", *TYPES]
    assert [[row[name] for name in kept] for row in after] == [
        [row[name] for name in kept] for row in before if row["id"] in (3, 4)
    ]
    assert [row["_sluice_violations"] for row in after] == [["cheap", "even"], ["known"]]
    nothing_lost(orders)

    # counted as an update of its own: passed + failed = the rows that were judged
    assert quality(orders) == {
        "cheap": ("drop", 5, 1),
        "known": ("drop", 5, 1),
        "even": ("warn", 2, 4),
    }
    flow = orders.flows()["orders"]
    assert flow["status"] == "COMPLETED"
    counts = ("num_input_rows", "num_output_rows", "num_dropped_rows")
    assert [flow[name] for name in counts] == [6, 4, 2]
    update = orders.query(
        f"select * from lake_sluice.updates where update_id = '{orders.last.invocation_id}'"
    )
    assert [(row["status"], row["full_refresh"]) for row in update] == [("COMPLETED", False)]

    # a second time there is nothing that passes, and no batch
    assert "2 quarantined rows" in (said := released(orders)) and "0 released, 2 held" in said
    # the readers get each row once, before new ones or with them
    load(orders, [order(6), order(7, 99.0)])
    orders.run()
    assert ids(orders, "after") == [1, 2, 2, 5, 5, 5, 6] == ids(orders, "orders")
    current = {row["id"]: row["amount"] for row in orders.rows("current")}
    assert current.keys() == {1, 2, 5, 6}
    assert current[2] == 5.0  # the released row is older than what was there
    load(orders, [])
    orders.run()
    assert ids(orders, "after") == [1, 2, 2, 5, 5, 5, 6]
    nothing_lost(orders)

    # a full refresh of all comes to the same rows
    rows = users_rows(orders, "orders")
    orders.run("--full-refresh", "--select", "orders+")
    assert users_rows(orders, "orders") == rows and ids(orders, "after") == ids(orders, "orders")
    nothing_lost(orders)


def test_rows_are_repaired(orders: Project) -> None:
    """Plain SQL on the quarantine repairs rows; `where` chooses which are judged."""
    orders.query("update lake.orders__quarantine set status = 'found' where id = 4")
    orders.query("update lake.orders__quarantine set amount = 3.0 where id = 3")
    said = released(orders, where="id = 4 or list_contains(_sluice_violations, 'none')")
    assert "1 quarantined rows" in said and "1 released as batch 3, 0 held back" in said
    assert ids(orders, "orders") == [1, 2, 4]
    assert ids(orders, "orders__quarantine") == [2, 3, 5, 5, 5]
    assert {row["status"] for row in orders.rows("orders") if row["id"] == 4} == {"found"}
    assert "1 released as batch 4, 4 held back" in released(orders, where="id is not null")
    assert "0 quarantined rows" in released(orders, where="id = 4")
    assert "0 quarantined rows" in released(orders, where="null")
    orders.run()
    assert ids(orders, "after") == [1, 2, 3, 4] == ids(orders, "current")


def test_a_moody_condition_loses_nothing(orders: Project) -> None:
    """Each row is judged once, also of two that are equal, by conditions that answer anew."""
    write_orders(orders, [expectation("lucky", "random() < 0.5", "drop")], {})
    load(orders, [order(n) for n in range(100, 250)] * 2)
    orders.run()
    for _ in range(3):
        before = len(orders.rows("orders__quarantine"))
        released(orders, where="random() < 0.7")
        nothing_lost(orders)
        assert 0 < len(orders.rows("orders__quarantine")) < before
    orders.run()
    assert users_rows(orders, "after") == users_rows(orders, "orders")


@pytest.mark.parametrize(
    ("table", "column"), [("checkpoints", "committed_at"), ("event_log", "message")]
)
def test_a_release_that_breaks_off_changes_nothing(
    orders: Project, table: str, column: str
) -> None:
    """Rows, quarantine, checkpoint and log change together, or not at all."""
    write_orders(orders, [MODERATE, KNOWN], {})
    before = whole(orders)
    # the last steps of the transaction fail: the rows have been moved by then
    orders.query(f"alter table lake_sluice.{table} rename column {column} to broken")
    run = release(orders, dataset="orders")
    assert not run.success and "does not have a column" in run.error
    orders.query(f"alter table lake_sluice.{table} rename column broken to {column}")
    assert whole(orders) == before
    assert "4 released as batch 3, 2 held back" in released(orders)
    orders.run()
    assert ids(orders, "after") == [1, 2, 2, 5, 5, 5] == ids(orders, "orders")


def test_rules_that_fail_hold_back(orders: Project) -> None:
    """A rule with on_violation fail ends no release: its rows stay where they are."""
    rules = [
        expectation("sane", "amount is null or amount < 22", "fail"),
        expectation("wide", "amount < 100", "drop"),
    ]
    write_orders(orders, rules, {})
    assert "2 released as batch 3, 4 held back" in released(orders)
    assert ids(orders, "orders") == [1, 2, 2, 4]
    assert quality(orders) == {"sane": ("fail", 3, 3), "wide": ("drop", 5, 1)}
    violations = Counter(
        (row["id"], *row["_sluice_violations"]) for row in orders.rows("orders__quarantine")
    )
    assert violations == {(3, "wide"): 1, (5, "sane"): 3}


def test_columns_and_rules_that_came_later(orders: Project) -> None:
    """The last drop rule goes, columns come: the quarantined rows are still there to release."""
    write_orders(orders, [expectation("noted", "note = 'x'", "warn")], {})
    orders.load("events", [{**order(9), "note": "x"}], **TYPES, note="text")
    orders.run()
    assert ids(orders, "orders__quarantine") == [2, 3, 4, 5, 5, 5]
    orders.load("events", [], **TYPES, note="text")
    orders.query("alter table lake.orders__quarantine rename column status to status_before")
    assert "6 released as batch 4, 0 held back" in released(orders)
    assert quality(orders) == {"noted": ("warn", 0, 6)}
    found = {row["id"]: (row["status"], row["note"]) for row in orders.rows("orders")}
    assert found[9] == ("new", "x") and found[3] == (None, None)
    assert orders.rows("orders__quarantine") == []
    orders.run()
    assert ids(orders, "after") == [1, 2, 2, 3, 4, 5, 5, 5, 9]


def test_what_cannot_be_released(orders: Project) -> None:
    """Errors name what is wrong, and nothing changes."""
    before = whole(orders)
    run = release(orders, dataset="order")
    assert not run.success
    for part in ("sluice.release", "order", "after", "orders", "orders_bronze", "streaming_table"):
        assert part in run.error
    assert "current" not in run.error
    run = release(orders, dataset="orders", where="idd = 1")
    assert not run.success and "where (idd = 1)" in run.error and "not found" in run.error
    write_orders(orders, [expectation("misspelt", "idd > 0", "drop")], {})
    run = release(orders, dataset="orders")
    assert not run.success and "misspelt (idd > 0)" in run.error
    write_orders(orders, [expectation("loud", "id > 0", "explode")], {})
    run = release(orders, dataset="orders")
    assert not run.success and "loud" in run.error and "model.consumer.orders" in run.error
    assert whole(orders) == before

    run = release(orders, dataset="orders_bronze")  # it has no rule that drops
    assert run.success and "no quarantine" in run.log
    orders.query("drop table lake.orders")
    run = release(orders, dataset="orders")
    assert not run.success and "dbt build --select orders" in run.error


def test_a_table_in_another_database(project: Project) -> None:
    """Its state is beside it; the release is one transaction there, and its counts come home."""
    project.attach("other")
    write_orders(project, [CHEAP], {})
    yml = project.root / "models/orders.yml"
    away = "{'database': 'other', 'materialized'"
    project.write("models/orders.yml", yml.read_text().replace("{'materialized'", away))
    read = "select * from {{ sluice.stream(ref('orders')) }}"
    project.model("after", read, materialized="streaming_table", database="other")
    load(project, [order(1), order(2, 20.0), order(3, 50.0)])
    project.run()
    write_orders(project, [MODERATE], {})
    project.write("models/orders.yml", yml.read_text().replace("{'materialized'", away))
    assert "1 released as batch 2, 1 held back" in released(project)
    assert quality(project) == {"cheap": ("drop", 1, 1)}
    flow = project.flows()["orders"]
    assert [flow["num_input_rows"], flow["num_output_rows"]] == [2, 1]
    load(project, [])
    project.run()
    found = project.query("select id from lake.after order by id", "other")
    assert found == [{"id": 1}, {"id": 2}]


@pytest.mark.dbt_v1(
    "versions of a model share the names of their tests, and it keeps one of a name"
)
def test_names_of_datasets(tmp_path: Path) -> None:
    """The latest version, one by its number or alias, and the id where two packages have a name."""
    packages = f"packages:\n  - local: {PACKAGE}\n  - local: away\n"
    project = Project(tmp_path, packages=packages)
    project.write("away/dbt_project.yml", "{name: away, models: {+schema: away}}")
    streaming = "{{ config(materialized='streaming_table') }} select * from raw.events"
    for path in ("models/ver_v1", "models/ver_v2", "models/twice", "away/models/twice"):
        project.write(f"{path}.sql", streaming)
    project.write("models/cur_v1.sql", "select id, code from raw.events")
    project.write("models/cur_v2.sql", "select id, code, status from raw.events")
    versions = {"latest_version": 2, "versions": [{"v": 1}, {"v": 2}]}
    rule = {"data_tests": [CHEAP]}
    meta = {"keys": ["id"], "sequence_by": "code"}
    config = {"materialized": "apply_changes", "meta": meta}
    models = [{"name": "ver", **versions, **rule}, {"name": "cur", "config": config, **versions}]
    project.write("models/models.yml", f"models: {models}")
    load(project, [order(1), order(2, 20.0)])
    project.run()
    for name, table in {
        "ver": "ver_v2",
        "ver.v1": "ver_v1",
        "ver.v2": "ver_v2",
        "ver_v1": "ver_v1",
        "model.consumer.ver.v1": "ver_v1",
    }.items():
        said = released(project, dataset=name)
        assert f'"{table}"' in said and "1 quarantined rows" in said, name
    for name, table in {"cur": "cur_v2", "cur.v1": "cur_v1"}.items():
        args = json.dumps({"dataset": name})
        run = project.run("sluice.rebuild", "--args", args, command="run-operation")
        assert f'"{table}" was replayed' in run.log
    run = release(project, dataset="twice")
    ids = "model.away.twice, model.consumer.twice"
    assert f"found 2 that are called twice; way out: name it by its id: {ids}" in run.error
    run = release(project, dataset="ver.v3")
    assert 'known: twice, twice, ver.v1, ver.v2), found: "ver.v3"' in run.error
    project.query("drop table lake.ver_v1")
    run = release(project, dataset="ver.v1")
    assert "way out: dbt build --select ver.v1\n" in run.error
    args = json.dumps({"dataset": "model.away.twice"})
    project.run("sluice.mark_as_read", "--args", args, command="run-operation")
