"""Types and values of Spark in the words of the tests, which are DuckDB's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from spark_types import duckdb_type, parse, spark_type, value

PAIRS = {
    "VARCHAR": "string",
    "DECIMAL(10,2)": "decimal(10,2)",
    "INTEGER[]": "array<int>",
    "STRUCT(a INTEGER, b VARCHAR[])": "struct<a:int,b:array<string>>",
    "MAP(VARCHAR, STRUCT(t TIMESTAMP))": "map<string,struct<t:timestamp>>",
}


@pytest.mark.parametrize("duckdb", PAIRS)
def test_both_ways(duckdb: str) -> None:
    """A type has a name in each engine."""
    assert duckdb_type(PAIRS[duckdb]) == duckdb
    assert spark_type(duckdb).replace(": ", ":").replace(", ", ",") == PAIRS[duckdb]


def test_values_out_of_json() -> None:
    """Of each type that JSON does not have; a null is one at every depth."""
    kind = parse(
        "struct<d:date,t:timestamp,n:decimal(10,2),f:double,l:array<date>,m:map<int,date>>"
    )
    came = {
        "d": "2026-01-02",
        "t": "2026-01-02 03:04:05.000006",
        "n": Decimal("1.50"),
        "f": Decimal("1.5"),
        "l": ["2026-01-02", None],
        "m": {"1": "2026-01-02"},
    }
    day = date(2026, 1, 2)
    assert value(kind, came) == {
        "d": day,
        "t": datetime(2026, 1, 2, 3, 4, 5, 6),
        "n": Decimal("1.50"),
        "f": 1.5,
        "l": [day, None],
        "m": {1: day},
    }
    assert isinstance(value(kind, came)["f"], float)
    assert value(kind, None) is None
