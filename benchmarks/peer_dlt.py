"""The side that is dlt: one update of `warehouse.duckdb` in the current folder.

    python peer_dlt.py <landing folder>

DuckDB reads the new files into Arrow tables, which are the fast way into dlt; the rules are a
filter. The current state is `merge` with `dedup_sort` and `hard_delete`. The history is `scd2`
with a merge key over each key's newest event of the update; a deleted key is a version of its own
there, left out by the check, and the bounds are the times of the loads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.update(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")

import dlt
import duckdb

from rules import BROKEN, GOOD, NEWEST, read_json

SILVER = f"""
create table silver as
select * exclude (file) replace (operation_date::timestamp as operation_date)
from bronze where {GOOD}
"""


@dlt.source
def events(new: list[str]) -> Iterator[Any]:
    """The tables of some new files."""
    con = duckdb.connect()
    con.execute(f"create table bronze as from {read_json(str(new))}")
    con.execute(SILVER)

    def resource(name: str, query: str, **hints: Any) -> Any:
        return dlt.resource(con.sql(query).to_arrow_table(), name=name, **hints)

    yield resource("bronze", "from bronze", write_disposition="append")
    yield resource("silver", "from silver", write_disposition="append")
    yield resource("quarantine", f"from bronze where {BROKEN}", write_disposition="append")
    yield resource(
        "customers",
        "select *, operation = 'DELETE' as is_deleted from silver",
        write_disposition="merge",
        primary_key="id",
        columns={
            "operation_date": {"dedup_sort": "desc"},
            "is_deleted": {"hard_delete": True},
        },
    )
    yield resource(
        "history",
        "select * exclude (operation_date), md5(to_json(row(operation, firstname, lastname, email,"
        f" address))::varchar) as row_hash from silver {NEWEST}",
        write_disposition={
            "disposition": "merge",
            "strategy": "scd2",
            "row_version_column_name": "row_hash",
        },
        merge_key="id",
    )


def update(landing: Path) -> None:
    """One update; bronze says which files are known."""
    pipeline = dlt.pipeline(
        "bench",
        destination=dlt.destinations.duckdb("warehouse.duckdb"),
        dataset_name="bench",
        pipelines_dir="pipelines",
    )
    known = set()
    if not pipeline.first_run:
        with pipeline.sql_client() as client:
            known = {file for (file,) in client.execute_sql("select distinct file from bronze")}
    new = [str(file) for file in sorted(landing.glob("*.json")) if str(file) not in known]
    if new:
        pipeline.run(events(new))


if __name__ == "__main__":
    update(Path(sys.argv[1]))
