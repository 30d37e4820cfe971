"""The tutorial's pipeline under a benchmark: landed files, and an update by `dbt build`.

Without unit tests and without the tests that read whole tables (tag `thorough`). Its files are
those of a scratch folder; tests/environments.py makes the environments.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import process

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import environments

BUILD = ["build", "--exclude", "tag:thorough", "--exclude-resource-type", "unit_test"]
WHERE = ["--project-dir", ".", "--profiles-dir", "."]


def land(scratch: Path, *words: str) -> set[Path]:
    """Land the next batch by scripts/land_cdc.py, which takes the words; the files that it made."""
    out = scratch / "landing" / "customers_cdc"
    before = {*out.glob("*.json")}
    script = environments.ROOT / "scripts" / "land_cdc.py"
    subprocess.run([sys.executable, script, "--out", out, "--quiet", *words], check=True)
    return {*out.glob("*.json")} - before


def target(scratch: Path, side: str) -> Path:
    """Where dbt writes what it did for a side of the benchmark."""
    return scratch / side / "target"


def build(
    scratch: Path, side: str, environment: str, *words: str, env: Mapping[str, str] | None = None
) -> process.Measured:
    """Build by the dbt of an environment; each side has a database of its own."""
    variables = {
        "SLUICE_DB": str(scratch / f"{side}.duckdb"),
        "SLUICE_LANDING": str(scratch / "landing"),
        "DBT_TARGET_PATH": str(target(scratch, side)),
        "DBT_LOG_PATH": str(scratch / side / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **(env or {}),
    }
    command = [environments.dbt(environment), *BUILD, *words, *WHERE]
    return process.measure(command, environments.ROOT, variables)
