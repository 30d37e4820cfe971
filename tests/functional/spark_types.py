"""Types of Spark and their values, as the tests speak of them: in DuckDB's words.

spark_type("varchar[]")                 array<string>
duckdb_type("struct<a:int>")            STRUCT(a INTEGER)
value(parse("array<date>"), ["2026-01-01"])
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

NAMES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "smallint": "SMALLINT",
    "tinyint": "TINYINT",
    "double": "DOUBLE",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "binary": "BLOB",
}
"""The words of Spark and of DuckDB for one type."""

FROM_DUCKDB = {
    **{duckdb.lower(): spark for spark, duckdb in NAMES.items()},
    "text": "string",
    "json": "string",
    "timestamptz": "timestamp",
    "timestamp with time zone": "timestamp",
    "hugeint": "decimal(38,0)",
    "decimal": "decimal(18,3)",
    "numeric": "decimal(18,3)",
}


class Type(NamedTuple):
    """A type of Spark: its word, and the fields of a struct, or the parts of a list or a map."""

    word: str
    parts: tuple[tuple[str, Type], ...] = ()


def parse(text: str) -> Type:
    """A type as `describe` names it."""
    found = re.fullmatch(r"(struct|array|map)<(.*)>", text, re.DOTALL)
    if not found:
        return Type(text)
    word, inside = found.groups()
    parts = split(inside, "<(", ">)")
    if word == "struct":
        fields = (part.partition(":") for part in parts)
        return Type(word, tuple((name, parse(kind)) for name, _, kind in fields))
    return Type(word, tuple(("", parse(part)) for part in parts))


def split(text: str, opens: str, closes: str) -> list[str]:
    """The parts between commas that are not within brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in opens) - (letter in closes)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def value(kind: Type, came: Any) -> Any:
    """A value out of JSON, with numbers as Decimal where they are no integers."""
    if came is None:
        return None
    if kind.word == "struct":
        return {name: value(part, came[name]) for name, part in kind.parts}
    if kind.word == "array":
        return [value(kind.parts[0][1], each) for each in came]
    if kind.word == "map":
        of_key = kind.parts[0][1]
        return {
            value(of_key, int(key) if of_key.word.endswith("int") else key): value(
                kind.parts[1][1], each
            )
            for key, each in came.items()
        }
    if kind.word in ("float", "double"):
        return float(came)
    if kind.word.startswith("decimal"):
        return Decimal(came)
    if kind.word == "timestamp":
        return datetime.fromisoformat(came)
    if kind.word == "date":
        return date.fromisoformat(came)
    return came


def spark_type(text: str) -> str:
    """Spark's name of a type that DuckDB has."""
    word = " ".join(text.lower().split())
    if word.endswith("[]"):
        return f"array<{spark_type(text.strip()[:-2])}>"
    if word.startswith("struct"):
        fields = split(text.strip()[len("struct(") : -1], "(", ")")
        pairs = (field.partition(" ") for field in fields)
        return f"struct<{', '.join(f'{n}: {spark_type(k)}' for n, _, k in pairs)}>"
    if word.startswith("map("):
        parts = split(text.strip()[len("map(") : -1], "(", ")")
        return f"map<{', '.join(map(spark_type, parts))}>"
    return FROM_DUCKDB.get(word, word)


def duckdb_type(text: str) -> str:
    """DuckDB's name of a type that Spark has."""
    return named(parse(text))


def named(kind: Type) -> str:
    """DuckDB's name of a parsed type."""
    if kind.word == "struct":
        return f"STRUCT({', '.join(f'{name} {named(part)}' for name, part in kind.parts)})"
    if kind.word == "array":
        return f"{named(kind.parts[0][1])}[]"
    if kind.word == "map":
        return f"MAP({', '.join(named(part) for _, part in kind.parts)})"
    return NAMES.get(kind.word, kind.word.upper())
