"""Targets of apply_changes over the events of `raw.events`, a feed in short form (`examples.at`).

It gives the types and options of that feed by themselves (TYPES, GOOD, OPTIONS), the names of the
options that come in families, `given` and `typed` for a change of options or types, `rebuild` for
the operation, and `Trio`: an SCD1 model, an SCD2 model and a snapshot with the same options.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from examples import intervals
from project import Project, Run
from reference import Event, Feed, Row, canonical

TYPES = {"k": "integer", "n": "integer", "op": "varchar", "a": "varchar", "b": "integer"}

OPTIONS: dict[str, Any] = {
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "except_column_list": ["n", "op"],
}
"""The options of the short feed as a snapshot has them, whose key is its unique_key."""

GOOD: dict[str, Any] = {"keys": ["k"], **OPTIONS}
"""The options of the short feed as a model has them."""
SCD2 = {"stored_as_scd_type": 2}
EVENTS = "select * from raw.events"

META_NAMES = "snapshot_meta_column_names"
INTERVAL = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
TRACK, TRACK_EXCEPT = "track_history_column_list", "track_history_except_column_list"
FILL, FILL_EXCEPT = "ignore_null_updates_column_list", "ignore_null_updates_except_column_list"
HISTORY_OPTIONS = (TRACK, TRACK_EXCEPT)


def given(change: Mapping[str, Any]) -> dict[str, Any]:
    """The good options with a change; none takes one away."""
    return {name: came for name, came in {**GOOD, **change}.items() if came is not None}


def typed(**types: str) -> str:
    """The events with other types of some columns."""
    columns = [f"cast({c} as {types[c]}) as {c}" if c in types else c for c in TYPES]
    return f"select {', '.join(columns)} from raw.events"


def rebuild(project: Project, **args: Any) -> Run:
    """The outcome of `dbt run-operation sluice.rebuild`."""
    given = ["--args", json.dumps(args)] if args else []
    return project.dbt("run-operation", "sluice.rebuild", *given)


class Trio:
    """An SCD1 model, an SCD2 model and a snapshot with the same options over `raw.events`."""

    def __init__(self, project: Project, types: dict[str, str]) -> None:
        self.project = project
        self.types = dict(types)

    def write(self, **options: Any) -> None:
        """(Re)write the three with the options of the short feed and these."""
        meta = {**GOOD, **options}
        keys = meta.pop("keys")
        scd1 = {name: value for name, value in meta.items() if name not in HISTORY_OPTIONS}
        self.project.apply_changes("now", keys=keys, **scd1)
        self.project.apply_changes("history", keys=keys, stored_as_scd_type=2, **meta)
        unique_key = keys[0] if len(keys) == 1 else keys
        self.project.snapshot("snap", unique_key=unique_key, **meta)

    def run(self, *events: Event) -> Run:
        """One batch."""
        self.project.load("events", events, **self.types)
        return self.project.build()

    def now(self) -> list[Row]:
        """The rows of the SCD1 model."""
        return self.project.rows("now")

    def versions(self, value: str = "a") -> list[tuple]:
        """(from, to, value) of the SCD2 model; the snapshot has the same rows."""
        history, snapshot = self.project.rows("history"), self.project.history("snap")
        assert canonical(history) == canonical(snapshot)
        current = [
            {name: v for name, v in row.items() if name not in ("valid_from", "valid_to")}
            for row in history
            if row["valid_to"] is None
        ]
        assert canonical(current) == canonical(self.now())  # Current rows
        return intervals(history, value)

    def contents(self) -> dict[str, list[tuple]]:
        """All that the three tables hold."""
        return {name: self.project.contents(name) for name in ("now", "history", "snap")}

    def equals(self, reference: Feed, events: Sequence[Event]) -> None:
        """The three tables are what the reference says; a column that an event lacks is null."""
        events = [{**dict.fromkeys(self.types), **event} for event in events]
        assert canonical(self.now()) == canonical(reference.scd1(events))
        assert canonical(self.project.rows("history")) == canonical(reference.scd2(events))
        assert canonical(self.project.history("snap")) == canonical(reference.scd2(events))
