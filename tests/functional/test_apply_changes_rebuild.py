"""The table worked out anew: `--full-refresh`, and the operation `sluice.rebuild`."""

from __future__ import annotations

from collections.abc import Callable

import nodes
from engine_cases import judged
from examples import at
from project import Project
from reference import canonical
from targets import GOOD, OPTIONS, SCD2, TYPES, Trio, rebuild

# --- Full refresh ---------------------------------------------------------------------------------


def test_a_full_refresh_gives_the_same_table(trio: Callable[..., Trio]) -> None:
    """Full refresh, when the feed still holds everything; a snapshot has sluice.rebuild."""
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
    """Full refresh: the flag of the command line does not reach such a model."""
    project.model("kept", materialized="apply_changes", meta=GOOD, full_refresh=False)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run()
    project.load("events", [at(1, a="y", b=1, k=2)], **TYPES)
    project.run("--full-refresh")
    assert canonical(project.rows("kept")) == canonical(
        [{"k": 1, "a": "x", "b": 1}, {"k": 2, "a": "y", "b": 1}]
    )


# --- sluice.rebuild -------------------------------------------------------------------------------


def test_rebuild_checks_what_it_is_asked(project: Project) -> None:
    """What it was called with, all at once; and a dataset without kept events."""
    project.apply_changes("now", **GOOD)
    project.apply_changes("never_ran", **GOOD)
    project.model("plain", "select 1 as x", materialized="table")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run("--exclude", "never_ran")
    before = project.contents("now")
    must = "- dataset must name an apply_changes model or snapshot (known: never_ran, now), found: "
    for args, told in (
        ({}, [must + "null"]),
        ({"dataset": "nope"}, [must + '"nope"']),
        ({"dataset": "plain"}, [must + '"plain"']),
        (
            {"dataset": 5, "start_over": "yes"},
            [must + "5", "- start_over must be true or false, f"],
        ),
        (
            {"dataset": "now", "start_over": "false"},
            ['- start_over must be true or false, found: "false"'],
        ),
    ):
        run = rebuild(project, **args)
        assert not run.success
        for line in [*told, "- expected: dbt run-operation sluice.rebuild --args '{dataset: <name"]:
            assert line in run.error + run.log, (line, run.error)
    run = rebuild(project, dataset="never_ran")
    assert not run.success
    text = run.error + run.log
    assert "sluice.rebuild error in model.consumer.never_ran (models/never_ran.sql)" in text
    assert "no events are kept for" in text
    assert "expected a dataset that has run before" in text
    assert "way out: dbt build --select never_ran" in text
    assert project.contents("now") == before


def test_rebuild_says_what_the_kept_events_cannot_follow(project: Project) -> None:
    """Drift: every changed option by its name, before and after, and the way out."""
    project.apply_changes("now", **GOOD)
    project.snapshot("snap", unique_key="k", **OPTIONS)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.build()
    before = {name: project.contents(name) for name in ("now", "snap")}
    change = {"sequence_by": "n + 1", "apply_as_deletes": "op = 'X'"}
    project.apply_changes("now", **{**GOOD, **SCD2, **change, "except_column_list": ["n"]})
    project.snapshot("snap", unique_key=["k", "b"], **{**OPTIONS, **change})
    lines = [
        'sequence_by was ["n"] and is now ["n + 1"]',
        "apply_as_deletes was \"op = 'D'\" and is now \"op = 'X'\"",
    ]
    told = {
        "now": [
            *lines,
            'except_column_list was ["n", "op"] and is now ["n"]',
            "stored_as_scd_type was 1 and is now 2",
            "dbt run --full-refresh --select now",
        ],
        "snap": [
            *lines,
            'unique_key was ["k"] and is now ["k", "b"]',
            "sluice.rebuild --args '{dataset: snap, start_over: true}'",
        ],
    }
    for name, fragments in told.items():
        run = rebuild(project, dataset=name)
        assert not run.success
        text = run.error + run.log
        for fragment in ["the kept events cannot follow that", *fragments]:
            assert fragment in text, (fragment, text)
    assert {name: project.contents(name) for name in before} == before


def test_rebuild_brings_back_what_was_lost(project: Project) -> None:
    """A dropped table comes back; on_schema_change: ignore holds for a rebuild too."""
    project.snapshot("snap", unique_key="k", **OPTIONS)
    project.apply_changes("history", **GOOD, **SCD2)
    project.model("ignoring", materialized="apply_changes", meta=GOOD, on_schema_change="ignore")
    project.load("events", [at(1, a="x", b=1), at(2, "D", k=2)], **TYPES)
    project.build()
    project.load("events", [at(2, a="y", b=2, c=3)], **TYPES, c="integer")
    project.build()
    before = {name: canonical(project.rows(name)) for name in ("snap", "history", "ignoring")}
    assert "c" not in project.columns("ignoring")
    for name in ("snap", "history"):
        project.query(f"drop table {project.table(name)}")
    project.query(f"delete from {project.table('ignoring')}")
    for name in before:
        run = rebuild(project, dataset=name)
        assert run.success, run.error + run.log
    assert {name: canonical(project.rows(name)) for name in before} == before
    project.load("events", [], **TYPES, c="integer")
    project.build()
    assert {name: canonical(project.rows(name)) for name in before} == before


def test_rebuild_after_rows_left_the_stream(project: Project) -> None:
    """What a stream has is counted by the next run, also where a rebuild comes first."""
    nodes.load(project, (1, "a", 1), (2, "b", 1))
    judged(project, "up", {"known": "id < 9"}, nodes.EVENTS)
    nodes.current(project, "now")
    project.build()
    judged(project, "up", {"known": "id < 2"}, nodes.EVENTS)
    for operation, dataset in (("quarantine", "up"), ("rebuild", "now")):
        args = f"{{dataset: {dataset}}}"
        project.run(f"sluice.{operation}", "--args", args, command="run-operation")
    assert nodes.names(project, "now") == [(1, "a")]
    nodes.load(project, (3, "c", 2), (1, "d", 2))
    project.build()
    assert nodes.names(project, "now") == [(1, "d")]
