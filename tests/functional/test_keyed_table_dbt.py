"""Keyed tables as dbt models: flags, contracts, columns, hooks, unit tests, commands that look."""

from __future__ import annotations

import json

import pytest

from engine_cases import found, has
from project import Project
from test_keyed_table import COUNTRIES, counted, feed, head, keyed, stage

__all__ = ["stage"]


def test_full_refresh(stage: Project) -> None:
    """All rows anew; full_refresh: false is not overruled."""
    stage.query(f"insert into {stage.table('countries')} values ('by hand', 1)")
    feed(stage)
    stage.build()
    assert ("by hand", 1) in found(stage, "countries")
    stage.build("--full-refresh", "--select", "countries")
    assert found(stage, "countries") == [("A", 2), ("B", 1), (None, 1)]
    assert counted(stage, "countries") == (3, 3, 0)

    keyed(stage, "countries", COUNTRIES, "country", full_refresh=False)
    stage.query(f"insert into {stage.table('countries')} values ('by hand', 1)")
    stage.build("--full-refresh", "--select", "countries")
    assert ("by hand", 1) in found(stage, "countries")
    stage.query(f"drop table {stage.table('countries')}")
    stage.build("--select", "countries")
    assert found(stage, "countries") == [("A", 2), ("B", 1), (None, 1)]


def test_empty(stage: Project) -> None:
    """--empty reads nothing: a table that is there stays, and the next run reads on."""
    feed(stage, (5, "C", "U", 1))
    stage.run("--select", "up", "now")
    stage.run("--empty", "--select", "countries")
    assert found(stage, "countries") == [("A", 2), ("B", 1), (None, 1)]
    stage.run("--select", "countries")
    assert counted(stage, "countries") == (1, 1, 0)
    stage.run("--empty", "--full-refresh", "--select", "countries")
    assert found(stage, "countries") == []
    stage.run("--select", "countries")
    assert found(stage, "countries") == [("A", 2), ("B", 1), ("C", 1), (None, 1)]


def test_commands_that_look(project: Project, stage: Project) -> None:
    """They render the query over all rows, before the first run too, and write nothing."""
    feed(stage, (1, "C", "U", 2))
    stage.run("--select", "up", "now")
    before = head(stage), found(stage, "countries")
    shown = stage.run("--select", "countries", "--output", "json", command="show")
    assert '"C"' in shown.log and '"B"' in shown.log
    compiled = stage.run("--select", "countries", "--output", "json", command="compile")
    has(compiled.log, "select _sluice_source.", "sluice:changed")
    assert "exists" not in compiled.log
    stage.run("generate", command="docs")
    assert (head(stage), found(stage, "countries")) == before
    stage.build()
    assert counted(stage, "countries") == (2, 2, 0)
    stage.drop_database()
    stage.run(command="compile")


@pytest.mark.parametrize("mode", ["append_new_columns", "ignore", "sync_all_columns", "fail"])
def test_on_schema_change(stage: Project, mode: str) -> None:
    """As everywhere: columns are appended unless the model says otherwise."""
    config = {} if mode == "append_new_columns" else {"on_schema_change": mode}
    query = COUNTRIES.replace("count(*) as num", "count(*) as num, max(id) as top")
    keyed(stage, "countries", query, "country", **config)
    feed(stage, (1, "B", "U", 2))
    if mode == "fail":
        has(stage.run_expecting_error(), "column 'top' is new and on_schema_change is fail")
        return
    stage.build()
    top = mode != "ignore"
    assert found(stage, "countries") == [
        (*row, number) if top else row
        for row, number in [(("A", 1), 2), (("B", 2), 3), ((None, 1), 4)]
    ]
    keyed(stage, "countries", COUNTRIES, "country", **config)
    feed(stage, (1, "A", "U", 3))
    stage.build()
    assert ("top" in stage.columns("countries")) == (mode == "append_new_columns")
    assert found(stage, "countries", "country, num") == [("A", 2), ("B", 1), (None, 1)]


def test_new_columns_of_a_relation(stage: Project) -> None:
    """A relation with other columns is read whole once: its rows may be others for every key."""
    keyed(stage, "all_of_it", "select * from {{ sluice.changed(ref('up')) }}", "id")
    feed(stage)
    stage.build("--select", "up", "all_of_it")
    stage.load(
        "events",
        [{"id": 1, "country": "A", "op": "U", "seq": 3, "more": "m"}],
        id="integer",
        country="varchar",
        op="varchar",
        seq="bigint",
        more="varchar",
    )
    stage.build("--select", "up", "all_of_it")
    assert stage.columns("all_of_it")["more"].lower() == "varchar"
    assert stage.columns("all_of_it")["seq"].lower() == "bigint"
    assert len(found(stage, "all_of_it")) == 5


def test_contract(stage: Project) -> None:
    """The table has its constraints, and each run's query is held against it."""

    def write(query: str) -> None:
        columns = [
            {"name": "country", "data_type": "varchar"},
            {"name": "num", "data_type": "bigint"},
        ]
        constraint = {"type": "unique", "columns": ["country"], "warn_unsupported": False}
        model = {
            "name": "countries",
            "config": {
                "materialized": "keyed_table",
                "contract": {"enforced": True},
                "meta": {"keys": ["country"]},
                "persist_docs": {"relation": True, "columns": True},
            },
            "description": "by country",
            "columns": columns,
            "constraints": [constraint],
        }
        stage.write("models/countries.sql", query)
        stage.write("models/countries.yml", json.dumps({"models": [model]}))

    write(COUNTRIES)
    feed(stage)
    stage.build("--full-refresh", "--select", "countries")
    feed(stage, (1, "B", "U", 2))
    stage.build()
    assert found(stage, "countries") == [("A", 1), ("B", 2), (None, 1)]
    assert stage.engine.comments("lake", "countries")[0] == "by country"
    write(COUNTRIES.replace("count(*)", "cast(count(*) as varchar)"))
    has(stage.run_expecting_error(), "contract", "num")


@pytest.mark.dbt_v1("its hooks share no transaction with the rows, and it makes no indexes")
@pytest.mark.duckdb_file("it has no indexes")
def test_hooks_indexes_and_headers(stage: Project) -> None:
    """Hooks run once a run, in the transaction and outside; the index comes with the table."""
    stage.load("steps", [], step="varchar")
    step = "insert into raw.steps values ('%s')"
    hooks = {
        when: [{"sql": step % f"{when} outside", "transaction": False}, step % f"{when} inside"]
        for when in ("pre_hook", "post_hook")
    }
    query = (
        "{% call set_sql_header(config) %}create or replace temp macro one() as 1{% endcall %}\n"
    )
    query += COUNTRIES.replace("count(*)", "one() * count(*)")
    indexes = [{"columns": ["country"], "unique": True}]
    keyed(stage, "countries", query, "country", indexes=indexes, **hooks)
    feed(stage)
    stage.build("--full-refresh", "--select", "countries")
    expected = ["post_hook inside", "post_hook outside", "pre_hook inside", "pre_hook outside"]
    assert sorted(row["step"] for row in stage.query("from raw.steps")) == expected
    assert stage.query("select count(*) as n from duckdb_indexes()") == [{"n": 1}]
    feed(stage, (1, "B", "U", 2))
    stage.build()
    assert len(stage.query("from raw.steps")) == 8
    assert found(stage, "countries") == [("A", 1), ("B", 2), (None, 1)]


def test_unit_tests(stage: Project) -> None:
    """changed() is the fixture there."""
    given = [
        {"input": "ref('now')", "rows": [{"id": 1, "country": "X"}, {"id": 2, "country": "X"}]}
    ]
    test = {
        "name": "counts",
        "model": "countries",
        "given": given,
        "expect": {"rows": [{"country": "X", "num": 2}]},
    }
    stage.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    feed(stage)
    assert stage.build().statuses["counts"] == "pass"


def test_other_names(project: Project) -> None:
    """Names that need quotes; a model with an alias and a schema of its own."""
    project.load("odd", [{"a b": 1, 'q"x': "y"}], **{"a b": "integer", 'q"x': "varchar"})
    project.model(
        "up", "select * from raw.odd", materialized="streaming_table", meta={"append_all": True}
    )
    query = 'select "a b", count(*) as "N n" from {{ sluice.changed(ref(\'up\')) }} group by all'
    keyed(project, "odd", query, "A b", schema="deep", alias="o.dd")
    keyed(project, "next", "select * from {{ sluice.changed(ref('odd')) }}", "N n")
    project.build()
    project.build()
    assert found(project, "next") == [(1, 2)]
    assert counted(project, "next") == (1, 1, 1)
    assert [name for name in project.relations() if name.endswith("__changed")]
