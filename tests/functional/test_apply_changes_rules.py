"""AUTO CDC by example: the rules of docs/auto-cdc.md, seen in the tables of real dbt runs.

Every test replaces a raw table between the runs, so that each run gets a batch of events. Most
targets come in a trio over the same events: an SCD1 model (`now`), an SCD2 model (`history`) and a
snapshot (`snap`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import datetime, timedelta

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
from project import NIGHTLY, Project
from reference import Counts, Event, canonical
from targets import GOOD, OPTIONS, SCD2, TYPES, Trio

# --- Lakeflow's worked examples -------------------------------------------------------------------

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


# --- Convergence, Highest sequence wins -----------------------------------------------------------


def test_a_late_event_never_overwrites_a_newer_one(trio: Callable[..., Trio]) -> None:
    """Highest sequence wins, with the late event in a run of its own."""
    three = trio()
    three.run(at(5, a="new"))
    three.run(at(3, a="old"))
    assert three.now() == [{"k": 1, "a": "new", "b": None}]
    assert three.versions() == [(3, 5, "old"), (5, None, "new")]


def test_a_deleted_key_stays_deleted_for_older_events(trio: Callable[..., Trio]) -> None:
    """Highest sequence wins: a delete is remembered, also one of a key that nobody saw before."""
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


def test_a_replay_changes_no_byte(trio: Callable[..., Trio]) -> None:
    """Convergence: the first batch once more, the last one, and both together turned round."""
    three = trio(track_history_column_list=["a"])
    first = [at(1, a="x", b=1), at(5, "D"), at(7, a="x", b=7), at(2, a="y", k=2)]
    second = [at(3, a="x", b=3), at(3, a="w", b=3), at(4, "T", k=None), at(6, a="x", b=6)]
    three.run(*first)
    three.run(*second)
    before = three.contents()
    for batch in (first, second, [*reversed(second), *reversed(first)]):
        three.run(*batch)
        assert three.contents() == before


@pytest.mark.dbt_v1("its hooks share no transaction with the rows")
@pytest.mark.not_on_spark("hooks share no transaction with the rows")
def test_a_failed_run_leaves_all_as_it_was(trio: Callable[..., Trio]) -> None:
    """A failure at the very end of the run writes nothing, and the batch can come again."""
    three = trio(own=True)
    project = three.project
    blow = "select case when count(*) > 0 then error('boom') end from raw.fuse"
    project.load("fuse", [], x="integer")
    meta = GOOD
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


# --- Ties -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["delete", "upsert", "together"])
def test_a_delete_beats_an_upsert_at_its_sequence(trio: Callable[..., Trio], first: str) -> None:
    """Ties, whichever comes first."""
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
    """Ties: the columns decide in alphabetical order, null is the lowest; with a warning."""
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


def test_a_conflict_warns_with_model_and_count(project: Project) -> None:
    """Ties: pairs of key and sequence are counted, not events; the warning says how to end it."""
    project.apply_changes("now", **GOOD)
    batch = [at(1, a=a, k=k) for k in (1, 2) for a in ("x", "y", "z")] + [at(1, a="x", k=3)]
    project.load("events", batch, **TYPES)
    (warning,) = [text for text in project.run().warnings if "conflicting" in text]
    assert "now: 2 (key, sequence) pairs have conflicting upserts; the greatest values" in warning
    assert "A finer sequence_by would tell which came last." in warning


# --- Nulls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["now", "history", "snap"])
def test_null_keys_and_sequences_fail_the_batch(trio: Callable[..., Trio], target: str) -> None:
    """Nulls: nothing is written; the error counts by column and names the target."""
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
    """Nulls: a truncate is exempt from the key check only."""
    three = trio()
    three.project.load("events", [at(None, "T", k=None)], **TYPES)
    message = three.project.run_expecting_error("--select", "now")
    assert "now" in message
    assert 1 in told(message, "n")


STRUCT = "struct_pack(x := n, y := b)"
NULLS = {
    "column": (
        {},
        ["key column 'k' is null in 2 of 6 events", "sequence_by 'n' is null in 1 of 6"],
    ),
    "expression": (
        {"sequence_by": "n + b"},
        ["key column 'k' is null in 2 of 6 events", "sequence_by 'n + b' is null in 2 of 6"],
    ),
    "parts": (
        {"sequence_by": ["N", "-b"]},
        [
            "key column 'k' is null in 2 of 6 events",
            "sequence_by 'n' is null in 1 of 6",
            "sequence_by '-b' is null in 1 of 6",
        ],
    ),
    "struct": (
        {"sequence_by": STRUCT},
        [
            "key column 'k' is null in 2 of 6 events",
            f"sequence_by '{STRUCT}, x' is null in 1 of 6",
            f"sequence_by '{STRUCT}, y' is null in 1 of 6",
        ],
    ),
}


def test_null_keys_and_sequences_are_counted_by_column(project: Project) -> None:
    """Nulls, for each form of a sequence: nothing is written; a truncate needs no key."""
    for name, (change, _told) in NULLS.items():
        project.apply_changes(name, **{**GOOD, **change})
        meta = {option: came for option, came in {**GOOD, **change}.items() if option != "keys"}
        project.snapshot(f"snap_{name}", unique_key="k", **meta)
    events = [at(1, a="x", b=1), at(2, b=2, k=None), at(3, "D", b=3, k=None)]
    events += [at(4, "T", b=4, k=None), at(None, b=5), at(6)]
    project.load("events", events, **TYPES)
    run = project.dbt("build")
    for name, (_change, told) in NULLS.items():
        for node in (name, f"snap_{name}"):
            message = run.messages[node]
            assert "Change events without key or sequence in" in message
            assert f".consumer.{node} (" in message
            lines = [line.strip() for line in message.splitlines() if " is null in " in line]
            assert len(lines) == len(told), message
            for line, start in zip(lines, told, strict=True):
                start = start.replace(STRUCT, project.engine.words(STRUCT))
                assert line.startswith(f"- {start}"), (line, start)
            assert "Nothing was written" in message
            assert "on_violation: drop" in message
    assert project.relations("lake") == []


# --- Null conditions ------------------------------------------------------------------------------


def test_a_null_condition_is_false(trio: Callable[..., Trio]) -> None:
    """Null conditions: an unknown operation makes an upsert."""
    three = trio()
    three.run(at(1, a="x"), at(2, None, a="y"))
    assert three.now() == [{"k": 1, "a": "y", "b": None}]
    assert three.versions() == [(1, 2, "x"), (2, None, "y")]


def test_delete_and_truncate_at_once_is_a_truncate(project: Project) -> None:
    """Null conditions: an event that meets both removes what is not newer of every key."""
    meta = {**GOOD, "apply_as_truncates": "op in ('T', 'D')"}
    project.apply_changes("now", **meta)
    project.apply_changes("history", **meta, **SCD2)
    project.load("events", [at(1, a="x"), at(1, a="x", k=2), at(2, "D"), at(3, a="z")], **TYPES)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": "z", "b": None}]
    assert intervals(project.rows("history")) == [(1, 2, "x"), (1, 2, "x"), (3, None, "z")]


# --- Truncates ------------------------------------------------------------------------------------


def test_a_truncate_removes_what_is_not_newer_whenever_it_arrives(
    trio: Callable[..., Trio],
) -> None:
    """Truncates: before, with and after the events that it removes; also those of its sequence."""
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


# --- Counts ---------------------------------------------------------------------------------------


def test_each_run_reports_its_counts(trio: Callable[..., Trio]) -> None:
    """Counts, in the view `flows`, for all three targets."""
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
    """Counts: what a batch did to the rows of an SCD1 table."""
    project.apply_changes("now", **GOOD)
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


# --- a large feed ---------------------------------------------------------------------------------

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


FEEDS = [(arrival, "one run") for arrival in ARRIVALS] + [("shuffled", "a run each")]
if NIGHTLY:
    FEEDS += [(arrival, "a run each") for arrival in ARRIVALS if arrival != "shuffled"]


@pytest.mark.parametrize(("arrival", "runs"), FEEDS)
def test_a_large_feed(trio: Callable[..., Trio], arrival: str, runs: str) -> None:
    """Every rule of the rows on 5,000 events in 20 files, in any order, in 20 runs or in one."""
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
