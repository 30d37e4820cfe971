"""What is held back by rules that drop: quarantines, their counts and samples."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sluice.pipeline.database import Database
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.locations import flows

OURS = "_sluice_"


def quarantines(
    database: Database, manifest: Any, names: tuple[str, ...], samples: int
) -> list[dict[str, Any]]:
    """Return the quarantines, ready for JSON; of these datasets, or of all that have one.

    dataset, relation, rows, rules (name -> rows that broke it; a row may break several), samples
    (so many rows, the newest first: violations, quarantined_at, values). Raises ConfigurationError
    for a name that is no streaming table.
    """
    return [quarantine_of(database, node, samples) for node in chosen(database, manifest, names)]


def chosen(database: Database, manifest: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield the nodes that have a quarantine table, by name; all, or those that are named."""
    streaming = {
        node.name: node
        for node in flows(manifest).values()
        if node.config.materialized == "streaming_table"
    }
    if unknown := sorted(set(names) - set(streaming)):
        raise ConfigurationError(
            "is no streaming table of the project",
            where=", ".join(unknown),
            expected=f"one of [{', '.join(sorted(streaming))}]",
        )
    for name in sorted(names or streaming):
        node = streaming[name]
        if database.has(f"{node.alias}__quarantine", node.schema, node.database):
            yield node


def quarantine_of(database: Database, node: Any, samples: int) -> dict[str, Any]:
    """Return one quarantine, as quarantines() has it."""
    relation = database.relation(f"{node.alias}__quarantine", node.schema, node.database)
    rules: Counter[str] = Counter()
    rows = 0
    for row in database.query(
        f"select _sluice_violations, count(*) as n from {relation} group by _sluice_violations"
    ):
        rows += row["n"]
        for rule in names_of(row["_sluice_violations"]):
            rules[rule] += row["n"]
    newest = database.query(
        f"select * from {relation} order by _sluice_quarantined_at desc limit {samples}"
    )
    return {
        "dataset": node.name,
        "relation": relation,
        "rows": rows,
        "rules": dict(rules.most_common()),
        "samples": [
            {
                "violations": names_of(row["_sluice_violations"]),
                "quarantined_at": row["_sluice_quarantined_at"],
                "values": {key: row[key] for key in row if not key.startswith(OURS)},
            }
            for row in newest
        ],
    }


def names_of(found: Any) -> list[str]:
    """Return a list of names; the driver of Spark gives a list as its JSON."""
    return json.loads(found) if isinstance(found, str) else list(found or [])
