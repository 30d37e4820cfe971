"""Streams: each reader reads each row exactly once, whatever happens in between."""

from __future__ import annotations

import re

import pytest

from nodes import EVENTS, STREAM, streaming
from numbered import CURRENT, ids, load
from project import Project, Run


def compiled(run: Run, name: str) -> str:
    """The compiled SQL of a model that ran."""
    return next(r.node.compiled_code for r in run.result.results if r.node.name == name)


def test_exactly_once(project: Project) -> None:
    """Each consumer reads each row once, at its own pace, also rows that its filter drops."""
    streaming(project, "up", EVENTS)
    streaming(project, "up2", "select id + 100 as id, name from raw.events")
    streaming(project, "everything")
    streaming(project, "odd", f"{STREAM} where id % 2 = 1")
    streaming(project, "nothing", f"{STREAM} where id < 0")
    streaming(project, "both", f"{STREAM} union all {STREAM.replace('up', 'up2')}")
    streaming(project, "chained", "select * from {{ sluice.stream(ref('everything')) }}")
    project.apply_changes("current", STREAM, **CURRENT)
    project.snapshot("history", STREAM, unique_key="id", sequence_by="id")
    consumers = ["everything", "odd", "nothing", "both", "chained", "current", "history"]

    load(project, [1, 2, 3])
    first = compiled(project.build(), "everything")
    load(project, [4, 5])
    second = compiled(project.build(), "everything")
    assert ids(project, "up") == [1, 2, 3, 4, 5]
    flows = project.flows()
    for name in ("everything", "chained", "current", "history"):
        assert ids(project, name) == [1, 2, 3, 4, 5], name
        assert flows[name]["num_input_rows"] == 2, name
    assert ids(project, "odd") == [1, 3, 5]
    assert ids(project, "nothing") == []
    assert ids(project, "both") == [1, 2, 3, 4, 5, 101, 102, 103, 104, 105]

    # the compiled SQL says what was read: as literals, so that it reads the same for ever
    for sql, read in ((first, [1, 2, 3]), (second, [4, 5])):
        rows = project.query(sql)
        assert sorted(row["id"] for row in rows) == read
        assert list(rows[0]) == ["id", "name"]  # the user's columns, and never _sluice_*
        assert "_sluice_batch" in sql and "checkpoints" not in sql
        assert not re.search(r"\b(max|now|current_timestamp)\b", sql, re.IGNORECASE)
        assert project.last.invocation_id not in sql

    # nothing new: nobody reads anything again, not even what a filter dropped
    before = {name: project.contents(name) for name in consumers}
    load(project, [])
    project.build()
    assert before == {name: project.contents(name) for name in consumers}
    assert not any(project.flows()[name]["num_input_rows"] for name in consumers)

    # one consumer falls behind and catches up; the others go on. A query without stream() or
    # read_files() appends what it yields at each run, so that 7 comes twice.
    for batch in ([6], [7], None):
        if batch:
            load(project, batch)
        project.run("--select", "up", "odd")
    assert ids(project, "odd") == [1, 3, 5, 7, 7]
    assert ids(project, "everything") == [1, 2, 3, 4, 5]
    project.run("--select", "everything", "odd")
    assert ids(project, "up") == ids(project, "everything") == [1, 2, 3, 4, 5, 6, 7, 7]
    assert ids(project, "odd") == [1, 3, 5, 7, 7]
    assert project.flows()["everything"]["num_input_rows"] == 3
    assert not project.flows()["odd"]["num_input_rows"]


def test_full_refresh_of_what_is_read(project: Project) -> None:
    """apply_changes replays; a streaming table stops, says the way out, and it works."""
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    streaming(project, "protected", full_refresh=False)
    streaming(project, "further", "select * from {{ sluice.stream(ref('down')) }}")
    project.apply_changes("current", STREAM, **CURRENT)
    project.snapshot("history", STREAM, unique_key="id", sequence_by="id")
    for batch in ([1, 2], [3]):
        load(project, batch)
        project.build()
    kept = {name: project.contents(name) for name in ("current", "history")}

    load(project, [1, 2, 3])
    project.run("--full-refresh", "--select", "up")
    assert ids(project, "up") == [1, 2, 3]
    load(project, [])
    run = project.dbt("build")
    assert not run.success
    assert kept == {name: project.contents(name) for name in kept}
    assert {name: run.statuses[name] for name in (*kept, "down", "protected", "further")} == {
        "current": "success",
        "history": "success",
        "down": "error",
        "protected": "error",
        "further": "skipped",
    }
    for name in ("down", "protected", "further"):
        assert ids(project, name) == [1, 2, 3]
    for name in ("down", "protected"):
        assert "lake.up" in run.messages[name] or '"up"' in run.messages[name]
        assert name in run.messages[name]

    way_out = re.search(r"dbt ((?:run|build) .*--full-refresh.*)", run.messages["down"])
    assert way_out, run.messages["down"]
    command, *arguments = way_out.group(1).split()
    project.run(*arguments, command=command)
    for name in ("down", "further"):
        assert ids(project, name) == [1, 2, 3]
    load(project, [4])
    project.run("--exclude", "protected")
    for name in ("down", "further", "current", "history"):
        assert ids(project, name) == ([1, 2, 3] if name == "history" else [1, 2, 3, 4]), name

    # both at once; what is protected keeps its rows
    load(project, [1, 2, 3, 4])
    project.dbt("build", "--full-refresh")
    for name in ("up", "down", "further", "current", "history"):
        assert ids(project, name) == [1, 2, 3, 4], name
    assert ids(project, "protected") == [1, 2, 3]

    # a table that was dropped by hand and made anew is another one, too
    project.query("drop table lake.up")
    load(project, [1, 2, 3, 4])
    project.run("--select", "up")
    assert "--full-refresh" in project.run_expecting_error("--select", "down", command="run")
    assert ids(project, "down") == [1, 2, 3, 4]


# --- misuse ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def misuse(shared_project: Project) -> Run:
    """One run of everything that must not work."""
    project = shared_project
    load(project, [1])
    project.query("create schema lake")
    project.query("create table lake.taken as select 42 as answer")
    project.query("create view lake.viewed as select 42 as answer")
    project.write("models/sources.yml", "sources: [{name: raw, tables: [{name: events}]}]")
    project.model("plain", EVENTS, materialized="table")
    streaming(project, "up", EVENTS)
    streaming(project, "of_source", "select * from {{ sluice.stream(source('raw', 'events')) }}")
    streaming(project, "of_table", "select * from {{ sluice.stream(ref('plain')) }}")
    for materialized in ("view", "table", "incremental", "streaming_tabel"):
        project.model(f"as_{materialized}", STREAM, materialized=materialized)
    ours = "1 as _sluice_mine, 2 as _SLUICE_BATCH"
    streaming(project, "reserved", f"select id, {ours} from raw.events")
    project.apply_changes("reserved_cdc", "select id, 1 as _sluice_mine from raw.events", **CURRENT)
    for name in ("taken", "viewed"):
        streaming(project, name, EVENTS)
    text = ["{% snapshot checked %}", STREAM, "{% endsnapshot %}"]
    project.write("snapshots/checked.sql", "\n".join(text))
    check = {"strategy": "check", "check_cols": "all", "unique_key": "id"}
    project.configure("snapshots", "checked", **check)
    return project.dbt("build")


@pytest.mark.parametrize(
    ("model", "words"),
    {
        "of_source": ["stream()", "streaming table", "raw.events"],
        "of_table": ["stream()", "streaming table", "plain"],
        "as_view": ["stream()", "as_view", "view"],
        "as_table": ["stream()", "as_table", "table"],
        "as_incremental": ["stream()", "as_incremental", "incremental"],
        "as_streaming_tabel": ["stream()", "did you mean streaming_table?"],
        "checked": ["stream()", "checked", "check"],
        "reserved": ["_sluice_mine", "_SLUICE_BATCH", "reserved"],
        "reserved_cdc": ["_sluice_mine", "reserved"],
        "taken": ["taken", "streaming table", "--full-refresh"],
        "viewed": ["viewed", "view"],
    }.items(),
)
def test_misuse(misuse: Run, model: str, words: list[str]) -> None:
    """Each wrong use is an error that says what is wrong and where, and no database error."""
    assert misuse.statuses[model] == "error"
    for word in [*words, model]:
        assert word in misuse.messages[model]
    assert "Compilation Error" in misuse.messages[model]


def test_misuse_touches_nothing(misuse: Run, shared_project: Project) -> None:
    """What stood under the name of a model stays as it was; the right models ran."""
    worked = {name for name, status in misuse.statuses.items() if status == "success"}
    assert {name for name in worked if not name.startswith("sluice-on-run")} == {"up", "plain"}
    for name in ("taken", "viewed"):
        assert shared_project.rows(name) == [{"answer": 42}]


def test_a_stream_that_was_never_built(project: Project) -> None:
    """The error says what is missing and the command that builds it; to compile needs no table."""
    load(project, [1])
    streaming(project, "up", EVENTS)
    streaming(project, "down", STREAM)
    project.dbt("compile")
    message = project.run_expecting_error("--select", "down")
    assert "stream() error in model.consumer.down (models/down.sql)" in message
    assert "lake.up is not there yet" in message
    command = re.search(r"dbt (build) (--select \S+)", message)
    assert command, message
    project.run(*command.group(2).split(), command=command.group(1))
    assert ids(project, "down") == [1]
