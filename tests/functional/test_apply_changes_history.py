"""The versions of SCD type 2, in a model and in a snapshot, and the nulls that keep a value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from examples import at, intervals
from project import Project
from reference import canonical
from targets import GOOD, SCD2, TYPES, Trio

# --- History --------------------------------------------------------------------------------------

SEQUENCES = {
    "integer": (1, 2, 10),
    "decimal(10,2)": (Decimal("1.00"), Decimal("1.50"), Decimal("2.00")),
    "varchar": ("2026-01", "2026-02", "2026-1"),
    "date": (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 1)),
    "timestamp": tuple(datetime(2026, 1, 1) + timedelta(microseconds=n) for n in range(3)),
    "timestamp with time zone": tuple(
        datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(hours=n) for n in range(3)
    ),
}


@pytest.mark.parametrize("kind", SEQUENCES)
def test_the_interval_has_the_type_of_the_sequence(trio: Callable[..., Trio], kind: str) -> None:
    """History, for every sortable type; half-open intervals, null is now."""
    first, second, third = SEQUENCES[kind]
    three = trio(types={**TYPES, "n": kind})
    three.run(at(first, a="x"), at(third, a="z"))
    three.run(at(second, a="y"))
    assert three.versions() == [(first, second, "x"), (second, third, "y"), (third, None, "z")]
    for name in ("history", "snap"):
        columns = three.project.columns(name)
        assert columns["valid_from"].lower() == kind
        assert columns["valid_to"].lower() == kind


def test_a_composite_sequence_makes_a_struct(trio: Callable[..., Trio]) -> None:
    """History: with the parts' names; the parts compare from left to right."""
    three = trio(
        types={**TYPES, "m": "bigint"},
        sequence_by=["n", "m"],
        except_column_list=["n", "m", "op"],
    )
    three.run(at(2, a="y", m=0), at(1, a="x", m=9))
    three.run(at(1, a="w", m=5))
    assert three.now() == [{"k": 1, "a": "y", "b": None}]
    assert three.versions() == [((1, 5), (1, 9), "w"), ((1, 9), (2, 0), "x"), ((2, 0), None, "y")]
    for name in ("history", "snap"):
        interval = three.project.columns(name)["valid_from"].replace('"', "")
        assert interval == "STRUCT(n INTEGER, m BIGINT)"
        (row,) = three.project.query(
            f"select valid_from.n, valid_from.m from {three.project.table(name)} where a = 'w'"
        )
        assert row == {"n": 1, "m": 5}


def test_a_sequence_may_be_an_expression(trio: Callable[..., Trio]) -> None:
    """An SQL expression, over columns that the column list drops."""
    three = trio(sequence_by="-n")
    three.run(at(1, a="last"), at(2, a="first"))
    assert three.now() == [{"k": 1, "a": "last", "b": None}]
    assert three.versions() == [(-2, -1, "first"), (-1, None, "last")]


def test_equal_neighbours_are_one_row(trio: Callable[..., Trio]) -> None:
    """History: start of the first event, values of the last; every column but the key tracked."""
    three = trio()
    three.run(at(1, a="x", b=1), at(2, a="x", b=1))
    three.run(at(3, a="x", b=1), at(0, a="x", b=1))
    assert three.versions() == [(0, None, "x")]
    three.run(at(4, a="x", b=2))
    assert three.versions() == [(0, 4, "x"), (4, None, "x")]


@pytest.mark.parametrize(
    "track",
    [{"track_history_column_list": ["a"]}, {"track_history_except_column_list": ["b"]}],
    ids=["list", "except"],
)
def test_untracked_columns_take_the_value_of_the_last_event(
    trio: Callable[..., Trio], track: dict[str, Any]
) -> None:
    """History: the last by sequence, not by arrival."""
    three = trio(**track)
    three.run(at(3, a="x", b=3))
    three.run(at(1, a="x", b=1), at(4, "D"))
    three.run(at(2, a="x", b=2))
    assert three.versions() == [(1, 4, "x")]
    assert three.versions("b") == [(1, 4, 3)]


def test_a_late_event_splits_an_interval_and_a_run(trio: Callable[..., Trio]) -> None:
    """History: a closed interval, the open one, and a run of equal events."""
    three = trio()
    three.run(at(1, a="x"), at(3, a="x"), at(5, a="x"), at(7, a="y"))
    assert three.versions() == [(1, 7, "x"), (7, None, "y")]
    three.run(at(4, a="z"))
    assert three.versions() == [(1, 4, "x"), (4, 5, "z"), (5, 7, "x"), (7, None, "y")]
    three.run(at(6, a="w"))
    assert three.versions() == [
        (1, 4, "x"),
        (4, 5, "z"),
        (5, 6, "x"),
        (6, 7, "w"),
        (7, None, "y"),
    ]


def test_a_late_delete_closes_and_leaves_no_phantom(trio: Callable[..., Trio]) -> None:
    """History: no row of the delete, none of zero width; the rest of the run opens anew."""
    three = trio()
    three.run(at(1, a="x"), at(3, a="x"), at(5, "D"))
    three.run(at(2, "D"), at(0, "D"), at(4, "D"), at(6, "D"))
    assert three.versions() == [(1, 2, "x"), (3, 4, "x")]
    three.run(at(3, "D"))
    assert three.versions() == [(1, 2, "x")]


def test_a_gap_is_never_bridged(trio: Callable[..., Trio]) -> None:
    """History: the same values before and after a delete are two rows."""
    three = trio()
    three.run(at(1, a="x"), at(2, "D"), at(3, a="x"))
    assert three.versions() == [(1, 2, "x"), (3, None, "x")]


def test_interval_columns_have_the_names_that_the_model_gives(project: Project) -> None:
    """History: start_at and end_at name the interval."""
    options = {"start_at": "since", "end_at": "until", "stored_as_scd_type": 2}
    project.apply_changes("history", **GOOD, **options)
    project.load("events", [at(1, a="x"), at(2, a="y")], **TYPES)
    project.run()
    assert canonical(project.rows("history")) == canonical(
        [
            {"k": 1, "a": "x", "b": None, "since": 1, "until": 2},
            {"k": 1, "a": "y", "b": None, "since": 2, "until": None},
        ]
    )


# --- Ignored nulls --------------------------------------------------------------------------------


def test_ignored_nulls_keep_the_value_before(trio: Callable[..., Trio]) -> None:
    """Ignored nulls: in sequence order, a late event re-fills what follows, a delete ends it."""
    three = trio(ignore_null_updates=True)
    three.run(at(1, a="x", b=1), at(5, a=None, b=5), at(9, a=None, b=None))
    assert three.versions() == [(1, 5, "x"), (5, None, "x")]
    three.run(at(3, a="y", b=None))
    assert three.versions() == [(1, 3, "x"), (3, 5, "y"), (5, None, "y")]
    assert three.versions("b") == [(1, 3, 1), (3, 5, 1), (5, None, 5)]
    assert three.now() == [{"k": 1, "a": "y", "b": 5}]
    three.run(at(7, "D"))
    assert three.versions("b") == [(1, 3, 1), (3, 5, 1), (5, 7, 5), (9, None, None)]
    assert three.now() == [{"k": 1, "a": None, "b": None}]


@pytest.mark.parametrize(
    "option",
    [
        {"ignore_null_updates_column_list": ["a"]},
        {"ignore_null_updates_except_column_list": ["b"]},
    ],
    ids=["list", "except"],
)
def test_ignored_nulls_of_some_columns(trio: Callable[..., Trio], option: dict[str, Any]) -> None:
    """Ignored nulls: the other columns take the null."""
    three = trio(**option)
    three.run(at(2, a=None, b=None))
    three.run(at(1, a="x", b=1))
    assert three.now() == [{"k": 1, "a": "x", "b": None}]
    assert three.versions() == [(1, 2, "x"), (2, None, "x")]


def test_nulls_overwrite_by_default(trio: Callable[..., Trio]) -> None:
    """ignore_null_updates is false unless it is set."""
    three = trio()
    three.run(at(1, a="x", b=1), at(2, a=None, b=2))
    assert three.now() == [{"k": 1, "a": None, "b": 2}]


def test_a_struct_is_one_value_for_ignored_nulls(project: Project) -> None:
    """Ignored nulls are whole columns: a struct with null fields replaces the one before it."""
    address = "struct(city varchar, zip varchar)"
    types = {**TYPES, "a": address}
    meta = {**GOOD, "ignore_null_updates": True}
    project.apply_changes("now", **meta)
    project.apply_changes("history", **meta, **SCD2)
    events = [
        at(1, a={"city": "Oaxaca", "zip": "68000"}, b=1),
        at(3, a={"city": "Cancun", "zip": None}, b=None),
        at(5, a=None, b=5),
        at(7, a={"city": None, "zip": None}),
    ]
    project.load("events", events[:3], **types)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": ("Cancun", None), "b": 5}]
    project.load("events", events[3:], **types)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": (None, None), "b": 5}]
    assert intervals(project.rows("history")) == [
        (1, 3, ("Oaxaca", "68000")),
        (3, 5, ("Cancun", None)),
        (5, 7, ("Cancun", None)),
        (7, None, (None, None)),
    ]
