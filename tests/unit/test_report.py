"""The page's picture, its texts, and when it is written behind updates."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.commands import report
from sluice.report import scripts
from sluice.report.charts import grade
from sluice.report.drawing import short
from sluice.report.frequency import BARS, distribution
from sluice.report.page import ago, as_json, percent, shown
from sluice.report.picture import HEIGHT, WIDTH, picture

CHAIN = [("a", "b"), ("b", "c"), ("a", "c")]
WIDE = [(f"bronze{n}", f"silver{n}") for n in range(20)] + [
    (f"silver{n * 7 % 20}", f"gold{n % 19}") for n in range(30)
]


@pytest.mark.parametrize("edges", [CHAIN, WIDE])
def test_boxes_do_not_overlap(edges: list[tuple[str, str]]) -> None:
    """And what is read stands left of what reads it."""
    names = sorted({name for edge in edges for name in edge})
    found = picture(names, edges)

    assert set(found.boxes) == set(names)
    for (x, y), (other_x, other_y) in combinations(found.boxes.values(), 2):
        assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT
    for source, target in edges:
        assert found.boxes[source][0] + WIDTH < found.boxes[target][0]
    for x, y in found.boxes.values():
        assert 0 <= x <= found.width - WIDTH and 0 <= y <= found.height - HEIGHT
    assert {edge for edge, _path, _label in found.arrows} == set(edges)


def test_an_arrow_goes_around_boxes() -> None:
    """The one from a to c passes b's column beside b."""
    found = picture(["a", "b", "c"], CHAIN)
    x, y = found.boxes["b"]
    (path,) = [path for edge, path, _label in found.arrows if edge == ("a", "c")]
    level = float(path.split("H")[0].split()[-1])

    assert f"H{x + WIDTH:.0f}" in path
    assert not y <= level <= y + HEIGHT


def test_pictures_of_little() -> None:
    """Nothing, one box, and one that reads what is no dataset."""
    assert picture([], []).boxes == {}
    assert picture(["a"], [("elsewhere", "a")]).arrows == []


def test_texts_of_figures() -> None:
    """A share is whole only where it is; a name keeps its end."""
    assert [percent(n, 10_000) for n in (0, 1, 5_000, 9_999, 10_000)] == [
        "0 %", "under 0.1 %", "50 %", "over 99.9 %", "100 %"
    ]  # fmt: skip
    assert percent(0, 0) == "-"
    assert short("a_name_that_is_much_too_long_for_it", 11) == "a_name…r_it"
    assert ago("2026-01-01T00:00:00+00:00", "2026-01-03T01:00:00+00:00") == "2 days before"
    assert shown({"file_name": "1.json", "file_size": 3}) == "1.json"
    assert len(shown("x" * 10_000)) < 200
    assert [grade(share) for share in (0, 0.001, 0.05, 0.5)] == [
        "none", "under 1 %", "1 to 10 %", "over 10 %"
    ]  # fmt: skip


def test_json_in_a_page() -> None:
    """No text ends the tag that it stands in, or opens a comment."""
    text = as_json({"a": "</script><!--&\u2028\ud800"})
    assert not set("<>&\u2028") & set(text)


@pytest.mark.parametrize(
    "counted", [{1: 3}, {1: 5, 2: 4, 7: 1}, dict.fromkeys(range(1, 400, 3), 1)]
)
def test_distribution(counted: dict[int, int]) -> None:
    """Every key once, in bars without a gap."""
    bars = distribution(counted)

    assert sum(keys for _label, keys in bars) == sum(counted.values())
    assert len(bars) <= BARS
    ends = [[int(end) for end in label.split(" to ")] for label, _keys in bars]
    assert ends[0][0] == min(counted) and ends[-1][-1] >= max(counted)
    assert all(later[0] == earlier[-1] + 1 for earlier, later in pairwise(ends))


def test_the_libraries_are_made_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kept in the user's cache, or beside dbt's artifacts where that can't be written."""
    made: list[str] = []

    def bundle() -> str:
        made.append("once")
        return "x = '</script>'"

    monkeypatch.setattr("vl_convert.javascript_bundle", bundle)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache" / name)
    texts = {scripts.chart_scripts(tmp_path / "target") for _ in range(2)}
    assert texts == {"x = '<\\/script>'"} and len(made) == 1
    assert not (tmp_path / "target").exists()

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path / "file")
    assert {scripts.chart_scripts(tmp_path / "target") for _ in range(2)} == texts
    assert len(made) == 2 and (tmp_path / "target").is_dir()


def test_when_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind an update that began, at most every so often, and once."""
    written: list[Any] = []
    monkeypatch.setattr(report, "report", lambda *arguments: written.append(arguments))
    monkeypatch.setattr(
        report, "report_options", lambda _project: SimpleNamespace(after_update=True)
    )
    page = report.PageBehindUpdates()
    outcomes = {
        "busy": SimpleNamespace(code=75, update_id=None),
        "wrong": SimpleNamespace(code=2, update_id=None),
        "failed": SimpleNamespace(code=1, update_id="x"),
    }
    for name in ("busy", "wrong"):
        page.ended(outcomes[name])
        page.write("project")
    assert written == []
    page.ended(outcomes["failed"])
    page.write("project", "manifest", 60)
    page.write("project", "manifest", 0)
    assert len(written) == 1
    page.ended(outcomes["failed"])
    page.write("project", "manifest", 60)
    assert len(written) == 1
    page.write("project", "manifest", 0)
    assert len(written) == 2
