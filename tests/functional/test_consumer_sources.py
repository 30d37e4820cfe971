"""The event log as dbt sources, and a quarantine in the lineage, in a project of somebody else."""

from __future__ import annotations

import json

import pytest

import dbts
from nodes import EVENT_LOG, EVENTS, STREAM, load, node, streaming
from orders import expectation
from project import Project

FLOWS = "select dataset, num_output_rows from {{ source('sluice', 'flows') }}"


@pytest.mark.dbt_v1("looks into dbt's manifest")
def test_what_the_package_brings(project: Project) -> None:
    """Five sources, with descriptions, and no test or freshness of theirs."""
    project.model("plain", "select 1 as id")  # without a node dbt runs no hook
    project.run()
    sources = {
        unique_id: source
        for unique_id, source in project._manifest.sources.items()
        if source.package_name == "sluice"
    }
    assert set(sources) == EVENT_LOG
    for source in sources.values():
        assert source.schema == "lake_sluice" and not source.has_freshness
        assert source.description and source.columns
        there = project.engine.columns(f"lake_sluice.{source.name}")
        assert [name for name in source.columns if name not in there] == []


def test_a_model_and_a_test_read_it(project: Project) -> None:
    """On the first run already: the hook makes the tables before any model is built."""
    streaming(project, "up", EVENTS)
    project.write("models/report.sql", f"-- depends_on: {{{{ ref('up') }}}}\n{FLOWS}")
    rule = {"not_null": {"name": "has_dataset"}}
    tests = [{"name": "dataset", "data_tests": [rule]}]
    project.write(
        "models/report.yml", json.dumps({"models": [{"name": "report", "columns": tests}]})
    )
    load(project, (1, "a", 1))
    run = project.build()
    assert run.statuses["has_dataset"] == "pass"
    assert {"dataset": "up", "num_output_rows": 1} in project.rows("report")


def test_a_source_of_the_same_name_is_the_users(project: Project) -> None:
    """Who declared it by hand goes on so."""
    table = {"name": "flows", "identifier": "mine"}
    own = {"name": "sluice", "schema": "raw", "tables": [table]}
    project.write("models/sources.yml", json.dumps({"sources": [own]}))
    project.write("models/report.sql", "select * from {{ source('sluice', 'flows') }}")
    project.load("mine", [{"n": 7}], n="integer")
    project.run()
    assert project.rows("report") == [{"n": 7}]


@pytest.mark.dbt_v1("`source freshness` is not in 2.0.0a4")
def test_freshness_and_switching_off(project: Project) -> None:
    """`dbt source freshness` looks at the user's sources; the package's may be left out."""
    table = {
        "name": "events",
        "config": {
            "loaded_at_query": "select timestamp '2026-01-01'",
            "freshness": {"warn_after": {"count": 1, "period": "day"}},
        },
    }
    own = {"name": "raw", "schema": "raw", "tables": [table]}
    project.write("models/sources.yml", json.dumps({"sources": [own]}))
    run = project.dbt("source", "freshness")
    checked = [one.node.unique_id for one in run.result.results if hasattr(one.node, "freshness")]
    assert run.success and checked == ["source.consumer.raw.events"]

    text = (project.root / "dbt_project.yml").read_text()
    project.write("dbt_project.yml", f"{text}\nsources: {{sluice: {{+enabled: false}}}}\n")
    project.run(command="parse")
    assert [one for one in project._manifest.sources if one in EVENT_LOG] == []


def test_a_quarantine_in_the_lineage(project: Project) -> None:
    """`quarantine_of` is built behind the table; what has no quarantine is an error that helps."""
    streaming(project, "up", EVENTS)
    rules = [expectation("has_name", "name is not null", "drop")]
    node(project, "clean", STREAM, config={"materialized": "streaming_table"}, data_tests=rules)
    text = "select id, _sluice_violations from {{ sluice.quarantine_of(ref('clean')) }}"
    project.write("models/bad.sql", text)
    load(project, (1, "a", 1), (2, None, 2))
    project.build("--exclude-resource-type", "test")
    assert project.rows("bad") == [{"id": 2, "_sluice_violations": ["has_name"]}]
    columns = project.columns("clean__quarantine")
    assert list(columns) == [
        "_sluice_violations",
        "id",
        "name",
        "seq",
        "_sluice_batch",
        "_sluice_update_id",
        "_sluice_quarantined_at",
        "_sluice_released_batch",
    ]
    if not dbts.is_v2():
        nodes = project._manifest.nodes
        assert nodes["model.consumer.bad"].depends_on.nodes == ["model.consumer.clean"]

    project.write("models/bad.sql", "select * from {{ sluice.quarantine_of(ref('up')) }}")
    error = project.run_expecting_error("--select", "bad", command="run")
    for word in ("quarantine_of() error", "lake.up has no quarantine", "dbt build --select up+"):
        assert word in error
    project.write("models/bad.sql", "select * from {{ sluice.quarantine_of('clean') }}")
    error = project.run_expecting_error("--select", "bad", command="run")
    assert "quarantine_of(ref('<name>')), found: clean" in error
