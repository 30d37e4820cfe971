"""What an update costs on each dbt: the tutorial's `dbt build`, wall and processor seconds.

    python benchmarks/dbts.py --rounds 3

Without unit tests and without the tests that read whole tables (tag `thorough`). Each dbt has a
database of its own and reads the same landed files; they take turns. A round is a first load, a
batch and a run with nothing new. Prints the medians. tests/environments.py makes the environments.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import environments

DBTS = ["v1", "v1.12", "v2"]
STEPS = ["first load", "batch", "nothing new"]
BUILD = ["build", "--exclude", "tag:thorough", "--exclude-resource-type", "unit_test"]
WHERE = ["--project-dir", ".", "--profiles-dir", "."]


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
                    land(Path(scratch))
                for name in DBTS:
                    taken.setdefault((step, name), []).append(build(name, Path(scratch)))
    for (step, name), found in taken.items():
        wall, cpu = (statistics.median(figures) for figures in zip(*found, strict=True))
        print(f"{step:12} {name:6} wall {wall:5.1f} s  cpu {cpu:5.1f} s  (median of {rounds})")


def land(scratch: Path) -> None:
    """Land the next batch of the tutorial, 10,000 events."""
    out = scratch / "landing" / "customers_cdc"
    script = environments.ROOT / "scripts" / "land_cdc.py"
    subprocess.run([sys.executable, script, "--out", out], check=True, stdout=subprocess.DEVNULL)


def build(name: str, scratch: Path) -> tuple[float, float]:
    """Build on a dbt; its wall and processor seconds."""
    env = {
        **os.environ,
        "SLUICE_DB": str(scratch / f"{name}.duckdb"),
        "SLUICE_LANDING": str(scratch / "landing"),
        "DBT_TARGET_PATH": str(scratch / name / "target"),
        "DBT_LOG_PATH": str(scratch / name / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [str(environments.dbt(name)), *BUILD, *WHERE]
    log = scratch / f"{name}.log"
    began = time.perf_counter()
    with log.open("w") as told:
        process = subprocess.Popen(
            command, cwd=environments.ROOT, env=env, stdout=told, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: {' '.join(command)} failed\n{log.read_text()}")
    return wall, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
