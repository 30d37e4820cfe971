"""Streaming tables: a run is all or nothing; columns, contracts, names, and runs without rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landing import put
from nodes import EVENTS, STREAM, streaming
from numbered import CURRENT, ids, load
from project import Project


@pytest.mark.dbt_v1("its hooks share no transaction with the rows")
def test_a_run_is_all_or_nothing(project: Project) -> None:
    """A failing hook takes back rows, checkpoint, file ledger and quarantine, all of them."""
    landing = project.root / "landing"
    source = {"external_location": f"{landing}/*.json", "columns": {"id": "bigint"}}
    project.write(
        "models/sources.yml",
        f"""\
        sources:
          - name: files
            tables:
              - name: numbers
                config: {{meta: {source}}}
        """,
    )
    broken = "select case when (select yes from raw.broken) = '{}' then error('hook broke') end"
    rule = "id % 2 = 1"
    expectation = {
        "sluice.expectation": {
            "name": "odd",
            "arguments": {"expression": rule},
            "config": {"meta": {"on_violation": "drop"}},
        }
    }
    for name, query in {
        "up": "select id from {{ sluice.read_files(source('files', 'numbers')) }}",
        "down": STREAM,
    }.items():
        hooks = [broken.format(f"{name} post")]
        late = {"sql": broken.format(f"{name} late"), "transaction": False}
        project.write(f"models/{name}.sql", query)
        node = {
            "name": name,
            "config": {
                "materialized": "streaming_table",
                "pre_hook": [broken.format(f"{name} pre")],
                "post_hook": [*hooks, late],
            },
            "data_tests": [expectation] if name == "down" else [],
        }
        project.write(f"models/{name}.yml", f"models: [{node}]")

    def switch(place: str) -> None:
        project.load("broken", [{"yes": place}], yes="text")

    def state() -> dict[str, Any]:
        tables = {name: project.contents(name) for name in ("up", "down", "down__quarantine")}
        ledger = project.query("select path, batch, status from lake_sluice.files order by path")
        return {**tables, "ledger": ledger}

    def land(number: int) -> None:
        put(landing / f"{number}.json", f'{{"id": {number}}}\n{{"id": {number + 100}}}\n' * 2)

    switch("")
    land(1)
    land(2)
    project.run()
    expected = [1, 1, 2, 2, 101, 101, 102, 102]
    assert ids(project, "up") == expected
    before = state()
    land(3)
    for place in ("up pre", "up post"):
        switch(place)
        assert "hook broke" in project.run_expecting_error(command="run")
        assert state() == before, place
    switch("down post")
    assert "hook broke" in project.run_expecting_error(command="run")
    assert ids(project, "up") == sorted([*expected, 3, 3, 103, 103])
    after = state()
    for part in ("down", "down__quarantine"):
        assert after[part] == before[part]
    land(4)
    switch("up late")  # after the commit: the rows are there, and the next run knows
    project.run_expecting_error(command="run")
    switch("down late")
    project.run_expecting_error(command="run")
    switch("")
    project.run()
    rows = [n for number in (1, 2, 3, 4) for n in (number, number + 100) for _ in range(2)]
    assert ids(project, "up") == sorted(rows)
    assert ids(project, "down") == sorted(n for n in rows if n % 2)
    assert ids(project, "down__quarantine") == sorted(n for n in rows if not n % 2)
    ledger = state()["ledger"]
    assert [row["path"] for row in ledger] == [f"{landing}/{n}.json" for n in (1, 2, 3, 4)]


def test_new_and_vanished_columns(project: Project) -> None:
    """New columns are appended, old rows null; on_schema_change is obeyed where a model sets it."""
    modes = ["ignore", "fail", "append_new_columns", "sync_all_columns"]
    streaming(project, "default", EVENTS)
    for mode in modes:
        streaming(project, mode, EVENTS, on_schema_change=mode)
    project.load("events", [{"a": 1, "b": "x"}], a="integer", b="text")
    project.run()
    project.load("events", [{"a": 2, "c": 2.5}], a="integer", c="double")
    run = project.dbt("run")
    assert not run.success
    assert {name for name, status in run.statuses.items() if status == "error"} == {"fail"}
    for part in ("on_schema_change", "fail", "'b'", "'c'"):
        assert part in run.messages["fail"]

    def rows(name: str) -> list[dict[str, Any]]:
        return project.query(f'select * exclude (_sluice_batch) from lake."{name}" order by a')

    appended = [{"a": 1, "b": "x", "c": None}, {"a": 2, "b": None, "c": 2.5}]
    assert rows("default") == rows("append_new_columns") == appended
    assert rows("ignore") == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    assert rows("fail") == [{"a": 1, "b": "x"}]
    assert rows("sync_all_columns") == [{"a": 1, "c": None}, {"a": 2, "c": 2.5}]

    # the columns' order in the query is nobody's business; an integer fits a bigint column
    project.load("events", [{"c": 3, "a": 3, "b": "z"}], c="double", b="text", a="smallint")
    project.run("--select", "default")
    assert rows("default") == [*appended, {"a": 3, "b": "z", "c": 3.0}]
    project.load("events", [{"a": "four"}], a="text")
    error = project.run_expecting_error("--select", "default", command="run")
    for part in ("'a'", "INTEGER", "VARCHAR"):
        assert project.engine.told(part).lower() in error.lower(), error
    assert len(rows("default")) == 3


def test_contracts_and_constraints(project: Project) -> None:
    """An enforced contract makes the table's types and constraints, and holds for each batch."""
    columns = [
        {"name": "id", "data_type": "bigint", "constraints": [{"type": "not_null"}]},
        {"name": "name", "data_type": "varchar"},
    ]
    config = {"materialized": "streaming_table", "contract": {"enforced": True}}
    checked = {"name": "checked", "config": config, "columns": columns}
    wrong = {**checked, "name": "wrong", "columns": [columns[0], {**columns[1], "name": "nam"}]}
    for node in (checked, wrong):
        name = node["name"]
        project.write(f"models/{name}.sql", "select id::bigint as id, name from raw.events")
        project.write(f"models/{name}.yml", f"models: [{node}]")
    load(project, [1])
    run = project.dbt("run")
    assert run.statuses["checked"] == "success" and run.statuses["wrong"] == "error"
    assert "contract" in run.messages["wrong"] and "nam" in run.messages["wrong"]
    assert "wrong" not in project.relations()
    assert list(project.columns("checked"))[:2] == ["id", "name"]

    project.load("events", [{"id": 2}, {"id": None}], id="integer", name="text")
    assert "NOT NULL" in project.run_expecting_error("--select", "checked", command="run")
    assert ids(project, "checked") == [1]
    load(project, [2])
    project.run("--select", "checked")
    assert ids(project, "checked") == [1, 2]


def test_names(project: Project) -> None:
    """Aliases, other schemas, and names that need quotes, of tables and of columns."""
    text = 'select 1 as "Order Id", {} as "select", 2 as "it\'s, %" from raw.events'
    streaming(project, "up", text.format(1), alias="New Orders", schema="Raw Zone")
    streaming(project, "down", STREAM, alias="the it's-best one")
    streaming(project, "other", STREAM, schema="gold")
    project.apply_changes("current", STREAM, keys=["Order Id"], sequence_by='"select"')
    load(project, [1])
    project.run()
    up = project.query("""select * exclude (_sluice_batch) from "lake_Raw Zone"."New Orders" """)
    assert up == [{"Order Id": 1, "select": 1, "it's, %": 2}]
    streaming(project, "up", text.format(2), alias="New Orders", schema="Raw Zone")
    project.run()
    project.run("--exclude", "up")
    for table in ('lake."the it\'s-best one"', "lake_gold.other"):
        read = project.query(f'select * exclude (_sluice_batch) from {table} order by "select"')
        assert read == [{**up[0], "select": number} for number in (1, 2)]
    assert project.rows("current") == [{**up[0], "select": 2}]
    assert {row["dataset"] for row in project.flows().values()} == {"down", "other", "current"}


def test_a_table_that_reads_itself(project: Project) -> None:
    """Its query sees the rows of before, also where a full refresh makes the table anew."""
    more = "{% if sluice.is_full_refresh() and var('first', true) %}select 1 as id{% else %}"
    streaming(project, "grow", more + "select id + 1 as id from {{ this }}{% endif %}")
    project.build()
    for expected in ([1, 2], [1, 2, 2, 3]):
        project.build()
        assert ids(project, "grow") == expected
    project.build("--full-refresh", "--vars", "{first: false}")
    assert ids(project, "grow") == [2, 3, 3, 4]


def test_a_run_without_rows_takes_no_batch(project: Project) -> None:
    """With rules or without: the number of the newest batch stays, and the next one follows it."""
    streaming(project, "up", EVENTS)
    project.write("models/judged.sql", STREAM)
    rule = {"not_null": {"config": {"meta": {"on_violation": "drop"}}}}
    column = {"name": "id", "data_tests": [rule]}
    node = {"name": "judged", "config": {"materialized": "streaming_table"}, "columns": [column]}
    project.write("models/judged.yml", json.dumps({"models": [node]}))
    for numbers in ([1, 2], [], [3], []):
        load(project, numbers)
        project.build()
    for name in ("up", "judged"):
        found = project.query(f"select id, _sluice_batch from {project.table(name)} order by id")
        assert [row["_sluice_batch"] for row in found] == [1, 1, 2], name
    heads = project.query(
        "select dataset, max(batch) as head from lake_sluice.checkpoints"
        " where dataset = source group by 1"
    )
    assert [row["head"] for row in heads] == [2, 2]


def test_empty(project: Project) -> None:
    """`--empty` makes the tables, and takes nothing from what the next run reads."""
    landing = project.root / "landing"
    put(landing / "1.json", '{"id": 1}\n{"id": 2}\n')
    source = {"external_location": f"{landing}/*.json", "columns": {"id": "bigint"}}
    project.write(
        "models/sources.yml",
        f"sources: [{{name: f, tables: [{{name: n, config: {{meta: {source}}}}}]}}]",
    )
    streaming(project, "up", "select id from {{ sluice.read_files(source('f', 'n')) }}")
    streaming(project, "down")
    project.apply_changes("current", STREAM, **CURRENT)
    names = ("up", "down", "current")
    project.run("--empty")
    assert {name: ids(project, name) for name in names} == {name: [] for name in names}
    assert project.query("select * from lake_sluice.files") == []
    project.run()
    assert {name: ids(project, name) for name in names} == {name: [1, 2] for name in names}
    put(landing / "2.json", '{"id": 3}\n')
    project.run("--select", "up")
    project.run("--empty")
    assert {name: ids(project, name) for name in ("down", "current")} == {
        "down": [1, 2],
        "current": [1, 2],
    }
    project.run()
    assert {name: ids(project, name) for name in names} == {name: [1, 2, 3] for name in names}
