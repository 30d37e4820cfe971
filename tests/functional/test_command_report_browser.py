"""The page in headless Chromium: it draws, asks for nothing, and runs no script but its own.

It needs Chromium on the machine (Debian's package chromium); without one these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from command import land, orders, sluice
from project import Project

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
# As root Chromium has no sandbox; the other options keep it from calling home.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
           "--disable-component-update", "--disable-sync"]  # fmt: skip
SCRIPT = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is here: apt install chromium"),
    pytest.mark.dbt_v1("the command is made on dbt v1, and runs that"),
    pytest.mark.duckdb_file("its environment has no driver of a browser; the page is one file"),
]


@pytest.fixture(scope="module")
def page_file(shared_project: Project) -> Path:
    """A page after two updates, of which the last failed; scripts stand in values and names."""
    orders(shared_project)
    shared_project.write(
        "models/orders_silver.sql",
        "select id, note, amount, seq from {{ sluice.stream(ref('orders_bronze')) }}",
    )
    source = (shared_project.root / "models" / "source_orders_bronze.yml").read_text()
    source = source.replace('"id": "bigint"', '"id": "bigint", "note": "varchar"')
    shared_project.write("models/source_orders_bronze.yml", source)
    node = json.loads((shared_project.root / "models" / "orders_silver.yml").read_text())
    node["models"][0]["description"] = SCRIPT
    shared_project.write("models/orders_silver.yml", json.dumps(node))
    file = land(shared_project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    lines = [{**json.loads(line), "note": SCRIPT} for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert sluice(shared_project, "update").code == 0
    text = "select cast(note as integer) as n from {{ ref('orders_silver') }}"
    shared_project.model("wrong", text, materialized="table")
    assert sluice(shared_project, "update").code == 1
    path = shared_project.root / "target" / "sluice.html"
    assert "window.ran" in path.read_text()
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any, page_file: Path) -> Iterator[Callable[..., Any]]:
    """Open the page; what it said on the console and asked for is in `said` and `asked`."""
    contexts = []

    def begin(width: int = 1280, scheme: str = "light", **options: Any) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(page_file.as_uri())
        return page

    yield begin
    for context in contexts:
        context.close()


def drawn(page: Any) -> int:
    """Bring every chart into sight; return how many were drawn."""
    figures = page.locator("figure.chart:visible")
    for place in range(figures.count()):
        figures.nth(place).scroll_into_view_if_needed()
        figures.nth(place).and_(page.locator("[data-drawn=done]")).wait_for()
    assert page.locator("figure.chart:visible svg.marks").count() == figures.count()
    return figures.count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_draws(opened: Callable[..., Any], page_file: Path, width: int, scheme: str) -> None:
    """All charts, without a word on the console; nothing is asked for, nothing is cut off."""
    page = opened(width, scheme)

    assert drawn(page) >= 4
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    page.wait_for_timeout(300)
    assert page.said == []
    assert page.asked == [page_file.as_uri()]
    across = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(across) == 0


def test_no_other_script_runs(opened: Callable[..., Any]) -> None:
    """Not one in a value, and none that got into the page in another way."""
    page = opened()
    drawn(page)

    assert page.evaluate("window.ran") is None
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 3\">');"
        "document.body.append(Object.assign(document.createElement('script'), {text: 'ran = 4'}))"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in page.said)
    assert not [url for url in page.asked if not url.startswith("file:")]


def test_a_box_opens_its_details(opened: Callable[..., Any]) -> None:
    """By the mouse and by the keyboard; Escape closes them again."""
    page = opened()
    details = page.locator("article.dataset:visible")
    assert details.count() == 0

    page.locator("a.box", has_text="orders_silver").click()
    details.wait_for()
    assert details.count() == 1 and "positive" in details.inner_text()
    assert drawn(page) >= 7
    page.keyboard.press("Escape")
    details.wait_for(state="hidden")

    page.locator("a.box", has_text="wrong").focus()
    page.keyboard.press("Enter")
    details.wait_for()
    assert "failed" in details.inner_text()


def test_without_javascript(opened: Callable[..., Any]) -> None:
    """The tables, the picture and the details are there."""
    page = opened(java_script_enabled=False)

    page.locator("a.box", has_text="orders_silver").click()
    details = page.locator("article.dataset:visible")
    details.wait_for()
    assert "positive" in details.inner_text()
    assert "Charts need JavaScript" in page.locator("noscript").inner_text()


def test_for_those_who_cannot_see_it(opened: Callable[..., Any]) -> None:
    """Names of links, captions of tables, a table for each chart, one order of headings."""
    page = opened()

    names = page.locator("a.box").evaluate_all("all => all.map(box => box.ariaLabel)")
    assert len(names) == 4 and all(": " in name for name in names)
    assert page.locator("table:not(:has(caption))").count() == 0
    chart = page.locator("figure[data-chart=rows]")
    chart.locator("summary").click()
    chart.locator("tbody td").first.wait_for()  # the table is drawn when it is opened
    cells = chart.locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells[0] == "1" and "3" in cells
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(each => +each.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
