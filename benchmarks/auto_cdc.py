"""AUTO CDC beside hand-written SQL, over a history of any size: one batch, in one run.

    .venv/bin/python benchmarks/auto_cdc.py [--events 1000000 ...] [--batch 10000] [--rounds 3]

Both sides start from the same table of events in the same kind of DuckDB file; no files are
landed, so tens of millions of events are made in seconds. Several sizes after `--events` show how
the batch grows with the history. Seconds are those of the node (dbt's own start left out) and of
the SQL; `statements` is what dbt sent to the database for the node. The tables of both sides are
compared after each step.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

import hand_written
from events import Feed
from project import PACKAGE, build, write_project

META = {
    "sequence_by": "operation_date",
    "apply_as_deletes": "operation = 'DELETE'",
    "except_column_list": ["operation", "operation_date"],
}
STREAM = "select * from {{ sluice.stream(ref('feed')) }}"
APPLY = {"materialized": "apply_changes"}
MODELS = [
    {"name": "feed", "config": {"materialized": "streaming_table"}},
    {"name": "now", "config": {**APPLY, "meta": {**META, "keys": ["id"]}}},
    {
        "name": "history",
        "config": {**APPLY, "meta": {**META, "keys": ["id"], "stored_as_scd_type": 2}},
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

TARGETS = {"SCD1": ("now", "now"), "SCD2": ("history", "history"), "snapshot": ("snap", "history")}
"""Each kind's node of sluice and table of the hand-written side."""


def step(root: Path, events: str, scripts: dict[str, str]) -> dict[str, tuple[float, float, int]]:
    """One batch on both sides; {kind of target: (sluice seconds, SQL seconds, statements)}."""
    with duckdb.connect(str(root / "sluice.duckdb")) as con:
        con.execute("create schema if not exists raw")
        con.execute(f"create or replace table raw.batch as select * exclude (n) from ({events})")
    sluice = build()
    sql = {}
    with duckdb.connect(str(root / "sql.duckdb")) as con:
        con.execute(f"create or replace table batch as select * exclude (n) from ({events})")
        con.execute("create table if not exists feed as from batch limit 0")
        con.execute("insert into feed from batch")
        con.execute("checkpoint")
        for table, script in scripts.items():
            began = time.perf_counter()
            con.execute(f"begin; {script}; commit")
            sql[table] = time.perf_counter() - began
    compare(root)
    return {
        kind: (sluice[node][0], sql[table], sluice[node][1])
        for kind, (node, table) in TARGETS.items()
    }


def compare(root: Path) -> None:
    """Raise AssertionError where the two sides differ."""
    with duckdb.connect(str(root / "sql.duckdb")) as con:
        con.execute(f"attach '{root / 'sluice.duckdb'}' as sluice (read_only)")
        interval = f"id, {hand_written.VALUES}, valid_from, valid_to"
        snapshot = interval.replace("valid_", "dbt_valid_")
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


def measure(feed: Feed, rounds: int) -> list[dict[str, Any]]:
    """A first load and a batch; a row for each step and kind of target with the medians."""
    taken: dict[tuple[str, str], list[tuple[float, float, int]]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_project(root, FILES)
            first = hand_written.first_load("feed", "now", "history")
            later = hand_written.next_batch("feed", "batch", "now", "history")
            for load, (label, scripts) in enumerate([("first load", first), ("next batch", later)]):
                for kind, row in step(root, feed.query(*feed.bounds(load)), scripts).items():
                    taken.setdefault((label, kind), []).append(row)
            os.chdir(PACKAGE)
    found = []
    for (label, kind), rows in taken.items():
        sluice, sql, statements = (sorted(c)[len(rows) // 2] for c in zip(*rows, strict=True))
        figures = {"sluice": sluice, "sql": sql, "statements": statements}
        found.append({"events": feed.events, "step": label, "target": kind, **figures})
    return found


def main() -> None:
    """Run all rounds of all sizes and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="the last line is JSON, not a table")
    args = parser.parse_args()
    rows = [row for events in args.events for row in measure(Feed(events, args.batch), args.rounds)]
    if args.json:
        print(json.dumps(rows))
        return
    print(f"first loads, then a batch of {args.batch:,}; median of {args.rounds}, seconds")
    head = f"{'events':>11} {'step':<12}{'target':<10}{'sluice':>8}{'SQL':>8}{'ratio':>7}"
    print(f"{head}{'statements':>12}")
    for row in rows:
        print(
            f"{row['events']:>11,} {row['step']:<12}{row['target']:<10}{row['sluice']:>8.2f}"
            f"{row['sql']:>8.2f}{row['sluice'] / row['sql']:>7.1f}{row['statements']:>12}"
        )


if __name__ == "__main__":
    main()
