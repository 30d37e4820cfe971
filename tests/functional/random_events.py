"""Events that hypothesis draws: late, deleted, tied, truncated, of values hard to compare."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TYPES = {"id": "integer", "v": "double", "w": "varchar", "op": "varchar", "seq": "integer"}


def events(keys: int) -> st.SearchStrategy[dict[str, Any]]:
    """An event of one of so many keys; only a truncate (op T) may be without one."""
    return st.fixed_dictionaries(
        {
            "id": st.none() | st.integers(1, keys),
            "v": st.none() | st.sampled_from([0.0, -0.0, 1.5, float("nan")]),
            "w": st.none() | st.sampled_from(["", "a", "A"]),
            "op": st.sampled_from(["U"] * 10 + ["D"] * 3 + ["T"]),
            "seq": st.integers(0, 9),
        }
    ).filter(lambda event: event["id"] is not None or event["op"] == "T")
