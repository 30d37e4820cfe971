"""`sluice.adopt`: an existing history becomes the beginning of a target, and stays part of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_cases import ways_out
from examples import at
from project import Project, Row, Run
from reference import Event, Feed, canonical
from scripts import CUT
from targets import GOOD, OPTIONS, SCD2, TYPES, rebuild

STREAM = "select * from {{ sluice.stream(ref('up')) }}"
TARGETS = ("now", "kept", "snap")
FEED = Feed(
    keys=["k"],
    sequence_by="n",
    deletes=lambda event: event["op"] == "D",
    truncates=lambda event: event["op"] == "T",
    except_columns=["n", "op"],
)
OLD = {
    "k": "integer",
    "a": "varchar",
    "b": "bigint",
    "valid_from": "integer",
    "valid_to": "integer",
}


def adopt(project: Project, **args: Any) -> Run:
    """Run the operation, whether it succeeds or not."""
    return project.dbt("run-operation", "sluice.adopt", "--args", json.dumps(args))


def adopted(project: Project, **args: Any) -> None:
    """Run the operation."""
    run = adopt(project, **args)
    assert run.success, run.error + run.log


def old_events(versions: Sequence[Row]) -> list[Event]:
    """What versions say, as events of the short feed: a delete where none follows at once."""
    begun = {(row["k"], row["valid_from"]) for row in versions}
    upserts = [at(row["valid_from"], k=row["k"], a=row["a"], b=row["b"]) for row in versions]
    ends = {(row["k"], row["valid_to"]) for row in versions if row["valid_to"] is not None}
    return upserts + [at(end, "D", k=key) for key, end in ends - begun]


def write(project: Project) -> None:
    """Targets of each kind, over a stream and over a table whose rows come once."""
    project.model(
        "up", "select * from raw.events", materialized="streaming_table", meta={"append_all": True}
    )
    project.apply_changes("now", STREAM, **GOOD)
    project.apply_changes("kept", **GOOD, **SCD2)
    project.snapshot("snap", STREAM, unique_key="k", **OPTIONS)


def rows(project: Project, name: str) -> list[tuple]:
    """The rows of a target."""
    return canonical(project.history(name) if name == "snap" else project.rows(name))


def expected(name: str, events: Sequence[Event]) -> list[tuple]:
    """What the reference says of a target."""
    events = [{**dict.fromkeys(TYPES), **event} for event in events]
    return canonical(FEED.scd1(events) if name == "now" else FEED.scd2(events))


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Versions of a few keys, with gaps, of which the last may hold."""
    versions: list[Row] = []
    for key in range(draw(st.integers(1, 3))):
        bounds = sorted(draw(st.sets(st.integers(0, 12), min_size=1, max_size=5)))
        for start, end in zip(bounds, [*bounds[1:], None], strict=True):
            gap = draw(st.booleans()) and (end is None or end > start + 1)
            version = {"k": key, "a": draw(st.sampled_from("xyz")), "b": draw(st.integers(0, 1))}
            closed = start + 1 if gap else end
            versions.append({**version, "valid_from": start, "valid_to": closed})
    return versions


EVENT = st.builds(
    lambda k, n, op, a, b: at(n, op, k=k, a=a if op == "U" else None, b=b if op == "U" else None),
    k=st.integers(0, 3),
    n=st.integers(0, 16),
    op=st.sampled_from("UUUUD"),
    a=st.sampled_from("xyz"),
    b=st.integers(0, 1),
)
BATCHES = st.lists(st.lists(EVENT, min_size=1, max_size=6), min_size=3, max_size=3)


@given(old=histories(), batches=BATCHES, when=st.integers(0, 2))
def test_old_versions_are_events_like_any_other(
    shared_project: Project, old: list[Row], batches: list[list[Event]], when: int
) -> None:
    """Convergence: adopted at any time, the tables are those of all events, also made anew."""
    project = shared_project
    if not (project.root / "models/up.sql").exists():
        write(project)
    project.drop_database()
    project.load("old", old, **OLD)
    seen: list[Event] = []
    for number, batch in enumerate(batches):
        if number == when:
            for name in TARGETS:
                adopted(project, dataset=name, **{"from": "raw.old"})
            seen += old_events(old)
        project.load("events", batch, **TYPES)
        project.build()
        seen += batch
        for name in TARGETS:
            assert rows(project, name) == expected(name, seen), name

    # a replay changes nothing, nor does it when all is worked out anew
    before = {name: project.contents(name) for name in TARGETS}
    project.build()
    assert {name: project.contents(name) for name in TARGETS} == before
    project.load("events", [], **TYPES)
    project.run("--full-refresh", "--exclude", "up")
    for name in ("snap", "kept"):
        project.query(f"delete from {project.table(name)} where k < 2")
        run = rebuild(project, dataset=name)
        assert run.success, run.error + run.log
    assert {name: project.contents(name) for name in TARGETS} == before


# --- A snapshot of dbt's own ----------------------------------------------------------------------

DAYS = {n: f"2026-01-{n:02}" for n in range(1, 10)}
CUSTOMERS = {"id": "integer", "name": "varchar", "region": "varchar", "updated_at": "timestamp"}
CHANGES = {"id": "integer", "name": "varchar", "op": "varchar", "at": "timestamp"}


def dbt_snapshot(project: Project) -> None:
    """The snapshot `people` as dbt makes it by itself: 1 changed on day 3, 2 is gone."""
    text = "{% snapshot people %}\nselect * from raw.customers\n{% endsnapshot %}"
    project.write("snapshots/people.sql", text)
    config = {"strategy": "timestamp", "updated_at": "updated_at", "hard_deletes": "invalidate"}
    project.configure("snapshots", "people", unique_key="id", **config)
    for customers in (
        [(1, "Ann", "north", DAYS[1]), (2, "Bob", "south", DAYS[1])],
        [(1, "Anna", "north", DAYS[3])],
    ):
        rows = [dict(zip(CUSTOMERS, row, strict=True)) for row in customers]
        project.load("customers", rows, **CUSTOMERS)
        project.run(command="snapshot")
    # dbt closes a deleted row by its clock
    gone = f"timestamp '{DAYS[4]}'"
    project.query(f"update lake.people set dbt_valid_to = {gone} where id = 2")
    assert people(project) == [(1, "Ann", 1, 3), (1, "Anna", 3, None), (2, "Bob", 1, 4)]


def people(project: Project) -> list[tuple]:
    """The rows of the snapshot: id, name, and the days of the interval."""
    rows = project.query("select id, name, dbt_valid_from, dbt_valid_to from lake.people")
    day = {True: lambda value: value.day, False: lambda value: None}
    return sorted(
        (row["id"], row["name"], row["dbt_valid_from"].day, day[bool(end)](end))
        for row in rows
        for end in [row["dbt_valid_to"]]
    )


def changes(project: Project, *events: tuple) -> None:
    """The next rows of the feed: id, name, op, day."""
    rows = [dict(zip(CHANGES, (*event[:3], DAYS[event[3]]), strict=True)) for event in events]
    project.load("changes", rows, **CHANGES)


def test_a_snapshot_of_dbt_becomes_the_beginning(project: Project) -> None:
    """Its error names the way; the table stands until the run, which joins old and new."""
    dbt_snapshot(project)
    before = project.contents("people")
    text = "{% snapshot people %}\nselect * from raw.changes\n{% endsnapshot %}"
    project.write("snapshots/people.sql", text)
    meta = {"sequence_by": "at", "apply_as_deletes": "op = 'D'", "except_column_list": ["op", "at"]}
    config = {"strategy": "sluice.apply_changes", "unique_key": "id"}
    project.configure("snapshots", "people", meta=meta, **config)
    changes(project, (2, "Bo", "U", 2), (1, "Anne", "U", 5), (3, "Cy", "U", 5))
    message = project.run_expecting_error(command="snapshot")
    (way, *others) = ways_out(message)
    assert way == [["run-operation", "sluice.adopt", "--args", "{dataset: people}"]] and others
    run = project.run(*way[0][1:], command=way[0][0])
    assert "3 versions of" in run.log and "1 deletes" in run.log
    assert project.contents("people") == before
    flow = project.flows()["people"]
    assert (flow["num_input_rows"], flow["num_output_rows"]) == (3, 4)

    run = project.run(command="snapshot")
    joined = [
        (1, "Ann", 1, 3),
        (1, "Anna", 3, 5),
        (1, "Anne", 5, None),
        (2, "Bo", 2, 4),  # late: it takes its place between old versions
        (2, "Bob", 1, 2),
        (3, "Cy", 5, None),
    ]
    assert people(project) == joined
    assert [text for text in run.warnings if "region" in text and "updated_at" in text]
    assert "region" not in project.columns("people")

    # a column that the query gets has the old values, too
    changes(project)
    project.write("snapshots/people.sql", text.replace("*", "*, cast(null as varchar) as region"))
    run = project.run(command="snapshot")
    regions = project.query(
        "select name, region from lake.people where dbt_valid_from < '2026-01-04'"
    )
    assert {row["name"]: row["region"] for row in regions} == {
        "Ann": "north",
        "Anna": "north",
        "Bob": "south",
        "Bo": None,
    }
    assert people(project) == joined and not run.warnings

    # starting over drops the kept events, not the history
    rebuilt = rebuild(project, dataset="people", start_over=True)
    assert rebuilt.success
    changes(project, (2, "Bo", "U", 2), (1, "Anne", "U", 5), (3, "Cy", "U", 5), (1, "", "D", 6))
    project.run(command="snapshot")
    joined[2] = (1, "Anne", 5, 6)
    assert people(project) == joined


# --- What is refused ------------------------------------------------------------------------------


def test_what_cannot_be_adopted(project: Project) -> None:
    """All that is wrong at once, and nothing is done."""
    project.apply_changes("now", **GOOD)
    project.apply_changes("history", **GOOD, **SCD2)
    project.load("events", [at(9, a="x", b=1)], **TYPES)
    project.build("--select", "now")
    project.query("create table lake.history as select 1 as x")
    project.query("create table raw.other as select 1 as id, 'a' as a")
    rows = [(1, 1, 5), (1, 4, 6), (2, 3, 3), (None, 1, None), (3, None, None)]
    names = ("k", "valid_from", "valid_to")
    versions = [{"a": "x", "b": 1, **dict(zip(names, row, strict=True))} for row in rows]
    project.load("old", versions, **OLD)
    project.load("empty", [], **OLD)
    for args, told in (
        ({"dataset": "nope"}, ["- dataset must name an apply_changes model or snapshot (known: h"]),
        ({"dataset": "now"}, ["was made by sluice, so there is nothing to adopt in it"]),
        ({"dataset": "now", "from": "raw.nope"}, ['"raw"."nope" is not there; expected the hist']),
        ({"dataset": "now", "from": "raw.empty"}, ["has no row to adopt"]),
        (
            {"dataset": "now", "from": "raw.other", "start_at": "strat", "where": "a"},
            [
                "has no column 'k', a key of now (available: id, a)",
                "- end_at must be the column, or an SQL expression, of where a version ends",
                "- start_at (strat): ",
                "- where (a): expected a condition",
            ],
        ),
        (
            {"dataset": "now", "from": "raw.old"},
            [
                "- key column 'k' is null: 1 of 5 rows of",
                "- start_at is null: 1 of 5 rows of",
                "- end_at is not behind start_at: 1 of 5 rows of",
                "- the next version of the key begins before they end: 1 of 5 rows of",
                '"valid_from":1,"valid_to":5}',
                "leave rows out: where: <condition>",
            ],
        ),
        (
            {"dataset": "history", "from": "raw.old"},
            ["stands in the place of history and was not made by sluice", "- "],
        ),
    ):
        run = adopt(project, **args)
        assert not run.success, args
        for text in told:
            assert text in run.error + run.log, (text, run.error)
    assert "now__adopted" not in project.relations()

    # where leaves out what is no version; a second history is refused once the first is in
    good = {"dataset": "now", "from": "raw.old", "where": "k = 1 and valid_from = 1"}
    adopted(project, **good)
    adopted(project, **good)
    project.load("events", [], **TYPES)
    project.run("--select", "now")
    run = adopt(project, **good)
    assert not run.success and "now has adopted a history already" in run.error + run.log
    assert rows_of(project, "now") == [{"k": 1, "a": "x", "b": 1}]


def rows_of(project: Project, name: str) -> list[Row]:
    """The rows of a target, in their order."""
    return sorted(project.rows(name), key=repr)


def test_values_that_are_none_of_the_feed(project: Project) -> None:
    """Told when they are worked in, by column; adopted once more they fit."""
    project.apply_changes("history", **GOOD, **SCD2)
    versions = [{"k": 1, "a": "old", "b": "many", "since": "2026-01-01", "until": None}]
    types = {"k": "integer", "a": "varchar", "b": "varchar", "since": "date", "until": "date"}
    project.load("old", versions, **types)
    project.load("events", [at(9, a="new", b=1)], **TYPES)
    args = {"dataset": "history", "from": "raw.old", "start_at": "since", "end_at": "until"}
    adopted(project, **args)
    message = project.run_expecting_error(command="run")
    assert "of the adopted versions column 'b' is VARCHAR, expected INTEGER" in message
    assert "1 values are none" in message
    assert "the sequence (start_at) is DATE, expected INTEGER as the feed has" in message
    assert "history" not in project.relations("lake")
    project.query(
        "create view raw.fitting as select * replace (try_cast(b as integer) as b) from raw.old"
    )
    days = {"start_at": "day(since)", "end_at": "day(until)"}
    adopted(project, **{**args, **days, "from": "raw.fitting"})
    project.run()
    history = sorted(project.rows("history"), key=lambda row: row["valid_from"])
    assert [(row["a"], row["b"], row["valid_to"]) for row in history] == [
        ("old", None, 9),
        ("new", 1, None),
    ]


def test_a_forgotten_key_is_gone_from_what_was_adopted(project: Project) -> None:
    """Erased from the adopted versions with the rest, and not back after a full refresh."""
    project.model(
        "up", "select * from raw.events", materialized="streaming_table", meta={"append_all": True}
    )
    project.apply_changes("history", STREAM, **GOOD, **SCD2)
    old = [{"k": key, "a": "old", "b": 1, "valid_from": 1, "valid_to": None} for key in (1, 2)]
    project.load("old", old, **OLD)
    project.load("events", [at(9, k=key, a="new", b=1) for key in (1, 2)], **TYPES)
    project.run("--select", "up")
    adopted(project, dataset="history", **{"from": "raw.old"})
    project.run("--select", "history")
    assert len(project.rows("history")) == 4
    args = json.dumps({"source": "up", "where": "k = 1", "dry_run": False})
    run = project.dbt("run-operation", "sluice.forget", "--args", args)
    assert run.success, run.error + run.log
    project.load("events", [], **TYPES)
    project.run()
    project.run("--full-refresh", "--select", "history")
    assert {row["k"] for row in project.rows("history")} == {2}
    assert project.query('select distinct k from lake_sluice."history__adopted"') == [{"k": 2}]


def test_the_script_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No run drops the old table before its versions are safe; done again it ends in the same.

    The two scripts need not be of one length: a first version takes a statement more in a DuckLake.
    """
    project.write("macros/cut.sql", CUT)
    for name in ("ran", "stands"):
        project.apply_changes(name, **GOOD, **SCD2)
    old = [
        {"k": 1, "a": "old", "b": 1, "valid_from": 1, "valid_to": 4},
        {"k": 1, "a": "new", "b": 1, "valid_from": 6, "valid_to": None},
    ]
    project.load("old", old, **OLD)
    project.load("events", [at(9, a="x", b=1)], **TYPES)
    project.run("--select", "ran")
    project.query("create table lake.stands as from raw.old")
    project.engine.save()
    whole = expected("history", [*old_events(old), at(9, a="x", b=1)])
    calls = [{"dataset": "ran", "from": "raw.old"}, {"dataset": "stands"}]
    stop, cuts = 0, [True]
    while any(cuts):
        project.engine.restore()
        monkeypatch.setenv("STOP_BEHIND", str(stop))
        cuts = [not adopt(project, **args).success for args in calls]
        monkeypatch.delenv("STOP_BEHIND")
        run = project.dbt("run")
        if not run.success:
            assert cuts[1]
            assert "exists, but sluice keeps no events" in run.messages["stands"]
            assert rows(project, "stands") == canonical(old)
            adopted(project, **calls[1])
            assert project.run("--select", "stands")
        assert rows(project, "stands") == whole, stop
        if rows(project, "ran") != whole:
            assert cuts[0]
            adopted(project, **calls[0])
            project.run("--select", "ran")
        assert rows(project, "ran") == whole, stop
        stop += 1
    assert stop > 4
