"""AUTO CDC by example: each rule of design.md §3, seen in the tables of real dbt runs.

Every test replaces a raw table between the runs, so that each run gets a batch of events. Most
targets come in a trio over the same events: an SCD1 model (`now`), an SCD2 model (`history`) and a
snapshot (`snap`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from examples import (
    LAKEFLOW,
    LAKEFLOW_SCD1,
    LAKEFLOW_SCD1_TRUNCATED,
    LAKEFLOW_SCD2,
    LAKEFLOW_SCD2_NAME_TRACKED,
    LAKEFLOW_TRUNCATE,
    at,
    feed,
    intervals,
)
from project import Project, Run
from reference import Counts, Event, Feed, Row, canonical

TYPES = {"k": "integer", "n": "integer", "op": "varchar", "a": "varchar", "b": "integer"}
OPTIONS = {
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "except_column_list": ["n", "op"],
}
HISTORY_OPTIONS = ("track_history_column_list", "track_history_except_column_list")


class Trio:
    """An SCD1 model, an SCD2 model and a snapshot with the same options over `raw.events`."""

    def __init__(self, project: Project, types: dict[str, str]) -> None:
        self.project = project
        self.types = dict(types)

    def write(self, **options: Any) -> None:
        """(Re)write the three with the options of the short feed and these."""
        meta = {**OPTIONS, "keys": ["k"], **options}
        keys = meta.pop("keys")
        scd1 = {name: value for name, value in meta.items() if name not in HISTORY_OPTIONS}
        self.project.apply_changes("now", keys=keys, **scd1)
        self.project.apply_changes("history", keys=keys, stored_as_scd_type=2, **meta)
        unique_key = keys[0] if len(keys) == 1 else keys
        self.project.snapshot("snap", unique_key=unique_key, **meta)

    def run(self, *events: Event) -> Run:
        """One batch."""
        self.project.load("events", events, **self.types)
        return self.project.build()

    def now(self) -> list[Row]:
        """The rows of the SCD1 model."""
        return self.project.rows("now")

    def versions(self, value: str = "a") -> list[tuple]:
        """(from, to, value) of the SCD2 model; the snapshot has the same rows."""
        history, snapshot = self.project.rows("history"), self.project.history("snap")
        assert canonical(history) == canonical(snapshot)
        current = [
            {name: v for name, v in row.items() if name not in ("valid_from", "valid_to")}
            for row in history
            if row["valid_to"] is None
        ]
        assert canonical(current) == canonical(self.now())  # rule 9
        return intervals(history, value)

    def contents(self) -> dict[str, list[tuple]]:
        """All that the three tables hold."""
        return {name: self.project.contents(name) for name in ("now", "history", "snap")}

    def equals(self, reference: Feed, events: Sequence[Event]) -> None:
        """The three tables are what the reference says; a column that an event lacks is null."""
        events = [{**dict.fromkeys(self.types), **event} for event in events]
        assert canonical(self.now()) == canonical(reference.scd1(events))
        assert canonical(self.project.rows("history")) == canonical(reference.scd2(events))
        assert canonical(self.project.history("snap")) == canonical(reference.scd2(events))


@pytest.fixture(scope="module")
def projects() -> dict[str, Project]:
    """The projects of the tests that only load and run, by the options of their targets."""
    return {}


@pytest.fixture
def trio(
    template: Project, tmp_path_factory: pytest.TempPathFactory, projects: dict[str, Project]
) -> Callable[..., Trio]:
    """Make the three targets over an empty database.

    Tests with equal options share a project, which saves parsing it; a test that changes a file
    says ``own=True``.
    """

    def make(*, own: bool = False, **options: Any) -> Trio:
        types = options.pop("types", TYPES)
        key = repr(options)
        if not own and key in projects:
            projects[key].drop_database()
            return Trio(projects[key], types)
        project = Project(tmp_path_factory.mktemp("trio"), template=template)
        three = Trio(project, types)
        three.write(**options)
        if not own:
            projects[key] = project
        return three

    return make


# --- Lakeflow's worked examples (lakeflow.md §5) ------------------------------------------------

LAKEFLOW_TYPES = {
    "userId": "integer",
    "name": "varchar",
    "city": "varchar",
    "operation": "varchar",
    "sequenceNum": "integer",
}


@pytest.mark.parametrize("batches", ["one run", "a run each, last event first"])
def test_lakeflow_examples(project: Project, batches: str) -> None:
    """The docs' rows exactly: SCD1 before and after the truncate, SCD2, SCD2 with name tracked."""
    without_truncate = {
        "sequence_by": "sequenceNum",
        "apply_as_deletes": "operation = 'DELETE'",
        "except_column_list": ["operation", "sequenceNum"],
    }
    options = {**without_truncate, "apply_as_truncates": "operation = 'TRUNCATE'"}
    project.apply_changes("users", keys=["userId"], **options)
    tracked = {
        "": {},
        "_list": {"track_history_column_list": ["name"]},
        "_except": {"track_history_except_column_list": ["city"]},
    }
    for suffix, track in tracked.items():
        meta = {**without_truncate, **track}
        project.apply_changes(f"model{suffix}", keys=["userId"], stored_as_scd_type=2, **meta)
        project.snapshot(f"snapshot{suffix}", unique_key="userId", **meta)

    arrivals = [LAKEFLOW] if batches == "one run" else [[event] for event in reversed(LAKEFLOW)]
    for batch in arrivals:
        project.load("events", batch, **LAKEFLOW_TYPES)
        project.build()

    assert canonical(project.rows("users")) == canonical(LAKEFLOW_SCD1)
    for suffix in tracked:
        rows = LAKEFLOW_SCD2_NAME_TRACKED if suffix else LAKEFLOW_SCD2
        assert canonical(project.rows(f"model{suffix}")) == canonical(rows)
        assert canonical(project.history(f"snapshot{suffix}")) == canonical(rows)

    project.load("events", [LAKEFLOW_TRUNCATE], **LAKEFLOW_TYPES)
    project.run("--select", "users")
    assert canonical(project.rows("users")) == canonical(LAKEFLOW_SCD1_TRUNCATED)


def test_the_tables_hold_the_users_columns(trio: Callable[..., Trio]) -> None:
    """The tables hold the user's columns in their order, then the interval, and nothing of ours."""
    three = trio()
    three.run(at(1, a="x", b=1))
    project = three.project
    assert project.columns("now") == {"k": "INTEGER", "a": "VARCHAR", "b": "INTEGER"}
    interval = {"valid_from": "INTEGER", "valid_to": "INTEGER"}
    assert list(project.columns("history").items()) == [
        *project.columns("now").items(),
        *interval.items(),
    ]
    assert set(project.columns("snap")) == {
        *project.columns("history"),
        "dbt_scd_id",
        "dbt_updated_at",
    }
    relations = project.query(
        "select table_name from information_schema.tables "
        f"where table_schema = '{project.schema}' order by all"
    )
    assert [row["table_name"] for row in relations] == ["history", "now", "snap"]


# --- rules 1 and 2: the set of events, the highest sequence -------------------------------------


def test_a_late_event_never_overwrites_a_newer_one(trio: Callable[..., Trio]) -> None:
    """Rule 2, with the late event in a run of its own."""
    three = trio()
    three.run(at(5, a="new"))
    three.run(at(3, a="old"))
    assert three.now() == [{"k": 1, "a": "new", "b": None}]
    assert three.versions() == [(3, 5, "old"), (5, None, "new")]


def test_a_deleted_key_stays_deleted_for_older_events(trio: Callable[..., Trio]) -> None:
    """Rules 1 and 2: a delete is remembered, also one of a key that nobody saw before."""
    three = trio()
    three.run(at(5, "D"), at(5, "D", k=2), at(1, a="x", k=2))
    assert three.now() == []
    three.run(at(4, a="x"))
    assert three.now() == []
    assert three.versions() == [(1, 5, "x"), (4, 5, "x")]
    three.run(at(6, a="back"))
    assert three.now() == [{"k": 1, "a": "back", "b": None}]
    assert three.versions() == [(1, 5, "x"), (4, 5, "x"), (6, None, "back")]


def test_empty_batches(trio: Callable[..., Trio]) -> None:
    """A run without events is fine, the first one too."""
    three = trio()
    three.run()
    assert three.contents() == {"now": [], "history": [], "snap": []}
    three.run(at(1, a="x"))
    before = three.contents()
    three.run()
    assert three.contents() == before
    assert three.versions() == [(1, None, "x")]


# --- rule 3: ties -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["delete", "upsert", "together"])
def test_a_delete_beats_an_upsert_at_its_sequence(trio: Callable[..., Trio], first: str) -> None:
    """Rule 3, whichever comes first."""
    upsert, delete = at(2, a="y"), at(2, "D")
    batches = {
        "delete": [[delete], [upsert]],
        "upsert": [[upsert], [delete]],
        "together": [[upsert, delete]],
    }
    three = trio()
    three.run(at(1, a="x"))
    for batch in batches[first]:
        three.run(*batch)
    assert three.now() == []
    assert three.versions() == [(1, 2, "x")]


@pytest.mark.parametrize("winner_first", [True, False])
def test_the_greatest_of_conflicting_upserts_wins(
    trio: Callable[..., Trio], winner_first: bool
) -> None:
    """Rule 3: the columns decide in alphabetical order, null is the lowest; with a warning."""
    three = trio(types={**TYPES, "Z": "integer"})
    winner, loser, lowest = at(1, a="b", b=1, Z=None), at(1, a="Z", b=9, Z=9), at(1, b=9, Z=9)
    events = [winner, loser, lowest] if winner_first else [lowest, loser, winner]
    runs = [three.run(event) for event in events]
    assert three.now() == [{"k": 1, "a": "b", "b": 1, "Z": None}]
    assert three.versions() == [(1, None, "b")]
    assert not any("conflict" in text.lower() for text in runs[0].warnings)
    for run in runs[1:]:
        for name in ("now", "history", "snap"):
            told = [w for w in run.warnings if "conflict" in w.lower() and name in w]
            assert told and all(re.search(r"\b1\b", text) for text in told), run.warnings

    # a delete at the same place is no upsert, so it brings no conflict that was not there before
    ended = three.run(at(1, "D"))
    assert not any("conflict" in text.lower() for text in ended.warnings)
    assert not any(flow["num_conflicts"] for flow in three.project.flows().values())
    assert three.now() == []


# --- rule 4: nulls in keys and sequences --------------------------------------------------------


@pytest.mark.parametrize("target", ["now", "history", "snap"])
def test_null_keys_and_sequences_fail_the_batch(trio: Callable[..., Trio], target: str) -> None:
    """Rule 4: nothing is written; the error counts by column and names the target."""
    types = {"k": "integer", "j": "integer", "n": "integer", "m": "integer", "op": "varchar"}
    three = trio(
        types=types,
        keys=["k", "j"],
        sequence_by=["n", "m"],
        except_column_list=["n", "m", "op"],
    )
    good = at(1, j=1, m=1)
    three.run(good)
    before = three.contents()
    bad = [
        at(2, j=1, m=2),
        at(2, j=None, m=2),
        at(2, j=None, m=3),
        at(2, j=None, m=4),
        at(2, j=1, m=None),
        at(2, j=2, m=None),
        at(2, "T", k=None, j=None, m=1),
    ]
    three.project.load("events", bad, **types)
    message = three.project.run_expecting_error("--select", target)
    assert target in message
    assert 3 in told(message, "j")
    assert 2 in told(message, "m")
    assert not told(message, "k")
    assert not told(message, "n")
    assert three.contents() == before
    three.run(at(2, j=1, m=2))
    assert len(three.project.contents(target)) == 1


def told(message: str, column: str) -> list[int]:
    """The numbers in the lines of a message that name a column."""
    lines = [line for line in message.splitlines() if re.search(rf"\b{column}\b", line)]
    return [int(number) for line in lines for number in re.findall(r"\b\d+\b", line)]


def test_a_truncate_needs_a_sequence(trio: Callable[..., Trio]) -> None:
    """Rule 4: a truncate is exempt from the key check only."""
    three = trio()
    three.project.load("events", [at(None, "T", k=None)], **TYPES)
    message = three.project.run_expecting_error("--select", "now")
    assert "now" in message
    assert 1 in told(message, "n")


# --- rule 5: null conditions --------------------------------------------------------------------


def test_a_null_condition_is_false(trio: Callable[..., Trio]) -> None:
    """Rule 5: an unknown operation makes an upsert."""
    three = trio()
    three.run(at(1, a="x"), at(2, None, a="y"))
    assert three.now() == [{"k": 1, "a": "y", "b": None}]
    assert three.versions() == [(1, 2, "x"), (2, None, "y")]


# --- rule 6: truncates --------------------------------------------------------------------------


def test_a_truncate_removes_what_is_not_newer_whenever_it_arrives(
    trio: Callable[..., Trio],
) -> None:
    """Rule 6: before, with and after the events that it removes; also those of its sequence."""
    three = trio()
    three.run(at(4, "T", k=None), at(3, a="x"), at(4, a="x", k=2), at(5, a="new", k=3))
    assert three.now() == [{"k": 3, "a": "new", "b": None}]
    assert three.versions() == [(3, 4, "x"), (5, None, "new")]
    three.run(at(2, a="w", k=4), at(4, a="w", k=5))
    assert three.versions() == [(2, 4, "w"), (3, 4, "x"), (5, None, "new")]
    three.run(at(7, "T", k=None))
    assert three.now() == []
    assert three.versions() == [(2, 4, "w"), (3, 4, "x"), (5, 7, "new")]
    three.run(at(9, a="z"), at(8, "T", k=None))
    assert three.versions() == [(2, 4, "w"), (3, 4, "x"), (5, 7, "new"), (9, None, "z")]


# --- rule 7: history ----------------------------------------------------------------------------


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
    """Rule 7, for every sortable type; half-open intervals, null is now."""
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
    """Rule 7: with the parts' names; the parts compare from left to right."""
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
    """§2: a SQL expression, over columns that the column list drops."""
    three = trio(sequence_by="-n")
    three.run(at(1, a="last"), at(2, a="first"))
    assert three.now() == [{"k": 1, "a": "last", "b": None}]
    assert three.versions() == [(-2, -1, "first"), (-1, None, "last")]


def test_equal_neighbours_are_one_row(trio: Callable[..., Trio]) -> None:
    """Rule 7: start of the first event, values of the last; every column but the key tracked."""
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
    """Rule 7: the last by sequence, not by arrival."""
    three = trio(**track)
    three.run(at(3, a="x", b=3))
    three.run(at(1, a="x", b=1), at(4, "D"))
    three.run(at(2, a="x", b=2))
    assert three.versions() == [(1, 4, "x")]
    assert three.versions("b") == [(1, 4, 3)]


def test_a_late_event_splits_an_interval_and_a_run(trio: Callable[..., Trio]) -> None:
    """Rule 7: a closed interval, the open one, and a run of equal events."""
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
    """Rule 7: no row of the delete, none of zero width; the rest of the run opens anew."""
    three = trio()
    three.run(at(1, a="x"), at(3, a="x"), at(5, "D"))
    three.run(at(2, "D"), at(0, "D"), at(4, "D"), at(6, "D"))
    assert three.versions() == [(1, 2, "x"), (3, 4, "x")]
    three.run(at(3, "D"))
    assert three.versions() == [(1, 2, "x")]


def test_a_gap_is_never_bridged(trio: Callable[..., Trio]) -> None:
    """Rule 7: the same values before and after a delete are two rows."""
    three = trio()
    three.run(at(1, a="x"), at(2, "D"), at(3, a="x"))
    assert three.versions() == [(1, 2, "x"), (3, None, "x")]


def test_interval_columns_have_the_names_that_the_model_gives(project: Project) -> None:
    """§2: start_at and end_at."""
    options = {"start_at": "since", "end_at": "until", "stored_as_scd_type": 2}
    project.apply_changes("history", keys=["k"], **OPTIONS, **options)
    project.load("events", [at(1, a="x"), at(2, a="y")], **TYPES)
    project.run()
    assert canonical(project.rows("history")) == canonical(
        [
            {"k": 1, "a": "x", "b": None, "since": 1, "until": 2},
            {"k": 1, "a": "y", "b": None, "since": 2, "until": None},
        ]
    )


# --- rule 8: nulls that keep --------------------------------------------------------------------


def test_ignored_nulls_keep_the_value_before(trio: Callable[..., Trio]) -> None:
    """Rule 8: in sequence order, a late event re-fills what follows, a delete ends it."""
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
    """Rule 8: the other columns take the null."""
    three = trio(**option)
    three.run(at(2, a=None, b=None))
    three.run(at(1, a="x", b=1))
    assert three.now() == [{"k": 1, "a": "x", "b": None}]
    assert three.versions() == [(1, 2, "x"), (2, None, "x")]


def test_nulls_overwrite_by_default(trio: Callable[..., Trio]) -> None:
    """§2: ignore_null_updates is false unless it is set."""
    three = trio()
    three.run(at(1, a="x", b=1), at(2, a=None, b=2))
    assert three.now() == [{"k": 1, "a": None, "b": 2}]


# --- rule 9: replays ----------------------------------------------------------------------------


def test_a_replay_changes_no_byte(trio: Callable[..., Trio]) -> None:
    """Rule 9, for the first batch, the last one, and both together turned round."""
    three = trio(track_history_column_list=["a"])
    first = [at(1, a="x", b=1), at(5, "D"), at(7, a="x", b=7), at(2, a="y", k=2)]
    second = [at(3, a="x", b=3), at(3, a="w", b=3), at(4, "T", k=None), at(6, a="x", b=6)]
    three.run(*first)
    three.run(*second)
    before = three.contents()
    for batch in (first, second, [*reversed(second), *reversed(first)]):
        three.run(*batch)
        assert three.contents() == before


def test_a_failed_run_leaves_all_as_it_was(trio: Callable[..., Trio]) -> None:
    """A failure at the very end of the run writes nothing, and the batch can come again."""
    three = trio(own=True)
    project = three.project
    blow = "select case when count(*) > 0 then error('boom') end from raw.fuse"
    project.load("fuse", [], x="integer")
    meta = {**OPTIONS, "keys": ["k"]}
    project.model("now", materialized="apply_changes", meta=meta, post_hook=blow)
    project.model(
        "history",
        materialized="apply_changes",
        meta={**meta, "stored_as_scd_type": 2},
        post_hook=blow,
    )
    project.snapshot("snap", unique_key="k", config={"post_hook": blow}, **OPTIONS)
    first, second = [at(1, a="x"), at(3, a="z")], [at(2, a="y"), at(4, "D")]
    three.run(*first)
    before = three.contents()

    project.load("fuse", [{"x": 1}], x="integer")
    project.load("events", second, **TYPES)
    assert "boom" in project.run_expecting_error()
    assert {name: project.last.statuses[name] for name in before} == dict.fromkeys(before, "error")
    assert three.contents() == before

    project.load("fuse", [], x="integer")
    three.run(*second)
    three.equals(feed(), first + second)


# --- rule 10: drift -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "types", "told"),
    [
        ({"keys": ["k", "b"]}, {}, ["k", "b", "key"]),
        ({}, {"k": "varchar"}, ["k", "INTEGER", "VARCHAR"]),
        ({}, {"n": "timestamp"}, ["INTEGER", "TIMESTAMP", "sequence"]),
        ({"sequence_by": ["n", "b"]}, {}, ["sequence"]),
        ({"stored_as_scd_type": 2}, {}, ["1", "2", "stored_as_scd_type"]),
    ],
    ids=["key set", "key type", "sequence type", "sequence parts", "SCD type"],
)
def test_drift_fails_and_a_full_refresh_is_the_way_out(
    project: Project, change: dict[str, Any], types: dict[str, str], told: list[str]
) -> None:
    """Rule 10: what changed and the way out; the table stays as it was until then."""
    meta = {**OPTIONS, "keys": ["k"]}
    project.apply_changes("target", **meta)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run()
    before = project.contents("target")

    project.apply_changes("target", **{**meta, **change})
    moment = datetime(2026, 1, 1)
    event = at(moment if "n" in types else 2, a="y", b=1)
    project.load("events", [{**event, "k": "1"} if "k" in types else event], **{**TYPES, **types})
    message = project.run_expecting_error()
    for fragment in ["target", "--full-refresh", *told]:
        assert fragment.lower() in message.lower(), (fragment, message)
    assert project.contents("target") == before

    project.run("--full-refresh")
    assert "y" in [row["a"] for row in project.rows("target")]
    project.run()


def test_new_columns_are_added_and_vanished_ones_become_null(
    trio: Callable[..., Trio],
) -> None:
    """Rule 10: old rows are null in a new column, new versions in one that is gone."""
    three = trio()
    three.run(at(1, a="x", b=1))
    three.types = {**TYPES, "c": "varchar"}
    three.run(at(2, a="x", b=1, c="new"), at(1, a="x", b=1, c=None))
    assert three.versions("c") == [(1, 2, None), (2, None, "new")]
    three.types = {name: kind for name, kind in TYPES.items() if name != "b"}
    three.run(at(3, a="x"))
    assert three.versions("b") == [(1, 2, 1), (2, 3, 1), (3, None, None)]
    assert three.now() == [{"k": 1, "a": "x", "b": None, "c": None}]
    three.types = dict(TYPES)
    three.run(at(4, a="x", b=4))
    assert three.versions("c") == [(1, 2, None), (2, 3, "new"), (3, 4, None), (4, None, None)]


@pytest.mark.parametrize("target", ["now", "history", "snap"])
def test_a_new_column_comes_with_an_empty_batch_too(trio: Callable[..., Trio], target: str) -> None:
    """Rule 10: the columns are those of the model, whether or not it has events to give."""
    three = trio()
    three.run(at(1, a="x", b=1))
    three.types = {**TYPES, "c": "varchar"}
    three.run()
    assert three.project.columns(target)["c"] == "VARCHAR"
    (row,) = three.project.rows(target)
    assert (row["a"], row["c"]) == ("x", None)


def test_on_schema_change_of_the_model_is_heeded(project: Project) -> None:
    """§2: new columns are appended unless the model itself sets on_schema_change."""
    meta = {**OPTIONS, "keys": ["k"]}
    project.model("ignoring", materialized="apply_changes", meta=meta, on_schema_change="ignore")
    project.model("failing", materialized="apply_changes", meta=meta, on_schema_change="fail")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run()
    project.load("events", [at(2, a="y", b=2, c=3)], **TYPES, c="integer")
    assert "failing" in project.run_expecting_error("--select", "failing")
    assert project.rows("failing") == [{"k": 1, "a": "x", "b": 1}]
    project.run("--select", "ignoring")
    assert project.rows("ignoring") == [{"k": 1, "a": "y", "b": 2}]


def test_a_lossless_widening_is_applied(trio: Callable[..., Trio]) -> None:
    """Rule 10: integer to bigint, of a value column."""
    three = trio()
    three.run(at(1, a="x", b=1))
    three.types["b"] = "bigint"
    three.run(at(2, a="x", b=2**40))
    assert three.versions("b") == [(1, 2, 1), (2, None, 2**40)]
    for name in ("now", "history", "snap"):
        assert three.project.columns(name)["b"] == "BIGINT"
    three.types["b"] = "integer"
    three.run(at(3, a="x", b=3))
    assert three.versions("b") == [(1, 2, 1), (2, 3, 2**40), (3, None, 3)]


@pytest.mark.parametrize("target", ["now", "history", "snap"])
def test_any_other_change_of_a_type_fails_clearly(trio: Callable[..., Trio], target: str) -> None:
    """Rule 10: the target, the column and both types are named, nothing is written."""
    three = trio()
    three.run(at(1, a="x", b=1))
    before = three.contents()
    types = {**TYPES, "b": "date"}
    three.project.load("events", [at(2, a="x", b=date(2026, 1, 1))], **types)
    message = three.project.run_expecting_error("--select", target)
    for fragment in (target, "b", "INTEGER", "DATE"):
        assert re.search(rf"\b{fragment}\b", message, re.IGNORECASE), (fragment, message)
    assert three.contents() == before


def test_a_change_of_the_tracked_columns_rebuilds_history(trio: Callable[..., Trio]) -> None:
    """Rule 10: from the kept events, without the source."""
    three = trio(own=True)
    three.run(at(1, a="x", b=1), at(2, a="x", b=2), at(3, a="y", b=2))
    assert three.versions() == [(1, 2, "x"), (2, 3, "x"), (3, None, "y")]
    three.write(track_history_column_list=["a"])
    three.run()
    assert three.versions() == [(1, 3, "x"), (3, None, "y")]
    three.write(track_history_column_list=["b"])
    three.run(at(4, a="z", b=2))
    assert three.versions() == [(1, 2, "x"), (2, None, "z")]


# --- rule 11: full refresh ----------------------------------------------------------------------


def test_a_full_refresh_gives_the_same_table(trio: Callable[..., Trio]) -> None:
    """Rule 11, when the feed still holds everything; a snapshot has sluice.rebuild."""
    three = trio(track_history_column_list=["a"])
    first = [at(1, a="x", b=1), at(5, "D"), at(7, a="x", b=7)]
    second = [at(3, a="x", b=3), at(4, "T", k=None), at(6, a="x", b=6)]
    three.run(*first)
    three.run(*second)
    before = three.contents()
    three.project.load("events", first + second, **TYPES)
    three.project.build("--full-refresh")
    assert three.contents() == before
    three.project.load("events", [], **TYPES)
    three.project.query(f"delete from {three.project.table('snap')} where valid_from < 5")
    three.project.run("sluice.rebuild", "--args", "{dataset: snap}", command="run-operation")
    assert three.contents() == before


def test_full_refresh_false_protects(project: Project) -> None:
    """Rule 11: the flag of the command line does not reach such a model."""
    project.model(
        "kept", materialized="apply_changes", meta={**OPTIONS, "keys": ["k"]}, full_refresh=False
    )
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run()
    project.load("events", [at(1, a="y", b=1, k=2)], **TYPES)
    project.run("--full-refresh")
    assert canonical(project.rows("kept")) == canonical(
        [{"k": 1, "a": "x", "b": 1}, {"k": 2, "a": "y", "b": 1}]
    )


# --- rule 12: counts ----------------------------------------------------------------------------


def test_each_run_reports_its_counts(trio: Callable[..., Trio]) -> None:
    """Rule 12, in the view `flows`, for all three targets."""
    three = trio()
    first = [at(1, a="x"), at(1, a="x"), at(5, a="x", k=2), at(5, a="x", k=3)]
    second = [at(1, a="x"), at(1, a="y"), at(4, a="w", k=2), at(6, "D", k=3), at(6, "D", k=3)]
    for before, batch in (([], first), (first, second), (first + second, second)):
        three.run(*batch)
        flows = three.project.flows()
        for name in ("now", "history", "snap"):
            flow = flows[name]
            assert flow["status"] == "COMPLETED"
            reported = Counts(
                flow["num_input_rows"],
                flow["num_duplicate_rows"],
                flow["num_late_rows"],
                flow["num_conflicts"],
            )
            assert reported == feed().counts(before, batch), name


def test_upserted_and_deleted_rows_are_counted(project: Project) -> None:
    """Rule 12: what a batch did to the rows of an SCD1 table."""
    project.apply_changes("now", keys=["k"], **OPTIONS)
    done = []
    for batch in (
        [at(1, a="x", k=1), at(1, a="x", k=2), at(1, a="x", k=3)],
        [at(2, a="y", k=1), at(2, "D", k=2)],
        [],
    ):
        project.load("events", batch, **TYPES)
        project.run()
        flow = project.flows()["now"]
        done.append((flow["num_upserted_rows"], flow["num_deleted_rows"]))
    assert done == [(3, 0), (1, 1), (0, 0)]


# --- rule 13: options ---------------------------------------------------------------------------

GOOD: dict[str, Any] = {"keys": ["k"], **OPTIONS}
MISUSES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_keys": ({"keys": None}, ["keys"]),
    "empty_keys": ({"keys": []}, ["keys"]),
    "unknown_key": ({"keys": ["nope"]}, ["keys", "nope"]),
    "no_sequence": ({"sequence_by": None}, ["sequence_by"]),
    "number_as_sequence": ({"sequence_by": {"n": 1}}, ["sequence_by"]),
    "scd_type_three": ({"stored_as_scd_type": 3}, ["stored_as_scd_type", "3"]),
    "number_as_condition": ({"apply_as_deletes": 5}, ["apply_as_deletes", "5"]),
    "number_as_truncate": ({"apply_as_truncates": 5}, ["apply_as_truncates", "5"]),
    "both_column_lists": (
        {"column_list": ["k", "a"]},
        ["column_list", "except_column_list"],
    ),
    "unknown_column": (
        {"except_column_list": None, "column_list": ["k", "nope"]},
        ["column_list", "nope"],
    ),
    "unknown_except": ({"except_column_list": ["nope"]}, ["except_column_list", "nope"]),
    "text_as_list": ({"except_column_list": 7}, ["except_column_list", "7"]),
    "both_track_lists": (
        {
            "stored_as_scd_type": 2,
            "track_history_column_list": ["a"],
            "track_history_except_column_list": ["b"],
        },
        ["track_history_column_list", "track_history_except_column_list"],
    ),
    "unknown_tracked": (
        {"stored_as_scd_type": 2, "track_history_column_list": ["nope"]},
        ["track_history_column_list", "nope"],
    ),
    "ignore_null_twice": (
        {"ignore_null_updates": True, "ignore_null_updates_column_list": ["a"]},
        ["ignore_null_updates", "ignore_null_updates_column_list"],
    ),
    "ignore_null_lists": (
        {
            "ignore_null_updates_column_list": ["a"],
            "ignore_null_updates_except_column_list": ["b"],
        },
        ["ignore_null_updates_column_list", "ignore_null_updates_except_column_list"],
    ),
    "ignore_null_maybe": ({"ignore_null_updates": "maybe"}, ["ignore_null_updates", "maybe"]),
}


@pytest.fixture(scope="module")
def misused(shared_project: Project) -> Project:
    """A project with a model for every misuse."""
    for name, (change, _told) in MISUSES.items():
        meta = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
        shared_project.apply_changes(name, **meta)
    shared_project.load("events", [at(1, a="x", b=1)], **TYPES)
    return shared_project


@pytest.mark.parametrize("name", MISUSES)
def test_a_misused_option_is_an_error(misused: Project, name: str) -> None:
    """Rule 13: the model, the option and what came are named; nothing is made."""
    message = misused.run_expecting_error("--select", name)
    for fragment in [name, *MISUSES[name][1]]:
        assert re.search(rf"(?<!\w){fragment}\b", message), (fragment, message)
    tables = misused.query(f"select * from information_schema.tables where table_name = '{name}'")
    assert tables == []


def test_all_errors_are_raised_at_once(project: Project) -> None:
    """Rule 13: one error with everything that is wrong; for a snapshot too."""
    wrong = {
        "sequence_by": {"n": 1},
        "apply_as_deletes": 5,
        "column_list": ["k"],
        "except_column_list": ["k"],
        "ignore_null_updates": "maybe",
    }
    project.apply_changes("model", stored_as_scd_type=3, **wrong)
    project.snapshot("snap", unique_key="k", **wrong)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    names = ["sequence_by", "apply_as_deletes", "ignore_null_updates", "maybe"]
    names += ["column_list", "except_column_list"]
    told = {"model": [*names, "keys", "stored_as_scd_type", "3"], "snap": names}
    for target, fragments in told.items():
        message = project.run_expecting_error("--select", target)
        for fragment in [target, *fragments]:
            assert re.search(rf"(?<!\w){fragment}\b", message), (fragment, message)


def test_a_misspelt_option_is_a_warning(project: Project) -> None:
    """§2: meta is free-form; what looks like an option of ours is told with the right name."""
    project.apply_changes(
        "now", keys=["k"], **OPTIONS, sequence_buy="n", owner="somebody", ignore_null_update=True
    )
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    warnings = "\n".join(project.run().warnings)
    for wrong, right in (
        ("sequence_buy", "sequence_by"),
        ("ignore_null_update", "ignore_null_updates"),
    ):
        assert re.search(rf"\b{wrong}\b", warnings), warnings
        assert re.search(rf"\b{right}\b", warnings), warnings
    assert "now" in warnings
    assert "owner" not in warnings
    assert project.rows("now") == [{"k": 1, "a": "x", "b": 1}]


def test_columns_with_our_prefix_are_refused(project: Project) -> None:
    """§2: whatever begins with _sluice_ is ours."""
    project.apply_changes("now", "select *, 1 as _sluice_x from raw.events", keys=["k"], **OPTIONS)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    message = project.run_expecting_error()
    assert "now" in message
    assert "_sluice_x" in message


# --- the kinds of models and snapshots ----------------------------------------------------------

PYTHON = """\
def model(dbt, session):
    events = session.sql("select * from raw.events")
    return events{suffix}
"""


@pytest.mark.parametrize("suffix", ["", ".df()", ".to_arrow_table()"], ids=["", "pandas", "arrow"])
def test_python_models(project: Project, suffix: str) -> None:
    """§2: SQL and Python models alike, whatever kind of frame they return."""
    text = PYTHON.format(suffix=suffix)
    project.apply_changes("now", text, keys=["k"], **OPTIONS)
    project.apply_changes("history", text, keys=["k"], stored_as_scd_type=2, **OPTIONS)
    batches = [[at(1, a="x", b=1), at(5, "D", a="", b=0)], [at(3, a="y", b=3), at(6, a="z", b=6)]]
    for batch in batches:
        project.load("events", batch, **TYPES)
        project.run()
    assert project.rows("now") == [{"k": 1, "a": "z", "b": 6}]
    assert intervals(project.rows("history")) == [(1, 3, "x"), (3, 5, "y"), (6, None, "z")]


def test_a_snapshot_declared_in_yaml(project: Project) -> None:
    """A snapshot without SQL, over a model."""
    project.model("feed", materialized="view")
    project.write(
        "snapshots/customers_history.yml",
        """\
        snapshots:
          - name: customers_history
            relation: ref('feed')
            config:
              strategy: sluice.apply_changes
              unique_key: k
              snapshot_meta_column_names: {dbt_valid_from: valid_from, dbt_valid_to: valid_to}
              meta:
                sequence_by: n
                apply_as_deletes: op = 'D'
                except_column_list: [n, op]
        """,
    )
    for batch in ([at(1, a="x", b=1), at(5, "D")], [at(3, a="y", b=3)]):
        project.load("events", batch, **TYPES)
        project.build()
    history = project.history("customers_history")
    assert intervals(history) == [(1, 3, "x"), (3, 5, "y")]
    assert set(history[0]) == {"k", "a", "b", "valid_from", "valid_to"}


def test_a_snapshot_declared_in_sql(project: Project) -> None:
    """A snapshot with its configuration inside, dbt's own column names, and a composite key."""
    project.write(
        "snapshots/snap.sql",
        """\
        {% snapshot snap %}
        {{ config(
            strategy='sluice.apply_changes',
            unique_key=['k', 'j'],
            meta={'sequence_by': 'n', 'except_column_list': ['n', 'op']},
        ) }}
        select * from raw.events
        {% endsnapshot %}
        """,
    )
    types = {"k": "integer", "j": "varchar", "n": "integer", "op": "varchar", "a": "varchar"}
    batches = [[at(2, j="1", a="y"), at(1, j="2", a="z")], [at(1, j="1", a="x")]]
    for batch in batches:
        project.load("events", batch, **types)
        project.run(command="snapshot")
    rows = project.rows("snap")
    found = sorted((r["j"], r["dbt_valid_from"], r["dbt_valid_to"] or 99, r["a"]) for r in rows)
    assert found == [("1", 1, 2, "x"), ("1", 2, 99, "y"), ("2", 1, 99, "z")]
    assert len({row["dbt_scd_id"] for row in rows} - {None}) == 3
    assert None not in [row["dbt_updated_at"] for row in rows]


def test_hard_deletes_as_rows(project: Project) -> None:
    """Rule 7: new_record adds the delete as a row with the last values; a truncate closes it."""
    project.snapshot("snap", unique_key="k", config={"hard_deletes": "new_record"}, **OPTIONS)
    seen: list[Event] = []
    for batch in (
        [at(1, a="x", b=1), at(5, "D"), at(1, "D", k=2)],
        [at(7, a="x", b=7), at(6, "D")],
        [at(3, a="y", b=3), at(2, "D")],
        [at(8, "D"), at(8, a="w", k=3)],
        [at(9, "T", k=None)],
    ):
        project.load("events", batch, **TYPES)
        project.build()
        seen += [{**dict.fromkeys(TYPES), **event} for event in batch]
        expected = feed().scd2(seen, new_record=True)
        assert canonical(project.history("snap")) == canonical(expected)
    found = sorted(
        (r["valid_from"], r["valid_to"] or 99, r["a"], r["dbt_is_deleted"])
        for r in project.history("snap")
    )
    assert found == [
        (1, 2, "x", "False"),
        (2, 3, "x", "True"),
        (3, 5, "y", "False"),
        (5, 7, "y", "True"),
        (7, 8, "x", "False"),
        (8, 9, "w", "False"),
        (8, 9, "x", "True"),
    ]


def test_valid_to_of_the_current_rows(project: Project) -> None:
    """dbt_valid_to_current stands where null would; closing and splitting go on as ever."""
    current = "cast(9999 as integer)"
    project.snapshot("snap", unique_key="k", config={"dbt_valid_to_current": current}, **OPTIONS)
    for batch, rows in (
        ([at(1, a="x")], [(1, 9999, "x")]),
        ([at(5, a="z")], [(1, 5, "x"), (5, 9999, "z")]),
        ([at(3, a="y")], [(1, 3, "x"), (3, 5, "y"), (5, 9999, "z")]),
        ([at(6, "D")], [(1, 3, "x"), (3, 5, "y"), (5, 6, "z")]),
    ):
        project.load("events", batch, **TYPES)
        project.build()
        assert intervals(project.history("snap")) == rows


def test_other_snapshot_strategies_stay_dbts_own(project: Project) -> None:
    """A consumer's check and timestamp snapshots work beside ours."""
    for name, config in (
        ("checked", {"strategy": "check", "check_cols": ["a"]}),
        ("stamped", {"strategy": "timestamp", "updated_at": "ts"}),
    ):
        text = f"{{% snapshot {name} %}}\nselect * from raw.rows\n{{% endsnapshot %}}"
        project.write(f"snapshots/{name}.sql", text)
        project.configure("snapshots", name, unique_key="k", **config)
    for day, a in ((1, "x"), (2, "y"), (2, "y")):
        row = {"k": 1, "a": a, "ts": datetime(2026, 1, day)}
        project.load("rows", [row], k="integer", a="varchar", ts="timestamp")
        project.build()
    for name in ("checked", "stamped"):
        rows = project.rows(name)
        assert sorted((r["a"], r["dbt_valid_to"] is None) for r in rows) == [
            ("x", False),
            ("y", True),
        ]


def test_names_that_need_quotes(project: Project) -> None:
    """Reserved words, blanks and mixed case as keys and values, in a table of any alias."""
    types = {"Order": "integer", "n": "integer", "two words": "varchar", "select": "varchar"}
    meta = {"sequence_by": "n", "column_list": ["Order", "two words", "select"]}
    project.model(
        "now", materialized="apply_changes", alias="My Table", meta={**meta, "keys": ["Order"]}
    )
    project.snapshot("snap", unique_key="Order", **meta)
    batches = [
        [{"Order": 1, "n": 2, "two words": "b", "select": "c"}],
        [{"Order": 1, "n": 1, "two words": "a", "select": None}],
    ]
    for batch in batches:
        project.load("events", batch, **types)
        project.build()
    now = {"Order": 1, "two words": "b", "select": "c"}
    assert project.rows("My Table") == [now]
    assert canonical(project.history("snap")) == canonical(
        [
            {"Order": 1, "two words": "a", "select": None, "valid_from": 1, "valid_to": 2},
            {**now, "valid_from": 2, "valid_to": None},
        ]
    )


# --- a large feed -------------------------------------------------------------------------------

FILES = 20
ARRIVALS: dict[str, Callable[[list], list]] = {
    "landing order": lambda files: files,
    "reversed": lambda files: files[::-1],
    "shuffled": lambda files: random.Random(7).sample(files, len(files)),
}


def landed_files(count: int = 5000, late: float = 0.05, double: float = 0.01) -> list[list[Event]]:
    """Events of some hundred customers in files; some come files late, some come twice."""
    rng = random.Random(2026)
    files: list[list[Event]] = [[] for _ in range(FILES)]
    for number in range(count):
        operation = rng.choices(["APPEND", "UPDATE", "DELETE"], [5, 3, 1])[0]
        event = at(
            datetime(2026, 1, 1) + timedelta(seconds=number // 2),  # two events a second: ties
            operation[0],
            k=rng.randrange(400),
            a=rng.choice(["Ada", "Bob", "Cyd", None]),
            b=rng.randrange(3),
        )
        home = number * FILES // count
        arrival = rng.randrange(home, FILES) if rng.random() < late else home
        files[arrival].append(event)
        if rng.random() < double:
            files[rng.randrange(arrival, FILES)].append(dict(event))
    return files


@pytest.mark.parametrize("runs", ["a run each", "one run"])
@pytest.mark.parametrize("arrival", ARRIVALS)
def test_a_large_feed(trio: Callable[..., Trio], arrival: str, runs: str) -> None:
    """Rules 1 to 9 on 5,000 events in 20 files, in any order, in 20 runs or in one."""
    files = landed_files()
    events = [event for file in files for event in file]
    reference = feed()
    assert len(reference.scd2(events)) > 3000  # the feed is one worth trying
    assert reference.counts([], events).duplicates > 20

    three = trio(types={**TYPES, "n": "timestamp"})
    arrived = ARRIVALS[arrival](files)
    batches = arrived if runs == "a run each" else [[e for file in arrived for e in file]]
    for batch in batches:
        three.run(*batch)
    three.equals(reference, events)
