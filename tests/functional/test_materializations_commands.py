"""Flags and commands of dbt do what a dbt user knows from built-in models.

What dbt's own adapter suite does not look at; tests/adapter runs that suite with the package.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from engine_cases import SEVERAL_THREADS
from nodes import EVENTS, KINDS, STREAM, TYPES, current, load, names, node, streaming
from project import Project, Run

# --- flags ----------------------------------------------------------------------------------------


def test_protected_reader_of_a_rebuilt_table(project: Project) -> None:
    """`full_refresh: false` keeps the rows; both ways out in the error do what they say."""
    streaming(project, "up", EVENTS)
    streaming(project, "kept", full_refresh=False)
    streaming(project, "behind", "select * from {{ sluice.stream(ref('kept')) }}")
    current(project, "kept_current", full_refresh=False)
    load(project, (1, "a", 1))
    project.run()
    load(project, (2, "b", 2))
    project.run("--full-refresh", "--select", "up", "kept_current")
    assert names(project, "kept_current") == [(1, "a"), (2, "b")]  # not refreshed, only read on

    error = project.run_expecting_error("--full-refresh", "--select", "kept", command="run")
    assert "full_refresh: false" in error and "lake.up" in error
    way = re.search(r"dbt run-operation (sluice\.mark_as_read) --args '(.*?)'", error)
    assert way, error
    project.run(way[1], "--args", way[2], command="run-operation")
    load(project, (3, "c", 3))
    project.run()
    assert names(project, "kept") == names(project, "behind") == [(1, "a"), (3, "c")]

    load(project, (4, "d", 4))
    project.run("--full-refresh", "--select", "up")
    error = project.run_expecting_error("--select", "kept", command="run")
    command = re.search(r"dbt (build) (--full-refresh) (--select) (\S+)", error)
    assert command, error
    streaming(project, "kept")
    project.run(*command.groups()[1:], command=command[1])
    assert names(project, "kept") == names(project, "behind") == [(4, "d")]

    error = project.run_expecting_error(
        "sluice.mark_as_read", "--args", "{dataset: kept_current}", command="run-operation"
    )
    assert "behind, kept, up" in error + project.last.log


def test_empty_flag(project: Project) -> None:
    """`--empty` reads nothing and forgets nothing, on tables that are there too."""
    streaming(project, "up", EVENTS)
    for name, properties in KINDS.items():
        kind = properties.get("kind", "models")
        node(project, name, STREAM, kind=kind, config=properties["config"])
    load(project, (1, "a", 1))
    project.build()
    load(project, (2, "b", 2))
    project.run("--select", "up")
    before = {name: project.contents(name) for name in KINDS}
    project.build("--empty", "--exclude", "up")
    assert {name: project.contents(name) for name in KINDS} == before
    project.build("--exclude", "up")
    for name in KINDS:
        assert names(project, name) == [(1, "a"), (2, "b")]


def test_other_relation_of_the_name(project: Project) -> None:
    """A view of the name is left alone until --full-refresh replaces it."""
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    current(project, "now")
    project.query("create schema lake")
    for name in ("down", "now"):
        project.query(f"create view lake.{name} as select 42 as answer")
    load(project, (1, "a", 1))
    run = project.dbt("run")
    for name in ("down", "now"):
        assert project.rows(name) == [{"answer": 42}]
        for word in ("exists as a view", f"dbt run --full-refresh --select {name}"):
            assert word in run.messages[name]
    project.run("--full-refresh", "--select", "down", "now")
    load(project, (2, "b", 2))
    project.run()
    assert names(project, "down") == names(project, "now") == [(1, "a"), (2, "b")]


def test_state_that_is_gone(project: Project) -> None:
    """Where our schema was dropped, nobody goes on as if nothing had been read."""
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    current(project, "now")
    load(project, (1, "a", 1))
    project.run()
    project.query("drop schema lake_sluice cascade")
    run = project.dbt("run")
    for name in ("up", "down", "now"):
        assert run.statuses[name] in ("error", "skipped")
        assert names(project, name) == [(1, "a")]
    assert "dbt run --full-refresh --select up" in run.messages["up"]
    project.run("--full-refresh")
    load(project, (2, "b", 2))
    project.run()
    assert names(project, "down") == names(project, "now") == [(1, "a"), (2, "b")]


# --- commands -------------------------------------------------------------------------------------


def tables(project: Project) -> set[str]:
    """All tables that are in the database."""
    return {f"{r.schema}.{r.name}" for r in project.engine.relations() if not r.is_view}


@pytest.mark.dbt_v1("it has no docs generate")
def test_commands_that_write_nothing(project: Project) -> None:
    """compile, show, ls and docs generate read a streaming model, and leave no trace."""
    streaming(project, "up", EVENTS, tags=["daily"])
    streaming(project, "off", enabled=False)
    current(project, "now", tags=["daily", "gold"])
    load(project, (1, "a", 1))

    # nothing has run: neither our tables nor the models' are there
    before = tables(project)
    project.run(command="compile")
    project.run("generate", command="docs")
    project.run("--select", "up", command="show")
    assert "| a " in project.last.log
    assert project.run("--select", "tag:gold", command="ls").result == ["consumer.now"]
    assert tables(project) == before == {"raw.events"}

    project.run()
    assert {name for name in project.last.statuses if "on-run" not in name} == {"up", "now"}
    load(project, (2, "b", 2))
    project.run("--select", "up")
    log = project.query("select * from lake_sluice.event_log order by id")
    rows = {name: project.contents(name) for name in ("up", "now")}
    shown = project.run("--select", "now", command="show").log
    assert "| b " in shown and "| a " in shown  # all of the stream, whatever was read
    shown = project.run("--inline", STREAM, command="show").log
    assert "| a " in shown and "| b " in shown
    project.run(command="compile")
    assert project.dbt("--write-json", "docs", "generate").success
    catalog = json.loads((project.root / "target/catalog.json").read_text())["nodes"]
    columns = {name.rpartition(".")[2]: list(node["columns"]) for name, node in catalog.items()}
    assert columns == {"up": ["id", "name", "seq", "_sluice_batch"], "now": ["id", "name", "seq"]}
    assert project.query("select * from lake_sluice.event_log order by id") == log
    assert {name: project.contents(name) for name in rows} == rows


def test_retry(project: Project) -> None:
    """`dbt retry` after a failure reads what the failed run did not, once."""
    streaming(project, "up", EVENTS)
    broken = "select error('hook broke') from raw.broken"
    streaming(project, "down", post_hook=[broken])
    current(project, "now", "select * from {{ sluice.stream(ref('down')) }}")
    load(project, (1, "a", 1))
    project.load("broken", [{"yes": "1"}], yes="text")
    run = project.dbt("--write-json", "build")
    assert (run.statuses["up"], run.statuses["now"]) == ("success", "skipped")
    project.load("broken", [], yes="text")
    retried = project.dbt("--write-json", "retry")
    assert retried.success, retried.error
    assert {"down", "now"} <= set(retried.statuses) and "up" not in retried.statuses
    assert [names(project, name) for name in ("up", "down", "now")] == [[(1, "a")]] * 3


def in_dev(project: Project, command: str, *args: str) -> Run:
    """Run dbt in target `dev`, which needs a parse of its own."""
    run = project.dbt(command, *args, "--target", "dev", "--vars", "{}")
    assert run.success, run.error
    return run


@pytest.mark.dbt_v1("dbt clone fails there")
def test_clone_and_defer(project: Project) -> None:
    """A reader in another target reads a table that was cloned or deferred to, and reads it on."""
    project.write_profiles(dev="dev")
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    current(project, "now")
    load(project, (1, "a", 1))
    assert project.dbt("--write-json", "run").success
    (project.root / "state").mkdir()
    shutil.copy(project.root / "target/manifest.json", project.root / "state")

    project.load("events", [], **TYPES)
    cloned = ["--state", "state", "--defer", "--favor-state", "--select", "down", "now"]
    for batch in ([(1, "a")], [(1, "a"), (2, "b")]):
        in_dev(project, "run", *cloned)
        for name in ("down", "now"):
            found = project.query(f"select id, name from dev.{name} order by id")
            assert [tuple(row.values()) for row in found] == batch
        load(project, (2, "b", 2))
        project.run("--select", "up")

    project.query("drop schema dev cascade; drop schema dev_sluice cascade")
    in_dev(project, "clone", "--state", "state", "--select", "up")
    in_dev(project, "run", "--select", "down", "now")
    for name, count in {"down": 3, "now": 2}.items():
        assert len(project.query(f"select * from dev.{name}")) == count


@SEVERAL_THREADS
def test_many_at_once(tmp_path: Path, template: Project) -> None:
    """Four threads, many readers of one table, in two databases: each reads each row once."""
    project = Project(tmp_path, threads=4, template=template)
    project.attach("other")
    streaming(project, "up", EVENTS)
    readers = []
    for number in range(3):
        for place, config in {"here": {}, "there": {"database": "other"}}.items():
            streaming(project, f"rows_{place}_{number}", **config)
            current(project, f"current_{place}_{number}", **config)
            history = {"stored_as_scd_type": 2}
            current(project, f"history_{place}_{number}", meta=history, **config)
            readers += [f"{kind}_{place}_{number}" for kind in ("rows", "current", "history")]
    streaming(project, "elsewhere", EVENTS, database="other", schema="Odd Place")
    streaming(project, "across", STREAM.replace("up", "elsewhere"))

    expected: list[tuple] = []
    for number, arguments in enumerate(([], [], ["--full-refresh"], []), start=1):
        load(project, (number, "a", number), (number + 100, "b", number))
        project.build(*arguments)
        rows = [(number, "a"), (number + 100, "b")]
        expected = sorted(rows if arguments else expected + rows)
        for name in readers:
            place = "other" if "there" in name else None
            found = project.query(f"select id, name from lake.{name} order by id", place)
            assert [tuple(row.values()) for row in found] == expected, (name, number)
        elsewhere = project.query('select * from "lake_Odd Place".elsewhere', "other")
        assert len(elsewhere) == len(expected)
        assert names(project, "across") == expected
        flows = project.flows()
        assert {flows[name]["num_input_rows"] for name in readers} == {2}
