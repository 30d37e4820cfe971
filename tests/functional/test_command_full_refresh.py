"""`sluice update --full-refresh` of a table whose files are gone: somebody has to agree."""

from __future__ import annotations

import pytest

from command import Answer, asked, land, log_lines, orders, sluice
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture
def shop(project: Project) -> Project:
    """Three orders from two files, of which one is gone."""
    orders(project)
    land(project, 1, [(1, 5.0), (2, 6.0)])
    land(project, 2, [(3, 7.0)])
    assert sluice(project, "update").code == 0
    (project.root / "landing" / "1.json").unlink()
    return project


def refresh(project: Project, *arguments: str) -> Answer:
    """Run a full refresh where nobody can be asked."""
    return sluice(project, "update", "--full-refresh", *arguments)


def ids(project: Project) -> list[int]:
    """The orders that are there."""
    return [row["id"] for row in project.rows("orders")]


def test_nobody_agrees(shop: Project) -> None:
    """Exit code 2 with what would be lost and the ways out; no table was touched."""
    before = shop.contents("orders_bronze"), shop.contents("orders")

    answer = refresh(shop)

    assert answer.code == 2, answer
    lost = "orders_bronze: 2 rows of 1 of 2 files of source"
    assert lost in answer.err and "1.json" in answer.err
    assert "sluice update --full-refresh --yes" in answer.err
    assert "full_refresh: false" in answer.err
    assert (log_lines(shop)[-1]["status"], log_lines(shop)[-1]["code"]) == ("FAILED", "2")
    assert (shop.contents("orders_bronze"), shop.contents("orders")) == before
    assert [row["full_refresh"] for row in shop.query("select * from lake_sluice.updates")] == [
        False
    ]


def test_yes(shop: Project) -> None:
    """The rows go, and it is said which."""
    answer = refresh(shop, "--yes")

    assert answer.code == 0, answer
    assert "a full refresh loses orders_bronze: 2 rows of 1 of 2 files" in answer.err
    assert ids(shop) == [3]


@pytest.mark.parametrize(("word", "code", "left"), [("y", 0, [3]), ("n", 2, [1, 2, 3])])
def test_a_terminal_is_asked(shop: Project, word: str, code: int, left: list[int]) -> None:
    """With what would be lost before the question."""
    answer = asked(shop.root, [word], "update", "--full-refresh", "--quiet")

    assert answer.code == code, answer
    assert answer.err.index("2 rows of 1 of 2 files") < answer.err.index("Let these rows go?")
    assert ids(shop) == left


@pytest.mark.parametrize("how", ["other_tables", "all_there", "variable"])
def test_nothing_to_ask(shop: Project, how: str) -> None:
    """Where nothing is lost, or the variable says that it may be."""
    arguments, left = [], [1, 2, 3]
    if how == "other_tables":
        arguments = ["--select", "orders"]
    elif how == "all_there":
        land(shop, 1, [(1, 5.0), (2, 6.0)])
    else:
        text = (shop.root / "dbt_project.yml").read_text()
        shop.write("dbt_project.yml", f"{text}\nvars: {{sluice_allow_loss: true}}\n")
        left = [3]

    answer = refresh(shop, *arguments)

    assert answer.code == 0, answer
    assert "loses" not in answer.err
    assert ids(shop) == left
