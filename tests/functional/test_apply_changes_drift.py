"""What may change between two runs, of options, columns and types, and what is an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

import pytest

from examples import at, intervals
from project import Project, Run
from reference import canonical
from targets import EVENTS, FILL, GOOD, META_NAMES, OPTIONS, SCD2, TYPES, Trio, typed

# --- Drift, step by step --------------------------------------------------------------------------


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
    """Drift: what changed and the way out; the table stays as it was until then."""
    meta = GOOD
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
    """Drift: old rows are null in a new column, new versions in one that is gone."""
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
    """Drift: the columns are those of the model, whether or not it has events to give."""
    three = trio()
    three.run(at(1, a="x", b=1))
    three.types = {**TYPES, "c": "varchar"}
    three.run()
    assert three.project.columns(target)["c"] == "VARCHAR"
    (row,) = three.project.rows(target)
    assert (row["a"], row["c"]) == ("x", None)


def test_a_lossless_widening_is_applied(trio: Callable[..., Trio]) -> None:
    """Drift: integer to bigint, of a value column."""
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
    """Drift: the target, the column and both types are named, nothing is written."""
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
    """Drift: from the kept events, without the source."""
    three = trio(own=True)
    three.run(at(1, a="x", b=1), at(2, a="x", b=2), at(3, a="y", b=2))
    assert three.versions() == [(1, 2, "x"), (2, 3, "x"), (3, None, "y")]
    three.write(track_history_column_list=["a"])
    three.run()
    assert three.versions() == [(1, 3, "x"), (3, None, "y")]
    three.write(track_history_column_list=["b"])
    three.run(at(4, a="z", b=2))
    assert three.versions() == [(1, 2, "x"), (2, None, "z")]


# --- each drift and its error ---------------------------------------------------------------------


class Drift(NamedTuple):
    """What changes between two runs, and the lines of the error (none: the run goes well)."""

    change: dict[str, Any]
    told: list[str]
    text: str = EVENTS


NARROWED = "which can lose values; cast it in the model, or start over: "
DRIFTS = {
    "keys": Drift({"keys": ["k", "b"]}, ['keys was ["k"] and is now ["k", "b"]']),
    "other_key": Drift({"keys": "b"}, ['keys was ["k"] and is now ["b"]']),
    "key_type": Drift({}, ["key 'k' was of type INTEGER and is now BIGINT"], typed(k="bigint")),
    "sequence": Drift({"sequence_by": "n + 1"}, ['sequence_by was ["n"] and is now ["n + 1"]']),
    "sequence_parts": Drift(
        {"sequence_by": ["n", "b"]},
        [
            'sequence_by was ["n"] and is now ["n", "b"]',
            "sequence_by was of type INTEGER and is now STRUCT(n INTEGER, b INTEGER)",
        ],
    ),
    "sequence_type": Drift(
        {}, ["sequence_by was of type INTEGER and is now VARCHAR"], typed(n="varchar")
    ),
    "deletes": Drift(
        {"apply_as_deletes": "op = 'DEL'"},
        ["apply_as_deletes was \"op = 'D'\" and is now \"op = 'DEL'\""],
    ),
    "no_deletes": Drift(
        {"apply_as_deletes": None}, ["apply_as_deletes was \"op = 'D'\" and is now null"]
    ),
    "truncates": Drift(
        {"apply_as_truncates": "op = 'D'"},
        ["apply_as_truncates was \"op = 'T'\" and is now \"op = 'D'\""],
    ),
    "several": Drift(
        {"keys": ["b"], "apply_as_truncates": None},
        [
            'keys was ["k"] and is now ["b"]',
            "apply_as_truncates was \"op = 'T'\" and is now null",
        ],
    ),
    "same_key_in_capitals": Drift({"keys": ["K"], "sequence_by": "N"}, []),
    "other_type": Drift(
        {},
        [
            f"column 'a' was VARCHAR and is now BLOB, {NARROWED}",
            f"column 'b' was INTEGER and is now VARCHAR, {NARROWED}",
        ],
        typed(a="blob", b="varchar"),
    ),
    "option_of_a_vanished_column": Drift(
        {FILL: ["a", "b"]},
        [f"{FILL} column 'b' is not in the query (available: a)"],
        "select k, n, op, a from raw.events",
    ),
}
SCD2_DRIFTS = {
    "scd_type": Drift(
        {"stored_as_scd_type": 1},
        [
            "stored_as_scd_type was 2 and is now 1",
        ],
    ),
    "interval": Drift(
        {"start_at": "since", "end_at": "until"},
        [
            'start_at was "valid_from" and is now "since"',
            'end_at was "valid_to" and is now "until"',
        ],
    ),
}
Drifted = tuple[Project, Run, dict[str, list]]


@pytest.fixture(scope="module")
def drifted(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Drifted:
    """A project that ran well, and then again with something changed in every node."""
    project = Project(tmp_path_factory.mktemp("drifted"), template=template)

    def write(second: bool) -> None:
        for name, drift in {**DRIFTS, **SCD2_DRIFTS}.items():
            base = {**GOOD, **SCD2} if name in SCD2_DRIFTS else GOOD
            meta = {**base, **(drift.change if second else {})}
            meta = {option: came for option, came in meta.items() if came is not None}
            project.apply_changes(f"m_{name}", drift.text if second else EVENTS, **meta)
        for name, drift in DRIFTS.items():
            meta = {**GOOD, **(drift.change if second else {})}
            meta = {option: came for option, came in meta.items() if came is not None}
            unique_key = meta.pop("keys")
            text = drift.text if second else EVENTS
            project.snapshot(f"s_{name}", text, unique_key=unique_key, **meta)
        project.snapshot("s_interval", unique_key="k", **OPTIONS)
        if second:
            config = {"strategy": "sluice.apply_changes", "unique_key": "k", "meta": OPTIONS}
            config[META_NAMES] = {"dbt_valid_from": "since", "dbt_valid_to": "valid_to"}
            project.configure("snapshots", "s_interval", **config)

    write(second=False)
    project.load("events", [at(1, a="x", b=1), at(2, a="y", b=1)], **TYPES)
    project.build()
    before = {name: project.contents(name) for name in project.last.statuses if name[1] == "_"}
    write(second=True)
    project.load("events", [at(3, a="z", b=1)], **TYPES)
    return project, project.dbt("build"), before


ALL_DRIFTS = {f"{kind}_{name}": drift for kind in "ms" for name, drift in DRIFTS.items()}
ALL_DRIFTS |= {f"m_{name}": drift for name, drift in SCD2_DRIFTS.items()}
ALL_DRIFTS["s_interval"] = Drift(
    {}, [f'{META_NAMES} dbt_valid_from was "valid_from" and is now "since"']
)


@pytest.mark.parametrize("name", ALL_DRIFTS)
def test_drift_says_what_changed_and_the_way_out(drifted: Drifted, name: str) -> None:
    """Drift: each change with before and after, all at once; the table stays as it was."""
    project, run, before = drifted
    snapshot = name[0] == "s"
    if not ALL_DRIFTS[name].told:
        assert run.statuses[name] == "success", run.messages[name]
        return
    message = run.messages[name]
    kind = "snapshot" if snapshot else "model"
    assert f" in {kind}.consumer.{name} ({kind}s/{name}.sql)" in message
    told = [line.strip()[2:] for line in message.splitlines() if line.strip()[:2] == "- "]
    expected = list(ALL_DRIFTS[name].told)
    if snapshot:
        expected = [line.replace("keys was", "unique_key was") for line in expected]
    if "configuration" not in message and "Schema change" not in message:
        expected.append("the kept events cannot follow that; change it back, or start over: ")
    assert len(told) == len(expected), message
    for line, start in zip(told, expected, strict=True):
        assert line.startswith(start), (line, start)
    if "configuration" not in message:
        way_out = (
            f"dbt run-operation sluice.rebuild --args '{{dataset: {name}, start_over: true}}', "
            f"then dbt snapshot --select {name}"
            if snapshot
            else f"dbt run --full-refresh --select {name}"
        )
        assert told[-1].endswith(way_out), told[-1]
    assert project.contents(name) == before[name]


def test_what_changes_without_drift(project: Project) -> None:
    """Drift: tracked columns, ignored nulls and types that fit; history is worked out anew."""
    events = [at(1, a="x", b=1), at(2, a="x", b=2), at(3, a=None, b=2)]
    project.apply_changes("tracked", **GOOD, **SCD2)
    project.apply_changes("filled", **GOOD, **SCD2)
    project.apply_changes("typed", **GOOD)
    project.load("events", events, **TYPES)
    project.run()
    assert intervals(project.rows("filled")) == [(1, 2, "x"), (2, 3, "x"), (3, None, None)]

    project.apply_changes("tracked", **GOOD, **SCD2, track_history_except_column_list=["a"])
    project.apply_changes("filled", **GOOD, **SCD2, ignore_null_updates=True)
    project.apply_changes("typed", typed(b="tinyint"), **GOOD)
    project.load("events", [at(1, a="w", b=7, k=2)], **TYPES)
    project.run()
    rows = [row for row in project.rows("tracked") if row["k"] == 1]
    assert intervals(rows) == [(1, 2, "x"), (2, None, None)]
    rows = [row for row in project.rows("filled") if row["k"] == 1]
    assert intervals(rows) == [(1, 2, "x"), (2, None, "x")]
    assert project.columns("typed")["b"] == "INTEGER"  # every TINYINT is one
    assert sorted(row["b"] for row in project.rows("typed")) == [2, 7]


# --- on_schema_change -----------------------------------------------------------------------------


def test_on_schema_change_of_the_model_is_heeded(project: Project) -> None:
    """Drift: new columns are appended unless the model itself sets on_schema_change."""
    meta = GOOD
    project.model("ignoring", materialized="apply_changes", meta=meta, on_schema_change="ignore")
    project.model("failing", materialized="apply_changes", meta=meta, on_schema_change="fail")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run()
    project.load("events", [at(2, a="y", b=2, c=3)], **TYPES, c="integer")
    assert "failing" in project.run_expecting_error("--select", "failing")
    assert project.rows("failing") == [{"k": 1, "a": "x", "b": 1}]
    project.run("--select", "ignoring")
    assert project.rows("ignoring") == [{"k": 1, "a": "y", "b": 2}]


MODES = ("unset", "ignore", "append_new_columns", "sync_all_columns", "fail")


def write_modes(project: Project, text: str = EVENTS, **changed: str) -> None:
    """Models of both types for each on_schema_change; `changed` gives one another mode."""
    for mode in MODES:
        chosen = changed.get(mode, mode)
        config = {} if chosen == "unset" else {"on_schema_change": chosen}
        for name, scd in ((f"now_{mode}", {}), (f"past_{mode}", SCD2)):
            project.model(name, text, materialized="apply_changes", meta={**GOOD, **scd}, **config)


def test_on_schema_change(project: Project) -> None:
    """Drift: what a new and a vanished column do to the table, by the mode of the model."""
    write_modes(project)
    project.load("events", [at(1, a="x", b=1), at(1, a="v", b=1, k=2)], **TYPES)
    project.run()
    without_b = {name: kind for name, kind in TYPES.items() if name != "b"}

    # a column is gone, with an empty batch and with a full one
    for batch in ([], [at(2, a="y")]):
        project.load("events", batch, **without_b)
        run = project.dbt("run")
        for mode in MODES:
            for name in (f"now_{mode}", f"past_{mode}"):
                if mode != "fail":
                    assert run.statuses[name] == "success", run.messages[name]
                    continue
                assert run.statuses[name] == "error"
                assert (
                    "column 'b' is no longer in the model and on_schema_change is fail"
                    in (run.messages[name])
                )
                assert f"dbt run --full-refresh --select {name}" in run.messages[name]
                assert [row["a"] for row in project.rows(name) if row["k"] == 1] == ["x"]
    for mode in MODES[:-1]:
        assert project.columns(f"now_{mode}") == {"k": "INTEGER", "a": "VARCHAR", "b": "INTEGER"}
        assert canonical(project.rows(f"now_{mode}")) == canonical(
            [{"k": 1, "a": "y", "b": None}, {"k": 2, "a": "v", "b": 1}]
        )
        rows = [row for row in project.rows(f"past_{mode}") if row["k"] == 1]
        assert intervals(rows, "b") == [(1, 2, 1), (2, None, None)]

    # a column is new
    project.load("events", [at(3, a="z", b=3, c="new")], **TYPES, c="varchar")
    run = project.dbt("run")
    for mode in MODES:
        for name in (f"now_{mode}", f"past_{mode}"):
            if mode == "fail":
                assert run.statuses[name] == "error"
                assert "column 'c' is new and on_schema_change is fail" in run.messages[name]
            else:
                assert run.statuses[name] == "success", run.messages[name]
            assert ("c" in project.columns(name)) == (mode not in ("ignore", "fail"))
    assert intervals([r for r in project.rows("past_unset") if r["k"] == 1], "c") == [
        (1, 2, None),
        (2, 3, None),
        (3, None, "new"),
    ]

    # what was ignored comes with its values once the mode says so, to keys without events too
    write_modes(project, ignore="append_new_columns")
    project.load("events", [at(9, a="w", b=9, k=2)], **TYPES, c="varchar")
    project.run("--exclude", "now_fail", "past_fail")
    for kind in ("now", "past"):
        assert project.contents(f"{kind}_ignore") == project.contents(f"{kind}_unset")
