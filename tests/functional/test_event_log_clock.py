"""A clock that is set back or jumps ahead: the log keeps its order and loses nothing.

A jump is made by moving what is logged already: for the log that is the same.
"""

from __future__ import annotations

import json

from command import land, orders, sluice
from project import Project


def shift(project: Project, interval: str, condition: str = "true") -> None:
    """Let what was logged have happened at another time."""
    project.query(
        f"update lake_sluice.event_log set timestamp = timestamp + interval '{interval}'"
        f" where {condition}"
    )


def status(project: Project) -> dict:
    """What `sluice status` says."""
    answer = sluice(project, "status", "--json")
    assert answer.code == 0, answer
    return answer.json


def test_a_clock_that_is_set_back_between_two_updates(project: Project) -> None:
    """The newest update is the one that came last, in the command and in the view."""
    orders(project)
    land(project, 1, [(1, 5.0), (None, 1.0)])
    assert sluice(project, "update").code == 0
    first = status(project)["update"]["id"]
    shift(project, "1 day")
    land(project, 2, [(2, 5.0)])
    assert sluice(project, "update").code == 0

    found = status(project)

    assert found["update"]["id"] != first
    assert [update["id"] for update in found["updates"]] == [found["update"]["id"], first]
    rows = {row["name"]: (row["update_id"], row["rows_in"]) for row in found["datasets"]}
    assert rows["orders_silver"] == (found["update"]["id"], 1)
    assert {(rule["passed"], rule["failed"]) for rule in found["expectations"]} == {(1, 0)}
    assert found["update"]["seconds"] >= 0
    numbers = "select update_id, number from lake_sluice.updates order by number"
    assert [row["update_id"] for row in project.query(numbers)] == [first, found["update"]["id"]]
    assert [row["number"] for row in project.query(numbers)] == [1, 2]


def test_a_clock_that_is_set_back_within_a_flow(project: Project) -> None:
    """A flow that committed and then failed has failed, whatever the times say."""
    orders(project)
    land(project, 1, [(1, 5.0)])
    text = (project.root / "models" / "orders_silver.sql").read_text()
    hook = "{'sql': 'select no_such_column', 'transaction': false}"
    project.write("models/orders_silver.sql", f"{{{{ config(post_hook={hook}) }}}}\n{text}")
    assert sluice(project, "update").code == 1
    shift(project, "1 hour", "level = 'METRICS'")

    statuses = {row["name"]: row["status"] for row in status(project)["datasets"]}
    assert statuses["orders_silver"] == "FAILED"
    flows = project.query("select status, num_input_rows from lake_sluice.flows"
                          " where dataset = 'orders_silver'")  # fmt: skip
    assert flows == [{"status": "FAILED", "num_input_rows": 1}]


def test_a_clock_that_jumps_ahead_deletes_no_log(project: Project) -> None:
    """The first update behind a gap as long as the retention deletes nothing; the next one may."""
    variables = json.dumps({"sluice": {"event_log_retention_days": 30}})
    text = (project.root / "dbt_project.yml").read_text()
    project.write("dbt_project.yml", f"{text}\nvars: {variables}\n")
    orders(project)
    land(project, 1, [(1, 5.0)])
    for _ in range(2):
        assert sluice(project, "update").code == 0
    shift(project, "-100 days")

    project.run("--select", "orders")
    assert len(project.query("select * from lake_sluice.updates")) == 3

    project.run("--select", "orders")
    assert len(project.query("select * from lake_sluice.updates")) == 2

    # what was logged ahead of time stays when the clock is right again
    shift(project, "100 days")
    project.run("--select", "orders")
    assert len(project.query("select * from lake_sluice.updates")) == 3
