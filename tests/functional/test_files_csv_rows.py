"""CSV as it is in the world: a bad row costs only itself, and a file is read as its options say."""

from __future__ import annotations

import gzip
from decimal import Decimal
from typing import Any

import pytest

from landing import put
from project import Project
from sources import corrupt, ledger, rows, same, source

ID_NAME = {"format": "csv", "columns": {"id": "bigint", "name": "varchar"}}

BAD = b"""id,name
1,a
2
3,c,more
4,"d
5,"e
e",
6,"f"f
x7,g
8,caf\xe9

\t
9,"h ""h"", i"
10,"j
j"
11,\xc3\xa4
12,"l"""
"""Rows of every kind; what follows an open quotation mark is not swallowed."""

FITTING = [
    {"id": 1, "name": "a"},
    {"name": "g", "_rescued_data": {"id": "x7"}},
    {"id": 9, "name": 'h "h", i'},
    {"id": 10, "name": "j\nj"},
    {"id": 11, "name": "ä"},
]
NOT_FITTING = ["2", "3,c,more", '4,"d', '5,"e\ne",', '6,"f"f', "\t", '12,"l', "8,caf\\xE9"]

EURO = "id;name\n1;€ “ä”\n2;b;c\n"
OF_EURO = [{"id": 1, "name": "€ “ä”"}, corrupt("2;b;c")]
SEMICOLON = {**ID_NAME, "delimiter": ";"}

CASES: dict[str, tuple[dict[str, str | bytes], dict[str, Any], list[dict[str, Any]]]] = {
    "bad_rows": (
        {"a.csv": BAD, "b.csv": "id,name\n20,z\n"},
        ID_NAME,
        [*FITTING, *map(corrupt, NOT_FITTING), {"id": 20, "name": "z"}],
    ),
    "bad_rows_beside_a_blank_file": (
        {"a.csv": "id,name\n1,a\n2\n", "b.csv": "\n\n"},
        ID_NAME,
        [{"id": 1, "name": "a"}, corrupt("2")],
    ),
    "bad_rows_with_crlf": (
        {"a.csv": b'id,name\r\n1,a\r\n2\r\n3,"c\r\nc"\r\n4,d\xff\r\n5,e'},
        ID_NAME,
        [
            {"id": 1, "name": "a"},
            corrupt("2"),
            {"id": 3, "name": "c\r\nc"},
            corrupt("4,d\\xFF"),
            {"id": 5, "name": "e"},
        ],
    ),
    "bad_rows_that_are_packed": (
        {"a.csv.gz": gzip.compress(b'id,name\n1,a\n2\n3,"c\nc"\n')},
        ID_NAME,
        [{"id": 1, "name": "a"}, corrupt("2"), {"id": 3, "name": "c\nc"}],
    ),
    "a_row_that_looks_like_json": (
        {"a.csv": 'id,name\n1,a\n{"id": 7}\n'},
        {"format": "csv"},
        [{"id": 1, "name": "a"}, corrupt('{"id": 7}')],
    ),
    "unknown_fields_left_out": (
        {"a.csv": "id,x\n1,a\n2\n"},
        {"format": "csv", "columns": {"id": "int"}, "schema_evolution": "none"},
        [{"id": 1}, corrupt("2")],
    ),
    "names_twice_beside_a_bad_row": (
        {"a.csv": "id,v,v\n1,2,3\n4\n", "b.csv": "ID,v\n5,6\n"},
        {"format": "csv"},
        [
            {"id": 1, "v": 2, "_rescued_data": {"v": "3"}},
            corrupt("4"),
            {"v": 6, "_rescued_data": {"ID": "5"}},
        ],
    ),
    "mixed_line_ends_with_quotes": (
        {"a.csv": 'id,name\r\n1,"a"\n2,b\r\n'},
        ID_NAME,
        [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
    ),
    "no_header": (
        {"a.csv": "1,a\n2\n3,c\n", "b.csv": "4,d\n"},
        {"format": "csv", "header": False, "columns": {"column0": "int"}},
        [
            {"column0": 1, "column1": "a"},
            corrupt("2"),
            {"column0": 3, "column1": "c"},
            {"column0": 4, "column1": "d"},
        ],
    ),
    "names": (
        {"a.csv": "1,a\n2,b\n", "b.csv": "3,c\n4\n"},
        {**ID_NAME, "reader_options": {"header": False, "names": ["id", "name"]}},
        [
            {"id": 1, "name": "a"},
            {"id": 2, "name": "b"},
            {"id": 3, "name": "c"},
            corrupt("4"),
        ],
    ),
    "as_many_bad_rows": (
        {f"{i:02}.csv": f"{i},a\n{i}\n" if i % 2 else f"{i}\n{i},a\n" for i in range(1, 31)},
        {"format": "csv", "header": False},
        [row for i in range(1, 31) for row in ({"column0": i, "column1": "a"}, corrupt(str(i)))],
    ),
    "null_values": (
        {"a.csv": 'id,name\nNULL,a\n2,\\N\n3,"NULL"\n4,null\n', "b.csv": "id,name\n5,\\N\n6\n"},
        {**ID_NAME, "reader_options": {"null_value": ["NULL", "\\N"]}},
        [{"name": "a"}, {"id": 2}, {"id": 3}, {"id": 4, "name": "null"}, {"id": 5}, corrupt("6")],
    ),
    "numbers": (
        {
            "a.csv": "n;d;f;text;x\n1.234;1.234,50;0,5;1.000;7\n1234;-5,5;1,5;b;7,5\n"
            "1.5;1,234;1.5;c;8\n"
        },
        {
            "format": "csv",
            "columns": {"n": "bigint", "d": "decimal(18, 2)", "f": "double", "text": "varchar"},
            "reader_options": {
                "delimiter": ";",
                "decimal_separator": ",",
                "thousands_separator": ".",
            },
        },
        [
            {"n": 1234, "d": Decimal("1234.50"), "f": 0.5, "text": "1.000", "x": 7.0},
            {"n": 1234, "d": Decimal("-5.50"), "f": 1.5, "text": "b", "x": 7.5},
            {
                "text": "c",
                "x": 8.0,
                "_rescued_data": {"n": "1.5", "d": "1,234", "f": "1.5"},
            },
        ],
    ),
    "moments": (
        {
            "a.csv": "d,t,z\n01.11.2026,1/2/26 5:06:07 PM,20261101T101112.123\n"
            "1.11.2026,13/2/26 1:00:00 AM,2026-11-01\n30.02.2026,,\n"
        },
        {
            "format": "csv",
            "columns": {"d": "date", "t": "timestamp", "z": "varchar"},
            "reader_options": {
                "date_format": "dd.MM.yyyy",
                "timestamp_format": "M/d/yy h:mm:ss a",
            },
        },
        [
            {"d": "2026-11-01", "t": "2026-01-02 17:06:07", "z": "20261101T101112.123"},
            {"z": "2026-11-01", "_rescued_data": {"d": "1.11.2026", "t": "13/2/26 1:00:00 AM"}},
            {"_rescued_data": {"d": "30.02.2026"}},
        ],
    ),
    "moments_with_decimals_and_zone": (
        {"a.csv": "s,z\n20261101T101112.120,20261101T101112.123\n20261101T101112.123,20261101\n"},
        {
            "format": "csv",
            "columns": {"s": "timestamp_s", "z": "timestamptz"},
            "reader_options": {"timestamp_format": "yyyyMMdd'T'HHmmss.SSS"},
        },
        [
            {
                "z": "2026-11-01 10:11:12.123000+00:00",
                "_rescued_data": {"s": "20261101T101112.120"},
            },
            {"_rescued_data": {"s": "20261101T101112.123", "z": "20261101"}},
        ],
    ),
    "latin_1": (
        {
            "a.csv": "id;name\n1;ä\n".encode("latin-1"),
            "b.csv": "id;name\n2;é\n3\n".encode("latin-1"),
        },
        {**SEMICOLON, "reader_options": {"encoding": "ISO-8859-1"}},
        [{"id": 1, "name": "ä"}, {"id": 2, "name": "é"}, corrupt("3")],
    ),
    "windows_1252": (
        {"a.csv": EURO.encode("cp1252"), "b.csv": b"sep=;\nid;name\n3;\xe4\\\n"},
        {**SEMICOLON, "reader_options": {"encoding": "windows-1252"}},
        [*OF_EURO, {"id": 3, "name": "ä\\"}],
    ),
    "windows_1252_header": (
        {"a.csv": "größe\n1\n".encode("cp1252"), "b.csv": "größe\n2\n€\n".encode("cp1252")},
        {"format": "csv", "reader_options": {"encoding": "cp1252"}},
        [{"größe": "1"}, {"größe": "2"}, {"größe": "€"}],
    ),
    "utf_16": (
        {
            "a.csv": (EURO + "3;😀\n").encode("utf-16"),
            "b.csv": ("\ufeff" + EURO).encode("utf-16-be"),
        },
        {**SEMICOLON, "reader_options": {"encoding": "utf-16"}},
        [*OF_EURO, {"id": 3, "name": "😀"}, *OF_EURO],
    ),
    "lines_before_the_header": (
        {"a.csv": 'A "report\nof today\nid,name\n1,a\n', "b.csv": "x\n\nid,name\n2,b\n3\n"},
        {**ID_NAME, "reader_options": {"skip_rows": 2}},
        [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, corrupt("3")],
    ),
    "comments": (
        {"a.csv": '# made by x\nid,name\n1,#a\n#2,b\n3,"c\n# c"\n'},
        {**ID_NAME, "reader_options": {"comment": "#"}},
        [{"id": 1, "name": "#a"}, {"id": 3, "name": "c\n# c"}],
    ),
    "no_quotes": (
        {"a.csv": 'id,name\n1,"a\n2,b"c\n', "b.csv": 'id,name\n3,"d"\n4\n'},
        {**ID_NAME, "reader_options": {"quote": ""}},
        [
            {"id": 1, "name": '"a'},
            {"id": 2, "name": 'b"c'},
            {"id": 3, "name": '"d"'},
            corrupt("4"),
        ],
    ),
    "backslashes": (
        {"a.csv": 'id,name\n1,"a\\"b\\\\"\n', "b.csv": 'id,name\n2,"a\\"b\\\\"\n3\n4,c\\d\n'},
        {**ID_NAME, "reader_options": {"escape": "\\"}},
        [
            {"id": 1, "name": 'a"b\\'},
            {"id": 2, "name": 'a"b\\'},
            corrupt("3"),
            {"id": 4, "name": "c\\d"},
        ],
    ),
    "tabs_and_pipes": (
        {"a.csv": "id\tname\n1\ta|b\n2\n"},
        {**ID_NAME, "reader_options": {"delimiter": "\t"}},
        [{"id": 1, "name": "a|b"}, corrupt("2")],
    ),
}


@pytest.fixture(scope="module")
def landed(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A table for each case, made by one run."""
    project = Project(tmp_path_factory.mktemp("csv_rows"), template=template)
    for name, (files, meta, _expected) in CASES.items():
        for file, content in files.items():
            put(project.root / "landing" / name / file, content)
        source(project, name, f"landing/{name}", **meta)
    project.run()
    return project


@pytest.mark.parametrize("name", CASES)
def test_every_row_is_read_or_rescued(landed: Project, name: str) -> None:
    """And no file is FAILED; the ledger counts rows and rescued ones together."""
    expected = CASES[name][2]
    same(rows(landed, name), expected)
    entries = ledger(landed, name)
    assert {entry["status"] for entry in entries} == {"INGESTED"}
    assert sum(entry["rows"] for entry in entries) == len(expected)
