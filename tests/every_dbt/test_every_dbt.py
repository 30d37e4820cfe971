"""The tutorial and a project that installs the package, on every dbt: the same rows everywhere.

    .venv/bin/python -m pytest tests/every_dbt

Each dbt has an environment of its own (tests/environments.py) and a database of its own, and reads
the same landed files. What the databases hold is compared with that of dbt v1, `except all` both
ways.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import environments

ROOT = environments.ROOT
DBTS = ["v1", *os.environ.get("SLUICE_DBTS", "v1.12 v2").split()]
"""Those that are compared; the variable names others than the first."""

BATCHES = 3
OF_ONE_RUN = {"_sluice_update_id", "_sluice_quarantined_at"}
"""Columns that are never the same in two databases."""

LOG = {
    "flows": "dataset, status, num_input_rows, num_output_rows, num_upserted_rows,"
    " num_deleted_rows, num_dropped_rows, num_late_rows, num_duplicate_rows, num_conflicts",
    "data_quality": "dataset, expectation, on_violation, passed_records, failed_records",
    "event_log": "level, event_type, dataset",
    "files": "dataset, path, size, modified_at, batch, rows, status, error",
    "checkpoints": "dataset, source, epoch, batch, rows",
}
"""What the tables and views of the state say that is no time and no id."""


class Pipeline:
    """A project with a database for each dbt, in a folder of its own."""

    def __init__(self, project: Path, folder: Path, prefix: str, schema: str) -> None:
        self.project, self.folder = project, folder
        self.prefix, self.schema = prefix, schema

    def file(self, name: str) -> Path:
        """The database of a dbt. Views of dbt v2 name it, so it is read by the same name."""
        return self.folder / f"{database(name)}.duckdb"

    def start(self, dbt: str, *args: str, name: str | None = None) -> subprocess.Popen[str]:
        """Start a command of a dbt, in the database of that name."""
        name = name or dbt
        env = {
            **os.environ,
            f"{self.prefix}_DB": str(self.file(name)),
            f"{self.prefix}_LANDING": str(self.folder / "landing"),
            "DBT_TARGET_PATH": str(self.folder / f"target_{name}"),
            "DBT_LOG_PATH": str(self.folder / f"logs_{name}"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
        }
        command = [environments.dbt(dbt), *args, "--profiles-dir", "."]
        out = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.project, env=env, stdout=out, stderr=subprocess.STDOUT, text=True
        )

    def run(self, dbt: str, *args: str, name: str | None = None) -> str:
        """Run a command to its end, without an error and without a warning; what it said."""
        process = self.start(dbt, *args, name=name)
        said, _ = process.communicate()
        assert process.returncode == 0, f"{dbt} {' '.join(args)}:\n{said}"
        assert "[warning]" not in said.lower(), f"{dbt} {' '.join(args)}:\n{said}"
        return said

    def build(self, dbt: str, name: str | None = None) -> None:
        """All but unit tests, for dbt v2 has none whose input holds a struct."""
        self.run(dbt, "build", "--exclude-resource-type", "unit_test", name=name)

    def kill(self, dbt: str, seconds: float, name: str) -> None:
        """Start a build, and end it as `kill -9` does, unless it has ended by itself."""
        process = self.start(dbt, "build", "--exclude-resource-type", "unit_test", name=name)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def compare(self, names: Iterable[str], *, state: bool = True, without: str = "") -> None:
        """All tables as dbt v1 has them, and none that the others do not have.

        The state, too, where it is the same: a reader of one that was cut off may read it whole.
        """
        with duckdb.connect() as connection:
            for name in ["v1", *names]:
                connection.execute(f"attach '{self.file(name)}' (read_only)")
            for name in names:
                there = relations(connection, name)
                assert relations(connection, "v1", without) == there or not state, name
                assert not [table for _schema, table, _view in there if "__staged_" in table], name
                for schema, table, is_view in there:
                    if schema == self.schema and not is_view:
                        columns = shared_columns(connection, f"v1.{schema}.{table}")
                        same(connection, f"{schema}.{table}", columns, name)
                left_out = f" where dataset is distinct from '{without}'" if without else ""
                for table, columns in LOG.items() if state else ():
                    same(connection, f"{self.schema}_sluice.{table}", columns, name, left_out)


def database(name: str) -> str:
    """The name of a database: that of a dbt, without dots."""
    return name.replace(".", "_")


def relations(
    connection: duckdb.DuckDBPyConnection, name: str, without: str = ""
) -> list[tuple[str, str, bool]]:
    """All tables and views of a database, as (schema, name, whether it is a view).

    But for what dbt v2 itself leaves of a snapshot that was cut off.
    """
    found = connection.execute(
        "select schema_name, table_name, false from duckdb_tables() where database_name = $1 "
        "union all select schema_name, view_name, true from duckdb_views() "
        "where database_name = $1 and not internal order by all",
        [database(name)],
    ).fetchall()
    left_out = [part for part in ("__dbt_tmp_", without) if part]
    return [one for one in found if not any(part in one[1] for part in left_out)]


def shared_columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The columns of a table that are the same in every database, by name."""
    found = connection.execute(f"describe {table}").fetchall()
    return ", ".join(f'"{column[0]}"' for column in found if column[0] not in OF_ONE_RUN)


def same(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, name: str, condition: str = ""
) -> None:
    """A table of dbt v1 and of another has the same rows, each as often."""
    for side in ("v1", name):
        query = f"select {columns} from {database(side)}.{table}{condition}"
        connection.execute(f"create or replace temp table of_{database(side)} as {query}")
    sides = ["temp.of_v1", f"temp.of_{database(name)}"]
    for left, right in (sides, reversed(sides)):
        found = connection.execute(f"from {left} except all from {right} limit 3").fetchall()
        assert not found, f"{table} of dbt {name} and of dbt v1 differ, for example in {found}"


@pytest.fixture(scope="module", autouse=True)
def made() -> None:
    """All environments, made where they are missing."""
    for name in DBTS[1:]:
        environments.make(name)


def land(folder: Path) -> None:
    """The next batch. DuckDB 1 and 2 differ in fractions of a second of a file's time."""
    script = [sys.executable, ROOT / "scripts" / "land_cdc.py", "--quiet", "--events", "3000"]
    subprocess.run([*script, "--out", folder], check=True)
    for file in folder.iterdir():
        seconds = int(file.stat().st_mtime)
        os.utime(file, (seconds, seconds))


def test_tutorial(tmp_path: Path) -> None:
    """Three batches, and a run with nothing new. On dbt v2 also with builds that are killed."""
    tutorial = Pipeline(ROOT, tmp_path, "SLUICE", "main")
    chance = random.Random(7)
    for _ in range(BATCHES):
        land(tmp_path / "landing" / "customers_cdc")
        if "v2" in DBTS:
            for _ in range(3):
                tutorial.kill("v2", chance.uniform(0.3, 3), name="cut")
            tutorial.build("v2", name="cut")
        for dbt in DBTS:
            tutorial.build(dbt)
    for dbt in DBTS:
        tutorial.build(dbt)
    tutorial.compare(DBTS[1:])
    if "v2" in DBTS:
        tutorial.build("v2", name="cut")
        tutorial.compare(["cut"], state=False)


def test_project_that_installs_it(tmp_path: Path) -> None:
    """integration_tests/, two batches. Its Python model is not on dbt v2."""
    consumers = {}
    for dbt in DBTS:
        folder = tmp_path / dbt / "integration_tests"
        left_out = shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb*", "*.lock")
        shutil.copytree(ROOT / "integration_tests", folder, ignore=left_out)
        (folder / "packages.yml").write_text(f"packages:\n  - local: {ROOT}\n")
        consumers[dbt] = Pipeline(folder, tmp_path, "SHOP", "shop")
        consumers[dbt].run(dbt, "deps")
    (tmp_path / "landing" / "orders").mkdir(parents=True)
    for file in ("1.json", "2.json"):
        there = ROOT / "integration_tests" / "landing" / "orders" / file
        shutil.copy(there, tmp_path / "landing" / "orders")
        os.utime(tmp_path / "landing" / "orders" / file, (1_780_000_000, 1_780_000_000))
        for dbt, consumer in consumers.items():
            consumer.build(dbt)
    for dbt in DBTS[1:]:
        consumers["v1"].compare([dbt], without="orders_by_customer" if dbt == "v2" else "")
