"""`columns_to_update`: an event says which columns it sets, so null can be said and not said.

A column of the query holds, per event, the list of the columns that it sets, nulls included. Null
sets all; the columns that a list does not name keep what the key had just before in sequence order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

import pytest

from project import Project, Row
from recipes import found as values

TYPES = {"k": "integer", "n": "integer", "op": "varchar", "a": "varchar", "b": "varchar"}
OPTIONS = {
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "except_column_list": ["n", "op", "sets"],
    "columns_to_update": "sets",
}
FULL = None
"""The list of an event that sets all."""


def targets(
    project: Project, text: str = "select * from raw.events", key: str = "k", **options: Any
) -> None:
    """Write the SCD1 model, the SCD2 model and the snapshot."""
    meta = {**OPTIONS, **options}
    project.apply_changes("t_now", text, keys=key, **meta)
    project.apply_changes("t_history", text, keys=key, stored_as_scd_type=2, **meta)
    project.snapshot("t_snap", text, unique_key=key, **meta)


def event(
    n: int,
    sets: Sequence[str] | None,
    a: Any = None,
    b: Any = None,
    op: str = "U",
    k: int | None = 1,
) -> Row:
    """An event of key `k` at `n`."""
    return {"k": k, "n": n, "op": op, "a": a, "b": b, "sets": sets}


def load(project: Project, events: Iterable[Row], kind: str = "varchar[]") -> None:
    """The events of the next run."""
    project.load("events", events, **TYPES, sets=kind)


def found(project: Project, name: str) -> list[tuple]:
    """(k, a, b) of the current rows; for a history with its interval."""
    interval = () if name == "t_now" else ("valid_from", "valid_to")
    return values(project, name, "k", "a", "b", *interval)


# name: (events, rows of the history as (a, b, valid_from, valid_to), in their order)
EXAMPLES: dict[str, tuple[list[Row], list[tuple]]] = {
    "null_is_said": (
        [
            event(1, FULL, "name", "long text"),
            event(2, ["a"], "other", None),
            event(3, ["a", "b"], "other", None),
        ],
        [("name", "long text", 1, 2), ("other", "long text", 2, 3), ("other", None, 3, None)],
    ),
    "what_is_not_listed_is_not_taken": (
        [event(1, FULL, "1", "1"), event(2, ["b"], "ignored", "2"), event(3, ["A"], "3", "x")],
        [("1", "1", 1, 2), ("1", "2", 2, 3), ("3", "2", 3, None)],
    ),
    "nothing_survives_a_delete": (
        [
            event(1, FULL, "1", "1"),
            event(2, FULL, op="D"),
            event(3, ["b"], None, "3"),
            event(4, ["a"], "4", None),
        ],
        [("1", "1", 1, 2), (None, "3", 3, 4), ("4", "3", 4, None)],
    ),
    "nothing_survives_a_truncate": (
        [event(1, FULL, "1", "1"), event(3, ["b"], "x", "3"), event(2, FULL, op="T", k=None)],
        [("1", "1", 1, 2), (None, "3", 3, None)],
    ),
    "a_first_event_of_a_part": (
        [event(1, ["a"], "1", "ignored"), event(2, ["b"], None, "2")],
        [("1", None, 1, 2), ("1", "2", 2, None)],
    ),
    "a_null_list_sets_all_and_an_empty_one_none": (
        [event(1, ["a", "b"], "1", "1"), event(2, [], "x", "x"), event(3, FULL, None, "3")],
        [("1", "1", 1, 3), (None, "3", 3, None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("kind", ["varchar[]", "json"])
def test_an_event_sets_the_columns_that_it_lists(project: Project, name: str, kind: str) -> None:
    """Explicit null and "not sent" are two things, in all three targets.

    Chosen: an unlisted column is kept whatever stands in it; an empty list sets nothing; names are
    compared without regard to case, as everywhere; a list may be JSON, for files bring it as that.
    """
    events, history = EXAMPLES[name]
    targets(project, f"select k, n, op, a, b, sets::{kind} as sets from raw.events")
    load(project, events)
    project.build()
    now = [(1, a, b) for a, b, _start, end in history if end is None]
    assert found(project, "t_now") == now
    for table in ("t_history", "t_snap"):
        rows = [row[1:] for row in found(project, table)]
        assert sorted(rows, key=lambda row: row[2]) == history, table


FOUR = [
    event(1, FULL, "1", "1"),
    event(2, ["a"], None, "ignored"),
    event(3, ["b"], "ignored", "3"),
    event(4, [], None, None),
]
FOUR_WITH_A_DELETE = [
    event(1, FULL, "1", "1"),
    event(2, ["a"], "2", None),
    event(3, FULL, op="D"),
    event(4, ["b"], "ignored", "4"),
]
SETS_OF_FOUR: dict[str, tuple[list[Row], list[tuple]]] = {
    "updates": (FOUR, [("1", "1", 1, 2), (None, "1", 2, 3), (None, "3", 3, None)]),
    "a_delete": (FOUR_WITH_A_DELETE, [("1", "1", 1, 2), ("2", "1", 2, 3), (None, "4", 4, None)]),
}


@pytest.mark.parametrize("name", SETS_OF_FOUR)
def test_every_order_of_arrival_gives_the_same_rows(project: Project, name: str) -> None:
    """Late events re-fill what follows. Each order is a key of its own, a run an event.

    A replay and a full refresh change no byte then, nor does a rebuild of the snapshot.
    """
    events, history = SETS_OF_FOUR[name]
    targets(project)
    orders = list(permutations(events))
    arrivals = [
        [{**order[step], "k": key} for key, order in enumerate(orders)] for step in range(4)
    ]
    for batch in arrivals:
        load(project, batch)
        project.run()
        project.run("--select", "t_snap", command="snapshot")

    def check() -> None:
        now = [(a, b) for a, b, _start, end in history if end is None]
        assert found(project, "t_now") == [(key, *row) for key in range(24) for row in now]
        for table in ("t_history", "t_snap"):
            wrong = {}
            rows = found(project, table)
            for key, order in enumerate(orders):
                own = sorted((row[1:] for row in rows if row[0] == key), key=lambda row: row[2])
                if own != history:
                    wrong[tuple(e["n"] for e in order)] = own
            assert wrong == {}, table

    check()
    before = [project.contents(table) for table in ("t_now", "t_history", "t_snap")]
    load(project, arrivals[1])
    project.run()
    project.run("--select", "t_snap", command="snapshot")
    assert [project.contents(table) for table in ("t_now", "t_history", "t_snap")] == before
    project.run("--full-refresh")
    project.run("sluice.rebuild", "--args", "{dataset: t_snap}", command="run-operation")
    check()


# --- misuse ---------------------------------------------------------------------------------------

MISUSE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_column": ({"columns_to_update": "lists"}, ["columns_to_update", "'lists'", "sets"]),
    "no_list": ({"columns_to_update": "a"}, ["columns_to_update", "list", "'a'"]),
    "no_name": ({"columns_to_update": ["sets"]}, ["columns_to_update", "sets"]),
    "with_nulls": ({"ignore_null_updates": True}, ["columns_to_update", "ignore_null_updates"]),
    "with_a_list": (
        {"ignore_null_updates_column_list": ["a"]},
        ["columns_to_update", "ignore_null_updates_column_list"],
    ),
    "with_an_except_list": (
        {"ignore_null_updates_except_column_list": ["a"]},
        ["columns_to_update", "ignore_null_updates_except_column_list"],
    ),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_of_columns_to_update_is_an_error(project: Project, name: str) -> None:
    """It is a column of the query that holds lists, and excludes ignore_null_updates.

    A column of plain texts is no list: `a` would set nothing, and no one would be told.
    """
    options, words = MISUSE[name]
    project.apply_changes("t_now", keys="k", **{**OPTIONS, **options})
    load(project, [event(1, FULL, "1", "1")])
    error = project.run_expecting_error("--select", "t_now", command="run")
    assert "configuration errors in model.consumer.t_now" in error
    for word in words:
        assert word in error, error
