"""What the tables must hold: the current state and the history, in plain Python from the files.

It looks at all events as a set, so the order of arrival, copies and batches cannot matter, and
shares nothing with any side. A line is refused that is no JSON, has no key, an unknown operation
or no moment. Neighbours that say the same are one version. Moments are text,
`2026-01-01T00:00:00.000000`, which sorts as they do.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from events import ATTRIBUTES, OPERATIONS

Row = tuple[Any, ...]


@dataclass
class Truth:
    """What the files say: rows of (id, *attributes), in the history with (from, to or None) too."""

    current: set[Row] = field(default_factory=set)
    history: set[Row] = field(default_factory=set)
    lines: int = 0
    refused: int = 0

    def score(self, current: Iterable[Row], history: Iterable[Row]) -> dict[str, int]:
        """How far two tables are from it; all zero is right.

        `wrong_keys`: keys whose current rows are not the one row that they should have. They are
        `stale` (another row, or more than one), `missing` or `extra` (a deleted key that is there).
        `lost_versions`: versions whose key and values the history does not have, at whatever time.
        `false_versions`: rows of the history that did not hold, or not from and to those moments.
        """
        should = {row[0]: [row] for row in self.current}
        found: dict[Any, list[Row]] = {}
        for row in current:
            found.setdefault(row[0], []).append(row)
        missing, extra = len(should.keys() - found), len(found.keys() - should)
        stale = sum(found[key] != rows for key, rows in should.items() if key in found)
        kept = Counter(history)
        contents = Counter(row[:-2] for row in kept.elements())
        lost = Counter(row[:-2] for row in self.history)
        lost.subtract(contents)
        return {
            "wrong_keys": missing + extra + stale,
            "stale": stale,
            "missing": missing,
            "extra": extra,
            "lost_versions": sum(count for count in lost.values() if count > 0),
            "false_versions": (kept - Counter(self.history)).total(),
        }


def read_truth(files: Iterable[Path]) -> Truth:
    """The truth of some files of JSON lines."""
    truth = Truth()
    timelines: dict[int, dict[str, Row | None]] = {}
    for file in files:
        with file.open() as lines:
            for line in lines:
                truth.lines += 1
                event = accepted(line)
                if event is None:
                    truth.refused += 1
                    continue
                is_delete = event["operation"] == "DELETE"
                values = None if is_delete else tuple(event[name] for name in ATTRIBUTES)
                timeline = timelines.setdefault(event["id"], {})
                if timeline.setdefault(event["operation_date"], values) != values:
                    raise ValueError(f"two events of one key and one moment: {event}")
    for key, timeline in timelines.items():
        versions: list[Row] = []  # (values or None, from), neighbours differ
        for moment in sorted(timeline):
            if not versions or versions[-1][0] != timeline[moment]:
                versions.append((timeline[moment], moment))
        ends = [moment for _, moment in versions[1:]] + [None]
        for (values, start), end in zip(versions, ends, strict=True):
            if values is not None:
                truth.history.add((key, *values, start, end))
        if versions[-1][0] is not None:
            truth.current.add((key, *versions[-1][0]))
    return truth


def accepted(line: str) -> dict[str, Any] | None:
    """The event of a line, or None where a rule refuses it."""
    try:
        event = json.loads(line)
        datetime.fromisoformat(event["operation_date"])
    except (TypeError, ValueError):  # no JSON is a ValueError
        return None
    return event if event["id"] is not None and event["operation"] in OPERATIONS else None
