"""Random events: late, deleted, tied, of values hard to compare; some that hypothesis draws."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from engine import is_duckdb_1
from reference import Event

TYPES = {"id": "integer", "v": "double", "w": "varchar", "op": "varchar", "seq": "integer"}


def doubles() -> st.SearchStrategy[float | None]:
    """Values hard to compare, without -0.0 for DuckDB 1.5: it stores a column of zeros as one."""
    zeros = [0.0] if is_duckdb_1() else [0.0, -0.0]
    return st.none() | st.sampled_from([*zeros, 1.5, float("nan")])


def events(keys: int) -> st.SearchStrategy[dict[str, Any]]:
    """An event of one of so many keys; only a truncate (op T) may be without one."""
    return st.fixed_dictionaries(
        {
            "id": st.none() | st.integers(1, keys),
            "v": doubles(),
            "w": st.none() | st.sampled_from(["", "a", "A"]),
            "op": st.sampled_from(["U"] * 10 + ["D"] * 3 + ["T"]),
            "seq": st.integers(0, 9),
        }
    ).filter(lambda event: event["id"] is not None or event["op"] == "T")


HISTORY_TYPES = {
    "h": "integer",
    "k": "integer",
    "n": "integer",
    "op": "varchar",
    "a": "varchar",
    "b": "double",
}
TEXTS = ["x", "X", "", "it's", 'a "b"', "back\\slash", "${x}", "{{ x }}", "zwölf\n", "null", None]
NUMBERS = [0.0, 1.5, 1e17, -2.25, None]


def history(number: int, chance: random.Random) -> list[Event]:
    """Two to twelve events of up to two keys; a few sequences, so that some are tied."""
    return [
        {
            "h": number,
            "k": chance.choice([1, 2]),
            "n": chance.randrange(8),
            "op": chance.choice(["I", "U", "U", "U", "D", None]),
            "a": chance.choice(TEXTS),
            "b": chance.choice(NUMBERS),
        }
        for _ in range(chance.randint(2, 12))
    ]
