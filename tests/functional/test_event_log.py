"""The event log: what every run tells, good or bad, held against the files."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine import is_spark
from events_project import RULES, events_project, log, update
from landing import make_files, put, read_landed
from project import Project

EVENT_LOG = ["id", "update_id", "timestamp", "level", "event_type", "dataset", "message", "details"]
UPDATES = ["update_id", "started_at", "finished_at", "status", "full_refresh"]
COUNTS = [
    "num_input_rows",
    "num_output_rows",
    "num_upserted_rows",
    "num_deleted_rows",
    "num_dropped_rows",
    "num_late_rows",
    "num_duplicate_rows",
    "num_conflicts",
]
FLOWS = ["update_id", "dataset", "status", *COUNTS, "seconds"]
QUALITY = [
    "update_id",
    "dataset",
    "expectation",
    "on_violation",
    "passed_records",
    "failed_records",
]
LEDGER = ["dataset", "path", "size", "modified_at", "batch", "rows", "status", "error"]


def utc_now() -> datetime:
    """The time in UTC, as the log has it."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def described(project: Project, relation: str) -> list[str]:
    """The columns of a relation of ours."""
    return list(project.engine.columns(f"lake_sluice.{relation}"))


def test_figures_equal_the_files(project: Project, tmp_path: Path) -> None:
    """Run after run, the figures are those that plain Python counts in the landed files."""
    landing = events_project(project)
    files = make_files(tmp_path / "events", 300, 3, seed=6, dirt=0.1)
    all_flows = []
    for number, file in enumerate(files, start=1):
        begin = utc_now()
        landed = read_landed([file])
        path = put(landing / file.name, file.read_bytes())
        run = project.run()
        flows = project.flows()
        all_flows += [flows[name] for name in ("bronze", "silver", "current")]
        figures = {
            name: [flow[c] for c in ("num_input_rows", "num_output_rows", "num_dropped_rows")]
            for name, flow in flows.items()
        }
        clean = len(landed.clean)
        assert landed.dropped > 0
        assert figures["bronze"] == [landed.lines, landed.lines, 0]
        assert figures["silver"] == [landed.lines, clean, landed.dropped]
        assert figures["current"][0] == clean
        assert {flow["status"] for flow in flows.values()} == {"COMPLETED"}
        assert all(0 <= flow["seconds"] < 600 for flow in flows.values())
        found = project.query(
            f"select * from lake_sluice.data_quality where update_id = '{run.invocation_id}'"
        )
        assert {row["expectation"]: row for row in found} == {
            rule: {
                "update_id": run.invocation_id,
                "dataset": "silver",
                "expectation": rule,
                "on_violation": "drop",
                "passed_records": landed.lines - landed.failed(rule),
                "failed_records": landed.failed(rule),
            }
            for rule in RULES
        }
        (entry,) = project.query(f"select * from lake_sluice.files where path = '{path}'")
        stat = path.stat()
        modified = datetime.fromtimestamp(stat.st_mtime, timezone.utc).replace(tzinfo=None)
        assert abs(entry["modified_at"] - modified) < timedelta(seconds=1)
        expected = ["bronze", str(path), stat.st_size, number, landed.lines, "INGESTED", None]
        assert [entry[name] for name in LEDGER if name != "modified_at"] == expected

        state = update(project, run)
        assert begin <= state["started_at"] <= state["finished_at"] <= utc_now()
        assert (state["status"], state["full_refresh"]) == ("COMPLETED", False)
    totals = Counter()
    for flow in all_flows:
        totals[flow["dataset"]] += flow["num_output_rows"] or 0
    assert totals["bronze"] == len(project.rows("bronze"))
    assert totals["silver"] == len(project.rows("silver"))
    upserted, deleted = (
        sum(flow[name] for flow in all_flows if flow["dataset"] == "current")
        for name in ("num_upserted_rows", "num_deleted_rows")
    )
    assert upserted >= len(project.rows("current")) > 0 and deleted > 0

    # empty files (which Spark does not list) and those with one line without its end are files, too
    put(landing / "empty.json", "")
    put(landing / "one.json", '{"id": 1}')
    project.run()
    rows = project.query("select path, rows, status from lake_sluice.files order by path")
    told = {Path(row["path"]).name: (row["rows"], row["status"]) for row in rows}
    assert told["one.json"] == (1, "INGESTED")
    assert told.get("empty.json") == (None if is_spark() else (0, "INGESTED"))
    assert project.flows()["bronze"]["num_output_rows"] == 1


def test_every_run_is_told(project: Project) -> None:
    """Good runs, failed ones, one node, tests, full refreshes: events and views tell each."""
    landing = events_project(project)
    error = "raise_error('boom') is null" if is_spark() else "error('boom')"
    boom = f"{{{{ sluice.stream(ref('silver')) }}}} where (select yes from raw.boom) and {error}"
    project.model("fragile", f"select * from {boom}", materialized="streaming_table")
    project.model("after", "select * from {{ ref('fragile') }}", materialized="table")
    good = '{{"id": {}, "operation": "APPEND", "operation_date": "2026-01-01T00:00:0{}"}}\n'

    def land(number: int, boom: bool) -> None:
        put(landing / f"{number}.json", good.format(number, number))
        project.load("boom", [{"yes": boom}], yes="boolean")

    # a good run
    land(1, False)
    begin = utc_now()
    good_run = project.build()
    assert described(project, "event_log")[: len(EVENT_LOG)] == EVENT_LOG
    expected = {"updates": UPDATES, "flows": FLOWS, "data_quality": QUALITY, "files": LEDGER}
    for relation, columns in expected.items():
        assert described(project, relation)[: len(columns)] == columns, relation
    is_view = {r.name: r.is_view for r in project.engine.relations() if r.schema == "lake_sluice"}
    assert {name for name in (*expected, "event_log") if is_view[name]} == {
        "updates",
        "flows",
        "data_quality",
    }
    events = log(project)
    assert {event["update_id"] for event in events} == {good_run.invocation_id}
    assert all(event["id"] and event["message"] for event in events)
    assert len({event["id"] for event in events}) == len(events)
    assert {event["level"] for event in events} <= {"INFO", "WARN", "ERROR", "METRICS"}
    assert all(begin <= event["timestamp"] <= utc_now() for event in events)
    kinds = [event["event_type"] for event in events]
    assert kinds[0] == "create_update" and kinds[-1] == "update_progress"
    assert "flow_progress" in kinds
    for event in events:
        details = json.loads(event["details"])
        if event["event_type"] == "flow_progress" and event["level"] == "METRICS":
            assert details["unique_id"] == f"model.consumer.{event['dataset']}"
            assert f'"{event["dataset"]}"' in details["relation"]
    flows = project.flows()
    assert {"bronze", "silver", "current", "fragile", "after"} <= set(flows)
    assert {flow["status"] for flow in flows.values()} == {"COMPLETED"}

    # a failed run: what worked, what failed and what was left out
    land(2, True)
    failed_run = project.dbt("build")
    assert not failed_run.success
    statuses = {name: flow["status"] for name, flow in project.flows().items()}
    assert statuses == {
        "bronze": "COMPLETED",
        "silver": "COMPLETED",
        "current": "COMPLETED",
        "fragile": "FAILED",
        "after": "SKIPPED",
    }
    assert not project.flows()["fragile"]["num_output_rows"]
    assert update(project, failed_run)["status"] == "FAILED"
    told = [event for event in log(project) if event["update_id"] == failed_run.invocation_id]
    errors = [event for event in told if event["level"] == "ERROR"]
    assert any(event["dataset"] == "fragile" and "boom" in event["message"] for event in errors)
    assert log(project)[: len(events)] == events  # append-only

    # one node; the others are not in it
    land(3, False)
    project.run("--select", "bronze")
    assert set(project.flows()) == {"bronze"}
    assert project.flows()["bronze"]["num_input_rows"] == 1
    assert update(project, project.last)["status"] == "COMPLETED"

    # a full refresh, and a figure of everything that was read again
    project.run("--full-refresh", "--select", "silver", "current", "fragile")
    assert update(project, project.last)["full_refresh"] is True
    assert project.flows()["silver"]["num_input_rows"] == 3

    # dbt test is an update, too: a good one, and one whose test fails
    project.run(command="test")
    assert update(project, project.last)["status"] == "COMPLETED"
    project.query("insert into lake.silver (id, operation) values (null, 'APPEND')")
    tested = project.dbt("test")
    assert not tested.success and tested.statuses["valid_id"] == "fail"
    assert update(project, tested)["status"] == "FAILED"
    assert all(row["finished_at"] for row in project.query("select * from lake_sluice.updates"))
    assert len(project.query("select * from lake_sluice.updates")) == 6


@pytest.mark.parametrize("full_refresh", [False, True])
def test_ledger_after_a_full_refresh(project: Project, full_refresh: bool) -> None:
    """Each file stands once in the ledger, also when everything was read again."""
    landing = events_project(project)
    for number in (1, 2):
        put(landing / f"{number}.json", f'{{"id": {number}}}\n')
        project.run("--select", "bronze")
    if full_refresh:
        (landing / "1.json").unlink()
    again = ["--full-refresh", "--vars", "sluice_allow_loss: true"] if full_refresh else []
    project.run("--select", "bronze", *again)
    ledger = project.query("select path, status from lake_sluice.files order by path")
    left = [2] if full_refresh else [1, 2]
    assert [Path(row["path"]).name for row in ledger] == [f"{number}.json" for number in left]
    assert sorted(row["id"] for row in project.rows("bronze")) == left
