"""`sluice quarantine`: what is held back, and how it gets out."""

from __future__ import annotations

import pytest

from command import land, orders, sluice
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture(scope="module")
def shop(shared_project: Project) -> Project:
    """A project of which three rows are held back, of five."""
    orders(shared_project)
    text = (shared_project.root / "models" / "orders_silver.yml").read_text()
    shared_project.write("models/orders_silver.yml", text.replace('"warn"}', '"drop"}'))
    assert text.count('"warn"}') == 1
    rows = [(1, 5.0), (2, -1.0), (None, 3.0), (None, -2.0), (5, 1.0)]
    land(shared_project, 1, rows)
    assert sluice(shared_project, "update").code == 0
    return shared_project


def test_json(shop: Project) -> None:
    """Counts by rule are those of the table; samples have the values without our own columns."""
    answer = sluice(shop, "quarantine", "--json", "--samples", "2")

    assert answer.code == 0, answer
    (found,) = answer.json
    assert (found["dataset"], found["rows"]) == ("orders_silver", 3)
    assert found["rules"] == {"has_id": 2, "positive": 2}
    assert len(found["samples"]) == 2
    for sample in found["samples"]:
        assert set(sample["values"]) == {"id", "amount", "seq"}
        assert ("has_id" in sample["violations"]) == (sample["values"]["id"] is None)
        assert ("positive" in sample["violations"]) == (sample["values"]["amount"] < 0)


def test_for_people(shop: Project) -> None:
    """The same as tables, without values where no sample is wanted."""
    out = sluice(shop, "quarantine", "orders_silver").out
    assert "orders_silver: 3 rows held back" in out
    assert "id=2, amount=-1.0" in out
    assert "amount=" not in sluice(shop, "quarantine", "--samples", "0").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing_of_that_name"],
        ["orders"],
        ["--release"],
        ["orders_bronze", "orders_silver", "--release"],
        ["orders_silver", "--where", "id = 2"],
        ["nothing_of_that_name", "--release"],
        ["orders_silver", "--release", "--where", "idd = 2"],
    ],
)
def test_a_wrong_command_line(shop: Project, arguments: list[str]) -> None:
    """Exit code 2, with the names that would do."""
    answer = sluice(shop, "quarantine", *arguments)

    assert answer.code == 2, answer
    if arguments[0] == "nothing_of_that_name":
        assert "nothing_of_that_name" in answer.err and "orders_silver" in answer.err
    if "idd = 2" in arguments:
        assert "idd" in answer.err


def test_release(shop: Project) -> None:
    """Rows that pass by now are let out, the others stay."""
    shop.query("update lake.orders_silver__quarantine set amount = 1 where id = 2 or id is null")

    answer = sluice(shop, "quarantine", "orders_silver", "--release", "--where", "id is not null")

    assert answer.code == 0, answer
    assert "1 quarantined rows" in answer.out and "1 released" in answer.out
    assert sorted(row["id"] for row in shop.rows("orders_silver")) == [1, 2, 5]
    (left,) = sluice(shop, "quarantine", "--json").json
    assert (left["rows"], left["rules"]["has_id"]) == (2, 2)
