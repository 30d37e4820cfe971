"""Bitemporal histories: `system_time: true` keeps when versions were known, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine_cases import SCD1, SCD2, STREAM, found, has, load, streaming
from project import Project

KNOWN = {**SCD2, "system_time": True}
VERSIONS = "id, v, valid_from, valid_to"
NOW = f"{VERSIONS}, known_to is null as is_known"


@pytest.fixture
def told(project: Project) -> Project:
    """A history of a stream, whose events lie in that."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("history", STREAM, **KNOWN)
    return project


def deliver(project: Project, *events: tuple) -> str:
    """A batch; return a moment behind it, as SQL."""
    load(project, *events)
    project.run()
    moment = project.query("select max(greatest(known_from, known_to)) as m from lake.history")
    return f"timestamp '{moment[0]['m']}'"


def asked(project: Project, macro: str, columns: str = VERSIONS) -> list[tuple]:
    """What a model sees that asks a macro for the history."""
    project.model("asked", f"select {columns} from {{{{ sluice.{macro} }}}}", materialized="view")
    project.run("--select", "asked")
    return found(project, "asked", columns)


def test_late_events_close_and_open_what_is_known(told: Project) -> None:
    """A late event makes other versions known from now on, and what was known stays as it was."""
    first = deliver(told, (1, "a", "U", 1), (1, "c", "U", 5))
    second = deliver(told, (1, "b", "U", 3))
    assert found(told, "history", NOW) == [
        (1, "a", 1, 3, True),
        (1, "a", 1, 5, False),
        (1, "b", 3, 5, True),
        (1, "c", 5, None, True),
    ]
    before = 'known_at="' + first + '"'
    assert asked(told, f"as_of(ref('history'), '4', {before})") == [(1, "a", 1, 5)]
    assert asked(told, f"as_of(ref('history'), '4', known_at=\"{second}\")") == [(1, "b", 3, 5)]
    assert asked(told, "as_of(ref('history'), '4')") == [(1, "b", 3, 5)]
    assert asked(told, "current(ref('history'))", "id, v") == [(1, "c")]
    assert list(told.columns("asked")) == ["id", "v"]
    early = "known_at=\"timestamp '2000-01-01'\""
    assert asked(told, f"as_of(ref('history'), '4', {early})") == []


def test_what_is_known_twice_is_written_once(told: Project) -> None:
    """Copies, and a delete that was known, change nothing."""
    deliver(told, (1, "a", "U", 1), (1, None, "D", 4))
    before = told.contents("history")
    deliver(told, (1, "a", "U", 1), (1, None, "D", 4))
    deliver(told)
    assert told.contents("history") == before


@pytest.mark.parametrize("way", ["full refresh", "rebuild"])
def test_made_anew_it_keeps_what_was_known(told: Project, way: str) -> None:
    """Only what differs is known from then on: here a column that tells no version any more."""
    deliver(told, (1, "a", "U", 1), (1, "b", "U", 2), (2, "x", "U", 1))
    before = found(told, "history", "known_from, known_to, " + VERSIONS)
    options = {
        **KNOWN,
        "track_history_column_list": ["v"],
        "apply_as_deletes": "op = 'D' or id = 2",
    }
    told.apply_changes("history", STREAM, **options)
    if way == "rebuild":
        told.run("--args", "{dataset: history}", "sluice.rebuild", command="run-operation")
    else:
        told.run("--full-refresh", "--select", "history")
    assert found(told, "history", NOW) == [
        (1, "a", 1, 2, True),
        (1, "b", 2, None, True),
        (2, "x", 1, None, False),
    ]
    after = found(told, "history", "known_from, null, " + VERSIONS)
    assert after == sorted(((row[0], None, *row[2:]) for row in before), key=repr)
    deliver(told, (1, "c", "U", 3))
    assert len(found(told, "history", NOW)) == 5


def test_what_is_believed_again_is_known_again(told: Project) -> None:
    """A version that was taken back and comes back has a second row; each is counted once."""
    deliver(told, (1, "a", "U", 1), (2, "x", "U", 1))
    for deletes in ("op = 'D' or id = 2", "op = 'D'"):
        told.apply_changes("history", STREAM, **KNOWN | {"apply_as_deletes": deletes})
        told.run("--full-refresh", "--select", "history")
    assert found(told, "history", NOW) == [
        (1, "a", 1, None, True),
        (2, "x", 1, None, False),
        (2, "x", 1, None, True),
    ]
    deliver(told, (2, None, "D", 5))
    deliver(told, (2, None, "D", 4))
    assert told.flows()["history"]["num_deleted_rows"] == 0
    assert told.flows()["history"]["num_upserted_rows"] == 1


def test_new_columns_and_gone_ones(told: Project) -> None:
    """What was known before has nulls in a new column; one that goes keeps its old values."""
    deliver(told, (1, "a", "U", 1))
    told.query("alter table raw.events add column w varchar")
    told.query("insert into raw.events values (1, 'b', 'U', 2, 'new')")
    told.run("--full-refresh")
    rows = [
        ("a", None, 2, True),
        ("a", None, None, False),
        ("b", "new", None, True),
    ]
    assert found(told, "history", "v, w, valid_to, known_to is null") == rows
    told.apply_changes("history", STREAM, **KNOWN | {"except_column_list": ["op", "seq", "w"]})
    told.run("--full-refresh", "--select", "history")
    assert found(told, "history", "v, w, valid_to, known_to is null") == rows


def test_switched_on_and_off(told: Project) -> None:
    """Either is an error with the way out, which leads out; off, only what is known now is left."""
    told.apply_changes("history", STREAM, **SCD2)
    load(told, (1, "a", "U", 1), (1, "b", "U", 2))
    told.run()
    told.apply_changes("history", STREAM, **KNOWN)
    load(told, (1, "late", "U", 0))
    has(
        told.run_expecting_error(command="run"),
        "system_time was null and is now true",
        "--full-refresh",
    )
    told.run("--full-refresh", "--select", "history")
    assert len(found(told, "history", "known_from")) == 3
    deliver(told, (1, "c", "U", 1))
    told.apply_changes("history", STREAM, **SCD2)
    load(told, (1, "d", "U", 9))
    has(
        told.run_expecting_error(command="run"),
        "system_time was true and is now null",
        "--full-refresh",
    )
    told.run("--full-refresh", "--select", "history")
    assert "known_from" not in told.columns("history")


def test_what_old_rows_cannot_follow(told: Project) -> None:
    """Making it anew is an error that says what is lost where, and the table stays as it is."""
    deliver(told, (1, "a", "U", 1))
    before = told.contents("history")
    told.apply_changes("history", STREAM, **KNOWN, start_at="since")
    error = told.run_expecting_error("--full-refresh", "--select", "history", command="run")
    has(error, "system_time", "since", "drop table")
    seven = "select id, 7 as v, op, seq from ({})"
    told.apply_changes("history", seven.format(STREAM), **KNOWN)
    error = told.run_expecting_error("--full-refresh", "--select", "history", command="run")
    has(error, "column 'v' was VARCHAR and is now INTEGER", "system_time", "drop table")
    assert told.contents("history") == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"system_time": "yes"}, ("system_time must be true or false", '"yes"')),
        ({"stored_as_scd_type": 1}, ("system_time needs stored_as_scd_type: 2",)),
        ({"change_data_feed": True}, ("system_time and change_data_feed exclude each other",)),
        ({"end_at": "known_to"}, ("known_from and known_to", "'known_to'", "another name")),
    ],
)
def test_misuse(told: Project, options: dict[str, Any], words: tuple[str, ...]) -> None:
    """Each is an error of the model."""
    told.apply_changes("history", STREAM, **KNOWN | options)
    load(told, (1, "a", "U", 1))
    has(told.run_expecting_error(command="run"), *words)


def test_a_snapshot_has_none(told: Project) -> None:
    """It says what has."""
    meta = {name: value for name, value in SCD1.items() if name != "keys"}
    told.snapshot("snap", STREAM, unique_key="id", **meta, system_time=True)
    load(told, (1, "a", "U", 1))
    has(told.run_expecting_error(), "system_time is for apply_changes models", "apply_changes")


@pytest.mark.parametrize(
    ("known_at", "words"),
    [("5", ("known_at must be an SQL expression of a timestamp",)), ("'nonsense('", ("known_at",))],
)
def test_wrong_moments(told: Project, known_at: str, words: tuple[str, ...]) -> None:
    """They are told before anything runs on them."""
    deliver(told, (1, "a", "U", 1))
    text = f"select * from {{{{ sluice.as_of(ref('history'), '4', known_at={known_at}) }}}}"
    told.model("asked", text)
    has(told.run_expecting_error("--select", "asked", command="run"), *words)


def test_known_at_of_a_history_without(project: Project) -> None:
    """It says what keeps it."""
    project.apply_changes("history", **SCD2)
    text = "select * from {{ sluice.as_of(ref('history'), '4', known_at='current_timestamp') }}"
    project.model("asked", text)
    load(project, (1, "a", "U", 1))
    has(project.run_expecting_error(command="run"), "does not keep", "system_time: true")


def test_a_clock_that_is_set_back(told: Project) -> None:
    """What is known later has the later moment, whatever the clock says."""
    deliver(told, (1, "a", "U", 1))
    told.query("update lake.history set known_from = known_from + interval 1 day")
    deliver(told, (1, "b", "U", 2))
    rows = told.query("select known_from, known_to from lake.history")
    assert all(row["known_to"] is None or row["known_to"] > row["known_from"] for row in rows)
    assert len({row["known_from"] for row in rows}) == 2


def test_a_contract_has_its_columns(told: Project) -> None:
    """As it has those of the interval."""
    types = {"id": "integer", "v": "varchar", "valid_from": "integer", "valid_to": "integer"}
    types |= {"known_from": "timestamp", "known_to": "timestamp"}
    columns = [{"name": name, "data_type": kind} for name, kind in types.items()]
    config = {"materialized": "apply_changes", "meta": KNOWN, "contract": {"enforced": True}}
    node = {"name": "history", "config": config, "columns": columns}
    told.write("models/history.yml", json.dumps({"models": [node]}))
    deliver(told, (1, "a", "U", 1))
    deliver(told, (1, "b", "U", 2))
    assert len(found(told, "history", NOW)) == 3
