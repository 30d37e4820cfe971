"""AUTO CDC beside hand-written SQL: 1 million events, then a batch of 10,000, in one run.

    .venv/bin/python benchmarks/auto_cdc.py [--events 1000000] [--batch 10000] [--rounds 3]

Both sides start from the same table of events in the same kind of DuckDB file. The hand-written
side is what an engineer would write for exactly this feed: a merge for the current state, and the
touched keys of the history rebuilt from the events. It keeps no state of its own, counts nothing,
and trusts that no two events share a key and a moment. Seconds are those of the node (dbt's own
start left out) and of the SQL; `statements` is what dbt sent to the database for the node. The
tables of both sides are compared after each step.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import duckdb

from project import PACKAGE, build, write_project

ATTRIBUTES = "firstname, lastname, email, address"

# The same pseudo-random feed on both sides: 10 events a key, 8 % deletes, 5 % of the batch late.
EVENTS = """
create or replace table {table} as
select
    (hash(range) % {keys})::bigint as id,
    'first ' || (hash(range, 1) % 1000) as firstname,
    'last ' || (hash(range, 2) % 1000) as lastname,
    'mail ' || hash(range, 3) as email,
    'street ' || hash(range, 4) as address,
    case when hash(range, 5) % 100 < 8 then 'DELETE' else 'UPDATE' end as operation,
    timestamp '2026-01-01' + to_seconds(
        range
        - case when range >= {late_from} and hash(range, 6) % 100 < 5 then {late_by} else 0 end
    ) + to_microseconds((hash(range, 7) % 1000000)::bigint) as operation_date
from range({start}, {stop})
"""

LATEST = f"""
select id, {ATTRIBUTES}, operation
from {{source}}
qualify row_number() over (partition by id order by operation_date desc) = 1
"""

VERSIONS = f"""
select id, {ATTRIBUTES}, operation_date as valid_from, valid_to
from (
    select *, lead(operation_date) over (partition by id order by operation_date) as valid_to
    from {{source}}
)
where operation <> 'DELETE'
"""

FIRST = {
    "SCD1": "create table now as select * exclude (operation)"
    f" from ({LATEST.format(source='feed')}) where operation <> 'DELETE'",
    "SCD2": f"create table history as {VERSIONS.format(source='feed')}",
}
# The merge needs each key's newest moment, deletes included, and takes it from the events.
NEXT = {
    "SCD1": f"""
merge into now using (
    {LATEST.format(source="(select feed.* from feed semi join batch using (id))")}
) as latest
on now.id = latest.id
when matched and latest.operation = 'DELETE' then delete
when matched then update set firstname = latest.firstname, lastname = latest.lastname,
    email = latest.email, address = latest.address
when not matched and latest.operation <> 'DELETE' then
    insert (id, {ATTRIBUTES}) values (latest.id, latest.firstname, latest.lastname, latest.email,
        latest.address)""",
    "SCD2": f"""
delete from history where id in (select id from batch);
insert into history
{VERSIONS.format(source="(select feed.* from feed semi join batch using (id))")}""",
}

META = {
    "sequence_by": "operation_date",
    "apply_as_deletes": "operation = 'DELETE'",
    "except_column_list": ["operation", "operation_date"],
}
STREAM = "select * from {{ sluice.stream(ref('feed')) }}"


MODELS = [
    {"name": "feed", "config": {"materialized": "streaming_table"}},
    {
        "name": "now",
        "config": {"materialized": "apply_changes", "meta": {**META, "keys": ["id"]}},
    },
    {
        "name": "history",
        "config": {
            "materialized": "apply_changes",
            "meta": {**META, "keys": ["id"], "stored_as_scd_type": 2},
        },
    },
]
SNAPSHOT = {
    "name": "snap",
    "config": {"strategy": "sluice.apply_changes", "unique_key": "id", "meta": META},
}
FILES = {
    "models/models.yml": {"models": MODELS},
    "models/feed.sql": "select * from raw.batch",
    "models/now.sql": STREAM,
    "models/history.sql": STREAM,
    "snapshots/snapshots.yml": {"snapshots": [SNAPSHOT]},
    "snapshots/snap.sql": "{% snapshot snap %}\n" + STREAM + "\n{% endsnapshot %}",
}
"""One target of each kind."""


def step(root: Path, events: str, scripts: dict[str, str]) -> dict[str, tuple[float, float, int]]:
    """One batch on both sides; {target: (sluice seconds, SQL seconds, statements)}."""
    with duckdb.connect(str(root / "sluice.duckdb")) as con:
        con.execute("create schema if not exists raw")
        con.execute(events.format(table="raw.batch"))
    sluice = build()
    sql = {}
    with duckdb.connect(str(root / "sql.duckdb")) as con:
        con.execute(events.format(table="batch"))
        con.execute("create table if not exists feed as from batch limit 0")
        con.execute("insert into feed from batch")
        con.execute("checkpoint")
        for target, script in scripts.items():
            began = time.perf_counter()
            con.execute(f"begin; {script}; commit")
            sql[target] = time.perf_counter() - began
    compare(root)
    nodes = {"SCD1": "now", "SCD2": "history", "snapshot": "snap"}
    return {
        kind: (sluice[node][0], sql["SCD1" if kind == "SCD1" else "SCD2"], sluice[node][1])
        for kind, node in nodes.items()
    }


def compare(root: Path) -> None:
    """Raise AssertionError where the two sides differ."""
    with duckdb.connect(str(root / "sql.duckdb")) as con:
        con.execute(f"attach '{root / 'sluice.duckdb'}' as sluice (read_only)")
        interval = f"id, {ATTRIBUTES}, valid_from, valid_to"
        snapshot = f"id, {ATTRIBUTES}, dbt_valid_from as valid_from, dbt_valid_to as valid_to"
        for own, columns, other, theirs in (
            ("now", "*", "now", "*"),
            ("history", interval, "history", interval),
            ("history", interval, "snap", snapshot),
        ):
            left, right = f"select {columns} from {own}", f"select {theirs} from sluice.{other}"
            surplus = con.execute(
                f"select count(*) from"
                f" (({left} except all {right}) union all ({right} except all {left}))"
            ).fetchone()[0]
            assert surplus == 0, f"{other} differs from hand-written SQL in {surplus} rows"


def main() -> None:
    """Run all rounds and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    figures: dict[tuple[str, str], list[tuple[float, float, int]]] = {}
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_project(root, FILES)
            plan = [
                ("first load", 0, args.events, args.events, FIRST),
                ("next batch", args.events, args.events + args.batch, args.events, NEXT),
            ]
            for label, start, stop, late_from, scripts in plan:
                events = EVENTS.format(
                    table="{table}", keys=args.events // 10, start=start, stop=stop,
                    late_from=late_from, late_by=args.events // 2,
                )  # fmt: skip
                for kind, row in step(root, events, scripts).items():
                    figures.setdefault((label, kind), []).append(row)
            os.chdir(PACKAGE)
    print(f"{args.events:,} events, then {args.batch:,}; median of {args.rounds}, seconds")
    print(f"{'step':<12}{'target':<10}{'sluice':>8}{'SQL':>8}{'ratio':>7}{'statements':>12}")
    for (label, kind), rows in figures.items():
        middle = [sorted(column)[len(rows) // 2] for column in zip(*rows, strict=True)]
        print(
            f"{label:<12}{kind:<10}{middle[0]:>8.2f}{middle[1]:>8.2f}"
            f"{middle[0] / middle[1]:>7.1f}{middle[2]:>12}"
        )


if __name__ == "__main__":
    main()
