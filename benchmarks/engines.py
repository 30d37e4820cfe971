"""The tutorial on a DuckDB file and on Spark with Iceberg, side by side: seconds by node.

    python benchmarks/engines.py --events 10000 100000 1000000

For each number of events: a first load, then a batch of 10,000, then nothing new. Both engines read
the same landed files and take turns; Spark is a cluster of this machine, started for it and warmed
by a load and a batch that are not counted. `dbt build` runs without unit tests and without the
tests that read whole tables (tag `thorough`). A node's seconds are dbt's `execution_time`; `all` is
the wall time of the command, with dbt's start, its tests, and on a first load the parsing of the
project. Prints a table in Markdown. tests/environments.py makes the environment.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import tutorial

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "functional"))
from spark_lab import Lab

ENGINES = {"DuckDB": ("v1", "duckdb"), "Spark": ("spark", "spark")}
"""The environment and the target of each."""

NODES = {
    "customers_cdc_bronze": "bronze",
    "customers_cdc_silver": "silver",
    "customers": "customers",
    "customers_history": "history",
    "customer_change_frequency": "frequency",
}
BATCH = 10_000


def main() -> None:
    """Run each size on each engine, print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000])
    sizes = parser.parse_args().events
    print(f"| lines | engine | {' | '.join(NODES.values())} | all |")
    print("|---|---|" + "---|" * (len(NODES) + 1), flush=True)
    with Lab() as lab:
        with tempfile.TemporaryDirectory() as scratch:
            for _ in range(2):
                land(Path(scratch), 100)
                build("Spark", Path(scratch), lab.address, "warm")
        for events in sizes:
            with tempfile.TemporaryDirectory() as scratch:
                steps(Path(scratch), lab.address, events)


def steps(scratch: Path, spark: str, events: int) -> None:
    """A first load, a batch, and a run with nothing new, each on both engines."""
    for name, landing in (("first load", events), ("the next", BATCH), ("nothing new", 0)):
        lines = land(scratch, landing) if landing else 0
        for engine in ENGINES:
            seconds, nodes = build(engine, scratch, spark, f"bench_{events}")
            figures = [f"{nodes[node]:.1f}" for node in NODES] + [f"{seconds:.0f}"]
            print(f"| {name}: {lines:,} | {engine} | {' | '.join(figures)} |", flush=True)


def land(scratch: Path, events: int) -> int:
    """Land events, those of a large first load of half as many customers; how many lines."""
    is_first = not (scratch / "landing").exists()
    customers = max(events // 2, 5000) if is_first else 5000
    landed = tutorial.land(scratch, "--events", str(events), "--customers", str(customers))
    return sum(file.read_bytes().count(b"\n") for file in landed)


def build(engine: str, scratch: Path, spark: str, schema: str) -> tuple[float, dict[str, float]]:
    """Build on an engine; the seconds of the command, and those of each model and snapshot."""
    environment, target = ENGINES[engine]
    host, _, port = spark.partition(":")
    env = {
        "SLUICE_SPARK_HOST": host,
        "SLUICE_SPARK_PORT": port,
        "SLUICE_SPARK_SCHEMA": schema,
    }
    ran = tutorial.build(scratch, engine, environment, "--target", target, env=env)
    told = json.loads((tutorial.target(scratch, engine) / "run_results.json").read_text())
    nodes = {node["unique_id"].split(".")[2]: node["execution_time"] for node in told["results"]}
    return ran.seconds, nodes


if __name__ == "__main__":
    main()
