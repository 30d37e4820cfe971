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

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PACKAGE = Path(__file__).resolve().parents[1]
COLUMNS = {
    "id": "bigint",
    "firstname": "varchar",
    "lastname": "varchar",
    "email": "varchar",
    "address": "varchar",
    "operation": "varchar",
    "operation_date": "varchar",
}
PROFILE = {"type": "duckdb", "path": "sluice.duckdb", "schema": "main", "threads": 1}
FILES = {
    "dbt_project.yml": {
        "name": "bench",
        "version": "1.0.0",
        "profile": "bench",
        "flags": {"send_anonymous_usage_stats": False},
    },
    "packages.yml": {"packages": [{"local": str(PACKAGE)}]},
    "profiles.yml": {"bench": {"target": "duckdb", "outputs": {"duckdb": PROFILE}}},
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


def write_project(root: Path, folder: Path) -> None:
    """Write a consumer project with one bronze table."""
    meta = {"external_location": str(folder), "columns": COLUMNS}
    source = {"name": "landing", "tables": [{"name": "events", "config": {"meta": meta}}]}
    model = {"name": "bronze", "config": {"materialized": "streaming_table"}}
    for name, content in FILES.items():
        (root / name).write_text(json.dumps(content))  # JSON is YAML
    (root / "models").mkdir()
    (root / "models" / "all.yml").write_text(json.dumps({"sources": [source], "models": [model]}))
    (root / "models" / "bronze.sql").write_text(
        "select * from {{ sluice.read_files(source('landing', 'events')) }}"
    )
    os.chdir(root)
    dbtRunner().invoke(["deps", "--quiet"])


def build() -> tuple[float, int]:
    """Run the project in the current folder; seconds and statements of the node."""
    statements = 0

    def listen(event) -> None:
        nonlocal statements
        if event.info.name == "SQLQuery" and event.data.node_info.node_name == "bronze":
            statements += 1

    result = dbtRunner(callbacks=[listen]).invoke(["run", "--quiet", "--profiles-dir", "."])
    DuckDBConnectionManager.close_all_connections()  # or the file stays open in this process
    if not result.success:
        raise RuntimeError(result.exception or [r.message for r in result.result])
    seconds = next(r.execution_time for r in result.result if r.node.name == "bronze")
    return seconds, statements


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
                write_project(root, folder)
                seconds, statements = build()
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
            write_project(root, folder)
            print(f"{args.files:,} files of 2 lines, then 100 more, then none: seconds, statements")
            first = 0
            for count in (args.files, 100, 0):
                if count:
                    write_lines(folder, first, 2 * count, count)
                    first += count
                seconds, statements = build()
                assert rows("bronze") == 2 * first
                print(f"{count:>9,} new  {seconds:.2f}  {statements}", flush=True)
        os.chdir(PACKAGE)


if __name__ == "__main__":
    main()
