"""Every option of apply_changes: what it does, what its misuse says (design.md §2, §3).

dbt starts slowly, so many models share a project: it runs once, and each test looks at one model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb
import pytest

from examples import at, intervals
from project import Project, Row, Run
from reference import canonical

TYPES = {"k": "integer", "n": "integer", "op": "varchar", "a": "varchar", "b": "integer"}
GOOD: dict[str, Any] = {
    "keys": ["k"],
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "except_column_list": ["n", "op"],
}
SNAP = {option: came for option, came in GOOD.items() if option != "keys"}
SCD2 = {"stored_as_scd_type": 2}
INTERVAL = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
EVENTS = "select * from raw.events"


class Misuse(NamedTuple):
    """A model that is wrong, and the lines of its error (their beginnings, all of them)."""

    change: dict[str, Any]
    told: list[str]
    text: str = EVENTS
    config: Mapping[str, Any] = {}


def names(available: str = "k, n, op, a, b") -> str:
    """How a message lists the legal columns."""
    return f"(available: {available})"


def not_a_list(option: str, came: Any) -> str:
    """The message of a list option that is none."""
    return f"{option} must be a non-empty list of column names, found: {json.dumps(came)}"


def no_column(option: str, name: str, available: str = "k, n, op, a, b") -> str:
    """The message of a name that the query does not yield."""
    return f"{option} column '{name}' is not in the query {names(available)}"


OVER = "over the columns of the query (k, n, op, a, b), found: "
SEQUENCE = "sequence_by must be a column, an SQL expression or a list of them, found: "
# DuckDB 1.5, which stands in on Python 3.10, calls a tuple a struct (decision 0001).
TUPLE = "STRUCT" if duckdb.__version__.startswith("1.") else "TUPLE"
BROKEN = f"sequence_by must be a column or an expression {OVER}"
CONDITION = f"must be a condition {OVER}"
COMPARISON = "must be a condition, true or false, found: "
KEY = "is a key, and a key never changes (available: a, b)"
DROPPED = "is dropped by column_list or except_column_list (available: a, b)"
TRACK, TRACK_EXCEPT = "track_history_column_list", "track_history_except_column_list"
FILL, FILL_EXCEPT = "ignore_null_updates_column_list", "ignore_null_updates_except_column_list"

KEYS = {
    "keys_missing": Misuse({"keys": None}, [not_a_list("keys", None)]),
    "keys_empty": Misuse({"keys": []}, [not_a_list("keys", [])]),
    "keys_blank": Misuse({"keys": ""}, [not_a_list("keys", "")]),
    "keys_blank_name": Misuse({"keys": [""]}, [no_column("keys", "")]),
    "keys_number": Misuse({"keys": 7}, [not_a_list("keys", 7)]),
    "keys_numbers": Misuse({"keys": ["k", 1]}, [not_a_list("keys", ["k", 1])]),
    "keys_mapping": Misuse({"keys": {"k": 1}}, [not_a_list("keys", {"k": 1})]),
    "keys_true": Misuse({"keys": True}, [not_a_list("keys", True)]),
    "keys_unknown": Misuse({"keys": ["k", "nope"]}, [no_column("keys", "nope")]),
    "keys_twice": Misuse({"keys": ["k", "K"]}, ["keys names the column 'K' twice"]),
    "key_excepted": Misuse(
        {"except_column_list": ["K", "n", "op"]},
        ["key 'k' is dropped by column_list or except_column_list; the target needs every key"],
    ),
    "key_not_listed": Misuse(
        {"except_column_list": None, "column_list": ["a"], "keys": ["k", "b"]},
        [
            "key 'k' is dropped by column_list or except_column_list; the target needs every key",
            "key 'b' is dropped by column_list or except_column_list; the target needs every key",
        ],
    ),
    "unique_key_of_a_model": Misuse(
        {"keys": None},
        [
            'unique_key is for snapshots, found: "k"; a model has meta: {keys: [...]}',
            not_a_list("keys", None),
        ],
        config={"unique_key": "k"},
    ),
}
SEQUENCES = {
    "sequence_missing": Misuse({"sequence_by": None}, [SEQUENCE + "null"]),
    "sequence_empty": Misuse({"sequence_by": []}, [SEQUENCE + "[]"]),
    "sequence_blank": Misuse({"sequence_by": " "}, [SEQUENCE + '" "']),
    "sequence_blank_part": Misuse({"sequence_by": ["n", ""]}, [SEQUENCE + '["n", ""]']),
    "sequence_number": Misuse({"sequence_by": 5}, [SEQUENCE + "5"]),
    "sequence_number_part": Misuse({"sequence_by": ["n", 5]}, [SEQUENCE + '["n", 5]']),
    "sequence_mapping": Misuse({"sequence_by": {"n": 1}}, [SEQUENCE + '{"n": 1}']),
    "sequence_twice": Misuse(
        {"sequence_by": ["n", "N"]},
        ['sequence_by has two parts of the name \'n\', expected each once, found: ["n", "N"]'],
    ),
    "sequence_syntax": Misuse({"sequence_by": "n +"}, [BROKEN + "'n +': syntax error"]),
    "sequence_two": Misuse({"sequence_by": "n, b"}, [BROKEN + "'n, b': syntax error"]),
    "sequence_unknown": Misuse(
        {"sequence_by": "nope"}, [BROKEN + "'nope': Referenced column \"nope\" not found"]
    ),
    "sequence_unknown_parts": Misuse(
        {"sequence_by": ["n", "nope", "b + nil"]},
        [
            BROKEN + "'nope': Referenced column \"nope\" not found",
            BROKEN + "'b + nil': Referenced column \"nil\" not found",
        ],
    ),
    "sequence_aggregate": Misuse(
        {"sequence_by": "max(n)"}, [BROKEN + "'max(n)': column \"k\" must appear in the GROUP BY"]
    ),
    "sequence_nameless": Misuse(
        {"sequence_by": "row(n, b)"},
        [
            BROKEN + f"'row(n, b)': it is a {TUPLE}(INTEGER, INTEGER), whose parts have no names; "
            "write a list, or name them"
        ],
    ),
}
CONDITIONS = {
    f"{kind}_{name}": Misuse({option: came}, [f"{option} {told}"])
    for kind, option in (("delete", "apply_as_deletes"), ("truncate", "apply_as_truncates"))
    for name, came, told in (
        ("number", 5, "must be an SQL condition, found: 5"),
        ("true", True, "must be an SQL condition, found: true"),
        ("list", ["op"], 'must be an SQL condition, found: ["op"]'),
        ("blank", " ", 'must be an SQL condition, found: " "'),
        ("syntax", "op = ", CONDITION + "'op = ': syntax error"),
        ("two", "op = 'D'; select 1", CONDITION + "'op = 'D'; select 1': syntax error"),
        ("unknown", "nope = 1", CONDITION + "'nope = 1': Referenced column \"nope\" not found"),
        ("function", "frob(op)", CONDITION + "'frob(op)': Scalar Function with name frob does"),
        ("types", "op < date '2026-01-01' + n + op", CONDITION),
        ("column", "op", COMPARISON + "'op', which is VARCHAR; write a comparison"),
        ("value", "n + 1", COMPARISON + "'n + 1', which is INTEGER; write a comparison"),
    )
}
COLUMN_LISTS = {
    "columns_number": Misuse(
        {"except_column_list": None, "column_list": 7}, [not_a_list("column_list", 7)]
    ),
    "columns_empty": Misuse(
        {"except_column_list": None, "column_list": []}, [not_a_list("column_list", [])]
    ),
    "columns_numbers": Misuse(
        {"except_column_list": None, "column_list": ["k", 1]},
        [not_a_list("column_list", ["k", 1])],
    ),
    "columns_unknown": Misuse(
        {"except_column_list": None, "column_list": ["k", "nope"]},
        [no_column("column_list", "nope")],
    ),
    "columns_twice": Misuse(
        {"except_column_list": None, "column_list": ["k", "a", "A"]},
        ["column_list names the column 'A' twice"],
    ),
    "columns_both": Misuse(
        {"column_list": ["k", "a"]},
        ["column_list and except_column_list exclude each other; keep one"],
    ),
    "except_number": Misuse({"except_column_list": 7}, [not_a_list("except_column_list", 7)]),
    "except_empty": Misuse({"except_column_list": []}, [not_a_list("except_column_list", [])]),
    "except_unknown": Misuse(
        {"except_column_list": ["n", "nope"]}, [no_column("except_column_list", "nope")]
    ),
    "except_twice": Misuse(
        {"except_column_list": ["n", "N"]}, ["except_column_list names the column 'N' twice"]
    ),
}
SCD_TYPES = {
    f"scd_type_{name}": Misuse(
        {"stored_as_scd_type": came}, [f"stored_as_scd_type must be 1 or 2, found: {told}"]
    )
    for name, came, told in (
        ("three", 3, "3"),
        ("word", "two", '"two"'),
        ("true", True, "true"),
        ("fraction", 1.5, "1.5"),
        ("list", [1], "[1]"),
        ("blank", "", '""'),
    )
}
HISTORIES = {
    f"scd1_{option}": Misuse(
        {option: came},
        [
            f"{option} needs stored_as_scd_type: 2; with type 1 there is no history, "
            f"found: {json.dumps(came)}"
        ],
    )
    for option, came in (
        (TRACK, ["a"]),
        (TRACK_EXCEPT, ["a"]),
        ("start_at", "since"),
        ("end_at", "until"),
    )
}
VALUE_LISTS = {
    f"{option}_{name}": Misuse({**SCD2, option: came}, [told.format(option)])
    for option in (TRACK, TRACK_EXCEPT, FILL, FILL_EXCEPT)
    for name, came, told in (
        ("number", 7, not_a_list("{0}", 7)),
        ("empty", [], not_a_list("{0}", [])),
        ("numbers", ["a", 1], not_a_list("{0}", ["a", 1])),
        ("unknown", ["a", "nope"], no_column("{0}", "nope", "a, b")),
        ("key", ["K", "a"], "{0} column 'K' " + KEY),
        ("dropped", ["a", "op"], "{0} column 'op' " + DROPPED),
        ("twice", ["a", "A"], "{0} names the column 'A' twice"),
    )
}
VALUE_LISTS |= {
    "track_both": Misuse(
        {**SCD2, TRACK: ["a"], TRACK_EXCEPT: ["b"]},
        [f"{TRACK} and {TRACK_EXCEPT} exclude each other; keep one"],
    ),
    "fill_both": Misuse(
        {FILL: ["a"], FILL_EXCEPT: ["b"]},
        [f"{FILL} and {FILL_EXCEPT} exclude each other; keep one"],
    ),
    "fill_all_and_list": Misuse(
        {"ignore_null_updates": True, FILL: ["a"]},
        [f"ignore_null_updates, {FILL} and {FILL_EXCEPT} exclude each other; keep one"],
    ),
    "fill_all_and_except": Misuse(
        {"ignore_null_updates": True, FILL_EXCEPT: ["a"]},
        [f"ignore_null_updates, {FILL} and {FILL_EXCEPT} exclude each other; keep one"],
    ),
}
VALUE_LISTS |= {
    f"fill_{name}": Misuse(
        {"ignore_null_updates": came},
        [f"ignore_null_updates must be true or false, found: {json.dumps(came)}"],
    )
    for name, came in (("word", "true"), ("number", 1), ("list", ["a"]), ("blank", ""))
}
INTERVALS = {
    f"{option}_{name}": Misuse({**SCD2, option: came}, [f"{option} must be {told}"])
    for option in ("start_at", "end_at")
    for name, came, told in (
        ("blank", " ", 'a column name, found: " "'),
        ("number", 5, "a column name, found: 5"),
        ("list", ["since"], 'a column name, found: ["since"]'),
        ("ours", "_SLUICE_X", "a name without the reserved prefix _sluice_, found: '_SLUICE_X'"),
    )
}
INTERVALS |= {
    "start_at_taken": Misuse(
        {**SCD2, "start_at": "A"},
        [
            "the query has a column 'A', and so is called the column of start_at; "
            "drop the one by except_column_list, or name the other by start_at"
        ],
    ),
    "end_at_key": Misuse(
        {**SCD2, "end_at": "k"}, ["the query has a column 'k', and so is called the column of end_"]
    ),
    "default_taken": Misuse(
        SCD2,
        ["the query has a column 'valid_to', and so is called the column of end_at; drop"],
        "select *, 1 as valid_to from raw.events",
    ),
    "interval_twice": Misuse(
        {**SCD2, "start_at": "moment", "end_at": "Moment"},
        ["start_at and end_at must differ, found twice: 'Moment'"],
    ),
    "interval_twice_by_default": Misuse(
        {**SCD2, "start_at": "valid_to"},
        ["start_at and end_at must differ, found twice: 'valid_to'"],
    ),
}
OTHERS = {
    "beside_meta": Misuse(
        {"stored_as_scd_type": None},
        [
            "stored_as_scd_type is set beside meta, where it has no effect; "
            "expected under it: meta: {stored_as_scd_type: 2}"
        ],
        config={"stored_as_scd_type": 2},
    ),
    "our_prefix": Misuse(
        {},
        [
            "column '_sluice_x' begins with the reserved prefix _sluice_; rename it, or leave it",
            "column '_SLUICE_Y' begins with the reserved prefix _sluice_; rename it, or leave it",
        ],
        "select *, 1 as _sluice_x, 2 as _SLUICE_Y from raw.events",
    ),
    "schema_change": Misuse(
        {},
        [
            "on_schema_change must be one of ignore, append_new_columns, sync_all_columns, fail, "
            'found: "append"'
        ],
        config={"on_schema_change": "append"},
    ),
    "python": Misuse(
        {"keys": ["nope"], "sequence_by": "n +"},
        [
            no_column("keys", "nope"),
            BROKEN + "'n +': syntax error",
        ],
        'def model(dbt, session):\n    return session.sql("select * from raw.events")\n',
    ),
    "python_our_prefix": Misuse(
        {},
        ["column '_sluice_x' begins with the reserved prefix _sluice_"],
        "def model(dbt, session):\n"
        '    return session.sql("select *, 1 as _sluice_x from raw.events")\n',
    ),
    "everything": Misuse(
        {
            "keys": ["nope"],
            "sequence_by": 5,
            "apply_as_deletes": "op",
            "apply_as_truncates": 5,
            "column_list": ["k"],
            "stored_as_scd_type": 2,
            TRACK: ["a"],
            TRACK_EXCEPT: ["a"],
            "ignore_null_updates": "maybe",
            "start_at": "a",
            "end_at": "a",
        },
        [
            "keys column",
            "column_list and",
            SEQUENCE,
            "apply_as_truncates must",
            "the query has a column 'a'",
            "start_at and end_at must differ",
            f"{TRACK} and",
            "ignore_null_updates must",
            "apply_as_deletes must",
        ],
    ),
}
MODELS = {
    name: misuse
    for group in (
        KEYS,
        SEQUENCES,
        CONDITIONS,
        COLUMN_LISTS,
        SCD_TYPES,
        HISTORIES,
        VALUE_LISTS,
        INTERVALS,
        OTHERS,
    )
    for name, misuse in group.items()
}

META_NAMES = "snapshot_meta_column_names"
SNAPSHOTS = {
    "snap_model_options": Misuse(
        {"keys": ["k"], "stored_as_scd_type": 1, "start_at": "since", "end_at": "until"},
        [
            'keys is not for snapshots; they have unique_key, found: ["k"]',
            "stored_as_scd_type is not for snapshots; they have type 2 always, found: 1",
            "start_at is not for snapshots; they have "
            f'{META_NAMES}: {{dbt_valid_from: ...}}, found: "since"',
            f"end_at is not for snapshots; they have {META_NAMES}: {{dbt_valid_to: ...}}, found",
        ],
    ),
    "snap_unknown_key": Misuse(
        {}, [no_column("unique_key", "nope")], config={"unique_key": ["k", "nope"]}
    ),
    "snap_expression_key": Misuse(
        {}, [no_column("unique_key", "k || b")], config={"unique_key": "k || b"}
    ),
    "snap_key_twice": Misuse(
        {}, ["unique_key names the column 'k' twice"], config={"unique_key": ["k", "k"]}
    ),
    "snap_key_excepted": Misuse(
        {"except_column_list": ["k"]}, ["key 'k' is dropped by column_list or except_column_list"]
    ),
    "snap_key_tracked": Misuse({TRACK: ["k"]}, [f"{TRACK} column 'k' {KEY}"]),
    "snap_sequence": Misuse({"sequence_by": None}, [SEQUENCE + "null"]),
    "snap_condition": Misuse(
        {"apply_as_deletes": "op ="}, [f"apply_as_deletes {CONDITION}'op =': syntax error"]
    ),
    "snap_ignore": Misuse(
        {},
        [
            "hard_deletes must be invalidate or new_record: a delete event always closes its "
            "version, found: ignore"
        ],
        config={"hard_deletes": "ignore"},
    ),
    "snap_explode": Misuse(
        {},
        ["hard_deletes must be invalidate or new_record: a delete event always closes its version"],
        config={"hard_deletes": "explode"},
    ),
    "snap_names_taken": Misuse(
        {},
        [
            f"the query has a column 'a', and so is called the column of {META_NAMES} "
            "dbt_valid_from; drop the one by except_column_list, or name the other by snapshot_me",
            "the query has a column 'dbt_scd_id', and so is called the column of snapshot_meta_col",
        ],
        "select *, 1 as dbt_scd_id, 2 as dbt_is_deleted from raw.events",
        {META_NAMES: {"dbt_valid_from": "a"}},
    ),
    "snap_mark_taken": Misuse(
        {},
        [
            "the query has a column 'dbt_is_deleted', and so is called the column of "
            f"{META_NAMES} dbt_is_deleted"
        ],
        "select *, 1 as dbt_is_deleted from raw.events",
        {"hard_deletes": "new_record"},
    ),
    "snap_names_twice": Misuse(
        {},
        [
            f"{META_NAMES} dbt_valid_from and {META_NAMES} dbt_valid_to must differ, "
            "found twice: 'X'"
        ],
        config={META_NAMES: {"dbt_valid_from": "x", "dbt_valid_to": "X"}},
    ),
    "snap_names_unknown": Misuse(
        {},
        [
            f"{META_NAMES} names the columns dbt_valid_from, dbt_valid_to, dbt_scd_id, "
            "dbt_updated_at, dbt_is_deleted, found: valid_from"
        ],
        config={META_NAMES: {"valid_from": "since"}},
    ),
    "snap_open_end_unknown": Misuse(
        {},
        [
            "dbt_valid_to_current must be an SQL expression of the type of sequence_by (INTEGER), "
            "found: 'nil': Referenced column \"nil\" not found"
        ],
        config={"dbt_valid_to_current": "nil"},
    ),
    "snap_open_end_type": Misuse(
        {},
        [
            "dbt_valid_to_current must be of the type of sequence_by (INTEGER), found: "
            "'99999999999', which makes valid_to BIGINT; cast it"
        ],
        config={"dbt_valid_to_current": "99999999999"},
    ),
    "snap_open_end_other": Misuse(
        {},
        ["dbt_valid_to_current must be "],
        config={"dbt_valid_to_current": "date '9999-12-31'"},
    ),
    "snap_beside_meta": Misuse(
        {"sequence_by": None},
        [
            "sequence_by is set beside meta, where it has no effect; expected under it: meta: {seq",
            SEQUENCE + "null",
        ],
        config={"sequence_by": "n"},
    ),
}
MISUSES = MODELS | SNAPSHOTS


def given(change: Mapping[str, Any]) -> dict[str, Any]:
    """The good options with a change; none takes one away."""
    return {name: came for name, came in {**GOOD, **change}.items() if came is not None}


@pytest.fixture(scope="module")
def misused(shared_project: Project) -> Run:
    """One run of a project with a model or a snapshot for every misuse."""
    project = shared_project
    for name, misuse in MODELS.items():
        config = {"materialized": "apply_changes", **misuse.config}
        project.model(name, misuse.text, meta=given(misuse.change), **config)
    for name, misuse in SNAPSHOTS.items():
        meta = given({"keys": None, **misuse.change})
        project.write(
            f"snapshots/{name}.sql", f"{{% snapshot {name} %}}\n{misuse.text}\n{{% endsnapshot %}}"
        )
        config = {"unique_key": "k", META_NAMES: INTERVAL, **misuse.config}
        project.configure(
            "snapshots", name, **{"strategy": "sluice.apply_changes", **config, "meta": meta}
        )
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    return project.dbt("build")


@pytest.mark.parametrize("name", MISUSES)
def test_a_misuse_says_what_where_and_what_came(misused: Run, name: str) -> None:
    """Rule 13: the node and its file, a line for each thing that is wrong, and none beside."""
    message = misused.messages[name]
    kind = "snapshot" if name in SNAPSHOTS else "model"
    assert (
        f"apply_changes configuration errors in {kind}.consumer.{name} ({kind}s/{name}." in message
    )
    lines = [line[2:] for line in message.replace("\n  ", "\n").splitlines() if line[:2] == "- "]
    told = MISUSES[name].told
    assert len(lines) == len(told), message
    for line, start in zip(lines, told, strict=True):
        assert line.startswith(start), (line, start)


def test_a_misuse_makes_nothing(misused: Run, shared_project: Project) -> None:
    """Rule 13: the options are checked before anything runs; not even a column of ours stays."""
    assert {misused.statuses[name] for name in MISUSES} == {"error"}
    made = shared_project.query(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema = 'lake' or table_name like '%__events'"
    )
    assert made == []


# --- what the options do ------------------------------------------------------------------------

FEED = [
    at(1, a="x", b=1),
    at(2, a=None, b=1),
    at(3, a="y", b=2),
    at(1, a="z", b=9, k=2),
    at(4, "D", k=2),
]
BEHAVIOURS: dict[str, tuple[dict[str, Any], list[tuple]]] = {
    # name -> (change of the good options, the rows of the table)
    "default_is_type_1": ({}, [(1, "y", 2)]),
    "type_1": ({"stored_as_scd_type": 1}, [(1, "y", 2)]),
    "type_1_as_text": ({"stored_as_scd_type": "1"}, [(1, "y", 2)]),
    "type_2_as_text": (
        {"stored_as_scd_type": "2", "column_list": ["k", "b"], "except_column_list": None},
        [(1, 1, 1, 3), (1, 2, 3, None), (2, 9, 1, 4)],
    ),
    "a_name_for_a_list": ({"keys": "k", "except_column_list": "op"}, [(1, 3, "y", 2)]),
    "names_in_any_case": (
        {"keys": ["K"], "sequence_by": "N", "except_column_list": ["N", "OP"]},
        [(1, "y", 2)],
    ),
    "the_order_is_the_query's": (
        {"column_list": ["b", "K"], "except_column_list": None},
        [(1, 2)],
    ),
    "only_keys": ({"except_column_list": ["n", "op", "a", "b"]}, [(1,)]),
    "no_conditions": (
        {"apply_as_deletes": None, "apply_as_truncates": None},
        [(1, "y", 2), (2, None, 0)],
    ),
    "null_is_unset": (
        {
            **SCD2,
            "start_at": "null",
            "end_at": "null",
            TRACK: "null",
            TRACK_EXCEPT: ["a"],
            "column_list": "null",
            "ignore_null_updates": "null",
            FILL: "null",
            FILL_EXCEPT: "null",
            "apply_as_truncates": "null",
        },
        [(1, None, 1, 1, 3), (1, "y", 2, 3, None), (2, "z", 9, 1, 4)],
    ),
    "a_comment_at_the_end": (
        {"sequence_by": "n -- the order", "apply_as_deletes": "op = 'D' -- gone"},
        [(1, "y", 2)],
    ),
    "parts_with_comments": (
        {**SCD2, "sequence_by": ["n -- the order", "b"], "except_column_list": ["n", "op", "b"]},
        [
            (1, "x", (1, 1), (2, 1)),
            (1, None, (2, 1), (3, 2)),
            (1, "y", (3, 2), None),
            (2, "z", (1, 9), (4, 0)),
        ],
    ),
    "a_struct_of_its_own": (
        {"sequence_by": "struct_pack(x := n, y := b)"},
        [(1, "y", 2)],
    ),
    "conditions_of_dropped_columns": (
        {"apply_as_deletes": "changes.op = 'D' and n = (select max(n) from raw.events)"},
        [(1, "y", 2)],
    ),
    "lists_beside_false": (
        {"ignore_null_updates": False, FILL: ["a"], "sequence_by": "-n", "apply_as_deletes": None},
        [(1, "x", 1), (2, "z", 9)],
    ),
    "start_at_of_a_dropped_column": (
        {**SCD2, "start_at": "n", "end_at": "op", TRACK: ["b"]},
        [(1, None, 1, 1, 3), (1, "y", 2, 3, None), (2, "z", 9, 1, 4)],
    ),
}


@pytest.fixture(scope="module")
def behaving(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a model for each option that does something."""
    project = Project(tmp_path_factory.mktemp("behaving"), template=template)
    for name, (change, _rows) in BEHAVIOURS.items():
        meta = {option: None if v == "null" else v for option, v in given(change).items()}
        project.apply_changes(name.replace("'", ""), **meta)
    events = [{**event, "b": 0} if event["op"] == "D" else event for event in FEED]
    project.load("events", events, **TYPES)
    project.run()
    return project


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_what_an_option_does(behaving: Project, name: str) -> None:
    """§2: the rows of the table, its columns in the order of the query."""
    rows = [tuple(row.values()) for row in behaving.rows(name.replace("'", ""))]
    assert sorted(rows, key=repr) == sorted(BEHAVIOURS[name][1], key=repr)


def test_delete_and_truncate_at_once_is_a_truncate(project: Project) -> None:
    """Docs, rule 5: an event that meets both conditions removes what is not newer of every key."""
    meta = {**GOOD, "apply_as_truncates": "op in ('T', 'D')"}
    project.apply_changes("now", **meta)
    project.apply_changes("history", **meta, **SCD2)
    project.load("events", [at(1, a="x"), at(1, a="x", k=2), at(2, "D"), at(3, a="z")], **TYPES)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": "z", "b": None}]
    assert intervals(project.rows("history")) == [(1, 2, "x"), (1, 2, "x"), (3, None, "z")]


def test_a_struct_is_one_value_for_ignored_nulls(project: Project) -> None:
    """Rule 8 is about whole columns: a struct with null fields replaces the whole one before it."""
    address = "struct(city varchar, zip varchar)"
    types = {**TYPES, "a": address}
    meta = {**GOOD, "ignore_null_updates": True}
    project.apply_changes("now", **meta)
    project.apply_changes("history", **meta, **SCD2)
    events = [
        at(1, a={"city": "Oaxaca", "zip": "68000"}, b=1),
        at(3, a={"city": "Cancun", "zip": None}, b=None),
        at(5, a=None, b=5),
        at(7, a={"city": None, "zip": None}),
    ]
    project.load("events", events[:3], **types)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": ("Cancun", None), "b": 5}]
    project.load("events", events[3:], **types)
    project.run()
    assert project.rows("now") == [{"k": 1, "a": (None, None), "b": 5}]
    assert intervals(project.rows("history")) == [
        (1, 3, ("Oaxaca", "68000")),
        (3, 5, ("Cancun", None)),
        (5, 7, ("Cancun", None)),
        (7, None, (None, None)),
    ]


NULLS = {
    "column": (
        {},
        ["key column 'k' is null in 2 of 6 events", "sequence_by 'n' is null in 1 of 6"],
    ),
    "expression": (
        {"sequence_by": "n + b"},
        ["key column 'k' is null in 2 of 6 events", "sequence_by 'n + b' is null in 2 of 6"],
    ),
    "parts": (
        {"sequence_by": ["N", "-b"]},
        [
            "key column 'k' is null in 2 of 6 events",
            "sequence_by 'n' is null in 1 of 6",
            "sequence_by '-b' is null in 1 of 6",
        ],
    ),
    "struct": (
        {"sequence_by": "struct_pack(x := n, y := b)"},
        [
            "key column 'k' is null in 2 of 6 events",
            "sequence_by 'struct_pack(x := n, y := b), x' is null in 1 of 6",
            "sequence_by 'struct_pack(x := n, y := b), y' is null in 1 of 6",
        ],
    ),
}


def test_null_keys_and_sequences_are_counted_by_column(project: Project) -> None:
    """Rule 4, for each form of a sequence: nothing is written; a truncate needs no key."""
    for name, (change, _told) in NULLS.items():
        project.apply_changes(name, **{**GOOD, **change})
        meta = {option: came for option, came in {**GOOD, **change}.items() if option != "keys"}
        project.snapshot(f"snap_{name}", unique_key="k", **meta)
    events = [at(1, a="x", b=1), at(2, b=2, k=None), at(3, "D", b=3, k=None)]
    events += [at(4, "T", b=4, k=None), at(None, b=5), at(6)]
    project.load("events", events, **TYPES)
    run = project.dbt("build")
    for name, (_change, told) in NULLS.items():
        for node in (name, f"snap_{name}"):
            message = run.messages[node]
            assert "Change events without key or sequence in" in message
            assert f".consumer.{node} (" in message
            lines = [line.strip() for line in message.splitlines() if " is null in " in line]
            assert len(lines) == len(told), message
            for line, start in zip(lines, told, strict=True):
                assert line.startswith(f"- {start}"), (line, start)
            assert "Nothing was written" in message
            assert "on_violation: drop" in message
    assert project.query("from information_schema.tables where table_schema = 'lake'") == []


def test_a_conflict_warns_with_model_and_count(project: Project) -> None:
    """Rule 3: pairs of key and sequence are counted, not events; the warning says how to end it."""
    project.apply_changes("now", **GOOD)
    batch = [at(1, a=a, k=k) for k in (1, 2) for a in ("x", "y", "z")] + [at(1, a="x", k=3)]
    project.load("events", batch, **TYPES)
    (warning,) = [text for text in project.run().warnings if "conflicting" in text]
    assert "now: 2 (key, sequence) pairs have conflicting upserts; the greatest values" in warning
    assert "A finer sequence_by would tell which came last." in warning


MISSPELT = {
    "key": "keys",
    "sequenceby": "sequence_by",
    "SEQUENCE_BY": "sequence_by",
    "apply_as_delete": "apply_as_deletes",
    "apply_as_truncate": "apply_as_truncates",
    "columns_list": "column_list",
    "except_column": None,
    "exept_column_list": "except_column_list",
    "stored_as_scd_typ": "stored_as_scd_type",
    "track_history_columns_list": TRACK,
    "track_history_except_columns_list": TRACK_EXCEPT,
    "ignore_nulls_updates": "ignore_null_updates",
    "ignore_null_update_column_list": FILL,
    "ignore_null_update_except_column_list": FILL_EXCEPT,
    "start-at": "start_at",
    "endat": "end_at",
    "owner": None,
    "team": None,
}


def test_misspelt_and_misplaced_keys_of_meta_are_warnings(project: Project) -> None:
    """§2: both names are told; keys that are like none of ours are the user's own."""
    project.apply_changes("now", **GOOD, **dict.fromkeys(MISSPELT, "n"), hard_deletes="ignore")
    project.snapshot("snap", unique_key="k", **SNAP, hard_deletes="new_record", endat="x")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    told = "\n".join(project.build().warnings)
    for wrong, right in MISSPELT.items():
        start = f"model.consumer.now: meta key '{wrong}' is no option of sluice"
        assert (start in told) == (right is not None), wrong
        assert right is None or f"{start}; did you mean '{right}'?" in told
    assert (
        "snapshot.consumer.snap: meta key 'endat' is no option of sluice; did you mean 'end_at"
        in told
    )
    assert (
        "model.consumer.now: meta key 'hard_deletes' is no option of sluice; "
        "only snapshots have hard_deletes"
    ) in told
    assert (
        "snapshot.consumer.snap: meta key 'hard_deletes' is no option of sluice; "
        "hard_deletes is a configuration of dbt and stands beside meta"
    ) in told
    assert project.rows("now") == [{"k": 1, "a": "x", "b": 1}]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"unique_key": None}, "unique_key"),
        ({"unique_key": []}, "unique_key"),
        ({"unique_key": 5}, "unique_key"),
    ],
    ids=["missing", "empty", "number"],
)
def test_what_dbt_itself_refuses_of_a_snapshot(
    project: Project, config: dict[str, Any], told: str
) -> None:
    """dbt checks its own keys when it parses; nothing of ours hides that."""
    config = {"unique_key": "k", **config}
    config = {name: came for name, came in config.items() if came is not None}
    project.write("snapshots/snap.sql", f"{{% snapshot snap %}}\n{EVENTS}\n{{% endsnapshot %}}")
    project.configure("snapshots", "snap", strategy="sluice.apply_changes", meta=SNAP, **config)
    project.load("events", [at(1)], **TYPES)
    assert told in project.run_expecting_error()


# --- targets ------------------------------------------------------------------------------------


def test_targets_that_are_not_ours(project: Project) -> None:
    """A view, a table of another materialization, and expectations: refused, all left as it was."""
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.model("was_view", materialized="view")
    project.model("was_table", materialized="table")
    project.run()
    project.query("create table lake.snap as select 1 as x")
    project.query("create view lake.snap_view as select 1 as x")
    rule = {"not_null": {"config": {"meta": {"on_violation": "drop"}}}}
    for name in ("was_view", "was_table", "judged"):
        project.apply_changes(name, **GOOD)
    project.snapshot("snap", unique_key="k", **SNAP)
    project.write(
        "models/judged.yml",
        json.dumps(
            {
                "models": [
                    {
                        "name": "judged",
                        "config": {"materialized": "apply_changes", "meta": GOOD},
                        "columns": [{"name": "a", "data_tests": [rule]}],
                    }
                ]
            }
        ),
    )
    run = project.dbt("build")
    told = {
        "was_view": [
            '"lake"."was_view" exists as a view, expected a table',
            "rebuild it with: dbt run --full-refresh --select was_view",
        ],
        "was_table": [
            '"lake"."was_table" exists, but sluice keeps no events for it, so it was made by some',
            "rebuild it with: dbt run --full-refresh --select was_table",
        ],
        "judged": [
            "is an expectation (on_violation: drop), and those judge the rows of a streaming_table",
            "declare it on the streaming table that this model reads",
        ],
        "snap": [
            '"lake"."snap" exists, but sluice keeps no events for it, so it was made by some',
            "sluice.rebuild --args '{dataset: snap, start_over: true}'",
        ],
    }
    for name, fragments in told.items():
        assert run.statuses[name] == "error"
        assert "apply_changes target error in " in run.messages[name]
        for fragment in fragments:
            assert fragment in run.messages[name], (fragment, run.messages[name])
    assert project.rows("snap") == [{"x": 1}]
    project.run("--full-refresh", "--select", "was_table")
    assert project.rows("was_table") == [{"k": 1, "a": "x", "b": 1}]


def test_python_models_that_yield_no_rows_to_read(project: Project) -> None:
    """What fails is told of the model, leaves nothing behind, and the next run is a first one."""
    broken = {
        "number": "def model(dbt, session):\n    return 5\n",
        "nothing": "def model(dbt, session):\n    return None\n",
        "raising": "def model(dbt, session):\n    if session:\n"
        "        raise ValueError('no feed today')\n    return session\n",
    }
    for name, text in broken.items():
        project.apply_changes(name, text, **GOOD)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    run = project.dbt("run")
    assert {run.statuses[name] for name in broken} == {"error"}
    assert "no feed today" in run.messages["raising"]
    assert project.query("from information_schema.tables where table_schema = 'lake'") == []
    for name in broken:
        project.apply_changes(
            name, f'def model(dbt, session):\n    return session.sql("{EVENTS}")\n', **GOOD
        )
    project.run()
    for name in broken:
        assert project.rows(name) == [{"k": 1, "a": "x", "b": 1}]


# --- drift (rule 10) ----------------------------------------------------------------------------


class Drift(NamedTuple):
    """What changes between two runs, and the lines of the error (none: the run goes well)."""

    change: dict[str, Any]
    told: list[str]
    text: str = EVENTS


def typed(**types: str) -> str:
    """The events with other types of some columns."""
    casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in types.items())
    return f"select * replace ({casts}) from raw.events"


NARROWED = "which can lose values; cast it in the model, or start over: "
DRIFTS = {
    "keys": Drift({"keys": ["k", "b"]}, ['keys was ["k"] and is now ["k", "b"]']),
    "other_key": Drift({"keys": "b"}, ['keys was ["k"] and is now ["b"]']),
    "key_type": Drift({}, ["key 'k' was of type INTEGER and is now BIGINT"], typed(k="bigint")),
    "sequence": Drift({"sequence_by": "n + 1"}, ['sequence_by was ["n"] and is now ["n + 1"]']),
    "sequence_parts": Drift(
        {"sequence_by": ["n", "b"]},
        [
            'sequence_by was ["n"] and is now ["n", "b"]',
            "sequence_by was of type INTEGER and is now STRUCT(n INTEGER, b INTEGER)",
        ],
    ),
    "sequence_type": Drift(
        {}, ["sequence_by was of type INTEGER and is now VARCHAR"], typed(n="varchar")
    ),
    "deletes": Drift(
        {"apply_as_deletes": "op = 'DEL'"},
        ["apply_as_deletes was \"op = 'D'\" and is now \"op = 'DEL'\""],
    ),
    "no_deletes": Drift(
        {"apply_as_deletes": None}, ["apply_as_deletes was \"op = 'D'\" and is now null"]
    ),
    "truncates": Drift(
        {"apply_as_truncates": "op = 'D'"},
        ["apply_as_truncates was \"op = 'T'\" and is now \"op = 'D'\""],
    ),
    "several": Drift(
        {"keys": ["b"], "apply_as_truncates": None},
        [
            'keys was ["k"] and is now ["b"]',
            "apply_as_truncates was \"op = 'T'\" and is now null",
        ],
    ),
    "same_key_in_capitals": Drift({"keys": ["K"], "sequence_by": "N"}, []),
    "other_type": Drift(
        {},
        [
            f"column 'a' was VARCHAR and is now BLOB, {NARROWED}",
            f"column 'b' was INTEGER and is now VARCHAR, {NARROWED}",
        ],
        typed(a="blob", b="varchar"),
    ),
    "option_of_a_vanished_column": Drift(
        {FILL: ["a", "b"]},
        [f"{FILL} column 'b' is not in the query (available: a)"],
        "select * exclude (b) from raw.events",
    ),
}
SCD2_DRIFTS = {
    "scd_type": Drift(
        {"stored_as_scd_type": 1},
        [
            "stored_as_scd_type was 2 and is now 1",
        ],
    ),
    "interval": Drift(
        {"start_at": "since", "end_at": "until"},
        [
            'start_at was "valid_from" and is now "since"',
            'end_at was "valid_to" and is now "until"',
        ],
    ),
}
Drifted = tuple[Project, Run, dict[str, list]]


@pytest.fixture(scope="module")
def drifted(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Drifted:
    """A project that ran well, and then again with something changed in every node."""
    project = Project(tmp_path_factory.mktemp("drifted"), template=template)

    def write(second: bool) -> None:
        for name, drift in {**DRIFTS, **SCD2_DRIFTS}.items():
            base = {**GOOD, **SCD2} if name in SCD2_DRIFTS else GOOD
            meta = {**base, **(drift.change if second else {})}
            meta = {option: came for option, came in meta.items() if came is not None}
            project.apply_changes(f"m_{name}", drift.text if second else EVENTS, **meta)
        for name, drift in DRIFTS.items():
            meta = {**GOOD, **(drift.change if second else {})}
            meta = {option: came for option, came in meta.items() if came is not None}
            unique_key = meta.pop("keys")
            text = drift.text if second else EVENTS
            project.snapshot(f"s_{name}", text, unique_key=unique_key, **meta)
        project.snapshot("s_interval", unique_key="k", **SNAP)
        if second:
            config = {"strategy": "sluice.apply_changes", "unique_key": "k", "meta": SNAP}
            config[META_NAMES] = {"dbt_valid_from": "since", "dbt_valid_to": "valid_to"}
            project.configure("snapshots", "s_interval", **config)

    write(second=False)
    project.load("events", [at(1, a="x", b=1), at(2, a="y", b=1)], **TYPES)
    project.build()
    before = {name: project.contents(name) for name in project.last.statuses if name[1] == "_"}
    write(second=True)
    project.load("events", [at(3, a="z", b=1)], **TYPES)
    return project, project.dbt("build"), before


ALL_DRIFTS = {f"{kind}_{name}": drift for kind in "ms" for name, drift in DRIFTS.items()}
ALL_DRIFTS |= {f"m_{name}": drift for name, drift in SCD2_DRIFTS.items()}
ALL_DRIFTS["s_interval"] = Drift(
    {}, [f'{META_NAMES} dbt_valid_from was "valid_from" and is now "since"']
)


@pytest.mark.parametrize("name", ALL_DRIFTS)
def test_drift_says_what_changed_and_the_way_out(drifted: Drifted, name: str) -> None:
    """Rule 10: each change with before and after, all at once; the table stays as it was."""
    project, run, before = drifted
    snapshot = name[0] == "s"
    if not ALL_DRIFTS[name].told:
        assert run.statuses[name] == "success", run.messages[name]
        return
    message = run.messages[name]
    kind = "snapshot" if snapshot else "model"
    assert f" in {kind}.consumer.{name} ({kind}s/{name}.sql)" in message
    told = [line.strip()[2:] for line in message.splitlines() if line.strip()[:2] == "- "]
    expected = list(ALL_DRIFTS[name].told)
    if snapshot:
        expected = [line.replace("keys was", "unique_key was") for line in expected]
    if "configuration" not in message and "Schema change" not in message:
        expected.append("the kept events cannot follow that; change it back, or start over: ")
    assert len(told) == len(expected), message
    for line, start in zip(told, expected, strict=True):
        assert line.startswith(start), (line, start)
    if "configuration" not in message:
        way_out = (
            f"dbt run-operation sluice.rebuild --args '{{dataset: {name}, start_over: true}}', "
            f"then dbt snapshot --select {name}"
            if snapshot
            else f"dbt run --full-refresh --select {name}"
        )
        assert told[-1].endswith(way_out), told[-1]
    assert project.contents(name) == before[name]


def test_what_changes_without_drift(project: Project) -> None:
    """Rule 10: tracked columns, ignored nulls and types that fit; history is worked out anew."""
    events = [at(1, a="x", b=1), at(2, a="x", b=2), at(3, a=None, b=2)]
    project.apply_changes("tracked", **GOOD, **SCD2)
    project.apply_changes("filled", **GOOD, **SCD2)
    project.apply_changes("typed", **GOOD)
    project.load("events", events, **TYPES)
    project.run()
    assert intervals(project.rows("filled")) == [(1, 2, "x"), (2, 3, "x"), (3, None, None)]

    project.apply_changes("tracked", **GOOD, **SCD2, track_history_except_column_list=["a"])
    project.apply_changes("filled", **GOOD, **SCD2, ignore_null_updates=True)
    project.apply_changes("typed", typed(b="tinyint"), **GOOD)
    project.load("events", [at(1, a="w", b=7, k=2)], **TYPES)
    project.run()
    rows = [row for row in project.rows("tracked") if row["k"] == 1]
    assert intervals(rows) == [(1, 2, "x"), (2, None, None)]
    rows = [row for row in project.rows("filled") if row["k"] == 1]
    assert intervals(rows) == [(1, 2, "x"), (2, None, "x")]
    assert project.columns("typed")["b"] == "INTEGER"  # every TINYINT is one
    assert sorted(row["b"] for row in project.rows("typed")) == [2, 7]


# --- on_schema_change ---------------------------------------------------------------------------

MODES = ("unset", "ignore", "append_new_columns", "sync_all_columns", "fail")


def write_modes(project: Project, text: str = EVENTS, **changed: str) -> None:
    """Models of both types for each on_schema_change; `changed` gives one another mode."""
    for mode in MODES:
        chosen = changed.get(mode, mode)
        config = {} if chosen == "unset" else {"on_schema_change": chosen}
        for name, scd in ((f"now_{mode}", {}), (f"past_{mode}", SCD2)):
            project.model(name, text, materialized="apply_changes", meta={**GOOD, **scd}, **config)


def test_on_schema_change(project: Project) -> None:
    """§2, rule 10: what a new and a vanished column do to the table, by the mode of the model."""
    write_modes(project)
    project.load("events", [at(1, a="x", b=1), at(1, a="v", b=1, k=2)], **TYPES)
    project.run()
    without_b = {name: kind for name, kind in TYPES.items() if name != "b"}

    # a column is gone, with an empty batch and with a full one
    for batch in ([], [at(2, a="y")]):
        project.load("events", batch, **without_b)
        run = project.dbt("run")
        for mode in MODES:
            for name in (f"now_{mode}", f"past_{mode}"):
                if mode != "fail":
                    assert run.statuses[name] == "success", run.messages[name]
                    continue
                assert run.statuses[name] == "error"
                assert (
                    "column 'b' is no longer in the model and on_schema_change is fail"
                    in (run.messages[name])
                )
                assert f"dbt run --full-refresh --select {name}" in run.messages[name]
                assert [row["a"] for row in project.rows(name) if row["k"] == 1] == ["x"]
    for mode in MODES[:-1]:
        assert project.columns(f"now_{mode}") == {"k": "INTEGER", "a": "VARCHAR", "b": "INTEGER"}
        assert canonical(project.rows(f"now_{mode}")) == canonical(
            [{"k": 1, "a": "y", "b": None}, {"k": 2, "a": "v", "b": 1}]
        )
        rows = [row for row in project.rows(f"past_{mode}") if row["k"] == 1]
        assert intervals(rows, "b") == [(1, 2, 1), (2, None, None)]

    # a column is new
    project.load("events", [at(3, a="z", b=3, c="new")], **TYPES, c="varchar")
    run = project.dbt("run")
    for mode in MODES:
        for name in (f"now_{mode}", f"past_{mode}"):
            if mode == "fail":
                assert run.statuses[name] == "error"
                assert "column 'c' is new and on_schema_change is fail" in run.messages[name]
            else:
                assert run.statuses[name] == "success", run.messages[name]
            assert ("c" in project.columns(name)) == (mode not in ("ignore", "fail"))
    assert intervals([r for r in project.rows("past_unset") if r["k"] == 1], "c") == [
        (1, 2, None),
        (2, 3, None),
        (3, None, "new"),
    ]

    # what was ignored comes with its values once the mode says so, to keys without events too
    write_modes(project, ignore="append_new_columns")
    project.load("events", [at(9, a="w", b=9, k=2)], **TYPES, c="varchar")
    project.run("--exclude", "now_fail", "past_fail")
    for kind in ("now", "past"):
        assert project.contents(f"{kind}_ignore") == project.contents(f"{kind}_unset")


# --- rebuild ------------------------------------------------------------------------------------


def rebuild(project: Project, **args: Any) -> Run:
    """The outcome of `dbt run-operation sluice.rebuild`."""
    given = ["--args", json.dumps(args)] if args else []
    return project.dbt("run-operation", "sluice.rebuild", *given)


def test_rebuild_checks_what_it_is_asked(project: Project) -> None:
    """What it was called with, all at once; and a dataset without kept events."""
    project.apply_changes("now", **GOOD)
    project.apply_changes("never_ran", **GOOD)
    project.model("plain", "select 1 as x", materialized="table")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.run("--exclude", "never_ran")
    before = project.contents("now")
    must = "- dataset must name an apply_changes model or snapshot (known: never_ran, now), found: "
    for args, told in (
        ({}, [must + "null"]),
        ({"dataset": "nope"}, [must + '"nope"']),
        ({"dataset": "plain"}, [must + '"plain"']),
        (
            {"dataset": 5, "start_over": "yes"},
            [must + "5", "- start_over must be true or false, f"],
        ),
        (
            {"dataset": "now", "start_over": "false"},
            ['- start_over must be true or false, found: "false"'],
        ),
    ):
        run = rebuild(project, **args)
        assert not run.success
        for line in [*told, "- expected: dbt run-operation sluice.rebuild --args '{dataset: <name"]:
            assert line in run.error + run.log, (line, run.error)
    run = rebuild(project, dataset="never_ran")
    assert not run.success
    text = run.error + run.log
    assert "sluice.rebuild error in model.consumer.never_ran (models/never_ran.sql)" in text
    assert "no events are kept for" in text
    assert "expected a dataset that has run before" in text
    assert "way out: dbt build --select never_ran" in text
    assert project.contents("now") == before


def test_rebuild_says_what_the_kept_events_cannot_follow(project: Project) -> None:
    """Rule 10: every changed option by its name, before and after, and the way out."""
    project.apply_changes("now", **GOOD)
    project.snapshot("snap", unique_key="k", **SNAP)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    project.build()
    before = {name: project.contents(name) for name in ("now", "snap")}
    change = {"sequence_by": "n + 1", "apply_as_deletes": "op = 'X'"}
    project.apply_changes("now", **{**GOOD, **SCD2, **change, "except_column_list": ["n"]})
    project.snapshot("snap", unique_key=["k", "b"], **{**SNAP, **change})
    lines = [
        'sequence_by was ["n"] and is now ["n + 1"]',
        "apply_as_deletes was \"op = 'D'\" and is now \"op = 'X'\"",
    ]
    told = {
        "now": [
            *lines,
            'except_column_list was ["n", "op"] and is now ["n"]',
            "stored_as_scd_type was 1 and is now 2",
            "dbt run --full-refresh --select now",
        ],
        "snap": [
            *lines,
            'unique_key was ["k"] and is now ["k", "b"]',
            "sluice.rebuild --args '{dataset: snap, start_over: true}'",
        ],
    }
    for name, fragments in told.items():
        run = rebuild(project, dataset=name)
        assert not run.success
        text = run.error + run.log
        for fragment in ["the kept events cannot follow that", *fragments]:
            assert fragment in text, (fragment, text)
    assert {name: project.contents(name) for name in before} == before


def test_rebuild_brings_back_what_was_lost(project: Project) -> None:
    """A dropped table comes back; on_schema_change: ignore holds for a rebuild too."""
    project.snapshot("snap", unique_key="k", **SNAP)
    project.apply_changes("history", **GOOD, **SCD2)
    project.model("ignoring", materialized="apply_changes", meta=GOOD, on_schema_change="ignore")
    project.load("events", [at(1, a="x", b=1), at(2, "D", k=2)], **TYPES)
    project.build()
    project.load("events", [at(2, a="y", b=2, c=3)], **TYPES, c="integer")
    project.build()
    before = {name: canonical(project.rows(name)) for name in ("snap", "history", "ignoring")}
    assert "c" not in project.columns("ignoring")
    for name in ("snap", "history"):
        project.query(f"drop table {project.table(name)}")
    project.query(f"delete from {project.table('ignoring')}")
    for name in before:
        run = rebuild(project, dataset=name)
        assert run.success, run.error + run.log
    assert {name: canonical(project.rows(name)) for name in before} == before
    project.load("events", [], **TYPES, c="integer")
    project.build()
    assert {name: canonical(project.rows(name)) for name in before} == before


# --- names that need quotes ---------------------------------------------------------------------

WEIRD = {
    "Order Id": "integer",
    'we"ird': "integer",
    'm"x': "integer",
    '"': "varchar",
    "op": "varchar",
}


def load_weird(project: Project, *rows: tuple, **more: str) -> None:
    """Replace the batch: rows of the weird columns."""
    quoted = {'"' + name.replace('"', '""') + '"': kind for name, kind in {**WEIRD, **more}.items()}
    columns = ", ".join(f"{name} {kind}" for name, kind in quoted.items())
    values = "".join(
        f"insert into raw.events values {row};".replace("None", "null") for row in rows
    )
    project.query(f"create or replace table raw.events ({columns}); {values}")


@pytest.mark.parametrize("key", ["Order Id", 'we"ird'])
def test_names_with_marks_and_capitals(project: Project, key: str) -> None:
    """A mark or a blank in the name of a key, a sequence, a tracked and a filled column."""
    n = 'we"ird' if key == "Order Id" else "Order Id"
    shared = {
        "sequence_by": [n, 'm"x'],
        "apply_as_deletes": "op = 'D'",
        "apply_as_truncates": "op = 'T'",
        "except_column_list": [n, 'm"x', "op"],
        FILL: ['"'],
    }
    past = {**shared, TRACK: ['"']}
    project.apply_changes("now", keys=[key.upper()], **shared)
    project.apply_changes("past", keys=[key], **past, **SCD2, start_at='fr"om', end_at="To The")
    names = {"dbt_valid_from": 'fr"om', "dbt_valid_to": "To The", "dbt_scd_id": 'i"d'}
    project.snapshot("snap", unique_key=key, **past)
    project.configure(
        "snapshots",
        "snap",
        strategy="sluice.apply_changes",
        unique_key=[key],
        snapshot_meta_column_names=names,
        hard_deletes="new_record",
        meta=past,
    )
    project.model(
        "then",
        """select * from {{ sluice.as_of(ref('past'), '{"we""ird": 3, "m""x": 0}') }}"""
        if key == "Order Id"
        else "select 1 as x",
        materialized="table",
    )

    def row(k: int, n: int, value: str | None, op: str = "U", *more: Any) -> tuple:
        return (k, n, 0, value, op, *more) if key == "Order Id" else (n, k, 0, value, op, *more)

    load_weird(project, row(1, 2, "b"), row(1, 5, None), row(2, 1, "z"), row(2, 4, None, "D"))
    project.build()
    load_weird(
        project, row(1, 3, "c", "U", "new"), row(3, 1, "t", "U", None), **{'"new" col': "varchar"}
    )
    project.build()
    now = [
        {key: 1, '"': "c", '"new" col': None},
        {key: 3, '"': "t", '"new" col': None},
    ]
    assert canonical(project.rows("now")) == canonical(now)
    past_rows = [
        (1, (2, 0), (3, 0), "b"),
        (1, (3, 0), None, "c"),
        (2, (1, 0), (4, 0), "z"),
        (3, (1, 0), None, "t"),
    ]

    def found(rows: list[Row]) -> list[tuple]:
        return sorted(((r[key], r['fr"om'], r["To The"], r['"']) for r in rows), key=repr)

    assert found(project.rows("past")) == past_rows
    snap = project.rows("snap")
    kept = [r for r in snap if r["dbt_is_deleted"] == "False"]
    assert found(kept) == past_rows
    assert len({r['i"d'] for r in snap}) == len(snap) == 5
    before = {name: project.contents(name) for name in ("now", "past", "snap")}
    for name in before:
        run = rebuild(project, dataset=name)
        assert run.success, run.error + run.log
    assert {name: project.contents(name) for name in before} == before

    load_weird(
        project,
        row(1, 9, "d", "U", None),
        (None, None, 0, "x", "U", None),
        **{'"new" col': "varchar"},
    )
    error = project.run_expecting_error("--select", "now", command="run")
    assert f"key column '{key}' is null in 1 of 2 events" in error
    assert f"sequence_by '{n}' is null in 1 of 2 events" in error
    load_weird(project, row(1, 9, "d"), row(2, 3, "late"))
    project.build()
    assert [r['"'] for r in project.rows("now") if r[key] == 1] == ["d"]
    if key == "Order Id":
        assert sorted(r['"'] for r in project.rows("then")) == ["c", "late", "t"]


def test_a_project_without_the_dispatch_block_is_told_its_lines(project: Project) -> None:
    """Without it dbt's own merge would run; the error has what to add, and nothing is made."""
    text = (project.root / "dbt_project.yml").read_text(encoding="utf-8")
    project.write("dbt_project.yml", text[: text.index("dispatch:")])
    project.snapshot("snap", unique_key="k", **SNAP)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    message = project.run_expecting_error()
    assert (
        "Snapshot strategy apply_changes in snapshot.consumer.snap (snapshots/snap.sql)" in message
    )
    assert "dbt must find sluice's snapshot_merge_sql, found the one of package dbt" in message
    assert ("dispatch: [{macro_namespace: dbt, search_order: [consumer, sluice, dbt]}]") in message
    assert project.query("from information_schema.tables where table_schema = 'lake'") == []
