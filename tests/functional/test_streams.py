"""Streams and streaming tables: exactly once, whatever happens in between (design.md §2 and §4)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from landing import put
from project import Project, Run

APPEND = "select * from raw.events"
STREAM = "select * from {{ sluice.stream(ref('up')) }}"
CURRENT = {"keys": ["id"], "sequence_by": "id"}


def streaming(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write a streaming table."""
    project.model(name, text, materialized="streaming_table", **config)


def load(project: Project, ids: Iterable[int]) -> None:
    """The rows that the next run appends to `up`."""
    project.load("events", [{"id": id, "name": f"n{id}"} for id in ids], id="integer", name="text")


def ids(project: Project, name: str) -> list[int]:
    """The ids in a table, each as often as it is there."""
    return sorted(row["id"] for row in project.rows(name))


def compiled(run: Run, name: str) -> str:
    """The compiled SQL of a model that ran."""
    return next(r.node.compiled_code for r in run.result.results if r.node.name == name)


def test_exactly_once(project: Project) -> None:
    """Each consumer reads each row once, at its own pace, also rows that its filter drops."""
    streaming(project, "up", APPEND)
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


def test_full_refresh_of_what_is_read(project: Project) -> None:
    """apply_changes replays; a streaming table stops, says the way out, and it works."""
    streaming(project, "up", APPEND)
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


def test_new_and_vanished_columns(project: Project) -> None:
    """New columns are appended, old rows null; on_schema_change is obeyed where a model sets it."""
    modes = ["ignore", "fail", "append_new_columns", "sync_all_columns"]
    streaming(project, "default", APPEND)
    for mode in modes:
        streaming(project, mode, APPEND, on_schema_change=mode)
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
    assert "'a'" in error and "INTEGER" in error and "VARCHAR" in error
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
    assert project.query("select 1 from information_schema.tables where table_name = 'wrong'") == []
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
    more = "{% if sluice.starts_over() and var('first', true) %}select 1 as id{% else %}"
    streaming(project, "grow", more + "select id + 1 as id from {{ this }}{% endif %}")
    project.build()
    for expected in ([1, 2], [1, 2, 2, 3]):
        project.build()
        assert ids(project, "grow") == expected
    project.build("--full-refresh", "--vars", "{first: false}")
    assert ids(project, "grow") == [2, 3, 3, 4]


def test_a_run_without_rows_takes_no_batch(project: Project) -> None:
    """With rules or without: the number of the newest batch stays, and the next one follows it."""
    streaming(project, "up", APPEND)
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


@pytest.fixture(scope="module")
def misuse(shared_project: Project) -> Run:
    """One run of everything that must not work."""
    project = shared_project
    load(project, [1])
    project.query("create schema lake")
    project.query("create table lake.taken as select 42 as answer")
    project.query("create view lake.viewed as select 42 as answer")
    project.write("models/sources.yml", "sources: [{name: raw, tables: [{name: events}]}]")
    project.model("plain", APPEND, materialized="table")
    streaming(project, "up", APPEND)
    streaming(project, "of_source", "select * from {{ sluice.stream(source('raw', 'events')) }}")
    streaming(project, "of_table", "select * from {{ sluice.stream(ref('plain')) }}")
    for materialized in ("view", "table", "incremental"):
        project.model(f"as_{materialized}", STREAM, materialized=materialized)
    ours = "1 as _sluice_mine, 2 as _SLUICE_BATCH"
    streaming(project, "reserved", f"select id, {ours} from raw.events")
    project.apply_changes("reserved_cdc", "select id, 1 as _sluice_mine from raw.events", **CURRENT)
    for name in ("taken", "viewed"):
        streaming(project, name, APPEND)
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
