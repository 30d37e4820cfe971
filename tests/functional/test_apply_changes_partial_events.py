"""Columns to update beside the examples: ties, spellings, drift, what is told, what is left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from project import Project, Row
from recipes import found
from targets import rebuild

TYPES = {"k": "integer", "n": "integer", "op": "varchar", "a": "varchar", "b": "integer"}
OPTIONS = {
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "column_list": ["k", "a", "b"],
    "columns_to_update": "sets",
}
NAMES = ("now", "history", "snap")


def write(project: Project, **options: Any) -> None:
    """The three targets."""
    meta = {name: came for name, came in {**OPTIONS, **options}.items() if came is not None}
    project.apply_changes("now", keys="k", **meta)
    project.apply_changes("history", keys="k", stored_as_scd_type=2, **meta)
    project.snapshot("snap", unique_key="k", **meta)


def event(n: int, sets: Any, a: Any = None, b: Any = None, op: str = "U", k: int = 1) -> Row:
    """An event."""
    return {"k": k, "n": n, "op": op, "a": a, "b": b, "sets": sets}


def load(project: Project, *events: Row, kind: str = "varchar[]", **types: str) -> None:
    """The events of the next run."""
    project.load("events", events, **{**TYPES, **types}, sets=kind)


def counts(project: Project) -> set[tuple[int, int]]:
    """(duplicates, conflicts) of the last run, the same in all three."""
    flows = project.flows()
    found = ("num_duplicate_rows", "num_conflicts")
    return {tuple(flows[name][count] for count in found) for name in NAMES}


def now(project: Project) -> list[tuple]:
    """The rows of the SCD1 model, which are the current ones of the other two."""
    rows = found(project, "now", "k", "a", "b")
    for name in NAMES[1:]:
        current = [row for row in project.rows(name) if row["valid_to"] is None]
        assert sorted(tuple(row[c] for c in "kab") for row in current) == sorted(rows), name
    return rows


def orders(*events: Row) -> Iterable[list[list[Row]]]:
    """One run, two runs, two runs the other way round."""
    half = len(events) // 2
    return [[[*events]], [[*events[:half]], [*events[half:]]], [[*events[half:]], [*events[:half]]]]


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_a_tie_of_different_sets_is_decided_by_the_values(project: Project, cut: int) -> None:
    """Ties: what is not set is null there; between equal values the greater set of columns wins."""
    write(project)
    batches = orders(
        event(1, None, "x", 1, k=1),
        event(1, None, "x", 1, k=2),
        event(2, ["a"], "y", 7, k=1),
        event(2, ["b"], None, None, k=2),
        event(2, ["b"], "z", 5, k=1),
        event(2, [], "z", 5, k=2),
    )[cut]
    told, conflicts = [], 0
    for batch in batches:
        load(project, *batch)
        told += [text for text in project.build().warnings if text.startswith("now: ")]
        ((_duplicates, count),) = counts(project)
        conflicts += count
    assert now(project) == [(1, "y", 1), (2, "x", None)]
    assert conflicts == 2
    assert all("conflicting upserts" in text for text in told)
    if cut < 2:  # else each run has one of the two
        assert len(told) == 1 and "The upserts differ in a, b." in told[0]


def test_what_is_not_set_makes_no_difference(project: Project) -> None:
    """Columns to update: copies, in a run and over runs; a delete's list says nothing."""
    write(project)
    same = [
        event(1, ["a"], "x", 1),
        event(1, ["A", "a", "k", None], "x", 2),
        event(2, None, "y", 2),
        event(2, ["b", "a"], "y", 2),
        event(3, ["a"], op="D"),
        event(3, None, op="D"),
    ]
    load(project, *same)
    run = project.build()
    assert not run.warnings
    assert counts(project) == {(3, 0)}
    before = [project.contents(name) for name in NAMES]
    load(project, event(1, ["A"], "x", 9), event(2, ["a", "b", "k"], "y", 2), *same[4:])
    project.build()
    assert counts(project) == {(4, 0)}
    assert [project.contents(name) for name in NAMES] == before


def test_lists_in_text_and_names_that_are_no_columns(project: Project) -> None:
    """Columns to update: JSON in a text will do, unknown names are told, other texts are errors."""
    write(project)
    first = event(1, '["a", "b"]', "x", 1)
    load(project, first, event(2, ' ["B", "op", "nope"]', "y", 2), kind="varchar")
    run = project.build()
    assert now(project) == [(1, "x", 2)]
    assert {text.split(":")[0] for text in run.warnings} == set(NAMES)
    assert all("so nothing is set by them: nope." in text for text in run.warnings)

    for broken in ("a,b", '{"a": 1}', '"a"', ""):
        load(project, event(3, broken, "z", 3), kind="varchar")
        message = project.run_expecting_error("--select", "now", command="run")
        assert "columns_to_update must be a column that holds lists" in message
        assert "'sets', where 1 events have something else" in message
    load(project, event(3, "null", "z", 3), kind="varchar")
    project.build()
    assert now(project) == [(1, "z", 3)]


def test_drift_rebuild_and_a_full_refresh(project: Project) -> None:
    """Drift: the events are made by the option; the kept ones know what each of them set."""
    write(project)
    load(project, event(1, None, "x", 1), event(3, ["a"], "z", 9))
    project.build()
    load(project, event(2, ["B"], "w", 2))
    project.build()
    rows = [("x", 1, 1, 2), ("x", 2, 2, 3), ("z", 2, 3, None)]

    def check() -> None:
        for name in ("history", "snap"):
            assert found(project, name, "a", "b", "valid_from", "valid_to") == rows
        assert now(project) == [(1, "z", 2)]

    check()
    write(project, columns_to_update="SETS", column_list=["K", "B", "A"])
    project.build("--full-refresh")  # of models without a stream: the kept events
    check()
    for name in NAMES:
        project.query(f"delete from {project.table(name)}")
        assert rebuild(project, dataset=name).success, project.last.error
    check()

    before = [project.contents(name) for name in NAMES]
    write(project, columns_to_update=None)
    run = project.dbt("build")
    for name in NAMES:
        assert 'columns_to_update was "sets" and is now null' in run.messages[name].lower()
        assert not rebuild(project, dataset=name).success
        assert 'columns_to_update was "sets" and is now null' in project.last.error.lower()
    assert [project.contents(name) for name in NAMES] == before


def test_a_column_that_comes_later_may_be_named_before(project: Project) -> None:
    """Convergence: an event that lists it sets it to null, in whatever order the columns come."""
    early = event(5, ["a", "c"], "x")
    late = [{**event(1, None, "w", 1), "c": 1}, {**event(7, ["b"], None, 7), "c": 9}]
    seen = []
    for batches in ([[early], late], [late, [early]], [[*late, early]]):
        project.drop_database()
        write(project, column_list=None, except_column_list=["n", "op"])
        for batch in batches:
            load(project, *batch, **({"c": "integer"} if late[0] in batch else {}))
            project.build()
        seen.append([sorted(row.items()) for row in project.rows("now")])
    assert seen[0] == seen[1] == seen[2]
    assert dict(seen[0][0]) == {"k": 1, "a": "x", "b": 7, "c": None}


def test_a_target_that_has_metadata_keeps_it_until_it_starts_over(project: Project) -> None:
    """Changed: what was made before the columns stayed out goes on as it was."""
    query = "select *, 'f' || n as _metadata, 'r' || n as _rescued_data from raw.events"

    def write(**meta: Any) -> None:
        meta = {"sequence_by": "n", "apply_as_deletes": "op = 'D'", **meta}
        project.apply_changes("now", query, keys="k", **meta)
        project.snapshot("snap", query, unique_key="k", **meta)

    write(column_list=["k", "a", "_metadata", "_rescued_data"])
    project.load("events", [{"k": 1, "n": 1, "op": "U", "a": "x", "b": 1}], **TYPES)
    project.build()
    write()
    project.load("events", [{"k": 1, "n": 2, "op": "U", "a": "x", "b": 1}], **TYPES)
    project.build()
    assert found(project, "now", "a", "_metadata", "_rescued_data") == [("x", "f2", "r2")]
    assert found(project, "snap", "_metadata", "valid_from") == [("f1", 1), ("f2", 2)]
    args = json.dumps({"dataset": "snap", "start_over": True})
    for name in ("snap", "now"):
        args = json.dumps({"dataset": name, "start_over": True})
        project.run("sluice.rebuild", "--args", args, command="run-operation")
    project.build()
    for name in ("now", "snap"):
        assert not {"_metadata", "_rescued_data"} & set(project.columns(name)), name
