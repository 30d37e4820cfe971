"""What the event log says: updates, datasets, expectations (docs/event-log.md has its views)."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import takewhile
from typing import Any

from sluice.pipeline.database import Database, Row
from sluice.pipeline.errors import SluiceError
from sluice.pipeline.sql import literal

FIGURES = ("rows_in", "rows_out", "dropped", "late", "duplicate", "conflicts", "seconds",
           "update_id", "started_at")  # fmt: skip
"""What datasets() has of a run."""
COUNTS = """num_input_rows as rows_in,
            coalesce(num_output_rows, num_upserted_rows + num_deleted_rows) as rows_out,
            num_dropped_rows as dropped,
            num_late_rows as late,
            num_duplicate_rows as duplicate,
            num_conflicts as conflicts,
            seconds"""
"""The counts of a flow, as datasets() and the page call them."""
MOST_UPDATES = 10_000
"""Of those that are looked through for how long an update has failed."""


def updates(database: Database, limit: int) -> list[Row]:
    """Return the newest updates, newest first: id, status, command, started_at, seconds, message.

    seconds is None while it runs. Empty where nothing was logged yet.
    """
    if not database.has("updates"):
        return []
    found = database.query(
        f"select update_id, status, command, started_at, finished_at, message"
        f" from {database.relation('updates')} order by {newest(database)} limit {limit}"
    )
    return [
        {
            "id": row["update_id"],
            "status": row["status"],
            "command": row["command"],
            "started_at": iso(row["started_at"]),
            "seconds": seconds(row["started_at"], row["finished_at"]),
            "message": row["message"],
        }
        for row in found
    ]


def newest(database: Database, view: str = "") -> str:
    """Return how updates are ordered, the newest first: by number, for a clock may be set back.

    view: what the columns belong to, as `name.`. Early updates have no number, and a database that
    an earlier version wrote has no such column until the next update.
    """
    clock = f"{view}started_at desc, {view}update_id"
    try:
        database.query(f"select number from {database.relation('updates')} where 1 = 0")
    except SluiceError:
        return clock
    return f"coalesce({view}number, 0) desc, {clock}"


def datasets(database: Database) -> list[Row]:
    """Return how each dataset fared when it last ran, by name.

    name, status, unique_id, and FIGURES, of which that kind of dataset may have none (None).
    rows_out of a target: the rows that it wrote and removed; started_at: of the update.
    """
    if not database.has("flows"):
        return []
    found = database.query(
        f"""
        with _sluice_runs as (
            select
                flows.*,
                updates.started_at,
                row_number() over (order by {newest(database, "updates.")}) as _sluice_age
            from {database.relation("flows")} as flows
            inner join {database.relation("updates")} as updates
                on updates.update_id = flows.update_id
        ),

        _sluice_last as (
            select
                *,
                row_number() over (
                    partition by unique_id, dataset order by _sluice_age
                ) as _sluice_number
            from _sluice_runs
        )

        select
            dataset as name,
            status,
            {COUNTS},
            update_id,
            started_at,
            unique_id
        from _sluice_last
        where _sluice_number = 1
        order by dataset, unique_id
        """
    )
    return [{**row, "started_at": iso(row["started_at"])} for row in found]


def expectations(database: Database, last: list[Row]) -> list[Row]:
    """Return each rule's counts in the last run of its dataset.

    last: of datasets(). dataset, name, on_violation, passed, failed (rows of that batch).
    """
    ids = {(row["name"], row["update_id"]) for row in last}
    found = rules(database, sorted({update_id for _name, update_id in ids}))
    return [
        {key: value for key, value in row.items() if key != "update_id"}
        for row in found
        if (row["dataset"], row["update_id"]) in ids
    ]


def rules(database: Database, update_ids: list[str]) -> list[Row]:
    """Return each rule's counts in some updates, by dataset and name.

    dataset, name, on_violation, update_id, passed, failed (rows).
    """
    if not update_ids:
        return []
    return database.query(
        f"""
        select
            dataset,
            expectation as name,
            on_violation,
            update_id,
            cast(sum(passed_records) as bigint) as passed,
            cast(sum(failed_records) as bigint) as failed
        from {database.relation("data_quality")}
        where {among(update_ids)}
        group by dataset, expectation, on_violation, update_id
        order by dataset, expectation
        """
    )


def among(ids: list[str]) -> str:
    """Return the condition that an event is of one of these updates."""
    return f"update_id in ({', '.join(literal(update_id) for update_id in ids)})"


def rule_names(database: Database) -> list[str]:
    """Return the rules that ever ran, as `dataset.rule`."""
    found = database.query(
        f"select distinct dataset, expectation from {database.relation('data_quality')}"
    )
    return [f"{row['dataset']}.{row['expectation']}" for row in found]


def failing_since(database: Database, update_id: str) -> tuple[str, int] | None:
    """Return (moment of the first, number) of the failures in a row that end with an update.

    Of updates by the same command of dbt; None where that one did not fail.
    """
    relation = database.relation("updates")
    found = database.query(
        f"select update_id, status, started_at from {relation} where command in"
        f" (select command from {relation} where update_id = {literal(update_id)})"
        f" order by {newest(database)} limit {MOST_UPDATES}"
    )
    row = list(takewhile(lambda update: update["status"] == "FAILED", found))
    return (iso(row[-1]["started_at"]), len(row)) if row else None


def failed_files(database: Database) -> list[Row]:
    """Return the files that could not be read: dataset, path, error."""
    if not database.has("files"):
        return []
    return database.query(
        f"select dataset, path, error from {database.relation('files')}"
        " where status = 'FAILED' order by dataset, path"
    )


def totals(database: Database, update_id: str) -> tuple[int, int] | None:
    """Return (rows read from files, rows dropped) of an update; None if the log has none such."""
    if not database.has("updates"):
        return None
    same = f"update_id = {literal(update_id)}"
    if not database.query(f"select 1 as one from {database.relation('updates')} where {same}"):
        return None
    row = database.query(
        f"""
        select
            cast(coalesce(sum(case
                when dataset in (select dataset from {database.relation("files")})
                    then num_input_rows
            end), 0) as bigint) as rows_in,
            cast(coalesce(sum(num_dropped_rows), 0) as bigint) as dropped
        from {database.relation("flows")}
        where {same}
        """
    )[0]
    return row["rows_in"], row["dropped"]


def iso(moment: Any) -> str | None:
    """Return a moment of the log as ISO 8601 in UTC, None for none."""
    if not isinstance(moment, datetime):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return aware.astimezone(timezone.utc).isoformat()


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two moments, None where one is missing."""
    return round((end - start).total_seconds(), 3) if start and end else None
