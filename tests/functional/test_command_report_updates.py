"""The page behind updates: written by itself, never in the way of an update."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import ended, land, orders, sluice, start
from pages import Page
from project import Project
from sluice.report import scripts

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline and one landed file."""
    orders(project)
    land(project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    return project


def page_of(project: Project) -> Path:
    """Where the page is by default."""
    return project.root / "target" / "sluice.html"


def test_before_and_behind_an_update(shop: Project) -> None:
    """A page of no update; then the update writes it without a word."""
    answer = sluice(shop, "report")
    assert (answer.code, answer.out.strip()) == (0, str(page_of(shop))), answer
    page = Page(page_of(shop))
    assert "No update ran yet" in page.text and page.rows("updates") == []
    assert [row[2] for row in page.table("Each as it last ran")] == ["○ not run yet"] * 3

    answer = sluice(shop, "update", "--quiet")
    assert (answer.code, answer.err, len(answer.out.splitlines())) == (0, "", 1), answer
    assert [row["rows_in"] for row in Page(page_of(shop)).rows("updates")] == [3]
    assert not list(page_of(shop).parent.glob(".*"))


def test_switched_off(shop: Project) -> None:
    """By a variable; sluice report writes it all the same."""
    off = ("--vars", json.dumps({"sluice": {"report": {"after_update": False}}}))
    assert sluice(shop, "update", "--quiet", *off).code == 0
    assert not page_of(shop).exists()
    assert sluice(shop, "report", *off).code == 0
    assert page_of(shop).exists()


def test_a_failing_page_fails_no_update(shop: Project) -> None:
    """One line on stderr; the exit code is the update's."""
    wrong = ("--vars", json.dumps({"sluice": {"report": {"change_frequency": "nothing"}}}))
    answer = sluice(shop, "update", "--quiet", *wrong)

    assert answer.code == 0
    assert answer.err.startswith("sluice: the page was not written: ")
    assert len(answer.err.splitlines()) == 1
    assert not page_of(shop).exists()


def test_not_installed(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An update says nothing; sluice report says what to install."""
    monkeypatch.setattr(scripts, "find_spec", lambda _name: None)
    answer = sluice(shop, "update", "--quiet")
    assert (answer.code, answer.err) == (0, "") and not page_of(shop).exists()

    answer = sluice(shop, "report")
    assert answer.code == 2 and "pip install 'sluice[operate]'" in answer.err


def test_what_could_be_a_script_stays_text(shop: Project) -> None:
    """In a value, a rule's name, a file's path and a description."""
    script = "<script>bad()</script><img src=x onerror=bad()>"
    node = json.loads((shop.root / "models" / "orders_silver.yml").read_text())
    node["models"][0]["description"] = script
    shop.write("models/orders_silver.yml", json.dumps(node))
    source = (shop.root / "models" / "source_orders_bronze.yml").read_text()
    shop.write("models/source_orders_bronze.yml", source.replace('"bigint"', '"varchar"', 1))
    file = shop.root / "landing" / "<img src=x onerror=bad()>.json"
    file.write_text(json.dumps({"id": None, "amount": script, "seq": 2}) + "\n")
    (shop.root / "landing" / "<b>gone.json").write_bytes(b"\xff\xfe\x00{")
    sluice(shop, "update", "--quiet")
    page = Page(page_of(shop))

    assert len(page.scripts) == 3
    assert "img" not in {tag for tag, _ in page.tags}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert script in page.text
    assert "bad()" not in page.scripts[0].replace("\\u003cscript\\u003ebad()", "")


def test_watch_writes_it(shop: Project) -> None:
    """Behind the last update at the latest; it has all of them."""
    answer = ended(start(shop.root, "watch", "--quiet", "--interval", "0.2", "--max-updates", "3"))

    assert answer.code == 0 and answer.err == "", answer
    assert len(Page(page_of(shop)).rows("updates")) == 3
