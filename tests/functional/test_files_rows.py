"""Files in: every line of a readable file is one row, whatever stands in it."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from landing import put
from project import Project
from sources import ID, NAMED, corrupt, ids, ledger, padded, parquet, rows, same, source, zstd

BIG = "x" * (16 << 20)
# name: (files, options of the source, rows)
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
            "b.csv": b"d,big\n9999999999999999.99,1e2\n,123456789012345678901234567890\n",
        },
        {
            "format": "csv",
            "columns": {"d": "decimal(18, 2)", "w": "decimal(38, 2)", "big": "decimal(38, 0)"},
        },
        [
            {"d": Decimal("1.50"), "w": Decimal("12345678901234567890.12")},
            {"w": Decimal("100.00"), "_rescued_data": {"d": "1.005"}},
            {"w": Decimal("1.00"), "_rescued_data": {"d": "1e-3"}},
            {"d": Decimal("9999999999999999.99"), "big": Decimal(100)},
            {"big": Decimal(123456789012345678901234567890)},
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

# Large files have another reader. These troubles once more, behind a line that makes them large.
IN_A_LARGE_FILE = (
    "plain", "no_final_newline", "crlf", "crlf_and_lf", "lone_cr", "bom", "bom_and_odd_line_ends",
    "broken_lines", "blank_lines", "nul", "delimiter_of_the_reader", "no_utf8", "utf16", "case",
    "the_same_field_twice", "ours", "nested",
)  # fmt: skip


for name in IN_A_LARGE_FILE:
    files, meta, expected = TROUBLES[name]
    large = {file: padded(content) for file, content in files.items()}
    TROUBLES[f"{name}_in_a_large_file"] = (large, meta, ids(0) + expected)


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
