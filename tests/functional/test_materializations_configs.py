"""Hooks, headers, names, comments and indexes: what a dbt user knows from built-in models.

What dbt's own adapter suite does not look at; tests/adapter runs that suite with the package.
"""

from __future__ import annotations

import json

import pytest

from nodes import EVENTS, KINDS, STREAM, TYPES, current, load, names, node, streaming
from project import Project


@pytest.mark.dbt_v1("its hooks share no transaction with the rows, texts no list with mappings")
def test_hooks(project: Project) -> None:
    """Hooks run once and in order; after one that fails nothing is written and nothing is read."""
    streaming(project, "up", EVENTS)
    step = (
        "insert into raw.steps select coalesce(max(number), 0) + 1, '{{ this.identifier }}', '%s'"
        " from raw.steps"
    )
    breaks = "select case when (select yes from raw.broken) = '%s' then error('hook broke') end"
    for name, properties in KINDS.items():
        hooks = {
            when: [
                {"sql": step % f"{when} outside", "transaction": False},
                {"sql": step % f"{when} inside", "transaction": True},
                breaks % when,
            ]
            for when in ("pre_hook", "post_hook")
        }
        config = {**properties["config"], **hooks}
        node(project, name, STREAM, kind=properties.get("kind", "models"), config=config)
    load(project, (1, "a", 1))
    project.load("broken", [{"yes": ""}], yes="text")

    def steps() -> dict[str, list[str]]:
        """What the hooks of the last run did, in order."""
        found = project.query("select * from raw.steps order by number")
        project.load("steps", [], number="bigint", name="text", step="text")
        return {name: [r["step"] for r in found if r["name"] == name] for name in KINDS}

    project.load("steps", [], number="bigint", name="text", step="text")
    whole = ["pre_hook outside", "pre_hook inside", "post_hook inside", "post_hook outside"]
    project.build()
    assert steps() == dict.fromkeys(KINDS, whole)
    before = {name: project.contents(name) for name in KINDS}

    load(project, (2, "b", 2))
    project.run("--select", "up")
    for place in ("pre_hook", "post_hook"):
        project.load("broken", [{"yes": place}], yes="text")
        run = project.dbt("build", "--exclude", "up")
        for name in KINDS:
            assert run.statuses[name] == "error" and "hook broke" in run.messages[name], name
            assert steps()[name] in (["pre_hook outside"], []), name
        assert {name: project.contents(name) for name in KINDS} == before
    project.load("broken", [{"yes": ""}], yes="text")
    project.build("--exclude", "up")
    assert steps() == dict.fromkeys(KINDS, whole)
    for name in KINDS:
        assert names(project, name) == [(1, "a"), (2, "b")]
        assert project.flows()[name]["num_input_rows"] == 1


def test_sql_header(project: Project) -> None:
    """What set_sql_header makes is there for the query."""
    header = "{% call set_sql_header(config) %}create temp macro twice(x) as 2 * x;{% endcall %}\n"
    text = f"{header} select twice(id) as id, name, seq from raw.events"
    streaming(project, "doubled", text)
    current(project, "doubled_current", text)
    load(project, (1, "a", 1))
    project.run()
    assert names(project, "doubled") == names(project, "doubled_current") == [(2, "a")]


def test_names_with_quotes(project: Project) -> None:
    """Columns may be called anything, also where files name them; so may aliases and schemas."""
    odd = 'a "quoted" name'
    quoted = '"a ""quoted"" name"'
    project.write("landing/1.json", json.dumps({odd: 1, "seq": 1, 'say "x"': "1"}))
    location = {"external_location": f"{project.root}/landing/*.json", "meta": {}}
    tables = [{"name": "n", "config": {"meta": location}}]
    project.write("models/sources.yml", json.dumps({"sources": [{"name": "f", "tables": tables}]}))
    streaming(project, "up", "select * from {{ sluice.read_files(source('f', 'n')) }}")
    rule = {
        "sluice.expectation": {
            "name": "positive",
            "arguments": {"expression": f"{quoted} > 0"},
            "config": {"meta": {"on_violation": "drop"}},
        }
    }
    config = {"materialized": "streaming_table", "alias": "Order Items", "schema": "Odd Place"}
    text = STREAM.replace("*", "* exclude (_rescued_data, _metadata)")
    node(project, "silver", text, config=config, data_tests=[rule])
    feed = text.replace("'up'", "'silver'").replace(" exclude (_rescued_data, _metadata)", "")
    meta = {"keys": [odd], "sequence_by": ["seq", odd], "ignore_null_updates": True}
    current(project, "now", feed, meta=meta)
    conditions = {"apply_as_deletes": f"{quoted} = 3", "apply_as_truncates": f"{quoted} = 4"}
    history = {"stored_as_scd_type": 2, "start_at": 'from "here"', **conditions}
    current(project, "then", feed, meta={**meta, **history})
    project.build()
    late = [(1, 2, "2"), (0, 3, "3"), (2, 4, "4")]
    lines = [json.dumps({odd: a, "seq": b, 'say "x"': c, 'n"ew': True}) for a, b, c in late]
    project.write("landing/2.json", "\n".join(lines))
    project.build()
    silver = project.query('select * from "lake_Odd Place"."Order Items"')
    assert [row[odd] for row in silver] == [1, 1, 2]
    dropped = project.query('select * from "lake_Odd Place"."Order Items__quarantine"')
    assert [(row[odd], row['n"ew']) for row in dropped] == [(0, True)]
    rows = sorted((row[odd], row['say "x"'], row['n"ew']) for row in project.rows("now"))
    assert rows == [(1, "2", True), (2, "4", True)]
    versions = sorted((row[odd], row['from "here"']) for row in project.rows("then"))
    assert versions == [(1, (1, 1)), (1, (2, 1)), (2, (4, 2))]


def test_comments(project: Project) -> None:
    """persist_docs, at the first run, at later ones and after a full refresh."""
    streaming(project, "up", EVENTS)
    text = STREAM.replace("*", '*, id as "Order Id"')
    told = """it's "quoted" -- and /* more */ $$ """
    columns = [
        {"name": "Order Id", "quote": True, "description": f"{told} id"},
        {"name": "name", "description": "the name"},
        {"name": "not_there", "description": "nothing"},
    ]
    docs = {"persist_docs": {"relation": True, "columns": True}}
    for name, properties in KINDS.items():
        config = {**properties["config"], **docs}
        kind = properties.get("kind", "models")
        node(project, name, text, kind=kind, config=config, description=told, columns=columns)

    for number, arguments in enumerate(([], [], ["--full-refresh"]), start=1):
        load(project, (number, "a", number))
        project.build(*arguments)
        for name in KINDS:
            relation, found = project.engine.comments("lake", name)
            assert relation.strip() == told.strip()
            assert found.pop("Order Id") == f"{told} id"
            assert found == {"name": "the name"}


@pytest.mark.dbt_v1("it panics: not implemented: parse_index")
@pytest.mark.duckdb_file("it has no indexes")
def test_indexes(project: Project) -> None:
    """The same of indexes, which dbt's snapshots do not have; one is DuckDB's own."""
    streaming(project, "up", EVENTS)
    indexed = ["current_of", "rows_of"]
    for name in indexed:
        config = {**KINDS[name]["config"], "indexes": [{"columns": ["id"]}]}
        node(project, name, STREAM, config=config)

    for number, arguments in enumerate(([], [], ["--full-refresh"]), start=1):
        load(project, (number, "a", number))
        project.build(*arguments)
        indexes = project.query("select table_name as name from duckdb_indexes()")
        assert sorted(row["name"] for row in indexes) == indexed

    # DuckDB cannot widen a column with an index: the error says so
    project.load("events", [{"id": 9, "name": "z", "seq": 9}], **{**TYPES, "id": "bigint"})
    run = project.dbt("run", "--select", "up", "rows_of")
    assert "'id'" in run.messages["rows_of"] and "index" in run.messages["rows_of"]
    assert "--full-refresh" in run.messages["rows_of"]
