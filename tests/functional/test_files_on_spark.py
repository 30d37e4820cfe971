"""Files that Spark alone has trouble with: its own functions pass over more than they say."""

from __future__ import annotations

import gzip

import pytest

from engine import is_spark
from landing import put
from project import Project, Run
from sources import CUT_OFF, ID, NO_GZIP, corrupt, ids, ledger, rows, same, source

pytestmark = pytest.mark.skipif(not is_spark(), reason="what is other on Spark")

LINES = """{"id": 1}
{"id": 2}] and more
{"id": 3}, "_sluice_end"
{"id": 4} {"id": 5}
{'id': 6}
{"id": 7,}
{"id": 9223372036854775807}\r
{"id": 8, "_": "\u00e9", "it's": 1, "a.b": 2, "*": 3}
"""
DOCUMENT = """{"id": 1, "text": "} {", "more": "\\\\"}
{"id": 2} [{"id": 3}, {"id": 4, "text": "] ["}]"""

REFUSED = {
    "relative": ({"external_location": "landing/orders"}, ["external_location", "landing/orders"]),
    "another_type": ({"columns": {"id": "bigint[]"}}, ["type of id", "bigint[]", "array<type>"]),
    "cleaned": ({"clean_source": "delete"}, ["clean_source", "delete", "lifecycle"]),
}
FAILED = {
    "a:b.json": "colon",
    "cut.json.gz": "unpacked to its end",
    "no.json.gz": "does not begin as gzip does",
    "packed.json": "looks packed",
    "x.json.zst": "zstd",
}


@pytest.fixture(scope="module")
def files(shared_project: Project) -> Run:
    """One run over all of them."""
    folder = shared_project.root / "landing"
    contents = {
        "lines/a {b}, [c]?*.json": LINES.encode(),
        "documents/a.json": DOCUMENT.encode(),
        "failed/a:b.json": b'{"id": 1}\n',
        "failed/cut.json.gz": CUT_OFF,
        "failed/no.json.gz": NO_GZIP,
        "failed/packed.json": gzip.compress(b'{"id": 1}\n'),
        "failed/x.json.zst": b'{"id": 1}\n',
        "failed/good.json.gz": gzip.compress(b'{"id": 2}\n'),
    }
    for path, content in contents.items():
        put(folder / path, content)
    source(shared_project, "lines", f"{folder}/lines/**/*.json", **ID)
    source(shared_project, "documents", folder / "documents", multi_line=True, **ID)
    source(shared_project, "failed", f"file://{folder}/failed", **ID)
    for name, (meta, _words) in REFUSED.items():
        options = {**meta}
        source(shared_project, name, options.pop("external_location", folder / "lines"), **options)
    return shared_project.dbt("run")


def test_what_stands_behind_a_value_is_not_lost(files: Run, shared_project: Project) -> None:
    """Spark reads the first value of a line, whatever comes then."""
    assert files.statuses["lines"] == "success"
    bad = LINES.splitlines()[1:6]
    more = {"id": 8, "_": "\u00e9", "it's": 1, "a.b": 2, "*": 3}
    same(
        rows(shared_project, "lines"),
        [*ids(1, 9223372036854775807), *map(corrupt, bad), more],
    )


def test_documents_are_told_apart_outside_of_texts(files: Run, shared_project: Project) -> None:
    """A brace within a text ends nothing."""
    assert files.statuses["documents"] == "success"
    same(
        rows(shared_project, "documents"),
        [
            {"id": 1, "text": "} {", "more": "\\"},
            {"id": 2},
            {"id": 3},
            {"id": 4, "text": "] ["},
        ],
    )


def test_what_cannot_be_read_is_told(files: Run, shared_project: Project) -> None:
    """Each with its reason, and nothing else fails for it."""
    assert files.statuses["failed"] == "success"
    same(rows(shared_project, "failed"), ids(2))
    found = {entry["file"]: entry for entry in ledger(shared_project, "failed")}
    assert found.pop("good.json.gz")["status"] == "INGESTED"
    assert found.keys() == FAILED.keys()
    for name, word in FAILED.items():
        assert word in found[name]["error"], name


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_there_is_refused(files: Run, name: str) -> None:
    """With the way out, before anything is read."""
    assert files.statuses[name] == "error"
    for word in REFUSED[name][1]:
        assert word in files.messages[name]
