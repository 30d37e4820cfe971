"""A value arrives as it is, or it is rescued: it never becomes another one in silence.

The tables below hold raw values, and for each the text of the value that has to come of it. What is
not written in the table as kept or rescued may be either, but nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from feeds import land, lines, parquet, reads, texts
from project import Project

RESCUED = "(rescued)"
"""The column is null, and the value stands in _rescued_data."""


@dataclass(frozen=True)
class Either:
    """The value as this text, or rescued."""

    text: str


def kept(*raw: str) -> dict[str, Any]:
    """JSON texts that arrive as they are written."""
    return {f'"{text}"': text for text in raw}


def rescued(*raw: str) -> dict[str, Any]:
    """JSON texts that are rescued."""
    return {f'"{text}"': RESCUED for text in raw}


# name: (type of the hint, {value as it stands in the JSON line: what becomes of it})
JSON_VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "a_zone_name": (
        "timestamp",
        {
            **rescued(
                "2026-07-01 12:00:00 America/New_York",
                "2026-07-01 12:00:00 EST",
                "2026-07-01 12:00:00.000000 EUROPE/BERLIN",
                "2026-07-01T12:00:00 Asia/Tokyo",
                "2026-07-01 12:00:00+02:00",
                "2026-07-01 12:00:00.123456789",
            ),
            '"2026-07-01 12:00:00 UTC"': "2026-07-01 12:00:00",
            '"2026-07-01T12:00:00Z"': "2026-07-01 12:00:00",
            '"2026-07-01 12:00:00+0000"': "2026-07-01 12:00:00",
            '"2026-07-01 12:00:00.123456"': "2026-07-01 12:00:00.123456",
        },
    ),
    "a_zone_name_in_a_short_type": (
        "timestamp_s",
        {**rescued("2026-07-01 12:00:00 EST", "2026-07-01 12:00:00.5"),
         **kept("2026-07-01 12:00:00")},
    ),
    "time": (
        "time",
        {
            **rescued("12:30:45+02:00", "12:30:45.123456789", "2026-01-02 12:30:00"),
            **rescued("12:30:45 EST"),
            **kept("12:30:45", "12:30:45.123456", "00:00:00"),
        },
    ),
    "timetz": (
        "timetz",
        {**rescued("12:30:45.123456789", "2026-01-02 12:30:00+02"), **kept("12:30:45+02")},
    ),
    "interval": (
        "interval",
        {**rescued("12:30:45+02:00"), **kept("12:30:45", "100:00:00", "1 day", "-00:00:01")},
    ),
    "whole_numbers_as_bigint": (
        "bigint",
        {
            "2.7010233E7": "27010233",
            "27010234": "27010234",
            "2.0": "2",
            "7E+3": "7000",
            "-1e2": "-100",
            "0.0": "0",
            "1.5": RESCUED,
            "1e400": RESCUED,
            "9223372036854775808": RESCUED,
            "9007199254740993.0": Either("9007199254740993"),
            "9223372036854775807.0": Either("9223372036854775807"),
        },
    ),
    "whole_numbers_as_integer": (
        "integer",
        {"1e2": "100", "2147483647.0": "2147483647", "3e9": RESCUED, "1e-2": RESCUED},
    ),
    "numbers_as_decimal": (
        "decimal(12,2)",
        {
            "7E+3": "7000.00",
            "1.5e1": "15.00",
            "0.1e1": "1.00",
            "27010233.0": "27010233.00",
            '"7E+3"': "7000.00",
            '"1.5e1"': "15.00",
            "1e-3": RESCUED,
            "1.005": RESCUED,
            "1E10": RESCUED,
        },
    ),
    "times_beyond_a_day": (
        "time",
        {**rescued("25:00:00", "838:59:59", "-01:00:00"), '"24:00:00"': Either("24:00:00")},
    ),
    "infinite_timestamps": ("timestamp", kept("infinity", "-infinity")),
    "infinite_dates": (
        "date",
        {**kept("infinity", "-infinity", "2026-01-02"), **rescued("2026-01-02 10:00:00")},
    ),
}  # fmt: skip

CSV_VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "json": (
        "json",
        {
            '{"a": 1.10, "b": [1]}': '{"a": 1.10, "b": [1]}',
            "[1, 2]": "[1, 2]",
            "": None,
            '{"a": ': RESCUED,
            "hello": RESCUED,
        },
    ),
    "a_zone_name": (
        "timestamp",
        {
            "2026-07-01 12:00:00 EST": RESCUED,
            "2026-07-01 12:00:00": "2026-07-01 12:00:00",
            "infinity": "infinity",
        },
    ),
    "time": ("time", {"12:30:45+02:00": RESCUED, "12:30:45": "12:30:45"}),
    "numbers_as_decimal": ("decimal(12,2)", {"7E+3": "7000.00", "1.10": "1.10"}),
    "whole_numbers_as_bigint": ("bigint", {"1.0": Either("1"), "7": "7", "007": RESCUED}),
}

# name: SQL of values that a Parquet file has; each arrives with its own text
PARQUET_VALUES = {
    "blob": "unnest(['\\xFF\\x00a'::blob, ''::blob])",
    "time": "unnest([time '23:59:59.123456', time '00:00:00'])",
    "timestamp": "unnest([timestamp '2026-01-02 03:04:05.123456', timestamp 'infinity'])",
    "date": "unnest([date '2026-01-02', date '-infinity', date '0044-03-15 (BC)'])",
    "double": "unnest([1.5, -0.0, 'inf'::double, '-inf'::double, 'nan'::double, 1e300])",
    "float": "unnest([0.1::float, 'inf'::float])",
    "decimal": "unnest([1.10::decimal(12, 4), 99999999.9999::decimal(12, 4)])",
    "text": "unnest(['1.10', '{\"a\": 1}', '[1]', '', 'a' || chr(0) || 'b', 'ä'])",
    "uuid": "unnest(['0b4e9c1c-8d5e-4f3a-9d0b-3b0a6a1f2c4d'::uuid])",
    "interval": "unnest([interval '30 days', interval '100 hours'])",
}
BYTES = "struct_pack(b := '\\xFF\\x00a'::blob, n := 1)"


@pytest.fixture(scope="module")
def landed(shared_project: Project) -> Project:
    """A bronze table for each of the tables above: id and v."""
    for name, (kind, given) in JSON_VALUES.items():
        table = f"json_{name}"
        content = lines(*(f'{{"id": {id}, "v": {raw}}}' for id, raw in enumerate(given)))
        land(shared_project, {f"landing/{table}/a.json": content})
        reads(shared_project, table, f"landing/{table}", columns={"id": "integer", "v": kind})
    for name, (kind, given) in CSV_VALUES.items():
        table = f"csv_{name}"
        text = io.StringIO()
        csv.writer(text).writerows([("id", "v"), *enumerate(given)])
        land(shared_project, {f"landing/{table}/a.csv": text.getvalue()})
        hints = {"id": "integer", "v": kind}
        reads(shared_project, table, f"landing/{table}", format="csv", columns=hints)
    for name, value in PARQUET_VALUES.items():
        table = f"parquet_{name}"
        land(shared_project, {f"landing/{table}/a.parquet": parquet(f"select {value} as v")})
        reads(shared_project, table, f"landing/{table}", format="parquet")
    land(shared_project, {"landing/bytes/a.parquet": parquet(f"select {BYTES} as v")})
    hints = {"v": "struct(b blob, n integer)"}
    reads(shared_project, "bytes", "landing/bytes", format="parquet", columns=hints)
    shared_project.dbt("run")
    return shared_project


def became(project: Project, table: str) -> list[Any]:
    """What became of each value, by id: its text, or RESCUED."""
    assert project.last.statuses[table] == "success", project.last.error
    found = texts(project, f"select v, _rescued_data from lake.{table} order by id")
    return [
        RESCUED if row["v"] is None and "v" in json.loads(row["_rescued_data"] or "{}")
        else row["v"] if row["_rescued_data"] is None
        else row
        for row in found
    ]  # fmt: skip


def judged(given: dict[str, Any], found: list[Any]) -> dict[str, tuple[Any, Any]]:
    """The values of which something else became than has to: {value: (found, expected)}."""
    assert len(given) == len(found)
    return {
        raw: (got, wanted)
        for (raw, wanted), got in zip(given.items(), found, strict=True)
        if not (got in (wanted.text, RESCUED) if isinstance(wanted, Either) else got == wanted)
    }


@pytest.mark.parametrize("name", JSON_VALUES)
def test_a_json_value_arrives_as_it_is_or_is_rescued(landed: Project, name: str) -> None:
    """Case 17, Case 22: a zone name, an offset and digits are not dropped; 7E+3 is 7000.

    Chosen: JSON numbers that are equal to a whole number fit (pandas writes 1.0), whatever their
    spelling; a text is taken for infinity only where its type has it.
    """
    assert judged(JSON_VALUES[name][1], became(landed, f"json_{name}")) == {}


@pytest.mark.parametrize("name", CSV_VALUES)
def test_a_csv_value_arrives_as_it_is_or_is_rescued(landed: Project, name: str) -> None:
    """JSON in a CSV cell is that JSON, letter by letter (1.10), for nothing else is meant.

    Chosen: a cell of a json column that is no JSON is rescued, as any other misfit.
    """
    assert judged(CSV_VALUES[name][1], became(landed, f"csv_{name}")) == {}


@pytest.mark.parametrize("name", PARQUET_VALUES)
def test_a_parquet_value_arrives_as_it_is(landed: Project, name: str) -> None:
    """A file that has types brings its values as they are."""
    table = f"parquet_{name}"
    assert landed.last.statuses[table] == "success", landed.last.error
    columns = "v, typeof(v) as type"
    found = texts(landed, f"select {columns}, _rescued_data from lake.{table}")
    file = landed.root / f"landing/{table}/a.parquet"
    wanted = texts(landed, f"select {columns}, null as _rescued_data from read_parquet('{file}')")
    assert sorted(map(str, found)) == sorted(map(str, wanted))


def test_bytes_within_a_parquet_struct_stay_bytes(landed: Project) -> None:
    r"""A blob within a struct is the bytes that it was, not the four characters of \xFF.

    The struct may be rescued instead, for the rule allows that; other bytes it must not become.
    """
    assert landed.last.statuses["bytes"] == "success", landed.last.error
    (row,) = landed.query("select v, v.b as b, _rescued_data from lake.bytes")
    if row["v"] is None:
        assert "v" in json.loads(row["_rescued_data"])
    else:
        assert (row["b"], row["_rescued_data"]) == (b"\xff\x00a", None)


# --- types that are inferred ----------------------------------------------------------------------

INFERRED = {
    "versions": (["1.1", "1.10"], "VARCHAR"),
    "codes": (["4000.20", "4000.2"], "VARCHAR"),
    "leading_zeros": (["007", "1"], "VARCHAR"),
    "minus_zero": (["-0", "1"], "VARCHAR"),
    "more_digits_than_a_double_has": (["0.1234567890123456789"], "VARCHAR"),
    "whole_numbers_that_a_bigint_lacks": (["9223372036854775808", "1"], "VARCHAR"),
    "exponents": (["1e3", "2e3"], "VARCHAR"),
    "whole_numbers": (["1", "-20", "300"], "BIGINT"),
    "prices": (["10", "10.5", "0.25"], "DOUBLE"),
    "answers": (["true", "false"], "BOOLEAN"),
    "answers_in_capitals": (["True", "False"], "VARCHAR"),
}


def test_csv_numbers_are_inferred_only_where_all_read_back_the_same(project: Project) -> None:
    """1.10 is a text as 007 is, for as a number it would be 1.1.

    Chosen: text rather than decimal, the rule that leading zeros have already.
    """
    columns = list(INFERRED)
    height = max(len(values) for values, _type in INFERRED.values())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for number in range(height):
        cells = [values[number] if number < len(values) else "" for values, _ in INFERRED.values()]
        writer.writerow(cells)
    land(project, {"landing/a.csv": text.getvalue()})
    reads(project, "inferred", format="csv")
    project.run()
    found = project.columns("inferred")
    assert {name: found[name] for name in columns} == {
        name: kind for name, (_values, kind) in INFERRED.items()
    }
    seen = texts(project, "select * from lake.inferred order by rowid")
    for name, (values, kind) in INFERRED.items():
        if kind == "VARCHAR":
            assert [row[name] for row in seen if row[name] is not None] == values, name


# --- the zone of the machine ----------------------------------------------------------------------


def test_a_moment_without_an_offset_is_the_same_on_every_machine(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Timestamptz without an offset is UTC, wherever dbt runs, and so is valid_from.

    Chosen: UTC rather than rescued. Nothing is lost, and it is what a laptop and a server agree on;
    one that has an offset, or a zone's name, means that.
    """
    moments = ["2026-07-01 12:00:00", "2026-03-08 02:30:00", "2026-07-01 12:00:00-04:00"]
    records = [{"id": id, "tz": moment} for id, moment in enumerate(moments)]
    land(project, {"landing/a.json": lines(*records)})
    reads(project, "bronze", columns={"id": "integer", "tz": "timestamptz"})
    text = "select id, tz from {{ sluice.stream(ref('bronze')) }}"
    project.apply_changes("history", text, keys="id", sequence_by="tz", stored_as_scd_type=2)
    wanted = [
        datetime(2026, 7, 1, 12, 0),
        datetime(2026, 3, 8, 2, 30),
        datetime(2026, 7, 1, 16, 0),
    ]
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            project.drop_database()
            project.run()
        finally:
            monkeypatch.undo()
            time.tzset()
        for query in (
            "select make_timestamp(epoch_us(tz)) as utc from lake.bronze order by id",
            "select make_timestamp(epoch_us(tz)) as utc from lake.history order by id",
            "select make_timestamp(epoch_us(valid_from)) as utc from lake.history order by id",
        ):
            assert [row["utc"] for row in project.query(query)] == wanted, (zone, query)
