"""A small pipeline from files to a current table in a consumer project, and its event log.

`events_project` writes it: bronze, silver with the rules RULES, and `current`. `log` and `update`
read what the event log says of its runs.
"""

from __future__ import annotations

from pathlib import Path

from project import Project, Row, Run

TYPES = dict.fromkeys(("firstname", "lastname", "email", "address", "operation"), "varchar") | {
    "id": "bigint",
    "operation_date": "varchar",
}
RULES = {
    "no_rescued_data": "_rescued_data is null",
    "valid_id": "id is not null",
    "valid_operation": "operation in ('APPEND', 'UPDATE', 'DELETE')",
    "valid_operation_date": "operation_date is not null",
}
SILVER = """\
select
    {{ sluice.star(ref('bronze'), except=['operation_date']) }},
    try_cast(operation_date as timestamp) as operation_date
from {{ sluice.stream(ref('bronze')) }}
"""
CURRENT = {
    "keys": ["id"],
    "sequence_by": "operation_date",
    "apply_as_deletes": "operation = 'DELETE'",
    "column_list": ["id", "firstname", "lastname", "email", "address"],
}


def events_project(project: Project, pattern: str = "*.json") -> Path:
    """Write a pipeline from files to `current`; the landing folder."""
    landing = project.root / "landing"
    landing.mkdir()
    source = {"external_location": f"{landing}/{pattern}", "format": "json", "columns": TYPES}
    project.write(
        "models/sources.yml",
        f"sources: [{{name: landing, tables: [{{name: events, config: {{meta: {source}}}}}]}}]",
    )
    text = "select * from {{ sluice.read_files(source('landing', 'events')) }}"
    project.model("bronze", text, materialized="streaming_table")
    project.write("models/silver.sql", SILVER)
    tests = [
        {
            "sluice.expectation": {
                "name": name,
                "arguments": {"expression": expression},
                "config": {"meta": {"on_violation": "drop"}},
            }
        }
        for name, expression in RULES.items()
    ]
    node = {"name": "silver", "config": {"materialized": "streaming_table"}, "data_tests": tests}
    project.write("models/silver.yml", f"models: [{node}]")
    project.apply_changes("current", "select * from {{ sluice.stream(ref('silver')) }}", **CURRENT)
    return landing


def log(project: Project) -> list[Row]:
    """All events, oldest first."""
    return project.query("select * from lake_sluice.event_log order by timestamp, id")


def update(project: Project, run: Run) -> Row:
    """What `updates` says of a run."""
    rows = project.query("select * from lake_sluice.updates")
    (found,) = [row for row in rows if row["update_id"] == run.invocation_id]
    return found
