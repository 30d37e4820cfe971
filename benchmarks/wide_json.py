"""Peak memory of a first run over one wide JSON file, beside a plain read_json of it.

    .venv/bin/python benchmarks/wide_json.py [--fields 100 200 300] [--lines 2000] [--limit 2GB]

One file of `lines` lines with `fields` short texts each, no hints but for the key, one thread. Peak
memory is that of a process of its own, from which an empty run of the same project is taken away:
what is left is the work on the file. It should grow with the fields, not with their square. `limit`
is DuckDB's memory_limit; a run that needs more ends in its error and is shown as such.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from project import PROFILE, build, write_project


def write_lines(file: Path, fields: int, lines: int) -> None:
    """A file of records with an id and short texts."""
    names = [f"field_{number:03}" for number in range(fields - 1)]
    file.parent.mkdir(parents=True)
    with file.open("w") as out:
        for line in range(lines):
            texts = {name: f"text {(line * 7 + n) % 97}" for n, name in enumerate(names)}
            out.write(json.dumps({"id": line, **texts}) + "\n")


def files_of(folder: Path, limit: str | None) -> dict[str, Any]:
    """The files of a project with one bronze table over a folder."""
    meta = {"external_location": str(folder), "columns": {"id": "bigint"}}
    source = {"name": "landing", "tables": [{"name": "wide", "config": {"meta": meta}}]}
    model = {"name": "bronze", "config": {"materialized": "streaming_table"}}
    settings = {"settings": {"memory_limit": limit}} if limit else {}
    outputs = {"duckdb": {**PROFILE, **settings}}
    return {
        "profiles.yml": {"bench": {"target": "duckdb", "outputs": outputs}},
        "models/all.yml": {"sources": [source], "models": [model]},
        "models/bronze.sql": "select * from {{ sluice.read_files(source('landing', 'wide')) }}",
    }


def plain(folder: Path) -> None:
    """The same table by read_json, which infers its types."""
    with duckdb.connect("plain.duckdb", config={"threads": 1}) as con:
        con.execute(f"create table bronze as from read_json('{folder}/*.json')")


def measure(side: str, folder: Path, limit: str | None) -> dict[str, Any]:
    """Run one side in this process; {'seconds', 'megabytes' (the peak so far), 'error'}."""
    error, began = None, time.perf_counter()
    try:
        if side == "plain":
            plain(folder)
        else:
            write_project(Path.cwd(), files_of(folder, limit))
            began = time.perf_counter()
            build()
    except Exception as caught:
        error = str(caught)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": peak, "error": error}


def apart(side: str, folder: Path, limit: str | None) -> dict[str, Any]:
    """The same in a process and a folder of its own."""
    with tempfile.TemporaryDirectory() as root:
        command = [sys.executable, str(Path(__file__).resolve()), "--measure", side, str(folder)]
        command += ["--limit", limit] if limit else []
        ran = subprocess.run(command, cwd=root, env=os.environ, capture_output=True, text=True)
    try:
        return json.loads(ran.stdout.splitlines()[-1])
    except (IndexError, ValueError):  # killed for want of memory: it says nothing
        return {"seconds": 0.0, "megabytes": 0.0, "error": f"ended by signal {-ran.returncode}"}


def shown(found: dict[str, Any], empty: float) -> str:
    """Peak memory beyond an empty run, and seconds."""
    if found["error"]:
        reason = "out of memory" if "Memory" in found["error"] else found["error"][:40]
        return f"{reason:>22}"
    return f"{found['megabytes'] - empty:>12,.0f} {found['seconds']:>9.1f}"


def main() -> None:
    """Print a row for each number of fields."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fields", type=int, nargs="+", default=[100, 200, 300])
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--limit", help="DuckDB's memory_limit, for example 2GB")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        side, folder = args.measure
        print(json.dumps(measure(side, Path(folder), args.limit)))
        return
    with tempfile.TemporaryDirectory() as base:
        nothing = Path(base) / "nothing"
        write_lines(nothing / "a.json", 2, 1)
        empty = {side: apart(side, nothing, None)["megabytes"] for side in ("sluice", "plain")}
        print(f"{args.lines:,} lines; peak memory beyond an empty run in MB, and seconds")
        print(f"{'fields':>6} {'file MB':>8} {'sluice':>12} {'':>9} {'read_json':>12}")
        for fields in args.fields:
            folder = Path(base) / str(fields)
            write_lines(folder / "a.json", fields, args.lines)
            size = (folder / "a.json").stat().st_size / 1e6
            sides = [
                shown(apart(side, folder, args.limit if side == "sluice" else None), empty[side])
                for side in ("sluice", "plain")
            ]
            print(f"{fields:>6} {size:>8.1f} {sides[0]} {sides[1]}", flush=True)


if __name__ == "__main__":
    main()
