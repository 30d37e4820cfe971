"""The summary: its figures are those of the event log, and its errors say what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from event_log import SCHEMA, add_update

SCRIPT = Path(__file__).parents[2] / "scripts" / "summary.py"


def summary(database: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the script on a database; the manifest is looked up beside it."""
    environment = os.environ | {
        "SLUICE_DB": str(database),
        "DBT_TARGET_PATH": str(database.parent),
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )


def cells(line: str) -> list[str]:
    """Return the texts of a table's line."""
    return [cell.strip() for cell in line.replace("┃", "│").split("│") if cell.strip()]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with two updates; `two` is the newer one and was logged first."""
    path = tmp_path / "test.duckdb"
    add_update(path, "two", 20)
    add_update(path, "one", 10)
    return path


def test_figures_of_the_last_update(database: Path):
    manifest = {
        "nodes": {
            "model.a.orders_bronze": {
                "resource_type": "model",
                "name": "orders_bronze",
                "path": "bronze/orders_bronze.sql",
            },
            "model.a.orders_silver": {
                "resource_type": "model",
                "name": "orders_silver",
                "path": "silver/deep/orders_silver.sql",
            },
            "snapshot.a.orders": {
                "resource_type": "snapshot",
                "name": "orders",
                "path": "orders.yml",
            },
            "seed.a.words": {"resource_type": "seed", "name": "words", "path": "words.csv"},
            "test.a.x": {"resource_type": "test", "name": "x"},
        }
    }
    (database.parent / "manifest.json").write_text(json.dumps(manifest))
    with duckdb.connect(str(database)) as con:
        con.execute(
            "insert into main_sluice.flows by name "
            "select 'two' as update_id, 'words' as dataset, 'COMPLETED' as status, 0.5 as seconds"
        )

    result = summary(database)

    assert result.returncode == 0, result.stderr
    assert "Update two: COMPLETED in 2.5 seconds" in result.stdout
    lines = [cells(line) for line in result.stdout.splitlines()]
    flows = [
        ["seeds", "words", "COMPLETED", "-", "-", "-", "0.5"],
        ["bronze", "orders_bronze", "COMPLETED", "1,000", "1,000", "0", "0.5"],
        ["silver", "orders_silver", "COMPLETED", "1,000", "970", "30", "0.5"],
        ["snapshots", "orders", "COMPLETED", "970", "-", "-", "0.5"],
    ]
    start = lines.index(flows[0])
    assert lines[start : start + 4] == flows
    rules = [
        ["orders_silver", "valid_id", "drop", "20"],
        ["orders_silver", "valid_date", "drop", "10"],
    ]
    start = lines.index(rules[0])
    assert lines[start : start + 2] == rules
    assert "valid_name" not in result.stdout
    assert "current customers  70\n" in result.stdout
    assert "history rows       95\n" in result.stdout


def test_an_earlier_update_without_a_manifest(database: Path):
    result = summary(database, "--update", "one")

    assert result.returncode == 0, result.stderr
    assert "Update one" in result.stdout
    assert "orders_silver" in result.stdout


def test_an_unfinished_update_without_tables(tmp_path: Path):
    path = tmp_path / "test.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(SCHEMA)
        con.execute("drop table customers; drop table customers_history")
        con.execute("insert into main_sluice.updates values ('x', now(), null, 'RUNNING', false)")

    result = summary(path)

    assert result.returncode == 0, result.stderr
    assert "Update x: RUNNING in - seconds" in result.stdout
    assert "current customers  -\n" in result.stdout


def test_no_database(tmp_path: Path):
    result = summary(tmp_path / "test.duckdb")

    assert result.returncode == 1
    assert "there is no database" in result.stderr
    assert "make run" in result.stderr


def test_no_update_yet(tmp_path: Path):
    path = tmp_path / "test.duckdb"
    duckdb.connect(str(path)).close()

    result = summary(path)

    assert result.returncode == 1
    assert "no update" in result.stderr


def test_an_unknown_update(database: Path):
    result = summary(database, "--update", "three")

    assert result.returncode == 1
    assert "three" in result.stderr


def test_a_database_that_is_open_elsewhere(database: Path):
    with duckdb.connect(str(database)):
        result = summary(database)

    assert result.returncode == 1
    assert "can't be read now" in result.stderr
    assert str(os.getpid()) in result.stderr
