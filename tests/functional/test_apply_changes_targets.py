"""The tables: their columns, whose they are, what Python models make of them, names with marks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from examples import at, intervals
from project import Project
from reference import Row, canonical
from targets import EVENTS, FILL, GOOD, OPTIONS, SCD2, TRACK, TYPES, Trio, rebuild


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
    assert project.relations(project.schema) == ["history", "now", "snap"]


def test_targets_that_are_not_ours(project: Project) -> None:
    """A view, a table of another materialization, and expectations: refused, all left as it was."""
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.model("was_view", materialized="view")
    project.model("was_table", materialized="table")
    project.run()
    project.query("create table lake.snap as select 1 as x")
    project.query("create view lake.snap_view as select 1 as x")
    rule = {"not_null": {"config": {"meta": {"on_violation": "drop"}}}}
    for name in ("was_view", "was_table", "judged"):
        project.apply_changes(name, **GOOD)
    project.snapshot("snap", unique_key="k", **OPTIONS)
    project.write(
        "models/judged.yml",
        json.dumps(
            {
                "models": [
                    {
                        "name": "judged",
                        "config": {"materialized": "apply_changes", "meta": GOOD},
                        "columns": [{"name": "a", "data_tests": [rule]}],
                    }
                ]
            }
        ),
    )
    run = project.dbt("build")
    told = {
        "was_view": [
            f"{project.spoken('was_view')} exists as a view, expected a table",
            "rebuild it with: dbt run --full-refresh --select was_view",
        ],
        "was_table": [
            f"{project.spoken('was_table')} exists, but sluice keeps no events for it,",
            "so it was made by some",
            "rebuild it with: dbt run --full-refresh --select was_table",
        ],
        "judged": [
            "is an expectation (on_violation: drop), and those judge the rows of a streaming_table",
            "declare it on the streaming table that this model reads",
        ],
        "snap": [
            f"{project.spoken('snap')} exists, but sluice keeps no events for it,",
            "so it was made by some",
            "sluice.rebuild --args '{dataset: snap, start_over: true}'",
            "the rows that stand there are dropped then",
        ],
    }
    for name, fragments in told.items():
        assert run.statuses[name] == "error"
        assert "apply_changes target error in " in run.messages[name]
        for fragment in fragments:
            assert fragment in run.messages[name], (fragment, run.messages[name])
    assert project.rows("snap") == [{"x": 1}]
    project.run("--full-refresh", "--select", "was_table")
    assert project.rows("was_table") == [{"k": 1, "a": "x", "b": 1}]


def test_columns_with_our_prefix_are_refused(project: Project) -> None:
    """Whatever begins with _sluice_ is ours."""
    project.apply_changes("now", "select *, 1 as _sluice_x from raw.events", **GOOD)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    message = project.run_expecting_error()
    assert "now" in message
    assert "_sluice_x" in message


# --- Python models --------------------------------------------------------------------------------

PYTHON = """\
def model(dbt, session):
    events = session.sql("select * from raw.events")
    return events{suffix}
"""


@pytest.mark.dbt_v1("it runs no Python models on DuckDB")
@pytest.mark.not_on_spark("dbt runs no Python models through the Thrift server")
@pytest.mark.parametrize("suffix", ["", ".df()", ".to_arrow_table()"], ids=["", "pandas", "arrow"])
def test_python_models(project: Project, suffix: str) -> None:
    """SQL and Python models alike, whatever kind of frame they return."""
    text = PYTHON.format(suffix=suffix)
    project.apply_changes("now", text, **GOOD)
    project.apply_changes("history", text, keys=["k"], stored_as_scd_type=2, **OPTIONS)
    batches = [[at(1, a="x", b=1), at(5, "D", a="", b=0)], [at(3, a="y", b=3), at(6, a="z", b=6)]]
    for batch in batches:
        project.load("events", batch, **TYPES)
        project.run()
    assert project.rows("now") == [{"k": 1, "a": "z", "b": 6}]
    assert intervals(project.rows("history")) == [(1, 3, "x"), (3, 5, "y"), (6, None, "z")]


@pytest.mark.dbt_v1("it runs no Python models on DuckDB")
@pytest.mark.not_on_spark("dbt runs no Python models through the Thrift server")
def test_python_models_that_yield_no_rows_to_read(project: Project) -> None:
    """What fails is told of the model, leaves nothing behind, and the next run is a first one."""
    broken = {
        "number": "def model(dbt, session):\n    return 5\n",
        "nothing": "def model(dbt, session):\n    return None\n",
        "raising": "def model(dbt, session):\n    if session:\n"
        "        raise ValueError('no feed today')\n    return session\n",
    }
    for name, text in broken.items():
        project.apply_changes(name, text, **GOOD)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    run = project.dbt("run")
    assert {run.statuses[name] for name in broken} == {"error"}
    assert "no feed today" in run.messages["raising"]
    assert project.relations("lake") == []
    for name in broken:
        project.apply_changes(
            name, f'def model(dbt, session):\n    return session.sql("{EVENTS}")\n', **GOOD
        )
    project.run()
    for name in broken:
        assert project.rows(name) == [{"k": 1, "a": "x", "b": 1}]


# --- names that need quotes -----------------------------------------------------------------------


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


WEIRD = {
    "Order Id": "integer",
    'we"ird': "integer",
    'm"x': "integer",
    '"': "varchar",
    "op": "varchar",
}


def load_weird(project: Project, *rows: tuple, **more: str) -> None:
    """Replace the batch: rows of the weird columns."""
    quoted = {'"' + name.replace('"', '""') + '"': kind for name, kind in {**WEIRD, **more}.items()}
    columns = ", ".join(f"{name} {kind}" for name, kind in quoted.items())
    values = "".join(
        f"insert into raw.events values {row};".replace("None", "null") for row in rows
    )
    project.query(f"create or replace table raw.events ({columns}); {values}")


@pytest.mark.parametrize("key", ["Order Id", 'we"ird'])
def test_names_with_marks_and_capitals(project: Project, key: str) -> None:
    """A mark or a blank in the name of a key, a sequence, a tracked and a filled column."""
    n = 'we"ird' if key == "Order Id" else "Order Id"
    shared = {
        "sequence_by": [n, 'm"x'],
        "apply_as_deletes": "op = 'D'",
        "apply_as_truncates": "op = 'T'",
        "except_column_list": [n, 'm"x', "op"],
        FILL: ['"'],
    }
    past = {**shared, TRACK: ['"']}
    project.apply_changes("now", keys=[key.upper()], **shared)
    project.apply_changes("past", keys=[key], **past, **SCD2, start_at='fr"om', end_at="To The")
    names = {"dbt_valid_from": 'fr"om', "dbt_valid_to": "To The", "dbt_scd_id": 'i"d'}
    project.snapshot("snap", unique_key=key, **past)
    project.configure(
        "snapshots",
        "snap",
        strategy="sluice.apply_changes",
        unique_key=[key],
        snapshot_meta_column_names=names,
        hard_deletes="new_record",
        meta=past,
    )
    project.model(
        "then",
        """select * from {{ sluice.as_of(ref('past'), '{"we""ird": 3, "m""x": 0}') }}"""
        if key == "Order Id"
        else "select 1 as x",
        materialized="table",
    )

    def row(k: int, n: int, value: str | None, op: str = "U", *more: Any) -> tuple:
        return (k, n, 0, value, op, *more) if key == "Order Id" else (n, k, 0, value, op, *more)

    load_weird(project, row(1, 2, "b"), row(1, 5, None), row(2, 1, "z"), row(2, 4, None, "D"))
    project.build()
    load_weird(
        project, row(1, 3, "c", "U", "new"), row(3, 1, "t", "U", None), **{'"new" col': "varchar"}
    )
    project.build()
    now = [
        {key: 1, '"': "c", '"new" col': None},
        {key: 3, '"': "t", '"new" col': None},
    ]
    assert canonical(project.rows("now")) == canonical(now)
    past_rows = [
        (1, (2, 0), (3, 0), "b"),
        (1, (3, 0), None, "c"),
        (2, (1, 0), (4, 0), "z"),
        (3, (1, 0), None, "t"),
    ]

    def found(rows: list[Row]) -> list[tuple]:
        return sorted(((r[key], r['fr"om'], r["To The"], r['"']) for r in rows), key=repr)

    assert found(project.rows("past")) == past_rows
    snap = project.rows("snap")
    kept = [r for r in snap if r["dbt_is_deleted"] == "False"]
    assert found(kept) == past_rows
    assert len({r['i"d'] for r in snap}) == len(snap) == 5
    before = {name: project.contents(name) for name in ("now", "past", "snap")}
    for name in before:
        run = rebuild(project, dataset=name)
        assert run.success, run.error + run.log
    assert {name: project.contents(name) for name in before} == before

    load_weird(
        project,
        row(1, 9, "d", "U", None),
        (None, None, 0, "x", "U", None),
        **{'"new" col': "varchar"},
    )
    error = project.run_expecting_error("--select", "now", command="run")
    assert f"key column '{key}' is null in 1 of 2 events" in error
    assert f"sequence_by '{n}' is null in 1 of 2 events" in error
    load_weird(project, row(1, 9, "d"), row(2, 3, "late"))
    project.build()
    assert [r['"'] for r in project.rows("now") if r[key] == 1] == ["d"]
    if key == "Order Id":
        assert sorted(r['"'] for r in project.rows("then")) == ["c", "late", "t"]
