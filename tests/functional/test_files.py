"""Files in: every line of a readable file is one row, whatever stands in it (design.md §2, §4)."""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing import put
from project import Project, Run

BIG = "x" * (16 << 20)
NO_GZIP = b"this is no gzip file"
# DuckDB 1.5, which stands in on Python 3.10, reads a cut-off file in silence (decision 0001).
CUT_OFF = gzip.compress(b'{"id": 1}\n' * 10_000)[:-20]
CUT_OFF_IS_TOLD = not duckdb.__version__.startswith("1.")


def corrupt(text: str) -> dict[str, Any]:
    """The row of a line that is no JSON object."""
    return {"_rescued_data": {"_corrupt_record": text}}


def ids(*numbers: int) -> list[dict[str, Any]]:
    """Rows with an id only."""
    return [{"id": number} for number in numbers]


def copied(query: str, name: str, options: str) -> bytes:
    """The file that DuckDB writes of a query."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        duckdb.sql(f"copy ({query}) to '{path}' ({options})")
        return path.read_bytes()


def parquet(query: str) -> bytes:
    """A Parquet file with the rows of a query."""
    return copied(query, "rows.parquet", "format parquet")


def zstd(text: str) -> bytes:
    """A text packed by zstd."""
    values = ", ".join(f"('{line}')" for line in text.splitlines())
    options = "format csv, header false, quote '', escape '', delim '\x01', compression zstd"
    return copied(f"values {values}", "rows.csv.zst", options)


# name: (files, options of the source, rows). A row is what is not null in it, without _metadata;
# what is rescued stands as the object that it is.
ID = {"columns": {"id": "bigint"}}
NAMED = {"columns": {"id": "bigint", "name": "varchar"}}
TROUBLES: dict[str, tuple[dict[str, bytes], dict[str, Any], list[dict[str, Any]]]] = {
    "plain": ({"a.json": b'{"id": 1}\n{"id": 2}\n'}, ID, ids(1, 2)),
    "no_final_newline": ({"a.json": b'{"id": 1}\n{"id": 2}'}, ID, ids(1, 2)),
    "crlf": ({"a.json": b'{"id": 1}\r\n{"id": 2}\r\n'}, ID, ids(1, 2)),
    "crlf_and_lf": ({"a.json": b'{"id": 1}\r\n{"id": 2}\n{"id": 3}\r\n'}, ID, ids(1, 2, 3)),
    "lone_cr": (
        {"a.json": b'{"id": 1}\r\n{"id":\r 2}\n{"id": 3}\r{"id": 4}'},
        ID,
        [*ids(1, 2), corrupt('{"id": 3}\r{"id": 4}')],
    ),
    "bom": ({"a.json": b'\xef\xbb\xbf{"id": 1}\n{"id": 2}\n'}, ID, ids(1, 2)),
    "bom_and_odd_line_ends": (
        {"a.json": b'\xef\xbb\xbf{"id": 1}\r\n{"id": 2}\n'},
        ID,
        ids(1, 2),
    ),
    "broken_lines": (
        {"a.json": b'{"id": 1}\n{"id": 2\nnot json\n[1, 2]\n3\n"x"\nnull\n{"id": 9}\n'},
        ID,
        [
            *ids(1, 9),
            *map(corrupt, ('{"id": 2', "not json", "[1, 2]", "3", '"x"', "null")),
        ],
    ),
    "blank_lines": ({"a.json": b'\n{"id": 1}\n \n'}, ID, [*ids(1), corrupt(""), corrupt(" ")]),
    "nul": (
        {"a.json": b'{"id": 1, "name": "a\x00b"}\n{"id": 2, "name": "a\\u0000b"}\n\x00\n'},
        NAMED,
        [
            corrupt('{"id": 1, "name": "a\x00b"}'),
            {"id": 2, "name": "a\x00b"},
            corrupt("\x00"),
        ],
    ),
    "delimiter_of_the_reader": (
        {"a.json": b'{"id": 1}\n{"x\x01\x02\x03\x04y\n{"id": 2}\n'},
        ID,
        [*ids(1, 2), corrupt('{"x\x01\x02\x03\x04y')],
    ),
    "no_utf8": (
        {"a.json": b'{"id": 1, "name": "\xc3\xa4"}\n{"id": 2, "name": "\xff"}\n{"id": 3}\n'},
        NAMED,
        [{"id": 1, "name": "ä"}, corrupt('{"id": 2, "name": "\\xFF"}'), {"id": 3}],
    ),
    "no_utf8_packed": (
        {"a.json.gz": gzip.compress(b'{"id": 1, "name": "\xc3\xa4"}\n{"id": 2, "name": "\xff"}\n')},
        NAMED,
        [{"id": 1, "name": "ä"}, corrupt('{"id": 2, "name": "\\xFF"}')],
    ),
    "utf16": ({"a.json": "[]".encode("utf-16")}, ID, [corrupt(r"\xFF\xFE[\x00]\x00")]),
    "empty_files": ({"a.json": b"", "b.json": b'{"id": 1}\n', "c.json": b""}, ID, ids(1)),
    "a_long_line": (
        {"a.json": f'{{"id": 1, "name": "{BIG}"}}\n{{"id": 2}}\n'.encode()},
        NAMED,
        [{"id": 1, "name": BIG}, {"id": 2}],
    ),
    "mistyped": (
        {"a.json": b'{"id": "x", "at": 5, "ok": "yes", "n": 1.5}\n{"id": "7", "at": "2026-01-02"}'},
        {"columns": {"id": "bigint", "at": "date", "ok": "boolean", "n": "integer"}},
        [
            {"_rescued_data": {"id": "x", "at": 5, "ok": "yes", "n": 1.5}},
            {"id": 7, "at": date(2026, 1, 2)},
        ],
    ),
    "case": (
        {"a.json": b'{"id": 1, "ID": 2}\n{"Id": 3}\n'},
        ID,
        [{"id": 1, "_rescued_data": {"ID": 2}}, {"_rescued_data": {"Id": 3}}],
    ),
    "the_same_field_twice": (
        {"a.json": b'{"id": 1, "id": 2}\n{"id": 3}\n'},
        ID,
        [corrupt('{"id": 1, "id": 2}'), {"id": 3}],
    ),
    "ours": (
        {"a.json": b'{"id": 1, "_sluice_batch": 2, "_rescued_data": 3, "_metadata": 4}\n'},
        ID,
        [{"id": 1, "_rescued_data": {"_sluice_batch": 2, "_rescued_data": 3, "_metadata": 4}}],
    ),
    "nested": (
        {"a.json": b'{"id": 1, "o": {"a": [1, {"b": null}]}, "l": [1, "x"]}\n{"id": {"a": 1}}\n'},
        ID,
        [
            {"id": 1, "o": '{"a":[1,{"b":null}]}', "l": '[1,"x"]'},
            {"_rescued_data": {"id": {"a": 1}}},
        ],
    ),
    "types_are_found": (
        {"a.json": b'{"i": 1, "d": 1.5, "b": true, "s": "x", "m": 1, "n": null}\n{"m": "y"}\n'},
        {},
        [{"i": 1, "d": 1.5, "b": True, "s": "x", "m": "1"}, {"m": "y"}],
    ),
    "odd_names": (
        {
            "it's.json": b'{"id": 1}\n',
            'a "b" [1].json': b'{"id": 2}\n',
            "a *.json": b'{"id": 3}\n',
            "a star.json": b'{"id": 4}\n',
            "what?.json": b'{"id": 5}\n',
            "{x} ä $1/6.json": b'{"id": 6}\n',
            ".hidden.json": b'{"id": 7}\n',
            "_hidden.json": b'{"id": 8}\n',
        },
        ID,
        ids(1, 2, 3, 4, 5, 6),
    ),
    "packed": (
        {"a.json.gz": gzip.compress(b'{"id": 1}\n{"id": 2}\n'), "b.json.zst": zstd('{"id": 3}\n')},
        ID,
        ids(1, 2, 3),
    ),
    "folders": (
        {
            "year=2026/day=2026-01-02/where=a%20b/a.json": b'{"id": 1}\n',
            "year=2025/day=2026-01-03/where=__HIVE_DEFAULT_PARTITION__/a.json": b'{"id": 2}\n',
            "b.json": b'{"id": 3, "year": 2024}\n',
            "year=2023/c.json": b'{"id": 4, "year": 1999}\nbroken\n',
        },
        ID,
        [
            {"id": 1, "year": 2026, "day": date(2026, 1, 2), "where": "a b"},
            {"id": 2, "year": 2025, "day": date(2026, 1, 3)},
            {"id": 3, "year": 2024},
            {"id": 4, "year": 2023, "_rescued_data": {"year": 1999}},
            corrupt("broken"),
        ],
    ),
    "folders_with_hints": (
        {"year=x/a.json": b'{"id": 1}\n', "year=07/a.json": b'{"id": 2}\n'},
        {"columns": {"id": "bigint", "year": "integer"}},
        [{"id": 1, "_rescued_data": {"year": "x"}}, {"id": 2, "_rescued_data": {"year": "07"}}],
    ),
    "arrays": (
        {
            "a.json": b'[{"id": 1}, {"id": 2},\n {"id": 3}, 4]',
            "b.json": b'{\n "id": 5\n}\n{\n "id": 6\n}\n',
            "c.json.gz": gzip.compress(b'[{"id": 7}]'),
            "d.json": b"[]",
            "e.json": b"",
        },
        {**ID, "multi_line": True},
        [*ids(1, 2, 3, 5, 6, 7), corrupt("4")],
    ),
    "broken_array": (
        {"a.json": b'[{"id": 1}, {"id": 2', "b.json": b'[{"id": 3}]', "c.json": b'["\xff"]'},
        {**ID, "multi_line": True},
        [corrupt('[{"id": 1}, {"id": 2'), *ids(3), corrupt('["\\xFF"]')],
    ),
    "csv": (
        {
            "a.csv": b'id,name,n,ok,zip\n1,"a, ""b""\nc",1.5,true,007\n2,,,false,\n',
            "b.csv": b"name,id,later\nx,3,y\nz,four,\n",
            "c.csv.gz": gzip.compress(b"id\r\n5\r\n"),
            "d.csv": b"id,name\n",
        },
        {**ID, "format": "csv"},
        [
            {"id": 1, "name": 'a, "b"\nc', "n": 1.5, "ok": True, "zip": "007"},
            {"id": 2, "ok": False},
            {"id": 3, "name": "x", "later": "y"},
            {"name": "z", "_rescued_data": {"id": "four"}},
            {"id": 5},
        ],
    ),
    "csv_of_another_dialect": (
        {"a.csv": b"1;'a;b'\n2;'c'\n"},
        {"format": "csv", "header": False, "delimiter": ";", "quote": "'", "escape": "'"},
        [{"column0": 1, "column1": "a;b"}, {"column0": 2, "column1": "c"}],
    ),
    "parquet": (
        {
            "a.parquet": parquet(
                "select 1::bigint as id, date '2026-01-02' as day, 1.50::decimal(9, 2) as price,"
                " {'a': [1, 2]} as nested, 0.1::float as f"
            ),
            "b.parquet": parquet("select 2::integer as id, 'x' as later"),
        },
        {"format": "parquet"},
        [
            {"id": 1, "day": date(2026, 1, 2), "price": Decimal("1.5"),
             "nested": '{"a":[1,2]}', "f": 0.1},
            {"id": 2, "later": "x"},
        ],
    ),
    "deep": ({"a.json": b'{"id": 1, "d": %s}\n{"id": 2}\n' % (b"[" * 200 + b"]" * 200)}, ID,
             [{"id": 1, "d": "[" * 200 + "]" * 200}, {"id": 2}]),
    "an_empty_name": ({"a.json": b'{"id": 1, "": 7}\n'}, ID,
                      [{"id": 1, "_rescued_data": {"": 7}}]),
    "bom_and_no_utf8": (
        {
            "a.json": b'\xef\xbb\xbf{"id": 1}\n{"name": "\xff"}\n',
            "b.json.gz": gzip.compress(b'\xef\xbb\xbf{"id": 2}\n{"name": "\xff"}\n'),
        },
        NAMED,
        [*ids(1, 2), corrupt('{"name": "\\xFF"}'), corrupt('{"name": "\\xFF"}')],
    ),
    "objects_beside_others": (
        {"a.json": b'{"e": {}, "o": {"a": 1}, "l": [1]}\n{"e": {"x": 1}, "o": [1], "l": "x"}\n'},
        {},
        [{"e": "{}", "o": '{"a":1}', "l": "[1]"}, {"e": '{"x":1}', "o": "[1]", "l": '"x"'}],
    ),
    "nested_hints": (
        {"a.json": b"\n".join(
            b'{"id": %d, "%s": %s}' % (number, name, value)
            for number, (name, value) in enumerate([
                (b"l", b"[1, 2]"), (b"l", b'[1, "x"]'), (b"l", b"[1.5]"), (b"l", b"[99999999999]"),
                (b"s", b'{"b": "y", "a": 1}'), (b"s", b'{"b": "y"}'), (b"s", b'{"a": "x"}'),
                (b"s", b'{"a": 1, "z": 2}'), (b"m", b'{"k": 1}'), (b"m", b'{"k": "x"}'),
                (b"t", b'["2026-01-01T00:00:00"]'), (b"t", b'["2026-01-01", "nope"]'),
            ])
        )},
        {"columns": {
            "id": "bigint", "l": "integer[]", "s": "struct(a integer, b varchar)",
            "m": "map(varchar, integer)", "t": "timestamp[]",
        }},
        [
            {"id": 0, "l": [1, 2]},
            {"id": 1, "_rescued_data": {"l": [1, "x"]}},
            {"id": 2, "_rescued_data": {"l": [1.5]}},
            {"id": 3, "_rescued_data": {"l": [99999999999]}},
            {"id": 4, "s": (1, "y")},
            {"id": 5, "s": (None, "y")},
            {"id": 6, "_rescued_data": {"s": {"a": "x"}}},
            {"id": 7, "_rescued_data": {"s": {"a": 1, "z": 2}}},
            {"id": 8, "m": (1,)},
            {"id": 9, "_rescued_data": {"m": {"k": "x"}}},
            {"id": 10, "t": [datetime(2026, 1, 1)]},
            {"id": 11, "_rescued_data": {"t": ["2026-01-01", "nope"]}},
        ],
    ),
    "moments": (
        {"a.json": b"\n".join(b'{"at": "2026-01-02%s"}' % text for text in (
            b"T03:04:05Z", b" 03:04:05.123456", b"", b"T03:04:05+00:00",
            b"T03:04:05+02:00", b"T03:04:05.123456789",
        ))},
        {"columns": {"at": "timestamp"}},
        [
            {"at": datetime(2026, 1, 2, 3, 4, 5)}, {"at": datetime(2026, 1, 2, 3, 4, 5, 123456)},
            {"at": datetime(2026, 1, 2)}, {"at": datetime(2026, 1, 2, 3, 4, 5)},
            {"_rescued_data": {"at": "2026-01-02T03:04:05+02:00"}},
            {"_rescued_data": {"at": "2026-01-02T03:04:05.123456789"}},
        ],
    ),
    "decimals": (
        {
            "a.csv": b"d,w\n1.50,12345678901234567890.12\n1.005,1e2\n1e-3,1\n",
            "b.csv": b"d\n9999999999999999.99\n",
        },
        {"format": "csv", "columns": {"d": "decimal(18, 2)", "w": "decimal(38, 2)"}},
        [
            {"d": Decimal("1.50"), "w": Decimal("12345678901234567890.12")},
            {"w": Decimal("100.00"), "_rescued_data": {"d": "1.005"}},
            {"w": Decimal("1.00"), "_rescued_data": {"d": "1e-3"}},
            {"d": Decimal("9999999999999999.99")},
        ],
    ),
    "decimals_in_json": (
        {"a.json": b'{"d": 1.50}\n{"d": 0.30000000000000004}\n{"d": "9999999999999999.99"}\n'
                   b'{"d": 9999999999999999.99}\n{"f": 1e400}\n{"f": 9007199254740993}'},
        {"columns": {"d": "decimal(18, 2)", "f": "double"}},
        [
            {"d": Decimal("1.50")}, {"_rescued_data": {"d": 0.30000000000000004}},
            {"d": Decimal("9999999999999999.99")}, {"_rescued_data": {"d": 1e16}},
            {"_rescued_data": {"f": float("inf")}}, {"_rescued_data": {"f": 9007199254740993}},
        ],
    ),
    "an_array_behind_a_bom": (
        {"a.json": b'\xef\xbb\xbf[{"id": 1}, {"id": 2}]', "b.json": b'[{"id": 3}]\n[{"id": 4}]',
         "c.json": b'[[{"id": 5}, 6]]', "d.json": b"\xef\xbb\xbf[]"},
        {**ID, "multi_line": True},
        [*ids(1, 2, 3, 4), corrupt('[{"id": 5}, 6]')],
    ),
    "parquet_decimals": (
        {"a.parquet": parquet(
            "select 99999999999999.99::decimal(18, 2) as d,"
            " 12345678901234567890.12::decimal(38, 2) as e,"
            " '0.12345678901234567'::decimal(20, 19) as f"
        )},
        {"format": "parquet"},
        [
            {
                "d": Decimal("99999999999999.99"), "e": Decimal("12345678901234567890.12"),
                "f": Decimal("0.12345678901234567"),
            },
        ],
    ),
    "parquet_types_apart": (
        {
            "a.parquet": parquet("select 1 as id, date '2026-01-01' as v"),
            "b.parquet": parquet("select 2 as id, 1 as v"),
            "c.parquet": parquet("select 3 as id, [1] as v"),
        },
        {"format": "parquet"},
        [{"id": 1, "v": '"2026-01-01"'}, {"id": 2, "v": "1"}, {"id": 3, "v": "[1]"}],
    ),
    "no_files": ({"_keep": b""}, ID, []),
}  # fmt: skip

# Files from 64 KiB on have another reader. These troubles once more, behind a line of that size.
PADDING = b'{"id": 0' + b" " * (64 << 10) + b"}"
IN_A_LARGE_FILE = (
    "plain", "no_final_newline", "crlf", "crlf_and_lf", "lone_cr", "bom", "bom_and_odd_line_ends",
    "broken_lines", "blank_lines", "nul", "delimiter_of_the_reader", "no_utf8", "utf16", "case",
    "the_same_field_twice", "ours", "nested",
)  # fmt: skip


def padded(content: bytes) -> bytes:
    """The file with one more line in front, {"id": 0}, that makes it a large one."""
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    return mark + PADDING + end + content.removeprefix(mark)


for name in IN_A_LARGE_FILE:
    files, meta, expected = TROUBLES[name]
    large = {file: padded(content) for file, content in files.items()}
    TROUBLES[f"{name}_in_a_large_file"] = (large, meta, ids(0) + expected)


def source(project: Project, name: str, location: Path | str, **meta: Any) -> None:
    """Write a source and a streaming table that reads it."""
    table = {"name": name, "config": {"meta": {"external_location": str(location), **meta}}}
    node = {"sources": [{"name": f"landing_{name}", "tables": [table]}]}
    project.write(f"models/source_{name}.yml", json.dumps(node))
    text = f"select * from {{{{ sluice.read_files(source('landing_{name}', '{name}')) }}}}"
    project.model(name, text, materialized="streaming_table")


def rows(project: Project, name: str) -> list[dict[str, Any]]:
    """The rows of a table as TROUBLES has them."""
    found = []
    for row in project.rows(name, ignore=("_metadata", "_sluice_batch")):
        kept = {column: value for column, value in row.items() if value is not None}
        if "_rescued_data" in kept:
            kept["_rescued_data"] = json.loads(kept["_rescued_data"])
        found.append(kept)
    return found


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    """Both hold the same rows in any order."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value.normalize())
        return round(value, 6) if isinstance(value, float) else str(value)

    def text(row: Mapping[str, Any]) -> str:
        floats = {k: plain(v) if isinstance(v, float) else v for k, v in row.items()}
        return json.dumps(floats, sort_keys=True, default=plain)

    assert sorted(map(text, found)) == sorted(map(text, expected))


def ledger(project: Project, name: str) -> list[dict[str, Any]]:
    """The file ledger of a model, by path and batch."""
    return project.query(
        "select parse_filename(path) as file, batch, rows, status, error, moved_to, cleaned_at"
        f" from lake_sluice.files where dataset = '{name}' order by path, batch"
    )


@pytest.fixture(scope="module")
def troubles(shared_project: Project) -> Project:
    """A bronze table for each trouble, built twice: the second run finds nothing new."""
    for name, (files, meta, _expected) in TROUBLES.items():
        folder = shared_project.root / "landing" / name
        for file, content in files.items():
            put(folder / file, content)
        glob = name in ("plain", "folders")  # the others name the folder
        source(shared_project, name, f"{folder}/**/*.json" if glob else folder, **meta)
    shared_project.build()
    shared_project.build()
    return shared_project


@pytest.mark.parametrize("name", TROUBLES)
def test_every_trouble_has_its_rows(troubles: Project, name: str) -> None:
    """Exactly these rows, and a ledger that says so."""
    files, _meta, expected = TROUBLES[name]
    same(rows(troubles, name), expected)
    files = {file for file in files if not Path(file).name.startswith((".", "_"))}
    entries = ledger(troubles, name)
    assert len(entries) == len(files)
    assert {entry["status"] for entry in entries} <= {"INGESTED"}
    assert sum(entry["rows"] for entry in entries) == len(expected)


def test_metadata(troubles: Project) -> None:
    """Where a row came from, also for names that mean something else in SQL, JSON or a glob."""
    folder = troubles.root / "landing" / "odd_names"
    found = troubles.rows("odd_names")
    assert {row["_metadata"][1] for row in found} >= {"it's.json", "a *.json", "a star.json"}
    for row in found:
        path, name, size, modified = row["_metadata"]
        assert Path(path) == folder / ("{x} ä $1" if row["id"] == 6 else "") / name
        assert size == Path(path).stat().st_size
        assert abs(modified.timestamp() - Path(path).stat().st_mtime) < 90_000


REASONS = {
    "lines/2.json.gz": "as json packed with gzip: .*"
    + ("Unexpected end of" if CUT_OFF_IS_TOLD else "Input is not a")
    + " GZIP stream",
    "lines/4.json.gz": "as json packed with gzip: .*Input is not a GZIP stream",
    "csv/2.csv": "as csv: .*a row that does not fit its header",
    "csv/4.csv": "as csv: .*has an open quote",
    "parquet/2.parquet": "as parquet: .*too small to be a Parquet file",
    "parquet/4.parquet": "as parquet: .*magic bytes",
}


def test_unreadable_files_fail_nothing_else(project: Project) -> None:
    """They are recorded and reported, and read again once repaired (design.md §4)."""
    folder = project.root / "landing"
    good = {"1.json": b'{"id": 1}\n', "3.json": b'{"id": 3}\n'}
    for file, content in good.items():
        put(folder / "lines" / file, content)
    put(folder / "lines" / "2.json.gz", CUT_OFF if CUT_OFF_IS_TOLD else NO_GZIP)
    put(folder / "lines" / "4.json.gz", NO_GZIP)
    for number in (1, 3):
        put(folder / "csv" / f"{number}.csv", f"id\n{number}\n".encode())
        put(folder / "parquet" / f"{number}.parquet", parquet(f"select {number} as id"))
    put(folder / "csv" / "2.csv", b"id\n2\n2,5\n")
    put(folder / "csv" / "4.csv", b'id\n"4\n')
    put(folder / "parquet" / "2.parquet", b"PAR1 no")
    put(folder / "parquet" / "4.parquet", parquet("select range as id from range(9)")[:-9])
    source(project, "lines", folder / "lines", **ID)
    source(project, "csv", folder / "csv", format="csv")
    source(project, "parquet", folder / "parquet", format="parquet")

    for _ in range(2):  # a second run tries again, and says so again
        run = project.build()
        for name in ("lines", "csv", "parquet"):
            same(rows(project, name), ids(1, 3))
            entries = ledger(project, name)
            statuses = ["INGESTED", "FAILED", "INGESTED", "FAILED"]
            assert [entry["status"] for entry in entries] == statuses
            for entry in entries:
                word = REASONS.get(f"{name}/{entry['file']}")  # DuckDB's own
                assert (entry["error"] is not None) == (entry["status"] == "FAILED")
                assert word is None or re.search(word, entry["error"]), entry
                assert (entry["batch"] is None) == (entry["status"] == "FAILED")
            told = [text for text in run.warnings if name in text]
            assert any("2." in text and "4." in text for text in told), run.warnings

    put(folder / "lines" / "2.json.gz", gzip.compress(b'{"id": 2}\n'))
    put(folder / "csv" / "2.csv", b"id\n2\n")
    put(folder / "parquet" / "2.parquet", parquet("select 2 as id"))
    for file in ("lines/4.json.gz", "csv/4.csv", "parquet/4.parquet"):
        (folder / file).unlink()
    run = project.build()
    for name in ("lines", "csv", "parquet"):
        same(rows(project, name), ids(1, 2, 3))
        statuses = {entry["file"][:2]: entry["status"] for entry in ledger(project, name)}
        assert statuses["2."] == "INGESTED"
        assert not [text for text in run.warnings if name in text]


def test_a_limit_never_stops_at_unreadable_files(project: Project) -> None:
    """Files by the order of their paths, those that failed before last."""
    folder = project.root / "landing"
    put(folder / "1.json.gz", NO_GZIP)
    for number in (2, 3, 4):
        put(folder / f"{number}.json", f'{{"id": {number}}}\n')
    source(project, "limited", folder, max_files_per_run=1, **ID)
    for expected in ([], [2], [2, 3], [2, 3, 4], [2, 3, 4]):
        project.build()
        same(rows(project, "limited"), ids(*expected))
    assert [entry["batch"] for entry in ledger(project, "limited")] == [None, 1, 2, 3]


def test_a_file_that_vanishes_between_listing_and_reading(project: Project) -> None:
    """The hook runs after the listing: the others are read, and this one when it is back."""
    folder = project.root / "landing"
    for number in (1, 2, 3):
        put(folder / f"{number}.json", f'{{"id": {number}}}\n')
    source(project, "vanishing", folder, **ID)
    file = folder / "2.json"

    def vanish(event: Any) -> None:
        """The listing is made when the model is compiled, and read when it is executed."""
        if event.info.name == "NodeExecuting" and file.exists():
            file.unlink()

    project.listeners = [vanish]
    run = project.build()
    project.listeners = ()
    same(rows(project, "vanishing"), ids(1, 3))
    statuses = [entry["status"] for entry in ledger(project, "vanishing")]
    assert statuses == ["INGESTED", "FAILED", "INGESTED"]
    assert "the file is not there" in ledger(project, "vanishing")[1]["error"]
    assert any("2.json" in text and "is not there" in text for text in run.warnings)

    put(file, b'{"id": 2}\n')
    project.build()
    same(rows(project, "vanishing"), ids(1, 2, 3))


@pytest.mark.parametrize("again", [False, True])
def test_a_file_rewritten_under_its_name(project: Project, again: bool) -> None:
    """Read once; with allow_overwrites read again, whole, as new rows, the old rows stay."""
    folder = project.root / "landing"
    file = put(folder / "a.json", b'{"id": 1}\n')
    put(folder / "b.json", b'{"id": 9}\n')
    source(project, "rewritten", folder, allow_overwrites=again, **ID)
    project.build()
    put(file, b'{"id": 1}\n{"id": 2}\n')
    project.build()
    project.build()
    os.utime(file, (1_700_000_000, 1_700_000_000))  # the same size, another time
    project.build()
    expected = [1, 1, 2, 1, 2, 9] if again else [1, 9]
    same(rows(project, "rewritten"), ids(*expected))
    found = [(entry["file"], entry["batch"]) for entry in ledger(project, "rewritten")]
    twice = [("a.json", 1), ("a.json", 2), ("a.json", 3), ("b.json", 1)]
    assert found == (twice if again else [("a.json", 1), ("b.json", 1)])


@pytest.mark.parametrize("how", ["move", "delete"])
def test_clean_source(project: Project, how: str) -> None:
    """Files leave the folder when they were read long enough ago; failed and new ones stay."""
    folder, archive = project.root / "landing", project.root / "archive"
    put(folder / "deep" / "1.json", b'{"id": 1}\n')
    put(folder / "2.json.gz", NO_GZIP)
    options = {"clean_source": how, **({"move_to": str(archive)} if how == "move" else {})}
    source(project, "cleaned", folder, **options, **ID)
    project.build()
    assert (folder / "deep" / "1.json").exists()  # 30 days, if nothing else is said

    source(project, "cleaned", folder, clean_source_after="0 seconds", **options, **ID)
    put(folder / "3.json", b'{"id": 3}\n')
    project.build()
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == ["2.json.gz"]
    moved = sorted(str(path.relative_to(archive)) for path in archive.rglob("*.json"))
    assert moved == (["3.json", "deep/1.json"] if how == "move" else [])
    for entry in ledger(project, "cleaned"):
        cleaned = entry["status"] == "INGESTED"
        assert (entry["cleaned_at"] is not None) == cleaned
        assert (entry["moved_to"] is not None) == (cleaned and how == "move")

    before = project.contents("cleaned")
    project.build()
    assert project.contents("cleaned") == before
    same(rows(project, "cleaned"), ids(1, 3))


def test_clean_source_overwrites_nothing(project: Project) -> None:
    """What lies in the archive under the same name stays there."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    put(project.root / "archive" / "a.json", b"precious")
    archive = str(project.root / "archive")
    options = {"clean_source": "move", "move_to": archive, "clean_source_after": "0 seconds"}
    source(project, "cleaned", project.root / "landing", **options, **ID)
    project.build()
    assert (project.root / "archive" / "a.json").read_bytes() == b"precious"
    assert (project.root / "archive" / "a.2.json").read_bytes() == b'{"id": 1}\n'
    assert ledger(project, "cleaned")[0]["moved_to"] == f"{archive}/a.2.json"


def test_the_time_of_a_file_is_utc(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every time zone, or allow_overwrites would read it again in the next one."""
    file = put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    os.utime(file, (1_800_000_000, 1_800_000_000))
    source(project, "zoned", project.root / "landing", allow_overwrites=True, **ID)
    for zone in ("Asia/Tokyo", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        project.build()
    monkeypatch.undo()
    time.tzset()
    (row,) = project.rows("zoned")
    assert row["_metadata"][3] == datetime(2027, 1, 15, 8, 0)


def test_only_streaming_tables_read_files(project: Project) -> None:
    """Whatever else would read all files each time."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    source(project, "inner", project.root / "landing", **ID)
    text = (project.root / "models" / "inner.sql").read_text()
    for materialized in ("view", "table", "ephemeral", "incremental"):
        project.model("inner", text, materialized=materialized)
        project.model("outer_", "select * from {{ ref('inner') }}", materialized="streaming_table")
        told = project.run_expecting_error()
        for word in ("read_files() notes", f"materialized as {materialized}", "way out"):
            assert word in told, told


def test_a_source_read_twice_in_one_query(project: Project) -> None:
    """The ledger has its files once, also where _metadata is something else."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    source(project, "twice", project.root / "landing", **ID)
    read = (project.root / "models" / "twice.sql").read_text()
    text = f"{read} union all {read}".replace("*", "id, 5 as _metadata")
    project.model("twice", text, materialized="streaming_table")
    project.build()
    assert [row["id"] for row in project.rows("twice")] == [1, 1]
    assert [entry["rows"] for entry in ledger(project, "twice")] == [None]


def test_a_location_without_files(project: Project) -> None:
    """A warning when the table is made, for it may be a slip; later it is an ordinary day."""
    source(project, "lost", project.root / "londing", **ID)
    assert [text for text in project.build().warnings if "no file at" in text and "londing" in text]
    assert not [text for text in project.build().warnings if "no file at" in text]
    assert rows(project, "lost") == []


def test_empty_makes_the_columns(project: Project) -> None:
    """`--empty` infers what a run would, so that a query may name the fields."""
    put(project.root / "landing" / "a.json", b'{"id": 1, "name": "a"}\n')
    source(project, "empty", project.root / "landing")
    text = (project.root / "models" / "empty.sql").read_text()
    text = text.replace("*", "id, name, _rescued_data")
    project.model("empty", text, materialized="streaming_table", on_schema_change="fail")
    project.run("--empty")
    assert rows(project, "empty") == []
    project.run()
    same(rows(project, "empty"), [{"id": 1, "name": "a"}])


def test_clean_source_spares_a_file_that_changed(project: Project) -> None:
    """What was written into a file after it was read has been read by nobody."""
    folder = project.root / "landing"
    file = put(folder / "1.json", b'{"id": 1}\n')
    source(project, "cleaned", folder, **ID)
    project.build()
    with file.open("ab") as more:
        more.write(b'{"id": 2}\n')
    source(project, "cleaned", folder, clean_source="delete", clean_source_after="0 seconds", **ID)
    project.build()
    assert file.read_bytes() == b'{"id": 1}\n{"id": 2}\n'


EVOLUTION = {
    "add_new_columns": [
        {"id": 1},
        {"id": 2, "a": 5},
        {"id": 3, "b": "x"},
        {"id": 4, "_rescued_data": {"a": "y"}},
    ],
    "rescue": [
        {"id": 1},
        {"id": 2, "_rescued_data": {"a": 5}},
        {"id": 3, "_rescued_data": {"b": "x"}},
        {"id": 4, "_rescued_data": {"a": "y"}},
    ],
    "none": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
}


@pytest.mark.parametrize("mode", EVOLUTION)
def test_schema_evolution(project: Project, mode: str) -> None:
    """A field that is no column yet, in the first run and later."""
    folder = project.root / "landing"
    source(project, "evolving", folder, schema_evolution=mode, **ID)
    for number, line in enumerate(
        ['{"id": 1}', '{"id": 2, "a": 5}', '{"id": 3, "b": "x"}', '{"id": 4, "a": "y"}']
    ):
        put(folder / f"{number}.json", line)
        project.build()
    same(rows(project, "evolving"), EVOLUTION[mode])


def test_fail_on_new_columns(project: Project) -> None:
    """The run ends, again and again, until the schema or the file is changed."""
    folder = project.root / "landing"
    source(project, "strict", folder, schema_evolution="fail_on_new_columns", **ID)
    put(folder / "1.json", b'{"id": 1}\n')
    project.build()
    put(folder / "2.json", b'{"id": 2, "extra": 5}\n')
    for _ in range(2):
        message = project.run_expecting_error()
        for word in (
            "landing_strict.strict",
            "fail_on_new_columns",
            "extra (BIGINT)",
            "meta: columns",
        ):
            assert word in message
        same(rows(project, "strict"), ids(1))
    columns = {"columns": {"id": "bigint", "extra": "bigint"}}
    source(project, "strict", folder, schema_evolution="fail_on_new_columns", **columns)
    project.build()
    same(rows(project, "strict"), [{"id": 1}, {"id": 2, "extra": 5}])


MISUSE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "format": ({"format": "xml"}, ["format", "json, csv, parquet", "xml"]),
    "evolution": ({"schema_evolution": "add"}, ["schema_evolution", "rescue", "add"]),
    "columns": ({"columns": ["id"]}, ["columns", "mapping", "id"]),
    "hints": (
        {
            "columns": {
                "a": "no_type",
                "b": "int) as x, (1",
                "c": 1,
                "": "int",
                "D": "int",
                "d": "int",
            }
        },
        ["no_type", "type of b", "type of c", 'named ""', "d stands there twice"],
    ),
    "hints_of_ours": (
        {"columns": {"_metadata": "int", "_rescued_data": "int", "_sluice_x": "int"}},
        ["_metadata", "_rescued_data", "_sluice_x", "added by sluice"],
    ),
    "limit": ({"max_files_per_run": 0}, ["max_files_per_run", "from 1", "0"]),
    "limit_type": ({"max_files_per_run": "many"}, ["max_files_per_run", "many"]),
    "overwrites": ({"allow_overwrites": "yes"}, ["allow_overwrites", "true or false", "yes"]),
    "multi_line": ({"multi_line": 1}, ["multi_line", "true or false", "1"]),
    "multi_line_csv": ({"multi_line": True, "format": "csv"}, ["multi_line", "json", "csv"]),
    "header": ({"header": False}, ["header", "csv", "json"]),
    "delimiter": ({"format": "csv", "delimiter": "ab"}, ["delimiter", "one character", "ab"]),
    "clean": ({"clean_source": "archive"}, ["clean_source", "move, delete", "archive"]),
    "after": (
        {"clean_source": "delete", "clean_source_after": "soon"},
        ["clean_source_after", "days", "soon"],
    ),
    "after_alone": ({"clean_source_after": "1 day"}, ["clean_source_after", "off"]),
    "move": ({"clean_source": "move"}, ["move_to", "folder"]),
    "move_within": (
        {"clean_source": "move", "move_to": "landing/old"},
        ["move_to", "outside", "landing/old"],
    ),
    "move_alone": ({"move_to": "x"}, ["move_to", "clean_source: move", "off"]),
    "remote": (
        {"external_location": "s3://bucket/x", "clean_source": "delete"},
        ["clean_source", "local", "s3://bucket/x"],
    ),
}


@pytest.fixture(scope="module")
def misuse(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of a model for each misuse."""
    project = Project(tmp_path_factory.mktemp("misuse"), template=template)
    for name, (meta, _words) in MISUSE.items():
        options = {**meta}
        source(project, name, options.pop("external_location", "landing"), **options)
    source(project, "several", "landing", format="xml", max_files_per_run=0)
    source(project, "misspelt", "landing", max_file_per_run=1)
    return project.dbt("run")


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(misuse: Run, name: str) -> None:
    """What, where, the legal values, what came."""
    assert misuse.statuses[name] == "error"
    for word in (f"landing_{name}.{name}", *MISUSE[name][1]):
        assert word in misuse.messages[name]


def test_all_errors_at_once(misuse: Run) -> None:
    """And a misspelt option is a warning that names both."""
    assert "format" in misuse.messages["several"]
    assert "max_files_per_run" in misuse.messages["several"]
    assert any("max_file_per_run" in w and "max_files_per_run" in w for w in misuse.warnings)


# --- any bytes ------------------------------------------------------------------------------------

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
