"""What dbt says of each flow in its own line, and keeps in run_results.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dbts
from nodes import EVENTS, KINDS, STREAM, load, node, streaming
from orders import expectation
from project import Project

ALL = "select * from raw.events"
CDC = {"keys": ["id"], "sequence_by": "seq", "apply_as_deletes": "name = 'gone'"}
READERS = ("current", "history", "model_history")


@pytest.fixture
def flows(project: Project) -> Project:
    """A stream with a rule, a target of each kind over it, and a table by key."""
    streaming(project, "up", EVENTS)
    rules = [expectation("has_name", "name is not null", "drop")]
    config = {"materialized": "streaming_table"}
    node(project, "clean", STREAM, config=config, data_tests=rules)
    reader = "select * from {{ sluice.stream(ref('clean')) }}"
    project.apply_changes("current", reader, **CDC)
    project.apply_changes("model_history", reader, stored_as_scd_type=2, **CDC)
    options = {name: value for name, value in CDC.items() if name != "keys"}
    project.snapshot("history", reader, unique_key="id", **options)
    text = "select id, count(*) as n from {{ sluice.changed(ref('model_history')) }} group by id"
    project.model("by_id", text, materialized="keyed_table", meta={"keys": ["id"]})
    return project


on_v1 = pytest.mark.dbt_v1("its line has no room for counts")


def told(project: Project, *args: str) -> dict[str, str]:
    """Build without tests; what dbt says of each node."""
    flags = () if dbts.is_v2() else ("--write-json",)
    run = project.dbt(*flags, "build", "--exclude-resource-type", "test", *args)
    assert run.success, run.error
    return {name: text for name, text in run.messages.items() if "on-run-" not in name}


def answers(project: Project) -> dict[str, dict[str, Any]]:
    """The adapter_response of each node in run_results.json, by name."""
    results = json.loads((project.root / "target" / "run_results.json").read_text())["results"]
    nodes = {row["unique_id"].rpartition(".")[2]: row["adapter_response"] for row in results}
    return {name: answer for name, answer in nodes.items() if "on-run-" not in name}


def test_rows_affected(flows: Project) -> None:
    """Rows that were written, upserted and deleted together: on any dbt."""
    load(flows, (1, "a", 2), (2, "b", 2), (3, None, 2))
    told(flows)
    written = {"up": 3, "clean": 2, "by_id": 2} | dict.fromkeys(READERS, 2)
    assert {name: answer["rows_affected"] for name, answer in answers(flows).items()} == written
    load(flows, (1, "older", 1), (2, "gone", 3))
    told(flows)
    written = {"up": 2, "clean": 2, "by_id": 1, "current": 1, "history": 2, "model_history": 2}
    assert {name: answer["rows_affected"] for name, answer in answers(flows).items()} == written


@on_v1
def test_each_kind_tells_its_counts(flows: Project) -> None:
    """First run, later runs, nothing new and a full refresh; 0 counts are left out."""
    load(flows, (1, "a", 2), (2, "b", 2), (3, None, 2))
    first = {
        "up": "3 rows",
        "clean": "2 rows, 1 quarantined",
        "by_id": "2 upserted",
    } | dict.fromkeys(READERS, "2 upserted")
    assert told(flows) == first
    assert answers(flows)["clean"] == {
        "_message": "2 rows, 1 quarantined",
        "code": "INSERT",
        "rows_affected": 2,
    }

    # a late version, a delete, two upserts of one moment
    load(flows, (1, "older", 1), (2, "gone", 3), (4, "x", 1), (4, "y", 1))
    later = told(flows)
    assert later["up"] == later["clean"] == "4 rows"
    assert later["current"] == "1 upserted, 1 deleted, 1 late, 1 conflict"
    assert later["history"] == later["model_history"] == "3 upserted, 1 late, 1 conflict"
    assert answers(flows)["current"]["rows_affected"] == 2
    assert later["by_id"] == "2 upserted"  # 1 has two versions, 4 is new

    load(flows)
    assert set(told(flows).values()) == {"nothing new"}
    assert {answer["rows_affected"] for answer in answers(flows).values()} == {0}

    again = told(flows, "--full-refresh", "--select", "clean+")
    assert again["clean"] == "6 rows, 1 quarantined"
    assert again["current"] == "2 upserted, 1 conflict"


@on_v1
def test_the_line_on_the_screen(flows: Project) -> None:
    """dbt prints it where it prints OK otherwise."""
    load(flows, (1, "a", 2), (2, None, 2))
    flows.run("--select", "up", "clean")
    assert "[1 row, 1 quarantined in " in flows.last.log


@on_v1
def test_other_nodes_keep_their_answer(project: Project) -> None:
    """Seeds, dbt's own models and snapshots say what dbt says."""
    project.write("seeds/codes.csv", "id\n1\n2\n")
    project.write("models/plain.sql", "{{ config(materialized='table') }} select 1 as id")
    project.write(
        "snapshots/kept.yml",
        "snapshots: [{name: kept, relation: ref('plain'), config: "
        "{strategy: check, check_cols: all, unique_key: id}}]",
    )
    for _ in range(2):
        messages = project.build().messages
        assert messages["codes"] == "INSERT 2"
        assert messages["plain"] == messages["kept"] == "OK"


@on_v1
def test_hooks(project: Project) -> None:
    """A transaction of dbt's own changes nothing of it."""
    hooks = {"pre-hook": "select 1", "post-hook": "select 1"}
    streaming(project, "up", EVENTS, **hooks)
    project.model("current", STREAM, **KINDS["current_of"]["config"], **hooks)
    load(project, (1, "a", 1))
    assert told(project) == {"up": "1 row", "current": "1 upserted"}
    load(project, (1, "b", 2))
    assert told(project) == {"up": "1 row", "current": "1 upserted"}
