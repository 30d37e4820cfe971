"""What the event log says over time: the runs and rules of updates, troubles, files by dataset."""

from __future__ import annotations

from typing import Any

from sluice.pipeline.database import Database, Row
from sluice.pipeline.event_log import COUNTS, among, iso


def runs(database: Database, ids: list[str]) -> list[Row]:
    """Return the runs of datasets in these updates, a row a dataset and update.

    update_id, unique_id, status, rows_in, rows_out, dropped, late, duplicate, conflicts, seconds.
    """
    if not ids:
        return []
    return database.query(
        f"""
        select
            update_id,
            unique_id,
            status,
            {COUNTS}
        from {database.relation("flows")}
        where {among(ids)}
        """
    )


def troubles(database: Database, update_id: str) -> list[Row]:
    """Return the warnings and errors of an update, in their order: level, kind, dataset, message.

    kind: the event's type. The end of the update itself is none.
    """
    return database.query(
        f"""
        select level, event_type as kind, dataset, message
        from {database.relation("event_log")}
        where {among([update_id])}
            and level in ('WARN', 'ERROR')
            and event_type <> 'update_progress'
        order by timestamp, dataset
        """
    )


def last_done(database: Database) -> dict[str, str | None]:
    """Return when each dataset was last brought up to date: unique id -> ISO 8601, UTC."""
    if not database.has("flows"):
        return {}
    found = database.query(
        f"""
        select flows.unique_id, max(updates.started_at) as moment
        from {database.relation("flows")} as flows
        inner join {database.relation("updates")} as updates
            on updates.update_id = flows.update_id
        where flows.status = 'COMPLETED'
        group by flows.unique_id
        """
    )
    return {row["unique_id"]: iso(row["moment"]) for row in found}


def files_read(database: Database) -> dict[str, dict[str, Any]]:
    """Return what each dataset read from files: name -> files, rows, bytes, newest (ISO 8601)."""
    if not database.has("files"):
        return {}
    found = database.query(
        f"""
        select
            dataset,
            count(*) as files,
            cast(sum(rows) as bigint) as n,
            cast(sum(size) as bigint) as bytes,
            max(modified_at) as newest
        from {database.relation("files")}
        where status = 'INGESTED'
        group by dataset
        """
    )
    return {
        row["dataset"]: {
            "files": row["files"],
            "rows": row["n"],
            "bytes": row["bytes"],
            "newest": iso(row["newest"]),
        }
        for row in found
    }
