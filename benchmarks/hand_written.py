"""The SQL that an engineer would write for exactly this feed.

The touched keys of both tables are deleted and made anew from their events; a merge does the same
in twenty times the seconds. No state of its own, no counts; it trusts that no two different events
share a key and a moment. Copies and equal neighbours are one version.
"""

from __future__ import annotations

from events import ATTRIBUTES

VALUES = ", ".join(ATTRIBUTES)

LATEST = f"""
select id, {VALUES}, operation
from {{source}}
qualify row_number() over (partition by id order by operation_date desc) = 1
"""

VERSIONS = f"""
select id, {VALUES}, valid_from, valid_to
from (
    select
        * exclude (operation_date), operation_date as valid_from,
        lead(operation_date) over (partition by id order by operation_date) as valid_to
    from (
        select id, {VALUES}, operation, operation_date
        from {{source}}
        qualify row(operation = 'DELETE', {VALUES}) is distinct from
            lag(row(operation = 'DELETE', {VALUES})) over (partition by id order by operation_date)
    )
)
where operation <> 'DELETE'
"""


def first_load(events: str, current: str, history: str) -> dict[str, str]:
    """Statements that make both tables from a table of events; {table: statements}."""
    latest = LATEST.format(source=events)
    return {
        current: f"create table {current} as"
        f" select * exclude (operation) from ({latest}) where operation <> 'DELETE'",
        history: f"create table {history} as {VERSIONS.format(source=events)}",
    }


def next_batch(events: str, batch: str, current: str, history: str) -> dict[str, str]:
    """Statements that bring both tables up to date with a batch, which the events hold already."""
    touched = f"(select own.* from {events} as own semi join {batch} as new using (id))"
    latest, versions = LATEST.format(source=touched), VERSIONS.format(source=touched)
    return {
        current: f"""
delete from {current} where id in (select id from {batch});
insert into {current} select * exclude (operation) from ({latest}) where operation <> 'DELETE'""",
        history: f"""
delete from {history} where id in (select id from {batch});
insert into {history} {versions}""",
    }
