"""A rule that comes later: told when it comes, and `sluice.quarantine` is the way out.

`dbt run-operation sluice.quarantine --args '{dataset: silver}'` is the mirror of `sluice.release`:
rows of the table that break a drop rule of today go into its quarantine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine_cases import (
    SCD1,
    each_way_leads_out,
    found,
    has,
    ids,
    judged,
    land,
    load,
    source,
    streaming,
    told,
    ways_out,
)
from project import Project, Run

FEED = "select id, v, op, seq from raw.events"
SILVER = "select * from {{ sluice.stream(ref('silver')) }}"
RULES = {"has_v": "v is not null", "known_op": "op in ('U', 'D')"}
ORDERS = [
    (1, "a", "U", 1),
    (2, "b", "U", 2),
    (3, None, "U", 3),
    (4, None, "X", 4),
    (4, None, "X", 4),
]


def silver(project: Project, rules: dict[str, str], **config: Any) -> None:
    """The table with these rules."""
    judged(project, "silver", rules, **config)


@pytest.fixture
def orders(project: Project) -> Project:
    """`silver` without rules, with rows that break those of RULES; readers that have read them.

    `slow` has read nothing yet.
    """
    streaming(project, "up", FEED)
    silver(project, {})
    for name in ("after", "slow"):
        streaming(project, name, SILVER)
    project.apply_changes("current", SILVER, **SCD1)
    load(project, *ORDERS)
    project.build("--exclude", "slow")
    load(project)
    assert ids(project, "silver") == [1, 2, 3, 4, 4] == ids(project, "after")
    return project


def quarantine(project: Project, **args: Any) -> Run:
    """Run the operation, whether it succeeds or not."""
    args = {"dataset": "silver", **args}
    return project.dbt("run-operation", "sluice.quarantine", "--args", json.dumps(args))


def quarantined(project: Project) -> str:
    """Run the operation; what it says."""
    run = quarantine(project)
    assert run.success, run.error
    return "\n".join(text for level, text in run.lines if level != "debug" and "sluice" in text)


def whole(project: Project) -> dict[str, list[tuple]]:
    """All that the operation could change, but the event log."""
    return {name: project.contents(name) for name in ("silver", "silver__quarantine", "after")}


def test_rows_that_break_a_rule_of_today_move_into_the_quarantine(orders: Project) -> None:
    """Whole, with every rule that they broke; table and quarantine are the input."""
    before = found(orders, "silver", "id, v, op, seq, _sluice_batch")
    silver(orders, RULES)
    said = quarantined(orders)
    assert re.search(r"silver.*\b3\b|\b3\b.*silver", said)
    assert ids(orders, "silver") == [1, 2]
    rows = orders.query("select * from lake.silver__quarantine order by id")
    violations = [(row["id"], sorted(row["_sluice_violations"])) for row in rows]
    both = ["has_v", "known_op"]
    assert violations == [(3, ["has_v"]), (4, both), (4, both)]
    assert {row["_sluice_update_id"] for row in rows} == {orders.last.invocation_id}
    assert all(row["_sluice_quarantined_at"] for row in rows)
    columns = "id, v, op, seq, _sluice_batch"
    after = found(orders, "silver", columns) + found(orders, "silver__quarantine", columns)
    assert sorted(after, key=repr) == before


def test_rows_move_into_the_quarantine_once_and_are_counted(orders: Project) -> None:
    """An update of its own in the event log; a second time there is nothing to move.

    Choice: counted as a release is. Judged rows are the input, moved rows are the dropped ones.
    """
    silver(orders, RULES)
    quarantined(orders)
    flow = orders.flows()["silver"]
    counts = [flow[f"num_{name}_rows"] for name in ("input", "dropped")]
    assert (flow["status"], counts) == ("COMPLETED", [5, 3])
    update = f"update_id = '{orders.last.invocation_id}'"
    quality = orders.query(f"select * from lake_sluice.data_quality where {update}")
    rules = {row["expectation"]: (row["passed_records"], row["failed_records"]) for row in quality}
    assert rules == {"has_v": (2, 3), "known_op": (3, 2)}
    updates = orders.query(f"select status from lake_sluice.updates where {update}")
    assert [row["status"] for row in updates] == ["COMPLETED"]
    before = whole(orders)
    has(quarantined(orders), "silver", "nothing")
    assert whole(orders) == before
    run = orders.build()
    assert run.statuses["has_v"] == run.statuses["known_op"] == "pass"
    assert orders.contents("silver") == before["silver"]


def test_readers_that_have_read_the_rows_keep_them_and_that_is_said(orders: Project) -> None:
    """Reading on is no error and doubles nothing; who has not read them never does."""
    silver(orders, RULES)
    said = quarantined(orders)
    has(said, "after")
    assert "slow" not in said
    load(orders, (5, "e", "U", 5))
    orders.build()
    assert ids(orders, "after") == [1, 2, 3, 4, 4, 5]
    assert ids(orders, "slow") == [1, 2, 5] == ids(orders, "silver")
    assert set(ids(orders, "current")) >= {1, 2, 5}
    assert ("current" in said) == (3 in ids(orders, "current"))
    orders.build("--full-refresh", "--select", "after", "current")
    assert ids(orders, "after") == [1, 2, 5] == ids(orders, "current")


def test_what_was_quarantined_later_is_released_like_the_rest(orders: Project) -> None:
    """The mirror: a rule that goes again lets the rows go."""
    silver(orders, RULES)
    quarantined(orders)
    silver(orders, {"has_id": "id is not null"})
    orders.run("sluice.release", "--args", "{dataset: silver}", command="run-operation")
    assert ids(orders, "silver") == [1, 2, 3, 4, 4]
    assert ids(orders, "silver__quarantine") == []


def test_a_quarantine_that_breaks_off_has_changed_nothing(orders: Project) -> None:
    """One transaction, as a release is."""
    silver(orders, {**RULES, "odd": "case when id = 4 then error('broke off') else true end"})
    before = orders.contents("silver")
    run = quarantine(orders)
    assert not run.success
    has(run.error, "broke off")
    assert orders.contents("silver") == before


@pytest.mark.parametrize(
    ("dataset", "words"),
    [("silvr", ["silvr", "silver"]), ("current", ["current", "streaming_table"]), (None, ["null"])],
)
def test_quarantine_checks_what_it_is_asked(
    orders: Project, dataset: str | None, words: list[str]
) -> None:
    """An unknown dataset is an error with the known ones, as of a release."""
    run = quarantine(orders, dataset=dataset)
    assert not run.success
    has(run.error, "sluice.quarantine", *words)


def test_quarantine_without_a_drop_rule_says_that_there_is_nothing_to_do(orders: Project) -> None:
    """Changes nothing."""
    before = orders.contents("silver")
    has(quarantined(orders), "silver", "nothing")
    assert orders.contents("silver") == before


@pytest.mark.parametrize("protected", [False, True], ids=["", "protected"])
def test_a_rule_that_comes_later_is_told_with_its_number_and_a_way_out(
    orders: Project, protected: bool
) -> None:
    """One warning for each new or changed rule that rows of the table break.

    Choice: told in the run in which the rule is new, before dbt's test fails; the command that it
    names makes the next `dbt build` pass, for a protected table too.
    """
    config = {"full_refresh": False} if protected else {}
    silver(orders, RULES, **config)
    run = orders.dbt("run")
    assert run.success, run.error
    (warning,) = told(run, "silver", "has_v")
    assert re.search(r"\b3\b", warning)
    (other,) = told(run, "silver", "known_op")
    assert re.search(r"\b2\b", other)

    def quiet() -> None:
        assert ids(orders, "silver") == [1, 2]
        again = orders.build()
        assert not told(again, "has_v") and not told(again, "known_op")

    def protect(on: bool) -> None:
        silver(orders, RULES, **(config if on else {}))

    each_way_leads_out(orders, warning, quiet, protect=protect if protected else None)


def null_keys(project: Project) -> tuple[Path, Callable[[list[str]], None], str]:
    """Files with a line without a key; what the message says in words; the message."""
    folder = project.root / "landing"
    hints = {"id": "integer", "v": "varchar", "op": "varchar", "seq": "integer"}
    streaming(project, "up", source(project, folder, columns=hints), full_refresh=False)
    land(folder, "a.json", {"id": 1, "v": "a", "op": "U", "seq": 1}, {"v": "b", "seq": 2})
    project.apply_changes("current", SILVER, **SCD1)
    message = project.run_expecting_error()
    return folder, lambda _command: silver(project, {"has_id": "id is not null"}), message


@pytest.mark.parametrize("protected", [False, True], ids=["", "protected"])
def test_the_error_of_null_keys_leads_out_of_it(project: Project, protected: bool) -> None:
    """The rule that it asks for comes too late for the rows that are in silver already.

    So the message names the command as well, and after both `dbt build` passes.
    """
    config = {"full_refresh": False} if protected else {}
    silver(project, {}, **config)
    folder, add_rule, message = null_keys(project)
    has(message, "current", "id", "silver")
    assert ways_out(message), f"the message names no command: {message}"

    def prepare(command: list[str]) -> None:
        add_rule(command)
        if protected:
            silver(project, {"has_id": "id is not null"}, **config)

    def protect(on: bool) -> None:
        silver(project, {"has_id": "id is not null"}, **(config if on else {}))

    def right() -> None:
        assert ids(project, "current") == [1] == ids(project, "silver")
        assert len(found(project, "silver__quarantine")) == 1

    each_way_leads_out(
        project, message, right, protect=protect if protected else None, prepare=prepare
    )
    land(folder, "b.json", {"id": 2, "v": "b", "op": "U", "seq": 3})
    project.build()
    assert ids(project, "current") == [1, 2]
