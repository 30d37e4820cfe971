"""What a change feed means, in plain Python.

This is the reference that the tables of the engine are held against: the rules of docs/auto-cdc.md,
which it calls by their names, written down a second time and as plainly as possible. It shares no
line, no idea and no data structure with the macros. It takes ALL events seen so far and answers
from them as a set, so that order, batches and replays cannot matter here by construction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Event = Mapping[str, Any]
Row = dict[str, Any]
Condition = Callable[[Event], bool | None]
Part = str | Callable[[Event], Any]


class Change(NamedTuple):
    """An event as the rules see it; equal events are copies of each other.

    ``values`` are the output values of an upsert in the alphabetical order of the columns' names;
    a delete has none, a truncate has no key either.
    """

    kind: str
    key: tuple | None
    sequence: tuple
    values: tuple | None


class Step(NamedTuple):
    """What a key becomes at a sequence: a whole row, or None after a delete or a truncate."""

    sequence: tuple
    kind: str
    row: Row | None


class Counts(NamedTuple):
    """What a run reports about its batch (Counts)."""

    rows: int
    duplicates: int
    late: int
    conflicts: int


def never(_event: Event) -> bool:
    """The condition that no event meets."""
    return False


@dataclass(frozen=True)
class Feed:
    """The options of ``apply_changes``; a sequence part is a column's name or a function."""

    keys: Sequence[str]
    sequence_by: Part | Sequence[Part]
    deletes: Condition = never
    truncates: Condition = never
    columns: Sequence[str] | None = None
    except_columns: Sequence[str] = ()
    track: Sequence[str] | None = None
    track_except: Sequence[str] = ()
    ignore_null: bool = False
    ignore_null_columns: Sequence[str] | None = None
    ignore_null_except: Sequence[str] | None = None

    # --- reading events ---------------------------------------------------------------------

    def output_columns(self, events: Iterable[Event]) -> list[str]:
        """Every column that an event ever had and the column lists let through, by lower name."""
        seen = {name for event in events for name in event}
        kept = seen if self.columns is None else seen & set(self.columns)
        return sorted(kept - set(self.except_columns), key=str.lower)

    def sequence(self, event: Event) -> tuple:
        """The event's place in time, as a tuple of its parts."""
        several = isinstance(self.sequence_by, (list, tuple))
        parts = self.sequence_by if several else [self.sequence_by]
        return tuple(part(event) if callable(part) else event[part] for part in parts)

    def read(self, event: Event, columns: Sequence[str]) -> Change:
        """The event as a change; a null in its sequence or its key is an error (Nulls)."""
        sequence = self.sequence(event)
        if None in sequence:
            raise ValueError(f"null sequence: {event}")
        if self.truncates(event):  # a null condition is false (Null conditions)
            return Change("truncate", None, sequence, None)
        key = tuple(event[name] for name in self.keys)
        if None in key:
            raise ValueError(f"null key: {event}")
        if self.deletes(event):
            return Change("delete", key, sequence, None)
        return Change("upsert", key, sequence, tuple(event.get(name) for name in columns))

    def keeps_nulls_out(self, column: str) -> bool:
        """Whether a null in this column keeps the value that the key had before (Ignored nulls)."""
        if column in self.keys:
            return False
        if self.ignore_null_columns is not None:
            return column in self.ignore_null_columns
        if self.ignore_null_except is not None:
            return column not in self.ignore_null_except
        return self.ignore_null

    def is_tracked(self, column: str) -> bool:
        """Whether a change of this column makes a new version (History)."""
        if self.track is not None:
            return column in self.track
        return column not in self.keys and column not in self.track_except

    # --- the rules --------------------------------------------------------------------------

    def timelines(self, events: Sequence[Event]) -> dict[tuple, list[Step]]:
        """The life of each key: one step for each sequence at which something happens to it."""
        columns = self.output_columns(events)
        changes = {self.read(event, columns) for event in events}
        truncates = {change.sequence for change in changes if change.kind == "truncate"}
        by_key: dict[tuple, list[Change]] = {}
        for change in changes:
            if change.key is not None:
                by_key.setdefault(change.key, []).append(change)

        timelines = {}
        for key, own in by_key.items():
            at: dict[tuple, list[Change]] = {sequence: [] for sequence in truncates}
            for change in own:
                at.setdefault(change.sequence, []).append(change)
            steps: list[Step] = []
            held: Row | None = None
            for sequence in sorted(at):
                if sequence in truncates:  # removes what is not newer, ties included (Truncates)
                    kind, held = "truncate", None
                elif any(change.kind == "delete" for change in at[sequence]):  # wins (Ties)
                    kind, held = "delete", None
                else:
                    winner = max((change.values for change in at[sequence]), key=nulls_lowest)
                    row = dict(zip(columns, winner, strict=True))
                    if held is not None:
                        for name in columns:
                            if row[name] is None and self.keeps_nulls_out(name):
                                row[name] = held[name]
                    kind, held = "upsert", row
                steps.append(Step(sequence, kind, held))
            timelines[key] = steps
        return timelines

    def scd1(self, events: Sequence[Event]) -> list[Row]:
        """The current state: a row for each key whose last event is an upsert (Current state)."""
        last = (steps[-1].row for steps in self.timelines(events).values())
        return [row for row in last if row is not None]

    def scd2(self, events: Sequence[Event], *, new_record: bool = False) -> list[Row]:
        """The history: rows with ``valid_from`` and ``valid_to`` (History).

        ``new_record`` adds, dbt's way, a row for each delete that ends a version: the last values,
        with ``dbt_is_deleted`` = 'True' (on every other row 'False'), until the key comes back. A
        truncate adds no row and closes all open ones, those of deletes too.
        """
        history: list[Row] = []
        for steps in self.timelines(events).values():
            version: Row | None = None  # the open one, also that of a delete
            for sequence, kind, row in steps:
                now = sequence if len(sequence) > 1 else sequence[0]
                deleted = version is not None and version.get("dbt_is_deleted") == "True"
                if kind == "delete" and deleted:
                    continue
                if kind == "upsert" and version and not deleted and self._same(version, row):
                    version.update(row)
                    continue
                if version is not None:
                    version["valid_to"] = now
                was, version = version, None
                if kind == "upsert":
                    version = {**row, "valid_from": now, "valid_to": None}
                    if new_record:
                        version["dbt_is_deleted"] = "False"
                elif kind == "delete" and was is not None and new_record:
                    gone = {"valid_from": now, "valid_to": None, "dbt_is_deleted": "True"}
                    version = {**was, **gone}
                if version is not None:
                    history.append(version)
        return history

    def _same(self, version: Row, row: Row) -> bool:
        """Whether no tracked column differs."""
        return all(version[name] == row[name] for name in row if self.is_tracked(name))

    # --- the counts -------------------------------------------------------------------------

    def counts(self, before: Sequence[Event], batch: Sequence[Event]) -> Counts:
        """What the run over ``batch`` reports when the events ``before`` were seen earlier."""
        columns = self.output_columns([*before, *batch])
        kept = {self.read(event, columns) for event in before}
        new = {self.read(event, columns) for event in batch} - kept

        highest: dict[tuple, tuple] = {}
        for change in kept:
            if change.key is not None:
                highest[change.key] = max(change.sequence, highest.get(change.key, change.sequence))
        late = sum(c.key in highest and c.sequence < highest[c.key] for c in new)

        upserts = Counter((c.key, c.sequence) for c in kept | new if c.kind == "upsert")
        touched = {(c.key, c.sequence) for c in new if c.kind == "upsert"}
        conflicts = sum(upserts[place] > 1 for place in touched)
        return Counts(len(batch), len(batch) - len(new), late, conflicts)


def nulls_lowest(values: tuple) -> tuple:
    """Sort key of the order that decides between conflicting upserts (Ties): null is lowest."""
    return tuple((value is not None, value) for value in values)


def canonical(rows: Iterable[Row]) -> list[tuple]:
    """Rows as a sorted list of (column, value) pairs: two tables are equal if these are."""
    return sorted((tuple(sorted(row.items())) for row in rows), key=repr)
