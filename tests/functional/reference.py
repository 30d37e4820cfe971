"""What a change feed means, in plain Python.

This is the reference that the tables of the engine are held against: the rules of docs/auto-cdc.md,
which it calls by their names, written down a second time and as plainly as possible. It shares no
line, no idea and no data structure with the macros. It takes ALL events seen so far and answers
from them as a set, so that order, batches and replays cannot matter here by construction.
"""

from __future__ import annotations

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
    a delete has none, a truncate has no key either. ``sets`` says of each column whether the upsert
    sets it; the value of one that it leaves alone is None.
    """

    kind: str
    key: tuple | None
    sequence: tuple
    values: tuple | None
    sets: tuple[bool, ...] | None = None


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
    columns_to_update: str | None = None
    """The column whose list of names says what an event sets; null: all."""

    # --- reading events ---------------------------------------------------------------------

    def output_columns(self, events: Iterable[Event]) -> list[str]:
        """Every column that an event ever had and the column lists let through, by lower name."""
        seen = {name for event in events for name in event}
        kept = seen if self.columns is None else seen & set(self.columns)
        dropped = {*self.except_columns, self.columns_to_update}
        return sorted(kept - dropped, key=str.lower)

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
        sets = tuple(self.sets(event, name) for name in columns)
        given = zip(columns, sets, strict=True)
        values = tuple(event.get(name) if is_set else None for name, is_set in given)
        return Change("upsert", key, sequence, values, sets)

    def sets(self, event: Event, column: str) -> bool:
        """Whether an upsert says what becomes of a column (Columns to update)."""
        names = event.get(self.columns_to_update) if self.columns_to_update else None
        if names is None or column in self.keys:
            return True
        return column.lower() in {name.lower() for name in names if name is not None}

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
                    winner = max(at[sequence], key=lambda c: (nulls_lowest(c.values), c.sets))
                    row = dict(zip(columns, winner.values, strict=True))
                    if held is not None:
                        for name, is_set in zip(columns, winner.sets, strict=True):
                            if not is_set or (row[name] is None and self.keeps_nulls_out(name)):
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

        was, now = places(kept), places(kept | new)
        touched = {(c.key, c.sequence) for c in new if c.key is not None}
        upserted = {(c.key, c.sequence) for c in new if c.kind == "upsert"}
        conflicts = sum(
            in_conflict(now[place]) and (place in upserted or not in_conflict(was.get(place, [])))
            for place in touched
        )
        return Counts(len(batch), len(batch) - len(new), late, conflicts)


def places(changes: Iterable[Change]) -> dict[tuple, list[str]]:
    """The kinds of the changes at each (key, sequence)."""
    found: dict[tuple, list[str]] = {}
    for change in changes:
        found.setdefault((change.key, change.sequence), []).append(change.kind)
    return found


def in_conflict(kinds: Sequence[str]) -> bool:
    """Whether different upserts, or a delete and an upsert, stand at one place (Ties)."""
    return "upsert" in kinds and len(kinds) > 1


def nulls_lowest(values: tuple) -> tuple:
    """Sort key of the order that decides between conflicting upserts (Ties): null is lowest."""
    return tuple((value is not None, value) for value in values)


def canonical(rows: Iterable[Row]) -> list[tuple]:
    """Rows as a sorted list of (column, value) pairs: two tables are equal if these are."""
    return sorted((tuple(sorted(row.items())) for row in rows), key=repr)
