"""The sides of the comparison: how each is set up, runs one update, and what its tables are called.

A peer has an environment of its own with pinned versions, made on demand; one that cannot be
installed is skipped. Dbt's own sides share the environment of sluice: the same dbt, adapter and
DuckDB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import side_dbt
import side_sluice
from process import measure
from project import write_files

HERE = Path(__file__).resolve().parent
OURS = Path(sys.executable)
LIVING = "where operation <> 'DELETE'"


class SkippedError(Exception):
    """A side cannot run here; the message says why."""


@dataclass(frozen=True)
class Side:
    """One way to keep the same tables.

    `files` makes those of a dbt project for a landing folder, which is then built. The others have
    a `command`, a script of this folder and its words. `current`, `history` and `quarantine` name
    the tables for the check, with a filter where deleted keys stay in them as rows.
    """

    name: str
    label: str
    current: str = "customers"
    history: str = "history"
    quarantine: str = "quarantine"
    interval: tuple[str, str] = ("valid_from", "valid_to")
    database: str = "warehouse.duckdb"
    files: Callable[[Path], dict[str, Any]] | None = None
    command: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()

    def python(self, environments: Path) -> Path:
        """The interpreter that runs it; its environment is made where it is missing.

        Raises SkippedError where the packages cannot be installed.
        """
        if not self.pins:
            return OURS
        folder = environments / self.name
        made = folder / "made.json"
        if not made.exists() or json.loads(made.read_text()) != list(self.pins):
            print(f"making an environment for {self.label}: {' '.join(self.pins)}", flush=True)
            python = folder / "bin" / "python"
            for command in (
                [OURS, "-m", "venv", "--clear", folder],
                [python, "-m", "pip", "install", "--quiet", *self.pins],
            ):
                ran = subprocess.run(command, capture_output=True, text=True, check=False)
                if ran.returncode != 0:
                    print(ran.stdout + ran.stderr)  # not kept: it may name hosts and folders
                    raise SkippedError("its packages cannot be installed here")
            made.write_text(json.dumps(self.pins))
        return folder / "bin" / "python"

    def set_up(self, root: Path, landing: Path) -> None:
        """Write its project and parse it once; that is not measured."""
        root.mkdir(parents=True)
        landing.mkdir(parents=True)
        if self.files is None:
            return
        files = self.files(landing)
        write_files(root, files)
        if "packages.yml" not in files:
            measure([OURS.with_name("dbt"), "--quiet", "deps"], root)
        measure([OURS.with_name("dbt"), "--quiet", "parse", *PROJECT], root)

    def update(self, python: Path, landing: Path, log: str) -> list[Any]:
        """The command of one update, and where dbt writes its log."""
        if self.files is not None:
            dbt = [OURS.with_name("dbt"), "--quiet", "--log-path", f"logs/{log}", *LOG]
            return [*dbt, "build", *PROJECT]
        given = [word.format(landing=landing) for word in self.command]
        return [python, HERE / given[0], *given[1:]]


PROJECT = ["--project-dir", ".", "--profiles-dir", "."]
LOG = ["--log-level-file", "debug", "--log-format-file", "json"]
DBT_INTERVAL = ("dbt_valid_from", "dbt_valid_to")

SIDES = (
    Side(
        "sluice",
        "sluice",
        quarantine="silver__quarantine",
        files=side_sluice.files_of,
        database="sluice.duckdb",
    ),
    Side("sql", "SQL by hand", command=("side_sql.py", "{landing}")),
    Side(
        "dbt",
        "dbt merge, snapshot",
        interval=DBT_INTERVAL,
        database="sluice.duckdb",
        files=lambda landing: side_dbt.files_of(landing, newer_only=False),
    ),
    Side(
        "dbt_newer",
        "dbt merge if newer, snapshot",
        current=f"customers {LIVING}",
        interval=DBT_INTERVAL,
        database="sluice.duckdb",
        files=lambda landing: side_dbt.files_of(landing, newer_only=True),
    ),
    Side(
        "dlt",
        "dlt merge, scd2",
        current="bench.customers",
        history=f"bench.history {LIVING}",
        quarantine="bench.quarantine",
        interval=("_dlt_valid_from", "_dlt_valid_to"),
        command=("peer_dlt.py", "{landing}"),
        pins=("dlt[duckdb]==1.31.0", "duckdb==2.0.0", "pyarrow==26.0.1"),
    ),
    Side(
        "sqlmesh",
        "SQLMesh unique key, SCD2 by time",
        current=f"bench.customers {LIVING}",
        history="bench.history",
        quarantine="bench.quarantine",
        command=("peer_sqlmesh.py", "{landing}"),
        pins=("sqlmesh==0.236.4", "duckdb==1.5.6"),
    ),
)
CARELESS = Side("careless", "careless SQL", command=("side_sql.py", "{landing}", "--careless"))
"""Wrong on purpose; it runs where it is asked for by name."""
