"""A dbt project in one process that parses it once, then lands and builds.

    python resident.py <staged folder> <landing folder> <nothing-new runs>

It lands the staged files one after the other for the project in the current folder, builds after
each, and then builds a few times with nothing new. The last line of its output is JSON: {"parse":
seconds, "batches": [seconds from landing to gold], "nothing": [seconds], "nodes": [seconds of the
tables of a batch, by dbt's execution_time]}.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

TABLES = ("bronze", "silver", "quarantine", "customers", "history")
WORDS = ("--quiet", "--project-dir", ".", "--profiles-dir", ".")


def reside(staged: Path, landing: Path, nothing_new: int) -> dict[str, Any]:
    """Parse once, then land and build; seconds. Raises RuntimeError when a build fails."""
    began = time.perf_counter()
    manifest = dbtRunner().invoke(["parse", *WORDS]).result
    parse = time.perf_counter() - began
    runner = dbtRunner(manifest=manifest)
    taken: dict[str, list[float]] = {"batches": [], "nothing": [], "nodes": []}
    for file in [*sorted(staged.glob("*.json")), *[None] * nothing_new]:
        began = time.perf_counter()
        if file:
            file.rename(landing / file.name)
        result = runner.invoke(["build", *WORDS])
        taken["batches" if file else "nothing"].append(time.perf_counter() - began)
        if not result.success:
            raise RuntimeError(result.exception or [r.message for r in result.result])
        if file:
            tables = [r.execution_time for r in result.result if r.node.name in TABLES]
            taken["nodes"].append(sum(tables))
    return {"parse": parse, **taken}


if __name__ == "__main__":
    print(json.dumps(reside(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
