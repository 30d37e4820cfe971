"""What an update is: each kind of dbt run in the event log, good, failed, killed or empty."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import dbts
from engine_cases import SEVERAL_THREADS, judged
from events_project import events_project, log, update
from landing import put
from nodes import EVENTS, load
from project import Project, Row

STATE = ("event_log", "checkpoints", "files", "targets")
LINE = '{{"id": {0}, "operation": "APPEND", "operation_date": "2026-01-01T00:00:0{0}"}}\n'


def updates(project: Project) -> list[Row]:
    """All updates, oldest first."""
    return project.query("select * from lake_sluice.updates order by started_at, update_id")


def statuses(project: Project) -> list[str]:
    """The status of each update, oldest first."""
    return [row["status"] for row in updates(project)]


def details(project: Project, event_type: str) -> list[Row]:
    """The details of the events of one type in the last update that ran."""
    return [
        json.loads(event["details"])
        for event in log(project)
        if event["event_type"] == event_type and event["update_id"] == project.last.invocation_id
    ]


def add_hook(project: Project, moment: str, text: str) -> None:
    """Give the project a hook beside those of the package."""
    file = project.root / "dbt_project.yml"
    project.write("dbt_project.yml", f'{file.read_text()}{moment}: "{text}"\n')


def tables_project(project: Project) -> None:
    """One node of each kind, with tests: a seed, a table and a snapshot of it."""
    project.write("seeds/countries.csv", "code\nfr\nit\n")
    project.model("places", "select code from {{ ref('countries') }}", materialized="table")
    project.write(
        "models/places.yml",
        "models: [{name: places, config: {materialized: table}, "
        "columns: [{name: code, data_tests: [unique]}]}]",
    )
    project.write(
        "snapshots/kept.sql",
        "{% snapshot kept %}select * from {{ ref('places') }}{% endsnapshot %}",
    )
    project.configure("snapshots", "kept", strategy="check", unique_key="code", check_cols="all")


def test_a_process_for_each_node(project: Project) -> None:
    """As a scheduler runs them: each node is an update of its own, and nothing else is in it."""
    landing = events_project(project)
    tables_project(project)
    put(landing / "1.json", LINE.format(1))
    commands = {
        "countries": "seed",
        "places": "run",
        "unique_places_code": "test",
        "kept": "snapshot",
        "bronze": "run",
        "silver": "run",
        "valid_id": "test",
        "current": "run",
    }
    for number, (node, command) in enumerate(commands.items(), start=1):
        run = project.run("--select", node, command=command)
        assert node in run.statuses
        state = update(project, run)
        assert (state["status"], state["command"]) == ("COMPLETED", command)
        assert list(project.flows()) == ([] if command == "test" else [node])
        assert all(flow["status"] == "COMPLETED" for flow in project.flows().values())
        assert len(updates(project)) == number
    assert statuses(project) == ["COMPLETED"] * len(commands)
    flows = project.query("select dataset, num_input_rows from lake_sluice.flows")
    assert {flow["dataset"]: flow["num_input_rows"] for flow in flows} == {
        "countries": None,
        "places": None,
        "kept": None,
        "bronze": 1,
        "silver": 1,
        "current": 1,
    }


def test_each_model_and_then_its_tests(project: Project) -> None:
    """As Cosmos runs a project: `run -s one`, `test -s one`; two rounds, in their order."""
    landing = events_project(project)
    for number in (1, 2):
        put(landing / f"{number}.json", LINE.format(number))
        for name in ("bronze", "silver", "current"):
            project.run("--select", name, command="run")
            project.run("--select", name, command="test")
    found = project.query("""
        select
            updates.command,
            flows.dataset,
            updates.status,
            updates.number,
            flows.status as flow_status,
            flows.num_input_rows
        from lake_sluice.updates
        left join lake_sluice.flows using (update_id)
        order by updates.number
    """)
    # Only silver has tests, and a selection without nodes is no update.
    expected = 2 * [("run", "bronze"), ("run", "silver"), ("test", None), ("run", "current")]
    assert [(row["command"], row["dataset"]) for row in found] == expected
    assert [row["number"] for row in found] == list(range(1, len(expected) + 1))
    assert {row["status"] for row in found} == {"COMPLETED"}
    assert {(row["flow_status"], row["num_input_rows"]) for row in found if row["dataset"]} == {
        ("COMPLETED", 1)
    }


def test_commands_that_only_look_are_no_updates(project: Project) -> None:
    """compile, show, list, parse, docs and an empty selection log nothing and read nothing."""
    landing = events_project(project)
    put(landing / "1.json", LINE.format(1))
    looks = (
        ("compile",),
        ("list",),
        ("parse",),
        ("docs", "generate"),
        ("show", "--select", "bronze"),
        ("run", "--select", "no_such_model"),
    )
    for look in looks:  # before there is a log
        assert project.dbt(*look).success, look
    assert project.relations("lake_sluice") == []
    project.run()
    before = {name: project.query(f"select * from lake_sluice.{name}") for name in STATE}
    put(landing / "2.json", LINE.format(2))
    for look in looks:
        assert project.dbt(*look).success, look
    assert before == {name: project.query(f"select * from lake_sluice.{name}") for name in STATE}
    project.run()
    assert project.flows()["current"]["num_input_rows"] == 1


@pytest.mark.dbt_v1("it has no count in the message of a test")
def test_tests_are_updates(project: Project) -> None:
    """A failed test fails its update; the log has its dataset and message, a warning's too."""
    project.write("models/places.sql", "select * from raw.events")
    tests = "[not_null, {unique: {config: {severity: warn}}}]"
    project.write(
        "models/places.yml",
        "models: [{name: places, config: {materialized: table}, "
        f"columns: [{{name: id, data_tests: {tests}}}]}}]",
    )
    project.load("events", [{"id": 1}, {"id": 1}], id="integer")
    project.run()
    project.run(command="test")
    assert statuses(project) == ["COMPLETED", "COMPLETED"]
    (warned,) = [event for event in log(project) if event["event_type"] == "test_progress"]
    assert (warned["level"], warned["dataset"]) == ("WARN", "places")
    assert warned["message"].startswith("unique_places_id WARN: Got 1 result")

    project.load("events", [{"id": 1}, {"id": None}, {"id": None}], id="integer")
    assert not project.dbt("build").success
    assert update(project, project.last)["status"] == "FAILED"
    assert project.flows()["places"]["status"] == "COMPLETED"
    (failed,) = details(project, "test_progress")
    assert failed["test_progress"] == {
        "name": "not_null_places_id",
        "status": "FAILED",
        "failures": 2,
    }
    (end,) = details(project, "update_progress")
    assert end["update_progress"] == {"state": "FAILED", "failed": ["not_null_places_id"]}


@pytest.mark.dbt_v1("it has no source freshness")
def test_freshness_is_an_update(project: Project) -> None:
    """A source that is too old fails its update, and is named."""
    landing = events_project(project)
    put(landing / "1.json", LINE.format(1))
    project.run()
    sources = project.root / "models/sources.yml"
    options = {
        "loaded_at_query": "select timestamp '2026-01-01'",
        "freshness": {"error_after": {"count": 1, "period": "day"}},
    }
    head = "config: {"
    text = sources.read_text().replace(head, f"{head}{json.dumps(options)[1:-1]}, ", 1)
    project.write("models/sources.yml", text)
    assert not project.dbt("source", "freshness").success
    state = update(project, project.last)
    assert (state["status"], state["command"]) == ("FAILED", "freshness")
    assert project.flows() == {}
    (stale,) = [event for event in log(project) if event["event_type"] == "source_progress"]
    assert (stale["level"], stale["dataset"]) == ("ERROR", "landing.events")


@pytest.mark.parametrize("skipped", [False, True])
@pytest.mark.dbt_v1(
    "a hook that fails at the start of a run ends it, and nothing of ours runs any more"
)
def test_a_failed_on_run_start(project: Project, skipped: bool) -> None:
    """The project's hooks run before ours, which dbt leaves out if one fails: still an update."""
    events_project(project)
    put(project.root / "landing/1.json", LINE.format(1))
    if skipped:
        file = project.root / "dbt_project.yml"
        flag = "flags:\n  skip_nodes_if_on_run_start_fails: true\n"
        project.write("dbt_project.yml", file.read_text().replace("flags:\n", flag))
    add_hook(project, "on-run-start", "select error('not today')")
    assert not project.dbt("run", "--full-refresh").success
    (state,) = updates(project)
    assert (state["status"], state["command"], state["full_refresh"]) == ("FAILED", "run", True)
    assert state["started_at"] <= state["finished_at"]
    flows = {name: flow["num_output_rows"] for name, flow in project.flows().items()}
    assert flows == ({} if skipped else {"bronze": 1, "silver": 1, "current": None})
    assert len(details(project, "flow_definition")) == 3
    if not skipped:
        (hook,) = [event for event in log(project) if event["event_type"] == "hook_progress"]
        assert hook["level"] == "ERROR" and "not today" in hook["message"]


@pytest.mark.duckdb_file("another process may still be at an update that did not end")
def test_a_failed_on_run_end(project: Project) -> None:
    """It comes before ours, which dbt then leaves out: the next update closes this one."""
    project.model("places", "select * from raw.events", materialized="streaming_table")
    project.load("events", [{"id": 1}], id="integer")
    add_hook(project, "on-run-end", "select error('not today') from raw.events where id = 1")
    assert not project.dbt("run").success
    assert statuses(project) == ["RUNNING"]
    assert project.flows()["places"]["num_output_rows"] == 1
    project.load("events", [], id="integer")
    project.run()
    assert statuses(project) == ["FAILED", "COMPLETED"]
    closed, last = updates(project)
    assert closed["started_at"] < closed["finished_at"] < last["started_at"]
    assert "ended without a word" in closed["message"]


def test_what_does_not_parse_is_no_update(project: Project) -> None:
    """Where dbt gets to no hook of ours, nor to a model, the log stays as it was."""
    project.model("places", "select 1 as id", materialized="table")
    project.run()
    before = log(project)
    project.write("models/broken.sql", "select {{ nothing_like_it( }}")
    assert not project.dbt("run").success
    assert log(project) == before
    text = (project.root / "dbt_project.yml").read_text()
    hook = "{{ exceptions.raise_compiler_error('not today') if execute }}"
    project.remove("models/broken.sql")
    add_hook(project, "on-run-start", hook)
    assert "not today" in project.run_expecting_error(command="run")
    assert log(project) == before
    project.write("dbt_project.yml", text)
    project.run()
    assert statuses(project) == ["COMPLETED", "COMPLETED"]


def many_flows(project: Project) -> list[str]:
    """24 streams in eight threads ran once; the next time, one of them fails on the second row."""
    names = [f"stream_{number:02}" for number in range(24)]
    project.load("events", [{"id": 1}], id="integer")
    for name in names:
        text = "select * from raw.events"
        if name == names[11]:
            text += " where id < 2 or error('boom')"
        project.model(name, text, materialized="streaming_table")
    project.run()
    project.load("events", [{"id": 1}, {"id": 2}], id="integer")
    return names


@SEVERAL_THREADS
def test_many_flows_at_once(template: Project, tmp_path: Path) -> None:
    """Threads write the log side by side: each flow is told once, in every update."""
    project = Project(tmp_path, threads=8, template=template)
    names = many_flows(project)
    assert not project.dbt("run").success
    assert statuses(project) == ["COMPLETED", "FAILED"]
    flows = project.flows()
    assert sorted(flows) == names
    assert {name for name in names if flows[name]["status"] == "FAILED"} == {names[11]}
    for name in names:
        rows, written = len(project.rows(name)), flows[name]["num_output_rows"]
        assert (rows, written) == ((1, None) if name == names[11] else (3, 2))
    assert len({event["id"] for event in log(project)}) == len(log(project))


@SEVERAL_THREADS
def test_fail_fast(template: Project, tmp_path: Path) -> None:
    """What committed is told as it is, though dbt closes the connections of threads at work.

    It may end in a traceback then, before the hooks at the end: so it has a process of its own.
    """
    project = Project(tmp_path, threads=8, template=template)
    names = many_flows(project)
    done = dbts.process(project.root, "run", "--fail-fast")
    assert done.returncode != 0, done.stdout
    before = {name: len(project.rows(name)) for name in names}
    project.model(names[11], "select * from raw.events", materialized="streaming_table")
    project.run()
    assert statuses(project) == ["COMPLETED", "FAILED", "COMPLETED"]
    failed = updates(project)[1]["update_id"]
    told = project.query(f"select * from lake_sluice.flows where update_id = '{failed}'")
    written = {row["dataset"]: row["num_output_rows"] for row in told}
    assert len(written) == len(told)
    assert before == {name: 1 + (written.get(name) or 0) for name in names}
    assert before[names[11]] == 1
    for name, flow in project.flows().items():
        assert (flow["num_output_rows"], len(project.rows(name))) == (2, before[name] + 2)
    assert len({event["id"] for event in log(project)}) == len(log(project))


def test_lineage(project: Project) -> None:
    """Each selected flow says what it reads, also through ephemeral models."""
    landing = events_project(project)
    put(landing / "1.json", LINE.format(1))
    project.write("seeds/countries.csv", "code\nfr\n")
    project.model(
        "thin",
        "select id from {{ ref('current') }} "
        "union all select id from {{ source('landing', 'events') }}",
        materialized="ephemeral",
    )
    project.model(
        "joined",
        "select * from {{ ref('thin') }} cross join {{ ref('countries') }} "
        "where id in (select id from {{ ref('current') }})",
        materialized="view",
    )
    project.build()
    lineage = {
        found["flow_definition"]["output_dataset"]: found["flow_definition"]
        for found in details(project, "flow_definition")
    }
    assert {name: sorted(flow["input_datasets"]) for name, flow in lineage.items()} == {
        "bronze": ["landing.events"],
        "silver": ["bronze"],
        "current": ["silver"],
        "countries": [],
        "joined": ["countries", "current", "landing.events"],
    }
    assert lineage["silver"]["materialized"] == "streaming_table"
    project.run("--select", "silver")
    assert [found["unique_id"] for found in details(project, "flow_definition")] == [
        "model.consumer.silver"
    ]
    project.run("--select", "thin")  # an ephemeral model alone is no flow
    assert project.flows() == {} and update(project, project.last)["status"] == "COMPLETED"


def test_versions_of_a_model_are_flows_of_their_own(project: Project) -> None:
    """Both have the model's name as their dataset; unique_id tells them apart."""
    project.load("events", [{"id": 1}, {"id": 2}], id="integer")
    for version in (1, 2):
        text = f"select * from raw.events where id <= {version}"
        project.write(f"models/people_v{version}.sql", text)
    project.write(
        "models/people.yml",
        "models: [{name: people, latest_version: 2, config: {materialized: streaming_table}, "
        "versions: [{v: 1}, {v: 2}]}]",
    )
    project.run()
    found = project.query("select unique_id, num_output_rows as n from lake_sluice.flows")
    assert {row["unique_id"]: row["n"] for row in found} == {
        "model.consumer.people.v1": 1,
        "model.consumer.people.v2": 2,
    }


def test_a_log_in_another_database(project: Project) -> None:
    """A model in an attached database logs there; the first update already shows its figures."""
    project.attach("other")
    landing = events_project(project)
    put(landing / "1.json", LINE.format(1))
    text = "select * from {{ sluice.stream(ref('silver')) }}"
    for name in ("far", "farther"):
        project.model(name, text, materialized="streaming_table", database="other")
    project.run("--exclude", "far", "farther")
    project.run("--select", "far", "farther")
    assert {name: flow["num_output_rows"] for name, flow in project.flows().items()} == {
        "far": 1,
        "farther": 1,
    }


# --- event_log_retention_days -----------------------------------------------------------------


def keep(project: Project, days: object) -> None:
    """Set the variable as a user does."""
    text = (project.root / "dbt_project.yml").read_text().partition("\nvars:")[0]
    value = json.dumps({"sluice": {"event_log_retention_days": days}})
    project.write("dbt_project.yml", f"{text}\nvars: {value}\n")


def age(project: Project, update_id: str, days: int) -> None:
    """Let an update have happened so many days ago."""
    project.query(
        f"update lake_sluice.event_log set timestamp = timestamp - interval {days} days "
        f"where update_id = '{update_id}'"
    )


@pytest.mark.dbt_v1("dbt v2 does not tell the statements of hooks")
def test_state_that_stands_is_left_alone(project: Project) -> None:
    """Our views are made where one is missing, or where the last update knew others."""

    def made() -> list[str]:
        log = project.run().debug_log
        return re.findall(r"create or replace view \S+?sluice[`\"]?\.[`\"]?(\w+)", log)

    def older() -> None:
        """Let the last update be one of an older version, which told nothing of its views."""
        project.query(
            "update lake_sluice.event_log "
            "set details = replace(cast(details as text), '\"state\"', '\"before\"') "
            f"where event_type = 'create_update' and update_id = '{project.last.invocation_id}'"
        )

    views = ["updates", "flows", "data_quality"]
    judged(project, "up", {}, EVENTS)
    load(project, (1, "a", 1))
    assert made() == views
    assert made() == []
    project.query("drop view lake_sluice.flows")
    assert made() == views
    assert made() == []
    older()
    assert made() == views
    # an operation is an update, too, and makes none of them
    older()
    judged(project, "up", {"named": "name = 'b'"}, EVENTS)
    project.run("sluice.quarantine", "--args", "{dataset: up}", command="run-operation")
    assert updates(project)[-1]["command"] == "sluice.quarantine"
    assert made() == views
    assert made() == []


def test_retention(project: Project) -> None:
    """Old updates leave the log and its views, finished ones only; nothing else is touched."""
    landing = events_project(project)
    ids = []
    for number, days in enumerate((40, 31, 29, 0), start=1):
        put(landing / f"{number}.json", LINE.format(number))
        project.build()
        ids.append(project.last.invocation_id)
        age(project, ids[-1], days)
    kept = {name: project.query(f"select * from lake_sluice.{name}") for name in STATE[1:]}
    tables = {name: project.contents(name) for name in ("bronze", "silver", "current")}
    assert [row["update_id"] for row in updates(project)] == ids  # for ever, by default

    keep(project, 30)
    project.build()
    ids = [*ids[2:], project.last.invocation_id]
    assert [row["update_id"] for row in updates(project)] == ids
    for relation in ("event_log", "flows", "data_quality"):
        found = project.query(f"select distinct update_id from lake_sluice.{relation}")
        assert {row["update_id"] for row in found} == set(ids), relation
    assert kept == {name: project.query(f"select * from lake_sluice.{name}") for name in STATE[1:]}
    assert tables == {name: project.contents(name) for name in tables}


@pytest.mark.duckdb_file("another process may still be at an update that did not end")
def test_an_old_update_that_never_ended(project: Project) -> None:
    """It is closed by the next one, and then it is old, too."""
    landing = events_project(project)
    put(landing / "1.json", LINE.format(1))
    project.build()
    old = project.last.invocation_id
    project.build()
    project.query(
        "delete from lake_sluice.event_log where event_type = 'update_progress' "
        f"and update_id = '{old}'"
    )
    age(project, old, 100)
    keep(project, 30)
    project.run("--select", "current")
    assert old not in {row["update_id"] for row in updates(project)}
    put(landing / "9.json", LINE.format(9))
    project.build()
    assert {flow["num_input_rows"] for flow in project.flows().values()} == {1}


@pytest.mark.parametrize("days", [-1, 0, "soon", 1.5])
def test_a_retention_that_is_none(project: Project, days: object) -> None:
    """A wrong value ends the run before it began, and says what, the legal values and what came."""
    project.model("places", "select 1 as id", materialized="table")
    keep(project, days)
    error = project.run_expecting_error(command="run")
    for part in ("event_log_retention_days", "whole number of days from 1", json.dumps(days)):
        assert part in error
    assert project.relations("lake_sluice") == []
