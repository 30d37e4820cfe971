"""`sluice doctor`: each finding has its level and its way out."""

from __future__ import annotations

import json
import shutil

import pytest

from command import land, locked, orders, sluice
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline and one landed file."""
    orders(project)
    land(project, 1, [(1, 5.0)])
    return project


def findings(project: Project, code: int) -> dict[str, dict[str, str]]:
    """The findings by what was checked; of several, the worst."""
    answer = sluice(project, "doctor", "--json")
    assert answer.code == code, answer
    levels = ["ok", "warning", "error"]
    found = sorted(answer.json, key=lambda finding: levels.index(finding["level"]))
    for finding in found:
        assert finding["level"] == "ok" or "way out: " in finding["message"], finding
    return {finding["check"]: finding for finding in found}


def test_all_is_well(shop: Project) -> None:
    """Exit code 0, before the first update and after it; nothing is made by looking."""
    shop.engine.file().unlink()
    found = findings(shop, 0)
    assert not shop.engine.file().exists()
    assert {finding["level"] for finding in found.values()} == {"ok"}
    assert "the first update makes it" in found["state"]["message"]

    assert sluice(shop, "update").code == 0
    found = findings(shop, 0)
    assert {finding["level"] for finding in found.values()} == {"ok"}
    assert found["updates"]["message"] == "the last update COMPLETED"
    assert "ok      " in sluice(shop, "doctor").out


def test_the_package_is_not_installed(shop: Project) -> None:
    """An error, with the command that installs it."""
    (shop.root / "dbt_packages").unlink()

    assert findings(shop, 2)["package"]["message"].endswith("way out: dbt deps")


def test_no_dispatch_block(shop: Project) -> None:
    """An error where a snapshot needs it, and none elsewhere."""
    text = (shop.root / "dbt_project.yml").read_text()
    shop.write("dbt_project.yml", text.partition("dispatch:")[0])
    assert "dispatch" not in findings(shop, 0)
    shop.snapshot(
        "history",
        "select * from {{ sluice.stream(ref('orders_silver')) }}",
        unique_key="id",
        sequence_by="seq",
    )

    message = findings(shop, 2)["dispatch"]["message"]

    assert "search_order: [consumer, sluice, dbt]" in message
    shop.write("dbt_project.yml", text)
    assert findings(shop, 0)["dispatch"]["level"] == "ok"


def test_a_locked_database(shop: Project) -> None:
    """Exit code 75: nothing is wrong but who is in the way."""
    with locked(shop) as process:
        message = findings(shop, 75)["database"]["message"]

    assert f"(process {process})" in message


def test_a_damaged_database(shop: Project) -> None:
    """An error, and exit code 1 of an update; nothing is written to the file."""
    file = shop.engine.file()
    content = bytearray(file.read_bytes())
    content[12] = 255  # a byte of the header
    file.write_bytes(content)

    message = findings(shop, 2)["database"]["message"]

    assert "the file is damaged" in message
    assert file.read_bytes() == content
    answer = sluice(shop, "update", "--wait", "0")
    assert answer.code == 1
    assert "the file is damaged" in answer.err


def test_no_database_file(shop: Project) -> None:
    """Something else lies at its path."""
    shop.engine.file().write_bytes(b"x" * 10_000)

    assert "no DuckDB database" in findings(shop, 2)["database"]["message"]


@pytest.mark.parametrize("path", ["/sys/x.duckdb", "nowhere/x.duckdb"])
def test_a_place_that_cannot_be_written(shop: Project, path: str) -> None:
    """`sluice update` says so in one line, with exit code 2."""
    profiles = json.loads((shop.root / "profiles.yml").read_text())
    profiles["consumer"]["outputs"]["test"]["path"] = path
    shop.write("profiles.yml", json.dumps(profiles))

    answer = sluice(shop, "update", "--wait", "0")

    assert answer.code == 2, answer
    assert answer.err.startswith(f"sluice: {path}: ")
    assert "way out: " in answer.err
    assert "Traceback" not in answer.out + answer.err


def test_a_database_that_can_only_be_read(shop: Project) -> None:
    """Exit code 2 with the way out; the next update, when it can be written again, is done."""
    profiles = (shop.root / "profiles.yml").read_text()
    changed = json.loads(profiles)
    options = {"config_options": {"access_mode": "READ_ONLY"}}
    changed["consumer"]["outputs"]["test"] |= options
    shop.write("profiles.yml", json.dumps(changed))

    answer = sluice(shop, "update", "--wait", "0")

    assert answer.code == 2, answer
    assert "in read-only mode" in answer.err
    assert "may not be written" in answer.err and "way out: " in answer.err
    shop.write("profiles.yml", profiles)
    assert sluice(shop, "update").code == 0


def test_a_landing_folder_that_vanishes(shop: Project) -> None:
    """Is a warning here and in an update, which loses nothing; the folder's return is noticed."""
    assert sluice(shop, "update").code == 0
    shutil.move(shop.root / "landing", shop.root / "away")

    message = findings(shop, 0)["locations"]["message"]
    assert "orders_bronze: no file is at landing/*.json, found: no folder landing" in message
    answer = sluice(shop, "update")
    assert answer.code == 0
    assert "there is no file at landing/*.json" in answer.out
    assert "1 files were read from there before" in answer.out
    assert len(shop.rows("orders")) == 1

    shutil.move(shop.root / "away", shop.root / "landing")
    land(shop, 2, [(2, 1.0)])
    assert sluice(shop, "update").code == 0
    assert len(shop.rows("orders")) == 2


def test_tables_of_ours_that_are_missing(shop: Project) -> None:
    """An error; the update that failed is named, too."""
    sluice(shop, "update")
    shop.query("drop table lake_sluice.checkpoints")

    assert "checkpoints is missing" in findings(shop, 2)["state"]["message"]
