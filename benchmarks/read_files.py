"""Files into bronze beside a plain read_json insert; then many small files, of which few are new.

    .venv/bin/python benchmarks/read_files.py [--lines 1000000] [--files 100000] [--rounds 3]

First 10 files with all the lines, 0.1 % of them broken. The plain side is `insert into ... select`
from read_json with the same columns and ignore_errors, which loses the text of the broken lines.
Then a folder of small files in three runs: all are new, 100 are new, none is. Seconds are those of
the node (dbt's own start left out) and of the SQL; `statements` is what dbt sent to the database.
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

from project import PACKAGE, build, write_project

COLUMNS = {
    "id": "bigint",
    "firstname": "varchar",
    "lastname": "varchar",
    "email": "varchar",
    "address": "varchar",
    "operation": "varchar",
    "operation_date": "varchar",
}


def line(number: int) -> str:
    """A change event of about 200 bytes; one in a thousand is cut off."""
    event = {
        "id": number % 100_000,
        "firstname": f"first {number % 977}",
        "lastname": f"last {number % 991}",
        "email": f"someone.{number}@example.net",
        "address": f"{number} Long Street, Some Town near {number * 7919 % 100_003}",
        "operation": "UPDATE",
        "operation_date": f"2026-01-01T00:00:00.{number % 1_000_000:06}",
    }
    text = json.dumps(event)
    return text[:-9] if number % 1000 == 0 else text


def write_lines(folder: Path, first: int, lines: int, files: int) -> None:
    """Land `lines` lines in `files` files, numbered from `first` on."""
    folder.mkdir(parents=True, exist_ok=True)
    each = lines // files
    for number in range(first, first + files):
        events = range(number * each, (number + 1) * each)
        (folder / f"{number:07}.json").write_text("".join(line(n) + "\n" for n in events))


def bronze_of(folder: Path) -> dict[str, Any]:
    """The files of a project with one bronze table."""
    meta = {"external_location": str(folder), "columns": COLUMNS}
    source = {"name": "landing", "tables": [{"name": "events", "config": {"meta": meta}}]}
    model = {"name": "bronze", "config": {"materialized": "streaming_table"}}
    return {
        "models/all.yml": {"sources": [source], "models": [model]},
        "models/bronze.sql": "select * from {{ sluice.read_files(source('landing', 'events')) }}",
    }


def rows(table: str, database: str = "sluice.duckdb") -> int:
    """How many rows a table has."""
    with duckdb.connect(database) as con:
        return con.execute(f"select count(*) from {table}").fetchone()[0]


def plain(folder: Path) -> float:
    """Seconds of a plain insert of the same columns."""
    with duckdb.connect("plain.duckdb") as con:
        described = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        con.execute(f"create or replace table bronze ({described}, filename varchar)")
        began = time.perf_counter()
        con.execute(
            f"insert into bronze select * from read_json('{folder}/*.json', columns = {COLUMNS},"
            " format = 'newline_delimited', ignore_errors = true, filename = true)"
        )
        return time.perf_counter() - began


def main() -> None:
    """Run all rounds and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        if args.lines:
            folder = Path(base) / "large"
            write_lines(folder, 0, args.lines, 10)
            size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
            taken = []
            for number in range(args.rounds):
                root = Path(base) / f"large_{number}"
                root.mkdir()
                write_project(root, bronze_of(folder))
                seconds, statements = build()["bronze"]
                taken.append((seconds, plain(folder)))
                assert rows("bronze") == rows("bronze", "plain.duckdb") == args.lines
                broken = rows("bronze where _rescued_data like '%_corrupt_record%'")
                assert broken == args.lines // 1000, broken
            own, others = (sorted(column)[len(taken) // 2] for column in zip(*taken, strict=True))
            print(f"{args.lines:,} lines, {size:.0f} MB; median of {args.rounds}, seconds")
            print(f"sluice {own:.2f} ({statements} statements), read_json {others:.2f}", end="")
            print(f", ratio {own / others:.2f}")
        if args.files:
            folder = Path(base) / "small"
            root = Path(base) / "small_files"
            root.mkdir()
            write_project(root, bronze_of(folder))
            print(f"{args.files:,} files of 2 lines, then 100 more, then none: seconds, statements")
            first = 0
            for count in (args.files, 100, 0):
                if count:
                    write_lines(folder, first, 2 * count, count)
                    first += count
                seconds, statements = build()["bronze"]
                assert rows("bronze") == 2 * first
                print(f"{count:>9,} new  {seconds:.2f}  {statements}", flush=True)
        os.chdir(PACKAGE)


if __name__ == "__main__":
    main()
