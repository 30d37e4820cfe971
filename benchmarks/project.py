"""What the benchmarks share: a consumer project on DuckDB, and a run of it that counts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PACKAGE = Path(__file__).resolve().parents[1]
PROFILE = {"type": "duckdb", "path": "sluice.duckdb", "schema": "main", "threads": 1}
FILES = {
    "dbt_project.yml": {
        "name": "bench",
        "version": "1.0.0",
        "profile": "bench",
        "flags": {"send_anonymous_usage_stats": False},
        "dispatch": [{"macro_namespace": "dbt", "search_order": ["bench", "sluice", "dbt"]}],
    },
    "packages.yml": {"packages": [{"local": str(PACKAGE)}]},
    "profiles.yml": {"bench": {"target": "duckdb", "outputs": {"duckdb": PROFILE}}},
}


def write_files(root: Path, files: dict[str, Any]) -> None:
    """Write the files of a project; a mapping becomes YAML, and None is no file."""
    for name, content in {**FILES, **files}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


def write_project(root: Path, files: dict[str, Any]) -> None:
    """Write a project, install the package, and make root the current folder."""
    write_files(root, files)
    os.chdir(root)
    dbtRunner().invoke(["deps", "--quiet"])


def build() -> dict[str, tuple[float, int]]:
    """Build the project in the current folder; {node: (seconds, statements)}.

    Raises RuntimeError when a node fails.
    """
    statements: dict[str, int] = {}

    def listen(event: Any) -> None:
        if event.info.name == "SQLQuery":
            node = event.data.node_info.node_name
            statements[node] = statements.get(node, 0) + 1

    result = dbtRunner(callbacks=[listen]).invoke(["build", "--quiet", "--profiles-dir", "."])
    DuckDBConnectionManager.close_all_connections()  # or the file stays open in this process
    if not result.success:
        raise RuntimeError(result.exception or [r.message for r in result.result])
    return {r.node.name: (r.execution_time, statements[r.node.name]) for r in result.result}
