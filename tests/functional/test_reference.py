"""The reference's own tests: Lakeflow's worked examples, and each rule in its smallest form."""

import pytest

from examples import (
    LAKEFLOW,
    LAKEFLOW_SCD1,
    LAKEFLOW_SCD1_TRUNCATED,
    LAKEFLOW_SCD2,
    LAKEFLOW_SCD2_NAME_TRACKED,
    LAKEFLOW_TRUNCATE,
    at,
    feed,
    intervals,
    lakeflow_feed,
)
from reference import Counts, canonical


def test_lakeflow_scd1():
    """Lakeflow's docs' rows, without and with the truncate event."""
    assert canonical(lakeflow_feed().scd1(LAKEFLOW)) == canonical(LAKEFLOW_SCD1)
    truncated = lakeflow_feed().scd1([*LAKEFLOW, LAKEFLOW_TRUNCATE])
    assert canonical(truncated) == canonical(LAKEFLOW_SCD1_TRUNCATED)


def test_lakeflow_scd2():
    """Lakeflow's docs' rows, with all columns tracked and with all but the city."""
    assert canonical(lakeflow_feed().scd2(LAKEFLOW)) == canonical(LAKEFLOW_SCD2)
    for options in ({"track": ["name"]}, {"track_except": ["city"]}):
        history = lakeflow_feed(**options).scd2(LAKEFLOW)
        assert canonical(history) == canonical(LAKEFLOW_SCD2_NAME_TRACKED)


def test_order_and_copies_do_not_matter():
    """Convergence: the answer is one of a set."""
    again = [*reversed(LAKEFLOW), *LAKEFLOW[:3]]
    assert canonical(lakeflow_feed().scd2(again)) == canonical(LAKEFLOW_SCD2)


def test_a_delete_beats_an_upsert_at_its_sequence():
    """Ties: the tie of a delete and an upsert, and what comes after it."""
    events = [at(1, a="x"), at(2, "D"), at(2, a="y"), at(3, a="x")]
    assert intervals(feed().scd2(events)) == [(1, 2, "x"), (3, None, "x")]
    assert feed().scd1(events[:3]) == []


def test_the_greatest_of_different_upserts_wins_null_lowest():
    """Ties: columns in alphabetical order of their lower-cased names decide one by one."""
    events = [at(1, B=9, a=None), at(1, B=1, a="x"), at(1, B=None, a="x")]
    assert feed().scd1(events) == [{"a": "x", "B": 1, "k": 1}]
    assert feed().scd1([at(1, a="Z"), at(1, a="a")]) == [{"a": "a", "k": 1}]


def test_a_truncate_removes_what_is_not_newer():
    """Truncates: also an upsert at its own sequence, also one that comes later than it."""
    events = [at(1, a="x"), at(3, "T", k=None), at(3, a="y"), at(2, a="z", k=2), at(4, a="x")]
    assert feed().scd1(events) == [{"a": "x", "k": 1}]
    assert intervals(feed().scd2(events)) == [(1, 3, "x"), (2, 3, "z"), (4, None, "x")]


def test_null_keys_and_sequences_are_errors_but_for_truncates():
    """Nulls: a truncate needs no key, everything needs a sequence."""
    with pytest.raises(ValueError, match="null key"):
        feed().scd1([at(1, k=None, a="x")])
    with pytest.raises(ValueError, match="null sequence"):
        feed().scd1([at(None, "T", k=None)])


def test_a_null_condition_is_false():
    """Null conditions: an event whose operation is unknown is an upsert."""
    unknown = {"deletes": lambda event: None, "truncates": lambda event: None}
    assert feed(**unknown).scd1([at(1, None, a="x")]) == [{"a": "x", "k": 1}]


def test_neighbours_coalesce_and_a_gap_is_never_bridged():
    """History: start of the first, values of the last; the same values after a delete are new."""
    events = [at(1, a="x", b=1), at(2, a="x", b=2), at(3, "D"), at(4, a="x", b=2)]
    history = feed(track=["a"]).scd2(events)
    assert intervals(history) == [(1, 3, "x"), (4, None, "x")]
    assert intervals(history, "b") == [(1, 3, 2), (4, None, 2)]
    assert feed(track=[]).scd2(events[:2])[0]["b"] == 2


def test_a_late_event_splits_a_coalesced_run():
    """History: the events inside a run are remembered."""
    events = [at(1, a="x"), at(3, a="x"), at(5, a="x")]
    assert intervals(feed().scd2(events)) == [(1, None, "x")]
    split = [*events, at(4, a="y"), at(2, "D")]
    assert intervals(feed().scd2(split)) == [(1, 2, "x"), (3, 4, "x"), (4, 5, "y"), (5, None, "x")]


def test_a_late_delete_leaves_no_phantom():
    """History: a delete older than all events, or between a delete and an upsert, shows nowhere."""
    events = [at(0, "D"), at(1, a="x"), at(2, "D"), at(3, "D"), at(4, a="y")]
    assert intervals(feed().scd2(events)) == [(1, 2, "x"), (4, None, "y")]


def test_new_record_shows_deletes_as_rows():
    """History: dbt's way, one row for the time that a key is gone, none for one never seen."""
    events = [at(1, "D"), at(2, a="x"), at(4, "D"), at(5, "D"), at(7, a="x")]
    history = feed().scd2(events, new_record=True)
    found = sorted((r["valid_from"], r["valid_to"], r["a"], r["dbt_is_deleted"]) for r in history)
    assert found == [(2, 4, "x", "False"), (4, 7, "x", "True"), (7, None, "x", "False")]


def test_a_truncate_closes_every_open_row():
    """History: it is no delete, so it adds no row, and it closes the row of a delete as well."""
    events = [at(1, a="x"), at(2, "D"), at(1, a="y", k=2), at(3, "T", k=None), at(4, "D")]
    history = feed().scd2(events, new_record=True)
    found = sorted((r["valid_from"], r["valid_to"], r["a"], r["dbt_is_deleted"]) for r in history)
    assert found == [(1, 2, "x", "False"), (1, 3, "y", "False"), (2, 3, "x", "True")]


def test_ignored_nulls_keep_the_value_before_in_sequence():
    """Ignored nulls: late events re-fill what follows; nothing survives a delete."""
    events = [at(1, a="x", b=1), at(3, a=None, b=None), at(5, "D"), at(6, a=None, b=6)]
    ignoring = feed(ignore_null=True)
    rows = [(1, 3, "x"), (3, 5, "x"), (6, None, None)]
    assert intervals(ignoring.scd2(events)) == [(1, 5, "x"), (6, None, None)]
    assert intervals(ignoring.scd2([*events, at(2, a="y", b=None)])) == [
        (1, 2, "x"),
        (2, 5, "y"),
        (6, None, None),
    ]
    only_a = feed(ignore_null_columns=["a"])
    assert intervals(only_a.scd2(events)) == rows
    assert intervals(only_a.scd2(events), "b") == [(1, 3, 1), (3, 5, None), (6, None, 6)]
    assert only_a.scd2(events) == feed(ignore_null_except=["b"]).scd2(events)


def test_composite_keys_and_sequences():
    """A key of two parts; a sequence of two parts compares from left to right."""
    double = feed(keys=["k", "j"], sequence_by=["n", "m"], except_columns=["n", "m", "op"])
    events = [at(1, a="x", j=1, m=9), at(2, a="y", j=1, m=0), at(1, a="z", j=2, m=0)]
    assert canonical(double.scd1(events)) == canonical(
        [{"a": "y", "j": 1, "k": 1}, {"a": "z", "j": 2, "k": 1}]
    )
    assert intervals(double.scd2(events[:2])) == [((1, 9), (2, 0), "x"), ((2, 0), None, "y")]


def test_column_lists_and_columns_that_come_and_go():
    """Drift: a column that an event lacks is null in it; a column list leaves columns out."""
    events = [at(1, a="x"), at(2, a="x", c="new"), at(3, a="x")]
    assert feed(columns=["k", "a"], except_columns=()).scd1(events) == [{"a": "x", "k": 1}]
    assert intervals(feed().scd2(events), "c") == [(1, 2, None), (2, 3, "new"), (3, None, None)]


def test_counts():
    """Counts: copies, late events and conflicts of a batch beside what was there before."""
    before = [at(5, a="x"), at(5, a="x"), at(3, a="w", k=2)]
    assert feed().counts([], before) == Counts(rows=3, duplicates=1, late=0, conflicts=0)
    batch = [
        at(5, "I", a="x"),  # a copy of a kept event: the operation is no output column
        at(5, a="y"),  # a conflict with it, not late
        at(4, a="v"),  # late
        at(4, "D"),  # late, and a conflict with the one before it
        at(4, "D", a="v"),  # a copy: the values of a delete do not count
        at(1, a="p", k=3),  # late for nobody: the key is new
        at(1, a="q", k=3),  # a conflict inside the batch
        at(1, "T", k=None),  # a truncate has no key to be late for
        at(3, "D", k=2),  # a conflict with a kept upsert
    ]
    assert feed().counts(before, batch) == Counts(rows=9, duplicates=2, late=2, conflicts=4)
    seen = [*before, *batch]
    assert feed().counts(seen, batch) == Counts(rows=9, duplicates=9, late=0, conflicts=0)


def test_an_event_sets_the_columns_that_it_lists():
    """Columns to update: the others keep what was before, null is a value, a delete ends it all."""
    events = [
        at(1, a="x", b=1, sets=None),
        at(2, a="not taken", b=None, sets=["B", "k", "none"]),
        at(3, a="y", b=9, sets=["a"]),
        at(4, "D", sets=None),
        at(5, a="z", b=9, sets=["a"]),
    ]
    partial = feed(columns_to_update="sets")
    rows = [{"k": 1, "a": a, "b": b} for a, b in (("x", 1), ("x", None), ("y", None), ("z", None))]
    found = [
        {name: value for name, value in row.items() if not name.startswith("valid_")}
        for row in partial.scd2(events)
    ]
    assert found == rows
    assert partial.scd1(events) == rows[-1:]
    copies = [at(1, a="x", b=7, sets=["a"]), at(1, a="x", b=8, sets=["A", "a", "K"])]
    assert partial.counts([], copies) == Counts(rows=2, duplicates=1, late=0, conflicts=0)
    whole = [at(1, a="x", b=1, sets=None), at(1, a="x", b=1, sets=["a", "b"])]
    assert partial.counts([], whole) == Counts(rows=2, duplicates=1, late=0, conflicts=0)
    assert partial.counts(copies, whole) == Counts(rows=2, duplicates=1, late=0, conflicts=1)
