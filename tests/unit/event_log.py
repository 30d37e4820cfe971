"""A small event log with the public relations of the package, for the tests of the scripts."""

from pathlib import Path

import duckdb

SCHEMA = """
create schema if not exists main_sluice;
create table if not exists main_sluice.updates (
    update_id varchar, started_at timestamptz, finished_at timestamptz, status varchar,
    full_refresh boolean
);
create table if not exists main_sluice.flows (
    update_id varchar, dataset varchar, status varchar, num_input_rows bigint,
    num_output_rows bigint, num_upserted_rows bigint, num_deleted_rows bigint,
    num_dropped_rows bigint, num_late_rows bigint, num_duplicate_rows bigint,
    num_conflicts bigint, seconds double
);
create table if not exists main_sluice.data_quality (
    update_id varchar, dataset varchar, expectation varchar, on_violation varchar,
    passed_records bigint, failed_records bigint
);
create table if not exists main_sluice.files (
    dataset varchar, path varchar, size bigint, modified_at timestamptz, batch bigint,
    rows bigint, status varchar, error varchar
);
create or replace table customers as select unnest(range(70)) as id;
create or replace table customers_history as select unnest(range(95)) as id;
"""


def add_update(path: Path, update_id: str, second: int, status: str = "COMPLETED") -> None:
    """Log an update that began at this second and took 2.5 seconds.

    1,000 rows come from one file, silver drops 30 of them: 20 for valid_id, 10 for valid_date.
    """
    with duckdb.connect(str(path)) as con:
        con.execute(SCHEMA)
        con.execute(
            """
            insert into main_sluice.updates
            select ?, start, start + interval 2500 milliseconds, ?, false
            from (select timestamptz '2026-01-01 00:00:00+00' + to_seconds(?) as start)
            """,
            [update_id, status, second],
        )
        con.executemany(
            """
            insert into main_sluice.flows (
                update_id, dataset, status, num_input_rows, num_output_rows, num_dropped_rows,
                seconds
            )
            values (?, ?, 'COMPLETED', ?, ?, ?, 0.5)
            """,
            [
                [update_id, "orders", 970, None, None],
                [update_id, "orders_bronze", 1000, 1000, 0],
                [update_id, "orders_silver", 1000, 970, 30],
            ],
        )
        con.executemany(
            "insert into main_sluice.data_quality values (?, 'orders_silver', ?, 'drop', ?, ?)",
            [
                [update_id, "valid_date", 990, 10],
                [update_id, "valid_id", 980, 20],
                [update_id, "valid_name", 1000, 0],
            ],
        )
        con.execute(
            """
            insert into main_sluice.files (dataset, path, rows, status)
            values ('orders_bronze', '1.json', 1000, 'INGESTED')
            """
        )
