"""Changes out: a target keeps what changes in its rows, and stream() yields it, once."""

from __future__ import annotations

from typing import Any

import pytest

from engine_cases import SCD1, SCD2, SNAPSHOT, STREAM, found, has, load, streaming
from project import Project

FEED = {"change_data_feed": True}
OUT = "select * from {{{{ sluice.stream(ref('{}')) }}}}"
NAMES = "id, v, _change_type, _commit_batch"


@pytest.fixture
def out(project: Project) -> Project:
    """A current table that keeps its changes, and a streaming table of them."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("current", STREAM, **SCD1, **FEED)
    streaming(project, "changes", OUT.format("current"))
    return project


def deliver(project: Project, *events: tuple) -> None:
    """A batch."""
    load(project, *events)
    project.run()


def test_row_level_changes(out: Project) -> None:
    """Inserts, updates with both images and deletes, each with its batch, each read once."""
    deliver(out, (1, "a", "U", 1), (2, "b", "U", 1))
    assert found(out, "changes", NAMES) == [(1, "a", "insert", 1), (2, "b", "insert", 1)]
    deliver(out, (1, "c", "U", 2), (2, None, "D", 2), (3, "d", "U", 2))
    deliver(out, (1, "late", "U", 0))
    deliver(out)
    assert found(out, "changes", NAMES) == [
        (1, "a", "insert", 1),
        (1, "a", "update_preimage", 2),
        (1, "c", "update_postimage", 2),
        (2, "b", "delete", 2),
        (2, "b", "insert", 1),
        (3, "d", "insert", 2),
    ]
    assert out.flows()["changes"]["num_input_rows"] == 0
    assert list(out.columns("changes"))[:5] == [
        "id",
        "v",
        "_change_type",
        "_commit_batch",
        "_commit_timestamp",
    ]


@pytest.mark.parametrize("kind", ["model", "snapshot"])
def test_of_a_history(project: Project, kind: str) -> None:
    """A version that is closed is an update of its row."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    if kind == "model":
        project.apply_changes("history", STREAM, **SCD2, **FEED)
    else:
        project.snapshot("history", STREAM, unique_key="id", **SNAPSHOT, **FEED)
    streaming(project, "changes", OUT.format("history"))
    load(project, (1, "a", "U", 1))
    project.build()
    load(project, (1, "b", "U", 3))
    project.build()
    assert found(project, "changes", f"{NAMES}, valid_from, valid_to") == [
        (1, "a", "insert", 1, 1, None),
        (1, "a", "update_postimage", 2, 1, 3),
        (1, "a", "update_preimage", 2, 1, None),
        (1, "b", "insert", 2, 3, None),
    ]


def test_a_feed_that_begins_later(project: Project) -> None:
    """It begins with all rows that are there; switched off it goes."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("current", STREAM, **SCD1)
    deliver(project, (1, "a", "U", 1))
    project.apply_changes("current", STREAM, **SCD1, **FEED)
    streaming(project, "changes", OUT.format("current"))
    deliver(project, (2, "b", "U", 1))
    assert found(project, "changes", NAMES) == [(1, "a", "insert", 1), (2, "b", "insert", 1)]
    project.apply_changes("current", STREAM, **SCD1)
    run = project.dbt("run")
    has(run.messages["changes"], "current", "apply_changes", "change_data_feed: true")
    assert not [name for name in project.relations("lake_sluice") if name.endswith("__feed")]


def test_a_full_refresh_begins_anew(out: Project) -> None:
    """A streaming table that reads it is told, a target follows."""
    apply = {"keys": ["id"], "sequence_by": "_commit_batch"}
    copy = OUT.format("current") + " where _change_type <> 'update_preimage'"
    out.apply_changes("copied", copy, apply_as_deletes="_change_type = 'delete'", **apply)
    deliver(out, (1, "a", "U", 1), (2, "b", "U", 1))
    deliver(out, (1, "c", "U", 2), (2, None, "D", 2))
    out.run("--full-refresh", "--select", "current")
    run = out.dbt("run", "--select", "changes", "copied")
    has(run.messages["changes"], "was rebuilt", "--full-refresh")
    assert run.statuses["copied"] == "success"
    assert found(out, "copied", "id, v") == [(1, "c")]
    out.run("--full-refresh", "--select", "changes")
    assert found(out, "changes", "id, v, _change_type") == [(1, "c", "insert")]


def test_new_columns(out: Project) -> None:
    """The feed gets them as the target does."""
    deliver(out, (1, "a", "U", 1))
    load(out, (1, "a", "U", 2, "w"), id="integer", v="varchar", op="varchar", seq="integer",
         w="varchar")  # fmt: skip
    out.run()
    assert found(out, "changes", "id, w, _change_type") == [
        (1, "w", "update_postimage"),
        (1, None, "insert"),
        (1, None, "update_preimage"),
    ]


def test_truncates_and_changed_options(project: Project) -> None:
    """What works out all rows anew keeps only what differs."""
    options: dict[str, Any] = {**SCD1, **FEED, "apply_as_truncates": "op = 'T'"}
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("current", STREAM, **options)
    streaming(project, "changes", OUT.format("current"))
    deliver(project, (1, "a", "U", 1), (2, "b", "U", 5))
    deliver(project, (None, None, "T", 3))
    assert found(project, "changes", NAMES) == [
        (1, "a", "delete", 2),
        (1, "a", "insert", 1),
        (2, "b", "insert", 1),
    ]


def batches(project: Project) -> list[int]:
    """The batches that are in the feed of `current`."""
    rows = project.query('select distinct _commit_batch as n from "lake_sluice"."current__feed"')
    return sorted(row["n"] for row in rows)


@pytest.mark.parametrize("retention", [2, "1 hour"])
def test_retention(out: Project, retention: int | str) -> None:
    """What is older is put together as inserts, and not before a reader of the project saw it."""
    out.apply_changes("current", STREAM, **SCD1, **FEED, change_data_feed_retention=retention)
    for number in range(1, 4):
        deliver(out, (1, f"v{number}", "U", number), (number, "x", "U", 0))
    for number in range(4, 8):
        load(out, (1, f"v{number}", "U", number))
        if retention == "1 hour":
            ago = "_commit_timestamp = _commit_timestamp - interval 1 hour"
            out.query(f'update "lake_sluice"."current__feed" set {ago}')
        out.run("--select", "up", "current")
    assert batches(out)[:2] == [3, 4]
    out.run("--select", "changes")
    assert found(out, "changes", "v, _change_type")[-1] == ("x", "insert")
    assert len(found(out, "changes")) == 3 + 2 * 6
    deliver(out, (1, "v8", "U", 8))
    deliver(out, (1, "v9", "U", 9))
    assert batches(out)[0] > 4
    assert len(found(out, "changes")) == 3 + 2 * 8

    streaming(out, "later", OUT.format("current"))
    out.run("--select", "later")
    images = found(out, "later", "id, v, _change_type")
    assert (2, "x", "insert") in images and (1, "v9", "update_postimage") in images


def test_a_reader_that_was_away_too_long(out: Project) -> None:
    """It is told that changes are gone which it has not seen."""
    out.apply_changes("current", STREAM, **SCD1, **FEED, change_data_feed_retention=1)
    deliver(out, (1, "a", "U", 1))
    deliver(out, (1, "b", "U", 2))
    text = (out.root / "models/changes.sql").read_text()
    out.remove("models/changes.sql")
    out.remove("models/changes.yml")
    for number in range(3, 7):
        deliver(out, (1, f"v{number}", "U", number))
    streaming(out, "changes", text)
    has(out.run_expecting_error(), "put the changes", "together", "--full-refresh --select changes")
    out.run("--full-refresh", "--select", "changes")
    assert found(out, "changes", "v, _change_type")[-1] == ("v6", "update_postimage")


def test_errors(project: Project) -> None:
    """The option is a boolean; a target without it is no stream."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("current", STREAM, **SCD1, change_data_feed="yes")
    load(project, (1, "a", "U", 1))
    has(project.run_expecting_error(), "change_data_feed", "true or false", "yes")
    for wrong in ("soon", 0):
        project.apply_changes("current", STREAM, **SCD1, **FEED, change_data_feed_retention=wrong)
        has(project.run_expecting_error(), "change_data_feed_retention", "30 days", str(wrong))
    project.apply_changes("current", STREAM, **SCD1, change_data_feed_retention=3)
    has(project.run_expecting_error(), "belongs to change_data_feed: true")
