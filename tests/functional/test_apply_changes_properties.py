"""Any set of events, in any order, cut into any batches, with any replays: the same tables.

One dbt project holds a few slots. A slot is a raw table with an SCD1 model, an SCD2 model and a
snapshot over it, all with the slot's own options; the slots together use every option. Some targets
read the raw table, so that their events are kept beside them, the others a stream of it, which is
the set of events itself; from slot to slot it is the other way round. An example
of hypothesis fills all the slots with a history each, so that a run of dbt tries many at once.
The profile `small` repeats a fixed choice; HYPOTHESIS_PROFILE=nightly tries new ones at each run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project import Project
from reference import Counts, Event, Feed, Row, canonical

BATCHES = 3
"""How many runs a history is cut into; a replay of one of them follows."""

DELETE = "op = 'D'"
TRUNCATE = "op = 'T'"


def is_delete(event: Event) -> bool:
    """The condition DELETE in Python."""
    return event["op"] == "D"


def is_truncate(event: Event) -> bool:
    """The condition TRUNCATE in Python."""
    return event["op"] == "T"


KINDS = ("scd1", "scd2", "snapshot")


@dataclass(frozen=True)
class Slot:
    """A raw table and the options of the three targets over it, for dbt and for the reference."""

    name: str
    types: Mapping[str, str]
    """The columns of the raw table; ``op`` is the operation."""
    values: Mapping[str, st.SearchStrategy]
    """What the columns hold, but for ``op``."""
    feed: Feed
    meta: Mapping[str, Any]
    """The options of all three targets."""
    history_meta: Mapping[str, Any] = field(default_factory=dict)
    """Options that only a history has."""
    model_meta: Mapping[str, Any] = field(default_factory=dict)
    """Options that only the SCD2 model has."""
    snapshot_config: Mapping[str, Any] = field(default_factory=dict)
    operations: Sequence[str | None] = ("I", "U", "U", "U", None, "D")
    optional: Sequence[str] = ()
    """Columns that a batch may lack."""
    streamed: Sequence[str] = ("scd1", "snapshot")
    """Which of the targets read a stream."""

    @property
    def stream(self) -> str:
        """The name of the streaming table of the raw table."""
        return f"{self.name}_up"

    @property
    def scd1(self) -> str:
        """The name of the SCD1 model."""
        return f"{self.name}_scd1"

    @property
    def scd2(self) -> str:
        """The name of the SCD2 model."""
        return f"{self.name}_scd2"

    @property
    def snapshot(self) -> str:
        """The name of the snapshot."""
        return f"{self.name}_snapshot"

    @property
    def targets(self) -> list[str]:
        """The names of all three."""
        return [self.scd1, self.scd2, self.snapshot]

    def write(self, project: Project) -> None:
        """Write the slot's models and its snapshot."""
        raw = f"select * from raw.{self.name}"
        stream = f"select * from {{{{ sluice.stream(ref('{self.stream}')) }}}}"
        query = {kind: stream if kind in self.streamed else raw for kind in KINDS}
        keys = {"keys": list(self.feed.keys)}
        project.model(self.stream, raw, materialized="streaming_table", meta={"append_all": True})
        project.apply_changes(self.scd1, query["scd1"], **keys, **self.meta)
        project.apply_changes(
            self.scd2,
            query["scd2"],
            stored_as_scd_type=2,
            **keys,
            **self.meta,
            **self.history_meta,
            **self.model_meta,
        )
        one = len(self.feed.keys) == 1
        project.snapshot(
            self.snapshot,
            query["snapshot"],
            unique_key=self.feed.keys[0] if one else list(self.feed.keys),
            config=self.snapshot_config,
            **self.meta,
            **self.history_meta,
        )

    # --- what is generated ------------------------------------------------------------------

    def events(self) -> st.SearchStrategy[Event]:
        """Any event; the key of a truncate may be null."""

        def event(op: str | None, keyless: bool, values: dict[str, Any]) -> Event:
            gone = dict.fromkeys(self.feed.keys) if op == "T" and keyless else {}
            return {"op": op, **values, **gone}

        operation = st.sampled_from(self.operations)
        return st.builds(event, operation, st.booleans(), st.fixed_dictionaries(dict(self.values)))

    def histories(self) -> st.SearchStrategy[History]:
        """Any batches of any events, some of them with an earlier batch once more."""
        batch = st.builds(
            Batch,
            events=st.lists(self.events(), max_size=12),
            again=st.none() | st.integers(0, BATCHES - 1),
            lacks=st.sets(st.sampled_from(self.optional)) if self.optional else st.just(set()),
        )
        return st.builds(
            History,
            batches=st.lists(batch, min_size=BATCHES, max_size=BATCHES),
            replay=st.integers(0, BATCHES - 1),
        )


@dataclass(frozen=True)
class Batch:
    """The events of one run, once more those of batch ``again`` and without some columns."""

    events: list[Event]
    again: int | None
    lacks: set[str]


@dataclass(frozen=True)
class History:
    """Batches, and the number of the one that is replayed at the end."""

    batches: list[Batch]
    replay: int

    def is_empty(self) -> bool:
        """Whether there is no event at all."""
        return not any(batch.events for batch in self.batches)

    def offered(self, slot: Slot, number: int) -> list[str]:
        """The columns of the raw table in a run."""
        return [column for column in slot.types if column not in self.batches[number].lacks]

    def delivered(self, number: int) -> list[Event]:
        """The rows of a run, as they stand in the raw table."""
        batch = self.batches[number]
        repeated = number if batch.again is None else min(batch.again, number)
        earlier = self.batches[repeated].events if repeated < number else []
        rows = [*batch.events, *earlier]
        return [{k: v for k, v in row.items() if k not in batch.lacks} for row in rows]


# --- the slots ----------------------------------------------------------------------------------

INTERVAL = {"start_at": "valid_from", "end_at": "valid_to"}
"""The options that rename the interval columns of a model, and their defaults."""

SMALL = st.none() | st.integers(0, 1)
TEXT = st.none() | st.sampled_from(["", "a", "B", "Z", "ä", "\uffee", "\U0001f600"])
KEY = st.integers(1, 3)
MOMENT = datetime(2026, 1, 1)
TIMES = st.integers(0, 6)
WITH_TRUNCATES = ("I", "U", "U", "U", "U", "U", None, "D", "T")

SLOTS = [
    # The tutorial's case: the operation and the sequence are no output columns.
    Slot(
        name="plain",
        types={"id": "integer", "n": "bigint", "op": "varchar", "a": "integer", "b": "varchar"},
        values={"id": KEY, "n": TIMES, "a": SMALL, "b": TEXT},
        feed=Feed(["id"], "n", is_delete, except_columns=["n", "op"]),
        meta={
            "sequence_by": "n",
            "apply_as_deletes": DELETE,
            "except_column_list": ["n", "op"],
        },
    ),
    # Truncates, a column list, a sequence of instants, renamed interval columns.
    Slot(
        name="truncated",
        streamed=["scd2"],
        types={"id": "varchar", "at": "timestamptz", "op": "varchar", "a": "integer"},
        values={
            "id": st.sampled_from(["x", "X", "y"]),
            "at": TIMES.map(lambda n: MOMENT.replace(tzinfo=timezone.utc) + timedelta(hours=n)),
            "a": SMALL,
        },
        feed=Feed(["id"], "at", is_delete, is_truncate, columns=["id", "a"]),
        meta={
            "sequence_by": "at",
            "apply_as_deletes": DELETE,
            "apply_as_truncates": TRUNCATE,
            "column_list": ["id", "a"],
        },
        model_meta={"start_at": "since", "end_at": "until"},
        operations=WITH_TRUNCATES,
    ),
    # Nulls that keep, in all columns; a sequence of dates.
    Slot(
        name="filled",
        types={"id": "integer", "day": "date", "op": "varchar", "a": "integer", "b": "varchar"},
        values={
            "id": KEY,
            "day": TIMES.map(lambda n: date(2026, 1, 1) + timedelta(days=n)),
            "a": SMALL,
            "b": TEXT,
        },
        feed=Feed(["id"], "day", is_delete, except_columns=["day", "op"], ignore_null=True),
        meta={
            "sequence_by": "day",
            "apply_as_deletes": DELETE,
            "except_column_list": ["day", "op"],
            "ignore_null_updates": True,
        },
    ),
    # Nulls that keep in one column, another one tracked: runs that carry filled values.
    Slot(
        name="run",
        streamed=["scd2"],
        types={"id": "integer", "n": "varchar", "op": "varchar", "a": "boolean", "b": "integer"},
        values={
            "id": KEY,
            "n": TIMES.map("v{}".format),
            "a": st.none() | st.booleans(),
            "b": SMALL,
        },
        feed=Feed(
            ["id"],
            "n",
            is_delete,
            is_truncate,
            except_columns=["n", "op"],
            ignore_null_columns=["b"],
            track=["a"],
        ),
        meta={
            "sequence_by": "n",
            "apply_as_deletes": DELETE,
            "apply_as_truncates": TRUNCATE,
            "except_column_list": ["n", "op"],
            "ignore_null_updates_column_list": ["b"],
        },
        history_meta={"track_history_column_list": ["a"]},
        operations=WITH_TRUNCATES,
    ),
    # Keys and sequences of two parts, all but one column tracked.
    Slot(
        name="composite",
        types={
            "k1": "integer",
            "k2": "varchar",
            "at": "timestamp",
            "n": "integer",
            "op": "varchar",
            "a": "integer",
            "b": "integer",
        },
        values={
            "k1": st.integers(1, 2),
            "k2": st.sampled_from(["1", "2"]),
            "at": st.integers(0, 2).map(lambda n: MOMENT + timedelta(microseconds=n)),
            "n": st.integers(0, 2),
            "a": SMALL,
            "b": SMALL,
        },
        feed=Feed(
            ["k1", "k2"],
            ["at", "n"],
            is_delete,
            is_truncate,
            except_columns=["at", "n", "op"],
            track_except=["b"],
        ),
        meta={
            "sequence_by": ["at", "n"],
            "apply_as_deletes": DELETE,
            "apply_as_truncates": TRUNCATE,
            "except_column_list": ["at", "n", "op"],
        },
        history_meta={"track_history_except_column_list": ["b"]},
        operations=WITH_TRUNCATES,
    ),
    # Columns that come and go, before and after the others by name; a sequence of decimals.
    Slot(
        name="wider",
        streamed=["scd2"],
        types={
            "id": "integer",
            "n": "decimal(10, 2)",
            "op": "varchar",
            "m": "integer",
            "Added": "integer",
            "z": "varchar",
        },
        values={
            "id": KEY,
            "n": TIMES.map(lambda n: Decimal(n).scaleb(-2)),
            "m": SMALL,
            "Added": SMALL,
            "z": TEXT,
        },
        feed=Feed(["id"], "n", is_delete, except_columns=["n", "op"], ignore_null_except=["m"]),
        meta={
            "sequence_by": "n",
            "apply_as_deletes": DELETE,
            "except_column_list": ["n", "op"],
            "ignore_null_updates_except_column_list": ["m"],
        },
        optional=("Added", "z"),
    ),
    # Every column is an output column, the sequence too; deletes as rows of the snapshot.
    Slot(
        name="whole",
        types={"id": "integer", "n": "integer", "op": "varchar", "a": "integer"},
        values={"id": st.integers(1, 2), "n": TIMES, "a": SMALL},
        feed=Feed(["id"], "n", is_delete),
        meta={"sequence_by": "n", "apply_as_deletes": DELETE},
        snapshot_config={"hard_deletes": "new_record"},
    ),
    # Events that set some columns: lists in any spelling, with keys, copies and names of no column.
    Slot(
        name="partial",
        streamed=["scd2"],
        types={
            "id": "integer",
            "n": "integer",
            "op": "varchar",
            "a": "integer",
            "B": "varchar",
            "sets": "varchar[]",
        },
        values={
            "id": KEY,
            "n": TIMES,
            "a": SMALL,
            "B": TEXT,
            "sets": st.none()
            | st.lists(st.sampled_from(["a", "A", "b", "B", "id", "n", "none", None]), max_size=4),
        },
        feed=Feed(
            ["id"],
            "n",
            is_delete,
            is_truncate,
            except_columns=["n", "op"],
            track_except=["B"],
            columns_to_update="sets",
        ),
        meta={
            "sequence_by": "n",
            "apply_as_deletes": DELETE,
            "apply_as_truncates": TRUNCATE,
            "except_column_list": ["n", "op"],
            "columns_to_update": "sets",
        },
        history_meta={"track_history_except_column_list": ["b"]},
        snapshot_config={"hard_deletes": "new_record"},
        operations=WITH_TRUNCATES,
    ),
    # The same with columns that come and go, in JSON; all columns tracked, no truncates.
    Slot(
        name="patches",
        types={
            "id": "integer",
            "n": "integer",
            "op": "varchar",
            "m": "integer",
            "Added": "integer",
            "sets": "json",
        },
        values={
            "id": st.integers(1, 2),
            "n": TIMES,
            "m": SMALL,
            "Added": SMALL,
            "sets": st.none() | st.lists(st.sampled_from(["m", "added", "z"]), max_size=3),
        },
        feed=Feed(["id"], "n", is_delete, except_columns=["n", "op"], columns_to_update="sets"),
        meta={
            "sequence_by": "n",
            "apply_as_deletes": DELETE,
            "except_column_list": ["n", "op"],
            "columns_to_update": "sets",
        },
        optional=("Added",),
    ),
    # An expression as sequence, names that need quotes, deletes and truncates as rows.
    Slot(
        name="quoted",
        streamed=["scd2"],
        types={
            "Id": "bigint",
            "n": "integer",
            "shift": "integer",
            "op": "varchar",
            "group": "integer",
            "two words": "varchar",
        },
        values={
            "Id": KEY,
            "n": st.integers(0, 3),
            "shift": st.none() | st.integers(0, 2),
            "group": SMALL,
            "two words": TEXT,
        },
        feed=Feed(
            ["Id"],
            lambda event: 2 * event["n"] - (event["shift"] or 0),
            is_delete,
            is_truncate,
            except_columns=["n", "shift", "op"],
            ignore_null_columns=["group"],
            track_except=["two words"],
        ),
        meta={
            "sequence_by": "2 * n - coalesce(shift, 0)",
            "apply_as_deletes": DELETE,
            "apply_as_truncates": TRUNCATE,
            "except_column_list": ["n", "shift", "op"],
            "ignore_null_updates_column_list": ["group"],
        },
        history_meta={"track_history_except_column_list": ["two words"]},
        snapshot_config={"hard_deletes": "new_record"},
        operations=WITH_TRUNCATES,
    ),
]


# --- the properties -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slots(shared_project: Project) -> Project:
    """The project with all the slots."""
    for slot in SLOTS:
        slot.write(shared_project)
    return shared_project


def test_both_kinds_of_state_are_tried(slots: Project) -> None:
    """Of each kind of target some read a stream, and others do not."""
    for kind in KINDS:
        assert {kind in slot.streamed for slot in SLOTS} == {True, False}


@given(histories=st.tuples(*(slot.histories() for slot in SLOTS)))
def test_the_tables_are_a_function_of_the_set_of_events(slots: Project, histories):
    """Every rule of the rows and Counts, after each batch; then a replay, which changes nothing."""
    filled = [(s, h) for s, h in zip(SLOTS, histories, strict=True) if not h.is_empty()]
    if not filled:
        return
    slots.drop_database()
    chosen = [name for slot, _history in filled for name in (slot.stream, *slot.targets)]
    select = ["--select", *chosen]
    seen: dict[str, list[Event]] = {slot.name: [] for slot, _history in filled}
    columns: dict[str, set[str]] = {slot.name: set() for slot, _history in filled}

    for number in range(BATCHES):
        deliver(slots, filled, number)
        slots.build(*select)
        flows = slots.flows()
        for slot, history in filled:
            batch = history.delivered(number)
            before = list(seen[slot.name])
            seen[slot.name] += batch
            columns[slot.name] |= set(history.offered(slot, number))
            check_tables(slots, slot, seen[slot.name], columns[slot.name])
            for target in slot.targets:
                assert counted(flows[target]) == slot.feed.counts(before, batch), target

    contents = {t: slots.contents(t) for slot, _history in filled for t in slot.targets}
    for slot, history in filled:
        deliver(slots, [(slot, history)], history.replay)
    slots.build(*select)
    for target, before in contents.items():
        assert slots.contents(target) == before, f"a replay changed {target}"


def deliver(project: Project, filled: list[tuple[Slot, History]], number: int) -> None:
    """Put a batch of each history into its raw table."""
    tables = {}
    for slot, history in filled:
        offered = history.offered(slot, number)
        tables[slot.name] = (history.delivered(number), {c: slot.types[c] for c in offered})
    project.load_all(tables)


def check_tables(project: Project, slot: Slot, events: list[Event], columns: set[str]) -> None:
    """SCD1, SCD2 and snapshot equal the reference; current rows of SCD2 = SCD1 (Current rows)."""
    feed, label = slot.feed, f"{slot.name} after these events: {events}"
    # a column that came with an empty batch, or with truncates only, is there and null
    blank = dict.fromkeys(feed.output_columns([dict.fromkeys(columns)]))

    def expected(rows: list[Row]) -> list[tuple]:
        return canonical({**blank, **row} for row in rows)

    current = canonical(project.rows(slot.scd1))
    assert current == expected(feed.scd1(events)), label

    renamed = {slot.model_meta.get(name, default): default for name, default in INTERVAL.items()}
    history = [
        {renamed.get(name, name): value for name, value in row.items()}
        for row in project.rows(slot.scd2)
    ]
    assert canonical(history) == expected(feed.scd2(events)), label
    still = [
        {name: value for name, value in row.items() if name not in INTERVAL.values()}
        for row in history
        if row["valid_to"] is None
    ]
    assert canonical(still) == current, label

    new_record = slot.snapshot_config.get("hard_deletes") == "new_record"
    snapshot = feed.scd2(events, new_record=new_record)
    assert canonical(project.history(slot.snapshot)) == expected(snapshot), label


def counted(flow: Mapping[str, Any]) -> Counts:
    """What a run reported (Counts)."""
    return Counts(
        rows=flow["num_input_rows"],
        duplicates=flow["num_duplicate_rows"],
        late=flow["num_late_rows"],
        conflicts=flow["num_conflicts"],
    )
