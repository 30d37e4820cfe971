"""Types: another name of a type is that type, and each field gets the type of its values."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import duckdb
import pytest

from engine import is_lake
from feeds import land, lines, reads, rows, texts
from project import Project

CASE_03 = {
    "a": "int8",
    "b": "int4",
    "c": "int2",
    "d": "long",
    "e": "bool",
    "f": "text",
    "g": "dec(5,1)",
    "h": "int64",
    "i": "uint8",
    "j": "short",
    "k": "signed",
    "l": "logical",
    "m": "logical",
    "n": "string",
    "o": "char",
    "p": "varchar(2)",
}
MISFITS = {
    "a": "1.5",
    "b": 1.5,
    "c": 1.5,
    "d": 1.5,
    "e": "yes",
    "f": {"x": 1},
    "g": "1.25",
    "h": 1.5,
    "i": 1.5,
    "j": "1.5",
    "k": 1.5,
    "l": "t",
    "m": 1,
    "n": {"x": 1},
    "o": [1],
    "p": {"x": 1},
}

CONTAINERS = {"ARRAY", "ENUM", "LIST", "MAP", "NULL", "STRUCT", "TUPLE", "TYPE", "UNION", "VARIANT"}
SPELLINGS = {
    "bigint": ["BigInt", " bigint "],
    "boolean": ["BOOLEAN"],
    "double": ["double precision"],
    "varchar": ["varchar(2)", "char(3)", "character varying", "character varying(3)", "Text"],
    "decimal(5,1)": ["dec(5,1)", "numeric(5,1)", "numeric(5, 1)", "DECIMAL (5 , 1)", "Dec(5,1)"],
    "decimal": ["decimal(18,3)", "dec", "numeric(18, 3)"],
    "decimal(5,0)": ["decimal(5)", "dec(5)", "numeric(5)"],
    "timestamp": ["timestamp without time zone", "TIMESTAMP"],
    "timestamp with time zone": ["TimestampTZ"],
    "time with time zone": ["TIMETZ"],
    "time": ["time without time zone"],
    "json": ["JSON", "Json"],
}
NESTED = {
    "bigint[]": ["int8[]", "long[]", "BIGINT []"],
    "integer[]": ["int4[]", "int[]", "signed[]"],
    "varchar[]": ["text[]", "string[]", "varchar(2)[]"],
    "boolean[]": ["bool[]", "logical[]"],
    "timestamp[]": ["datetime[]"],
    "struct(a decimal(5,1), b bigint)": ["struct(a dec(5,1), b int8)", "row(a dec(5,1), b long)"],
    "map(varchar, boolean)": ["map(text, bool)", "map(string, logical)"],
}
"""Canonical name: other ways to write it, beside those that DuckDB itself lists."""

VALUES = [
    1, -1, 300, 99999999999, 1.5, 1.25, 1e20, 0.1, True, False, None, "", "1", "1.5", "1.25", "1.2",
    "1e2", "t", "true", "yes", "on", "x", "abcdef", "0x1A", "NaN", "infinity", "01", "2026-01-02",
    "2026-01-02 03:04:05", "2026-01-02 03:04:05.123456789", "2026-01-02T03:04:05+02:00",
    "2026-01-02 03:04:05 EST", "12:30:45", "12:30:45.123456789", "12:30:45+02:00", "1 day", "101",
    "\\xFF", "0b4e9c1c-8d5e-4f3a-9d0b-3b0a6a1f2c4d", {"x": 1}, [1],
]  # fmt: skip
NESTED_VALUES = [
    None, [1], [1.5], ["1.5"], ["yes"], [True], [{"x": 1}], ["2026-01-02 03:04:05"],
    ["2026-01-02 03:04:05.123456789"], [99999999999], {"a": 1.2, "b": 1}, {"a": 1.25, "b": 1},
    {"a": "1.2", "b": "1.5"}, {"a": "x"}, {"k": True}, {"k": "yes"}, {"k": 1}, "x", 5,
]  # fmt: skip


NOT_IN_A_LAKE = ("bit", "bitstring", "bignum", "varint")


def known(kind: str) -> bool:
    """Whether tables of this DuckDB have a type of that name; a DuckLake lacks some."""
    if is_lake() and kind.lower() in NOT_IN_A_LAKE:
        return False
    try:
        duckdb.sql(f"select null::{kind}")
    except duckdb.Error:
        return False
    return True


def families(listed: dict[str, list[str]], of_duckdb: bool = True) -> dict[str, list[str]]:
    """The types that have several names: canonical name -> the others."""
    found = {kind: list(names) for kind, names in listed.items()}
    if of_duckdb:
        for name, kind in duckdb.sql(
            "select type_name, logical_type from duckdb_types()"
        ).fetchall():
            canonical = kind.lower()
            if kind not in CONTAINERS and name.lower() not in ("json", canonical):
                found.setdefault(canonical, []).append(name)
    return {
        kind: sorted({name for name in names if known(name)})
        for kind, names in found.items()
        if known(kind)
    }


def columns_of(types: dict[str, list[str]]) -> dict[str, str]:
    """A column for each name of each type: {column: type}."""
    names = [name for kind, others in types.items() for name in (kind, *others)]
    return {f"c{number}": name for number, name in enumerate(names)}


def differing(
    project: Project, table: str, types: dict[str, list[str]], values: list[Any]
) -> dict[tuple[str, str], dict[str, tuple]]:
    """Where a name does not do what the canonical one does: {(name, canonical): {value: both}}."""
    assert project.last.statuses[table] == "success", project.last.error
    column = {name: column for column, name in columns_of(types).items()}
    found = texts(project, f"select * from lake.{table} order by id::integer")
    assert len(found) == len(values)
    seen = [(row, json.loads(row["_rescued_data"] or "{}")) for row in found]

    def outcomes(name: str) -> list[tuple]:
        own = column[name]
        return [(row[own], own in rescued) for row, rescued in seen]

    wrong = {}
    for kind, others in types.items():
        right = outcomes(kind)
        assert len(set(right)) > 2, f"the values tell nothing of {kind}: {set(right)}"
        for name in others:
            different = {
                json.dumps(value): both
                for value, *both in zip(values, outcomes(name), right, strict=True)
                if both[0] != both[1]
            }
            if different:
                wrong[name, kind] = different
    return wrong


@pytest.fixture(scope="module")
def typed(shared_project: Project) -> Project:
    """Every value under every name, from JSON, from CSV and from Debezium's envelopes."""
    project = shared_project
    for table, types, values in [
        ("json", families(SPELLINGS), VALUES),
        ("nested", families(NESTED, of_duckdb=False), NESTED_VALUES),
    ]:
        columns = columns_of(types)
        records = [{"id": id, **dict.fromkeys(columns, value)} for id, value in enumerate(values)]
        land(project, {f"landing/{table}/a.json": lines(*records)})
        reads(project, f"from_{table}", f"landing/{table}", columns={"id": "integer", **columns})

    types = families(SPELLINGS)
    columns = columns_of(types)
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(["id", *columns])
    for id, value in enumerate(VALUES):
        cell = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        writer.writerow([id, *(cell for _column in columns)])
    land(project, {"landing/csv/a.csv": content.getvalue()})
    hints = {"id": "integer", **columns}
    reads(project, "from_csv", "landing/csv", format="csv", columns=hints)

    after = [{"id": id, **dict.fromkeys(columns, value)} for id, value in enumerate(VALUES)]
    events = [{"payload": json.dumps({"op": "c", "ts_ms": 1, "after": row})} for row in after]
    project.load("events", events, payload="varchar")
    project.model("envelopes", "select payload::json as payload from raw.events")
    call = f"sluice.changes_from_debezium(ref('envelopes'), columns={hints}, sequence='ts_ms')"
    project.model("from_debezium", f"select * from {{{{ {call} }}}}", materialized="table")

    land(project, {"landing/case_03/a.json": lines(MISFITS)})
    reads(project, "case_03", "landing/case_03", columns=CASE_03)
    project.dbt("run")
    return project


def test_a_hint_by_another_name_is_checked(typed: Project) -> None:
    """What bigint, boolean and varchar rescue, int8, bool and text rescue as well."""
    assert typed.last.statuses["case_03"] == "success", typed.last.error
    assert rows(typed, "case_03") == [{"_rescued_data": MISFITS}]


@pytest.mark.parametrize("source", ["json", "csv", "debezium"])
def test_every_alias_of_a_type_is_that_type(typed: Project, source: str) -> None:
    """The same values fit, and the others are rescued, under each name of each type."""
    assert differing(typed, f"from_{source}", families(SPELLINGS), VALUES) == {}


def test_an_alias_within_a_list_a_struct_or_a_map_is_that_type(typed: Project) -> None:
    """Also where the name stands within another type."""
    types = families(NESTED, of_duckdb=False)
    assert differing(typed, "from_nested", types, NESTED_VALUES) == {}


# --- many fields ----------------------------------------------------------------------------------

KINDS: dict[str, tuple[list[Any], str]] = {
    "answers": ([True, None, False], "BOOLEAN"),
    "numbers": ([1, -2, None], "BIGINT"),
    "fractions": ([1, 2.5, None], "DOUBLE"),
    "texts": (["a", "1", ""], "VARCHAR"),
    "nothing": ([None, None, None], "VARCHAR"),
    "objects": ([{"a": [1]}, None, {"b": None}], "JSON"),
    "lists": ([[1, {"x": 2}], [], None], "JSON"),
    "mixed": ([1, "x", None], "VARCHAR"),
    "mixed_with_objects": ([1, {"a": 1}, None], "JSON"),
    "answers_and_numbers": ([True, 1, None], "VARCHAR"),
}


def test_each_of_300_fields_gets_the_type_of_its_values(project: Project) -> None:
    """A wide file is read as a narrow one is; benchmarks/wide_json.py has its memory."""
    names = [f"{kind}_{number}" for number in range(30) for kind in KINDS]
    assert len(names) == 300
    records = [
        {name: KINDS[name.rpartition("_")[0]][0][line % 3] for name in names} for line in range(30)
    ]
    land(project, {"landing/a.json": lines(*records)})
    reads(project, "wide")
    project.run()
    found = project.columns("wide")
    expected = {name: KINDS[name.rpartition("_")[0]][1] for name in names}
    assert {name: found[name] for name in names} == expected
    first, second = project.rows("wide")[:2]
    assert (first["numbers_7"], second["fractions_29"], second["mixed_0"]) == (1, 2.5, "x")
    assert (json.loads(first["objects_3"]), first["mixed_with_objects_9"]) == ({"a": [1]}, "1")
    assert not [row for row in project.rows("wide") if row["_rescued_data"]]
