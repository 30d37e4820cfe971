"""The benchmarks: what they count as wrong is counted, and their pages are written. No times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import chart
import report
from events import ATTRIBUTES, OPERATIONS, Feed
from reference import Feed as Reference
from truth import Truth, read_truth

ROOT = Path(__file__).parents[2]
WRONG = ("wrong_keys", "lost_versions", "false_versions", "quarantine_off")
ANN, BEN = ("Ann", "Lee", "a@example.net", "1 Road"), ("Ben", "Lee", "b@example.net", "2 Road")
OLD, NEW = "2026-01-01T00:00:00.000000", "2026-01-02T00:00:00.000000"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of the smallest run: sluice, SQL by hand, and a side that is wrong on purpose."""
    out = tmp_path_factory.mktemp("results")
    words = "--events 2000 --batch 400 --rounds 1 --resident 0 --sides sluice sql careless"
    command = [sys.executable, ROOT / "benchmarks" / "bench.py", *words.split(), "--out", out]
    subprocess.run(command, check=True, capture_output=True)
    (result,) = out.glob("*.json")
    return json.loads(result.read_text())


@pytest.mark.parametrize("step", ["first load", "next batch"])
@pytest.mark.parametrize("side", ["sluice", "sql"])
def test_right_sides_have_nothing_wrong(found: dict[str, Any], side: str, step: str) -> None:
    """Both make exactly the tables of the truth, after each step."""
    figures = found["sides"][side]["steps"][step]
    assert {name: figures[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    assert figures["statements"] > 0
    assert figures["database_mb"] > 0


@pytest.mark.parametrize("step", ["first load", "next batch"])
def test_a_careless_side_is_found_out(found: dict[str, Any], step: str) -> None:
    """The last to arrive is not the newest, and one version a key is not the history."""
    figures = found["sides"]["careless"]["steps"][step]
    assert figures["wrong_keys"] > 0
    assert figures["extra"] > 0  # its deleted keys stay
    assert figures["lost_versions"] > found["truth"][step]["keys"]
    assert figures["false_versions"] > 0


def test_the_pages_are_written(found: dict[str, Any]) -> None:
    """Text, both READMEs' figures and the chart are made of a result; markers are needed."""
    assert "SQL by hand" in report.text(found)
    page = (ROOT / "README.md").read_text()
    written = report.between_markers(page, report.summary(found))
    assert report.between_markers(written, report.summary(found)) == written
    assert "| careless SQL |" in written
    ElementTree.fromstring(chart.draw(found))
    with pytest.raises(ValueError, match="end of figures"):
        report.between_markers("no markers", "")


def test_the_truth_is_that_of_the_functional_tests(tmp_path: Path) -> None:
    """Two references that share nothing agree on files with late, double and dirty lines."""
    feed = Feed(1000, 300)
    files = feed.write(0, tmp_path) + feed.write(1, tmp_path)
    truth = read_truth(files)
    lines = [line for file in files for line in file.read_text().splitlines()]
    read = [json.loads(line) for line in lines if line.endswith("}")]
    events = [
        event
        for event in read
        if event["id"] is not None
        and event["operation"] in OPERATIONS
        and event["operation_date"].startswith("2026")
    ]
    reference = Reference(
        keys=["id"],
        sequence_by="operation_date",
        deletes=lambda event: event["operation"] == "DELETE",
        columns=["id", *ATTRIBUTES],
    )
    columns = ("id", *ATTRIBUTES)
    current = {tuple(row[name] for name in columns) for row in reference.scd1(events)}
    interval = (*columns, "valid_from", "valid_to")
    history = {tuple(row[name] for name in interval) for row in reference.scd2(events)}
    assert (truth.current, truth.history) == (current, history)
    assert truth.lines - truth.refused == len(events) > len({json.dumps(e) for e in events})
    assert truth.refused == 1300 // 250


@pytest.mark.parametrize(
    ("current", "history", "wrong"),
    [
        ([(1, *ANN)], [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)], {}),
        ([(1, *BEN)], [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)], {"stale": 1}),
        ([(1, *ANN)] * 2, [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)], {"stale": 1}),
        ([], [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)], {"missing": 1}),
        ([(1, *ANN), (2, *BEN)], [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)], {"extra": 1}),
        ([(1, *ANN)], [(1, *ANN, NEW, None)], {"lost_versions": 1}),
        ([(1, *ANN)], [(1, *BEN, OLD, None), (1, *ANN, NEW, None)], {"false_versions": 1}),
        (
            [(1, *ANN)],
            [(1, *BEN, OLD, NEW), (1, *ANN, NEW, None), (1, *ANN, NEW, None)],
            {"false_versions": 1},
        ),
    ],
)
def test_each_fault_is_counted(current: list, history: list, wrong: dict[str, int]) -> None:
    """One fault of each kind, and the kinds of wrong keys add up."""
    truth = Truth({(1, *ANN)}, {(1, *BEN, OLD, NEW), (1, *ANN, NEW, None)})
    found = truth.score(current, history)
    keys = sum(wrong.get(name, 0) for name in ("stale", "missing", "extra"))
    expected = {**dict.fromkeys(found, 0), **wrong, "wrong_keys": keys}
    assert found == expected
