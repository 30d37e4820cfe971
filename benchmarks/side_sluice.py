"""The side that is sluice: the pipeline of the README over the files of the benchmark.

As a script it is the resident process: it parses once, then lands and builds in one process.

    python side_sluice.py <staged folder> <landing folder> <nothing-new runs>

It lands the staged files one after the other in the project in the current folder, builds after
each, and then builds a few times with nothing new. The last line of its output is JSON: {"parse":
seconds, "batches": [seconds from landing to gold], "nothing": [seconds]}.
"""

from __future__ import annotations

import json
import sys
import time
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


def reside(staged: Path, landing: Path, nothing_new: int) -> dict[str, Any]:
    """Parse once, then land and build; seconds. Raises RuntimeError when a build fails."""
    from dbt.cli.main import dbtRunner

    words = ["--quiet", "--project-dir", ".", "--profiles-dir", "."]
    began = time.perf_counter()
    manifest = dbtRunner().invoke(["parse", *words]).result
    parse = time.perf_counter() - began
    runner = dbtRunner(manifest=manifest)
    taken: dict[str, list[float]] = {"batches": [], "nothing": []}
    for file in [*sorted(staged.glob("*.json")), *[None] * nothing_new]:
        began = time.perf_counter()
        if file:
            file.rename(landing / file.name)
        result = runner.invoke(["build", *words])
        taken["batches" if file else "nothing"].append(time.perf_counter() - began)
        if not result.success:
            raise RuntimeError(result.exception or [r.message for r in result.result])
    return {"parse": parse, **taken}


if __name__ == "__main__":
    print(json.dumps(reside(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
