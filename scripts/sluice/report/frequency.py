"""How often keys change: the distribution and the top keys, from the model that is named for it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sluice.pipeline.database import Database
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.locations import flows

BARS = 20
"""Of the distribution, at most."""
TOP = 10
COUNTS = "change_count"
SHOWN = ("version_count", "delete_count", "first_change_at", "last_change_at", "is_current")


def change_frequency(
    database: Database, manifest: Any, name: str | None, values: bool
) -> dict[str, Any] | None:
    """Return how often keys change: dataset, key_count, changes, bars, columns, top.

    bars: (text of the number of changes, keys with so many); top: rows of the keys that change most
    often, with their columns; empty without values. None where no model is named, or none is built
    yet. Raises ConfigurationError where the project has no such model, or it has no change_count.
    """
    if name is None:
        return None
    node = next((node for node in flows(manifest).values() if node.name == name), None)
    if node is None:
        raise ConfigurationError(
            "is no model of the project",
            where=f"vars: sluice: report: change_frequency: {name}",
            expected=f"a model with a row a key and a column {COUNTS}",
            way="name such a model, or remove the line",
        )
    if not database.has(node.alias, node.schema, node.database):
        return None
    relation = database.relation(node.alias, node.schema, node.database)
    columns = list((database.query(f"select * from {relation} limit 1") or [{}])[0])
    if columns and COUNTS not in columns:
        raise ConfigurationError(
            f"has no column {COUNTS}",
            where=f"vars: sluice: report: change_frequency: {name}",
            expected="a row a key: its columns, and how many changes it had",
            found=f"[{', '.join(columns)}]",
            way="name another model, or add the column",
        )
    if not columns:
        return None
    counted = {
        int(row[COUNTS] or 0): row["n"]
        for row in database.query(
            f"select {COUNTS}, count(*) as n from {relation} group by {COUNTS}"
        )
    }
    keys = [key for key in node.config.meta.get("keys") or columns[:1] if key in columns]
    shown = [*keys, COUNTS, *(column for column in SHOWN if column in columns)]
    quoted = [database.adapter.quote(column) for column in shown]
    order = [f"{COUNTS} desc", *quoted[: len(keys)]]
    top = f"select {', '.join(quoted)} from {relation} order by {', '.join(order)} limit {TOP}"
    return {
        "dataset": name,
        "key_count": sum(counted.values()),
        "changes": sum(count * number for count, number in counted.items()),
        "bars": distribution(counted),
        "columns": shown,
        "top": database.query(top) if values else [],
    }


def distribution(counted: dict[int, int]) -> list[tuple[str, int]]:
    """Return (label, keys) of ranges of equal width, at most BARS of them, without a gap.

    counted: number of changes -> keys with so many.
    """
    low, high = min(counted), max(counted)
    width = max(1, -(-(high - low + 1) // BARS))
    bars: Counter[int] = Counter()
    for count, keys in counted.items():
        bars[(count - low) // width] += keys
    found = []
    for number in range((high - low) // width + 1):
        begin = low + number * width
        end = begin + width - 1
        found.append((str(begin) if width == 1 else f"{begin} to {end}", bars[number]))
    return found
