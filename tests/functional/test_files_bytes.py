"""Any bytes: files that were written well and then damaged, by hypothesis."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing import put
from project import Project
from sources import NAMED, ledger, padded, rows, source

LINES = [
    b'{"id": 1, "name": "a"}',
    b'{"id": 2, "name": "\xc3\xa4", "more": [1, {"x": null}]}',
    b'{"id": "3", "Name": 5}',
    b"",
    b"[1]",
]
BYTES = st.one_of(st.sampled_from(b'\n\r\x00\x01"{}[],:\\\xff\xc3\xef a1'), st.integers(0, 255))
MUTATION = st.tuples(st.sampled_from(["replace", "insert", "delete"]), st.integers(0, 400), BYTES)
FILE = st.tuples(
    st.lists(st.sampled_from(LINES), max_size=6),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
    st.lists(MUTATION, max_size=6),
    st.booleans(),
)


def mutated(drawn: tuple) -> bytes:
    """The bytes of a file, small or large, that was written well and then damaged."""
    lines, ending, ended, mutations, is_large = drawn
    content = bytearray(ending.join(lines) + (ending if ended and lines else b""))
    for kind, place, byte in mutations:
        place = min(place, len(content))
        if kind == "insert":
            content.insert(place, byte)
        elif place < len(content):
            if kind == "replace":
                content[place] = byte
            else:
                del content[place]
    return padded(bytes(content)) if is_large else bytes(content)


def line_count(content: bytes) -> int:
    """Lines end at LF; what follows the last one is a line if it is anything."""
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


def texts(found: list[dict[str, Any]]) -> Counter[str]:
    """The user's columns of rows, as texts that can be counted."""
    users = [{k: v for k, v in row.items() if not k.startswith("_sluice_")} for row in found]
    return Counter(json.dumps(row, sort_keys=True, default=str) for row in users)


@pytest.fixture(scope="module")
def fuzzed(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Bronze and silver over a folder, with a rule that drops."""
    project = Project(tmp_path_factory.mktemp("fuzz"), template=template)
    source(project, "bronze", project.root / "landing", **NAMED)
    project.model("silver", "select * from {{ sluice.stream(ref('bronze')) }}")
    rule = {
        "sluice.expectation": {
            "name": "clean",
            "arguments": {"expression": "_rescued_data is null and id is not null"},
            "config": {"meta": {"on_violation": "drop"}},
        }
    }
    node = {"name": "silver", "config": {"materialized": "streaming_table"}, "data_tests": [rule]}
    project.write("models/silver.yml", json.dumps({"models": [node]}))
    return project


@given(batches=st.lists(st.lists(FILE, min_size=1, max_size=6), min_size=1, max_size=2))
def test_any_bytes_become_rows(fuzzed: Project, batches: list) -> None:
    """No crash; lines in = bronze rows, file by file; clean + quarantine = input."""
    fuzzed.drop_database()
    folder = fuzzed.root / "landing"
    for old in folder.glob("*"):
        old.unlink()
    expected: Counter[str] = Counter()
    for number, files in enumerate(batches):
        for index, drawn in enumerate(files):
            content = mutated(drawn)
            name = f"{number}_{index}.json"
            put(folder / name, content)
            expected[name] = line_count(content)
        fuzzed.run()
        found = {entry["file"]: entry["rows"] for entry in ledger(fuzzed, "bronze")}
        assert found == expected
        bronze, silver = fuzzed.rows("bronze"), fuzzed.rows("silver")
        assert Counter(row["_metadata"][1] for row in bronze) == +expected
        quarantine = fuzzed.rows("silver__quarantine")
        assert len(bronze) == len(silver) + len(quarantine)
        whole = texts(rows(fuzzed, "bronze"))
        parts = texts(rows(fuzzed, "silver")) + texts(rows(fuzzed, "silver__quarantine"))
        assert whole == parts
