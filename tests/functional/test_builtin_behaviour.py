"""Streaming tables, apply_changes and our snapshots do what a dbt user knows from built-in models.

What dbt's own adapter suite does not look at; tests/adapter runs that suite with the package.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from project import PROFILES, Project, Run, fetch

EVENTS = "select * from raw.events"
STREAM = "select * from {{ sluice.stream(ref('up')) }}"
CDC = {"keys": ["id"], "sequence_by": "seq"}
TYPES = {"id": "integer", "name": "text", "seq": "integer"}


def load(project: Project, *rows: tuple[int, str | None, int], **types: str) -> None:
    """What the next run appends to `up`: id, name, seq."""
    types = {**TYPES, **types}
    project.load("events", [dict(zip(types, row, strict=True)) for row in rows], **types)


def node(
    project: Project, name: str, text: str, *, kind: str = "models", **properties: Any
) -> None:
    """Write a model or snapshot with all that YAML can say about it."""
    if kind == "snapshots":
        text = f"{{% snapshot {name} %}}\n{text}\n{{% endsnapshot %}}"
    project.write(f"{kind}/{name}.sql", text)
    project.write(f"{kind}/{name}.yml", json.dumps({kind: [{"name": name, **properties}]}))


def streaming(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write a streaming table."""
    project.model(name, text, materialized="streaming_table", **config)


def current(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write an apply_changes model."""
    meta = {**CDC, **config.pop("meta", {})}
    project.model(name, text, materialized="apply_changes", meta=meta, **config)


def names(project: Project, table: str) -> list[tuple]:
    """The rows of a table as (id, name), sorted."""
    return sorted((row["id"], row["name"]) for row in project.rows(table))


def run_all(project: Project, *args: str) -> Run:
    """`dbt build`, whatever comes of it."""
    return project.dbt("build", *args)


# --- contracts ----------------------------------------------------------------------------------

CONTRACTS = {
    "kept_rows": {"materialized": "streaming_table"},
    "kept_current": {"materialized": "apply_changes", "meta": CDC},
    "kept_history": {"materialized": "apply_changes", "meta": {**CDC, "stored_as_scd_type": 2}},
    "builtin": {"materialized": "incremental", "on_schema_change": "append_new_columns"},
}
OURS = [name for name in CONTRACTS if name != "builtin"]
INTERVAL = [{"name": name, "data_type": "integer"} for name in ("valid_from", "valid_to")]


def contracts(project: Project, query: str = "price", **columns: str) -> None:
    """The same contract for every materialization: id, name, seq, and these columns."""
    not_null = {"type": "not_null", "warn_unsupported": False}
    checked = {"type": "check", "expression": "price >= 0", "warn_unsupported": False}
    declared = [
        {"name": "id", "data_type": "integer", "constraints": [not_null]},
        {"name": "name", "data_type": "varchar"},
        {"name": "seq", "data_type": "integer"},
        *({"name": name, "data_type": kind} for name, kind in columns.items()),
    ]
    for column in declared:
        if column["name"] == "price":
            column["constraints"] = [checked]
    for name, config in CONTRACTS.items():
        history = name == "kept_history"
        key = {"type": "primary_key", "columns": ["id", "valid_from"] if history else ["id"]}
        text = EVENTS if name == "builtin" else STREAM
        node(
            project,
            name,
            text.replace("*", f"id, name, seq, {query}", 1),
            config={**config, "contract": {"enforced": True}},
            columns=declared + (INTERVAL if history else []),
            constraints=[{**key, "warn_unsupported": False}],
        )


@pytest.fixture(scope="module")
def contracted(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose models have contracts, after its first run."""
    project = Project(tmp_path_factory.mktemp("contracts"), template=template)
    streaming(project, "up", EVENTS)
    contracts(project, price="integer")
    load(project, (1, "a", 1, 10), price="integer")
    assert not project.build().warnings
    return project


def described(project: Project) -> dict[str, dict[str, str]]:
    """The columns of the contracted tables, with neither ours nor the interval."""
    others = ("_sluice_batch", "valid_from", "valid_to")
    return {
        name: {c: kind for c, kind in project.columns(name).items() if c not in others}
        for name in CONTRACTS
    }


def test_contract_makes_the_tables(contracted: Project) -> None:
    """Every constraint that DuckDB has stands in the tables, and they hold later batches too."""
    for name in CONTRACTS:
        found = contracted.query(
            "select constraint_type as kind, constraint_column_names as columns "
            f"from duckdb_constraints() where schema_name = 'lake' and table_name = '{name}'"
        )
        key = ["id", "valid_from"] if name == "kept_history" else ["id"]
        for kind, columns in {"PRIMARY KEY": key, "CHECK": ["price"], "NOT NULL": ["id"]}.items():
            assert {"kind": kind, "columns": columns} in found, (name, kind)

    load(contracted, (1, "again", 2, 11), price="integer")
    run = contracted.dbt("build")
    assert {name for name, status in run.statuses.items() if status == "error"} == {
        "kept_rows",
        "builtin",
    }
    assert "onstraint" in run.messages["kept_rows"]  # one id twice, in a table of events
    assert len(contracted.rows("kept_rows")) == 1
    load(contracted, (3, "c", 3, -1), price="integer")
    run = contracted.dbt("build", "--exclude", "builtin", "kept_rows")
    for name in ("kept_current", "kept_history"):
        assert "CHECK" in run.messages[name]
    assert names(contracted, "kept_current") == [(1, "again")]
    assert [row["valid_to"] for row in contracted.rows("kept_history")] == [2, None]


def test_contract_holds_for_every_batch(contracted: Project) -> None:
    """A query that does not meet the contract is dbt's error, in a later run as in the first."""
    streaming(contracted, "up", EVENTS)
    load(contracted, (5, "e", 5, 50), price="integer")
    contracted.run("--full-refresh", "--exclude", "builtin")
    before = {name: contracted.contents(name) for name in OURS}
    for query, words in {
        "price::bigint as price": ["BIGINT", "INTEGER", "data type mismatch"],
        "price, 1 as extra": ["extra", "missing in contract"],
        "1 as other": ["price", "missing in definition"],
    }.items():
        contracts(contracted, query, price="integer")
        run = contracted.dbt("run", "--select", *CONTRACTS)
        for name in CONTRACTS:
            for word in ["This model has an enforced contract that failed", *words]:
                assert word in run.messages[name], (name, query)
    assert {name: contracted.contents(name) for name in OURS} == before


def test_contract_that_changes(contracted: Project) -> None:
    """A column that came later is appended, a wider type widens, a column that goes stays."""
    load(contracted, (6, "f", 6, 60), price="integer")
    contracts(contracted, "price, 7 as extra", price="integer", extra="integer")
    contracted.run("--exclude", "builtin")
    contracts(contracted, "price, 8::bigint as extra", price="integer", extra="bigint")
    load(contracted, (7, "g", 7, 70), price="integer")
    contracted.run("--exclude", "builtin")
    for name in OURS:
        columns = {"id": "INTEGER", "name": "VARCHAR", "seq": "INTEGER", "price": "INTEGER"}
        assert described(contracted)[name] == {**columns, "extra": "BIGINT"}
        extras = {row["id"]: row["extra"] for row in contracted.rows(name)}
        assert extras == {5: None, 6: 7, 7: 8}

    # DuckDB does not change the type of a column with a constraint; a full refresh does
    contracts(contracted, "price::bigint as price", price="bigint")
    load(contracted, (8, "h", 8, 80), price="integer")
    run = contracted.dbt("run", "--exclude", "builtin")
    for name in OURS:
        for word in ("'price'", "BIGINT", "CHECK", f"dbt run --full-refresh --select {name}"):
            assert word in run.messages[name]
        assert len(contracted.rows(name)) == 3
    contracted.run("--full-refresh", "--select", *OURS)
    for name in OURS:
        assert described(contracted)[name] == {**columns, "price": "BIGINT"}
        assert len(contracted.rows(name)) == 4


def test_contract_of_kept_events(project: Project) -> None:
    """A full refresh from kept events makes the contract's table, without columns that are gone."""

    def write(**columns: str) -> None:
        declared = [{"name": name, "data_type": kind} for name, kind in columns.items()]
        config = {"materialized": "apply_changes", "meta": CDC, "contract": {"enforced": True}}
        text = f"select {', '.join(columns)} from raw.events"
        node(project, "current", text, config=config, columns=declared)

    write(id="integer", name="varchar", seq="integer")
    load(project, (1, "a", 1))
    project.run()
    write(id="integer", seq="integer")
    load(project, (2, "b", 2))
    for arguments in ([], ["--full-refresh"], []):
        project.run(*arguments)
        ids = sorted((row["id"], row["seq"]) for row in project.rows("current"))
        assert ids == [(1, 1), (2, 2)]
    assert project.columns("current") == {"id": "INTEGER", "seq": "INTEGER"}


# --- hooks --------------------------------------------------------------------------------------

KINDS = {
    "rows_of": {"config": {"materialized": "streaming_table"}},
    "current_of": {"config": {"materialized": "apply_changes", "meta": CDC}},
    "history_of": {
        "kind": "snapshots",
        "config": {
            "strategy": "sluice.apply_changes",
            "unique_key": "id",
            "meta": {"sequence_by": "seq"},
        },
    },
}


def test_hooks(project: Project) -> None:
    """Hooks run once and in order; after one that fails nothing is written and nothing is read."""
    streaming(project, "up", EVENTS)
    step = "insert into raw.steps select nextval('raw.step'), '{{ this.identifier }}', '%s'"
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
    project.query("create sequence raw.step")

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


# --- names, comments, indexes -------------------------------------------------------------------


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


def test_comments_and_indexes(project: Project) -> None:
    """persist_docs and indexes, at the first run, at later ones and after a full refresh."""
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
        if name != "history_of":  # dbt's snapshots have no indexes
            config["indexes"] = [{"columns": ["id"]}]
        kind = properties.get("kind", "models")
        node(project, name, text, kind=kind, config=config, description=told, columns=columns)

    def comments(table: str) -> tuple[str, dict[str, str]]:
        of_table = f"where schema_name = 'lake' and table_name = '{table}'"
        relation = project.query(f"select comment from duckdb_tables() {of_table}")
        columns = project.query(f"select column_name, comment from duckdb_columns() {of_table}")
        found = {row["column_name"]: row["comment"] for row in columns if row["comment"]}
        return relation[0]["comment"], found

    for number, arguments in enumerate(([], [], ["--full-refresh"]), start=1):
        load(project, (number, "a", number))
        project.build(*arguments)
        for name in KINDS:
            relation, found = comments(name)
            assert relation.strip() == told.strip()
            assert found.pop("Order Id") == f"{told} id"
            assert found == {"name": "the name"}
        indexes = project.query("select table_name as name from duckdb_indexes()")
        assert sorted(row["name"] for row in indexes) == ["current_of", "rows_of"]

    # DuckDB cannot widen a column with an index: the error says so
    project.load("events", [{"id": 9, "name": "z", "seq": 9}], **{**TYPES, "id": "bigint"})
    run = project.dbt("run", "--select", "up", "rows_of")
    assert "'id'" in run.messages["rows_of"] and "index" in run.messages["rows_of"]
    assert "--full-refresh" in run.messages["rows_of"]


# --- flags --------------------------------------------------------------------------------------


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


# --- commands -----------------------------------------------------------------------------------


def tables(project: Project) -> set[str]:
    """All that is in the database."""
    found = project.query("select schema_name || '.' || table_name as name from duckdb_tables()")
    return {row["name"] for row in found}


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
    assert "| b " in shown and "| a " not in shown  # what its next run would read
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


def two_targets(project: Project) -> None:
    """Let the profile have a target `dev` beside the one that the project has."""
    profile = PROFILES.format(name="consumer", schema="lake", threads=1)
    output = profile[profile.index("    test:") :]
    dev = output.replace("test:", "dev:").replace("schema: lake", "schema: dev")
    project.write("profiles.yml", profile + dev)


def in_dev(project: Project, command: str, *args: str) -> Run:
    """Run dbt in target `dev`, which needs a parse of its own."""
    run = project.dbt(command, *args, "--target", "dev", "--vars", "{}")
    assert run.success, run.error
    return run


def test_clone_and_defer(project: Project) -> None:
    """A reader in another target reads a table that was cloned or deferred to, and reads it on."""
    two_targets(project)
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


def test_many_at_once(tmp_path: Path, template: Project) -> None:
    """Four threads, many readers of one table, in two databases: each reads each row once."""
    project = Project(tmp_path, threads=4, template=template)
    profile = PROFILES.format(name="consumer", schema="lake", threads=4)
    attached = {"path": str(tmp_path / "other.duckdb"), "alias": "other"}
    project.write("profiles.yml", f"{profile}      attach: [{json.dumps(attached)}]\n")
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
        with duckdb.connect(attached["path"]) as other:
            for name in readers:
                query = f"select id, name from lake.{name} order by id"
                found = fetch(other, query) if "there" in name else project.query(query)
                assert [tuple(row.values()) for row in found] == expected, (name, number)
            assert len(fetch(other, 'select * from "lake_Odd Place".elsewhere')) == len(expected)
        assert names(project, "across") == expected
        flows = project.flows()
        assert {flows[name]["num_input_rows"] for name in readers} == {2}
