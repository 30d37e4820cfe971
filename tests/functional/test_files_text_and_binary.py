"""Formats without fields: a line of text is a row, and so is a file of bytes."""

from __future__ import annotations

import gzip

from landing import put
from project import Project
from sources import PADDING, corrupt, ledger, rows, same, source, zstd

LINES = b'a,"b\n\n{"id": 1}\r\n 7\n\xc3\xa4'
OF_LINES = [{"value": line} for line in ('a,"b', "", '{"id": 1}', " 7", "ä")]
BYTES = bytes(range(256)) * 3


def test_text_and_bytes_are_read_as_they_are(project: Project) -> None:
    """Whatever stands in a line, and whatever reader its file has; a folder is a column."""
    text, numbers, binary = (project.root / "landing" / name for name in ("t", "n", "b"))
    put(text / "small.txt", LINES)
    put(text / "large.txt", PADDING + b"\n" + LINES)
    put(text / "packed.txt.gz", gzip.compress(LINES.replace(b"\r", b"")))
    put(text / "bad.txt", b"caf\xe9\nb\n")
    put(text / "large_bad.txt", PADDING + b"\ncaf\xe9\nb\n")
    source(project, "text", text, format="text")
    put(numbers / "1.log", b"1\n2\n")
    put(numbers / "2.log.zst", zstd("3\n4"))
    source(project, "numbers", numbers, format="text", schema_evolution="none")
    put(binary / "day=1" / "a.bin", BYTES)
    put(binary / "day=2" / "b.gz", gzip.compress(b"x", mtime=0))
    put(binary / "day=2" / "empty", b"")
    source(project, "bytes", binary, format="binary")
    project.run()

    padding = {"value": PADDING.decode()}
    bad = [corrupt("caf\\xE9"), {"value": "b"}]
    same(rows(project, "text"), [*OF_LINES * 3, padding, *bad, padding, *bad])
    assert {entry["file"]: entry["rows"] for entry in ledger(project, "text")} == {
        "small.txt": 5,
        "large.txt": 6,
        "packed.txt.gz": 5,
        "bad.txt": 2,
        "large_bad.txt": 3,
    }
    same(rows(project, "numbers"), [{"value": str(number)} for number in (1, 2, 3, 4)])
    assert project.query(
        "select day, _metadata.file_name as file, content from lake.bytes order by day, file"
    ) == [
        {"day": 1, "file": "a.bin", "content": BYTES},
        {"day": 2, "file": "b.gz", "content": gzip.compress(b"x", mtime=0)},
        {"day": 2, "file": "empty", "content": b""},
    ]
    assert {entry["rows"] for entry in ledger(project, "bytes")} == {1}

    put(binary / "day=3" / "c.bin", b"\x00")
    put(text / "later.txt", b"z\n")
    project.run()
    assert len(rows(project, "bytes")) == 4
    assert {"value": "z"} in rows(project, "text")
