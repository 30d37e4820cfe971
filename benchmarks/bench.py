"""Sluice beside SQL by hand, dbt's own models, dlt and SQLMesh, on the same events in one run.

    make bench                        100,000 events, then 10,000; minutes
    make bench-full                   1 million, then 10,000; the growth rows; rewrites the figures
    make bench ARGS="--sides sluice sql --rounds 5"

Figures go to the terminal and, as JSON, to .state/bench/results. README.md beside this file says
what is measured and how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import chart
import report
from compare import compare, prepare, resident
from events import Feed
from sides import CARELESS, OURS, SIDES

PACKAGE = Path(__file__).resolve().parents[1]
STATE = PACKAGE / ".state" / "bench"
PAGES = {PACKAGE / "README.md": report.summary, PACKAGE / "benchmarks" / "README.md": report.page}


def read_options() -> argparse.Namespace:
    """Read the command line; a wrong one ends the program."""
    names = [side.name for side in (*SIDES, CARELESS)]
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )

    def option(name: str, default: Any, about: str, **more: Any) -> None:
        parser.add_argument(name, default=default, help=about, **more)

    option("--events", 100_000, "events of the first load", type=int)
    option("--batch", 10_000, "events of the next batch", type=int)
    option("--rounds", 3, "rounds; figures are medians", type=int)
    option("--updates", 1, "updates of the first load", type=int, choices=(1, 2, 5, 10))
    option("--sides", [side.name for side in SIDES], "which run", nargs="+", choices=names)
    option("--resident", 5, "batches in one process that parsed once; 0: none", type=int)
    option("--growth", [], "sizes of the history under one more batch", type=int, nargs="*")
    option("--out", STATE / "results", "folder of the JSON results", type=Path)
    parser.add_argument("--write", action="store_true", help="rewrite the READMEs and the chart")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    """What ran it: cores, memory in GB, versions. Nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = {name: version(name) for name in ("dbt-core", "dbt-duckdb", "duckdb")}
    return {
        "cores": cores,
        "memory_gb": round(memory / 2**30),
        "system": platform.system(),
        "versions": {"python": platform.python_version(), **packages},
    }


def growth(events: int, batch: int) -> list[dict[str, Any]]:
    """The rows of auto_cdc.py for one round of a size, in a process of its own."""
    print(f"growth: {batch:,} events against {events:,}", flush=True)
    script = [OURS, Path(__file__).with_name("auto_cdc.py"), "--json", "--rounds", 1]
    command = [str(word) for word in [*script, "--batch", batch, "--events", events]]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(ran.stdout.splitlines()[-1])


def main() -> None:
    """Run what was asked for, print it and keep it; with --write in the READMEs too."""
    args = read_options()
    feed = Feed(args.events, args.batch)
    chosen = [side for side in (*SIDES, CARELESS) if side.name in args.sides]
    began = datetime.now(timezone.utc)
    args.out.mkdir(parents=True, exist_ok=True)
    result = args.out / f"{began:%Y%m%dT%H%M%SZ}.json"
    found = {
        "date": f"{began:%Y-%m-%d}",
        "machine": machine(),
        **{name: getattr(args, name) for name in ("events", "batch", "rounds", "updates")},
        "resident": [],
        "growth": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        pythons = prepare(chosen, STATE / "environments")
        found |= compare(feed, args.rounds, args.updates, pythons, scratch)
        result.write_text(json.dumps(found, indent=1))  # what comes now may fail
        if args.resident:
            dbts = [side for side in chosen if side.name in ("sluice", "dbt")]
            found["resident"] = [resident(feed, side, args.resident, scratch) for side in dbts]
    for events in args.growth:
        found["growth"] += growth(events, args.batch)
    result.write_text(json.dumps(found, indent=1))
    print(report.text(found))
    print(f"\n{result}")
    if args.write:
        (PACKAGE / "benchmarks" / "chart.svg").write_text(chart.draw(found))
        for page, words in PAGES.items():
            page.write_text(report.between_markers(page.read_text(), words(found)))


if __name__ == "__main__":
    main()
