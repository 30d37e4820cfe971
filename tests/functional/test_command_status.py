"""`sluice status`: what the event log says of each dataset, and what waits."""

from __future__ import annotations

import pytest
import yaml

from command import land, locked, orders, sluice
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture(scope="module")
def shop(shared_project: Project) -> Project:
    """A project after one update, of which another file has landed."""
    orders(shared_project)
    land(shared_project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    answer = sluice(shared_project, "status", "--json")
    assert answer.code == 0, answer
    first = answer.json
    assert (first["update"], first["updates"], first["expectations"]) == (None, [], [])
    assert waiting(first) == {"orders_bronze": 1, "orders_silver": None, "orders": None}
    assert {row["status"] for row in first["datasets"]} == {"NEW"}
    assert sluice(shared_project, "update").code == 0
    land(shared_project, 2, [(4, 1.0)])
    land(shared_project, 3, [(4, 2.0)]).rename(shared_project.root / "landing" / ".hidden.json")
    return shared_project


def waiting(status: dict) -> dict[str, int | None]:
    """What waits, by dataset."""
    return {row["name"]: row["waiting"] for row in status["datasets"]}


def status(project: Project) -> dict:
    """The status as JSON."""
    answer = sluice(project, "status", "--json")
    assert answer.code == 0, answer
    return answer.json


def test_json(shop: Project) -> None:
    """The fields that others read, equal to the event log."""
    found = status(shop)

    logged = shop.query("select * from lake_sluice.updates order by started_at desc limit 1")[0]
    update = found["update"]
    assert (update["id"], update["status"]) == (logged["update_id"], "COMPLETED")
    assert update["started_at"][:19] == logged["started_at"].isoformat()[:19]
    took = (logged["finished_at"] - logged["started_at"]).total_seconds()
    assert update["seconds"] == pytest.approx(took, abs=0.001)
    keys = ("name", "status", "rows_in", "rows_out", "dropped", "waiting")
    rows = sorted(tuple(row[key] for key in keys) for row in found["datasets"])
    assert rows == [
        ("orders", "COMPLETED", 2, 2, None, 0),
        ("orders_bronze", "COMPLETED", 3, 3, 0, 1),
        ("orders_silver", "COMPLETED", 3, 2, 1, 0),
    ]
    assert found["expectations"] == [
        {"dataset": "orders_silver", "name": "has_id", "on_violation": "drop", "passed": 2,
         "failed": 1},
        {"dataset": "orders_silver", "name": "positive", "on_violation": "warn", "passed": 2,
         "failed": 1},
    ]  # fmt: skip


def test_tables(shop: Project) -> None:
    """For people: the same figures, of broken rules only."""
    out = sluice(shop, "status").out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines()]

    assert ["", "orders_bronze", "COMPLETED", "3", "3", "0", "1"] in [row[:7] for row in rows]
    assert ["orders_silver", "has_id", "drop", "1", "3"] in rows
    assert f"Update {status(shop)['update']['id']}: COMPLETED in " in out
    assert "0 of 2 rules kept" in out


def test_a_reader_does_not_keep_it_out(shop: Project) -> None:
    """The file is opened to be read; others may do the same."""
    with locked(shop, read_only=True):
        assert status(shop)["update"]


@pytest.mark.ducklake("a profile attaches it, and may say that it is to be read")
def test_a_lake_that_is_attached_to_be_read(shop: Project) -> None:
    """The profile may say so in either way; one that is not there yet is not made."""
    text = (shop.root / "profiles.yml").read_text()
    profiles = yaml.safe_load(text)
    (output,) = next(iter(profiles.values()))["outputs"].values()
    (own,) = output["attach"]
    for further in ({"read_only": True}, {"options": {"read_only": True}}):
        output["attach"] = [{**own, **further}, {"path": "ducklake:new.ducklake", "alias": "new"}]
        shop.write("profiles.yml", yaml.safe_dump(profiles))
        assert status(shop)["update"]
    shop.write("profiles.yml", text)
    assert not (shop.root / "new.ducklake").exists()


def test_a_writer_does(shop: Project) -> None:
    """Exit code 75, and the process that has it open."""
    with locked(shop) as process:
        answer = sluice(shop, "status")

    assert answer.code == 75, answer
    assert f"(process {process})" in answer.err


def test_what_waits_in_streams(shop: Project) -> None:
    """Where a reader is built less often than what it reads."""
    assert sluice(shop, "update", "--select", "orders_bronze").code == 0
    found = status(shop)

    assert waiting(found) == {"orders_bronze": 0, "orders_silver": 1, "orders": 0}
    # the others' figures are still those of their own last run
    assert {row["name"]: row["rows_in"] for row in found["datasets"]}["orders_silver"] == 3
    assert len(found["updates"]) == 2


def test_files_that_cannot_be_read(shop: Project) -> None:
    """Are named with their error, and wait."""
    (shop.root / "landing" / "9.json.gz").write_bytes(b"no gzip")
    text = (shop.root / "models" / "source_orders_bronze.yml").read_text()
    shop.write("models/source_orders_bronze.yml", text.replace("*.json", "*.json*"))
    sluice(shop, "update")
    found = status(shop)

    assert [file["dataset"] for file in found["failed_files"]] == ["orders_bronze"]
    assert found["failed_files"][0]["path"].endswith("9.json.gz")
    assert waiting(found)["orders_bronze"] == 1
    assert "can't read" in sluice(shop, "status").out


def test_a_failed_update(shop: Project) -> None:
    """Is told with what failed."""
    shop.write("models/wrong.sql", "select no_such_column from {{ ref('orders') }}")
    assert sluice(shop, "update", "--select", "wrong").code == 1
    found = status(shop)

    assert found["update"]["status"] == "FAILED"
    assert "wrong" in found["update"]["message"]
    statuses = {row["name"]: row["status"] for row in found["datasets"]}
    assert (statuses["wrong"], statuses["orders"]) == ("FAILED", "COMPLETED")


def test_nothing_is_written(shop: Project) -> None:
    """Not even to a file that may not be written."""
    before = shop.query("select count(*) as n from lake_sluice.event_log")
    status(shop)
    assert shop.query("select count(*) as n from lake_sluice.event_log") == before
