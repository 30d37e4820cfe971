"""What an update costs on each dbt: the tutorial's `dbt build`, wall and processor seconds.

    python benchmarks/dbts.py --rounds 3

Without unit tests and without the tests that read whole tables (tag `thorough`). Each dbt has a
database of its own and reads the same landed files; they take turns. A round is a first load, a
batch and a run with nothing new. Prints the medians. tests/environments.py makes the environments.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import tutorial

DBTS = ["v1", "v1.12", "v2"]
STEPS = ["first load", "batch", "nothing new"]


def main() -> None:
    """Run the rounds, print a line for each step and dbt."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            for step in STEPS:
                if step != "nothing new":
                    tutorial.land(Path(scratch))
                for name in DBTS:
                    ran = tutorial.build(Path(scratch), name, name)
                    taken.setdefault((step, name), []).append((ran.seconds, ran.cpu))
    for (step, name), found in taken.items():
        wall, cpu = (statistics.median(figures) for figures in zip(*found, strict=True))
        print(f"{step:12} {name:6} wall {wall:5.1f} s  cpu {cpu:5.1f} s  (median of {rounds})")


if __name__ == "__main__":
    main()
