"""The side that is sluice: the pipeline of the README over the files of the benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from events import COLUMNS, OPERATIONS

SILVER = """
select * replace (try_cast(operation_date as timestamp) as operation_date)
from {{ sluice.stream(ref('bronze')) }}
"""
TARGET = {
    "keys": ["id"],
    "sequence_by": "operation_date",
    "apply_as_deletes": "operation = 'DELETE'",
    "except_column_list": ["operation", "operation_date"],
}


def rule(test: str, name: str, **arguments: Any) -> dict[str, Any]:
    """A test that sends rows to the quarantine."""
    given = {"arguments": arguments} if arguments else {}
    return {test: {"name": name, "config": {"meta": {"on_violation": "drop"}}, **given}}


def target(name: str, scd_type: int) -> dict[str, Any]:
    """A model of the current state (1) or of the history (2)."""
    meta = {**TARGET, "stored_as_scd_type": scd_type}
    return {"name": name, "config": {"materialized": "apply_changes", "meta": meta}}


def files_of(landing: Path) -> dict[str, Any]:
    """The files of the project: four models, and four tests that are the rules of silver."""
    meta = {"external_location": f"{landing}/*.json", "columns": COLUMNS}
    source = {"name": "landing", "tables": [{"name": "events", "config": {"meta": meta}}]}
    known = rule("accepted_values", "valid_operation", values=list(OPERATIONS))
    silver = {
        "name": "silver",
        "config": {"materialized": "streaming_table"},
        "data_tests": [
            rule("sluice.expectation", "no_rescued_data", expression="_rescued_data is null")
        ],
        "columns": [
            {"name": "id", "data_tests": [rule("not_null", "valid_id")]},
            {"name": "operation", "data_tests": [known]},
            {"name": "operation_date", "data_tests": [rule("not_null", "valid_operation_date")]},
        ],
    }
    bronze = {"name": "bronze", "config": {"materialized": "streaming_table"}}
    models = [bronze, silver, target("customers", 1), target("history", 2)]
    return {
        "models/all.yml": {"sources": [source], "models": models},
        "models/bronze.sql": "select * from {{ sluice.read_files(source('landing', 'events')) }}",
        "models/silver.sql": SILVER,
        "models/customers.sql": "select * from {{ sluice.stream(ref('silver')) }}",
        "models/history.sql": "select * from {{ sluice.stream(ref('silver')) }}",
    }
