"""What the misuse of each option says, line by line.

dbt starts slowly, so all the models share a project: it runs once, and each test looks at one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

import dbts
from engine import is_duckdb_1
from examples import at
from project import Project, Run
from targets import (
    EVENTS,
    FILL,
    FILL_EXCEPT,
    INTERVAL,
    META_NAMES,
    SCD2,
    TRACK,
    TRACK_EXCEPT,
    TYPES,
    given,
)


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
# The texts of these errors are DuckDB's own, and so is this difference between its versions:
# 1.5, which stands in on Python 3.10 (decision 0001) and is under dbt v2, calls a tuple a struct.
TUPLE = "STRUCT" if is_duckdb_1() else "TUPLE"
BROKEN = f"sequence_by must be a column or an expression {OVER}"
CONDITION = f"must be a condition {OVER}"
COMPARISON = "must be a condition, true or false, found: "
KEY = "is a key, and a key never changes (available: a, b)"
DROPPED = "is dropped by column_list or except_column_list (available: a, b)"

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
    for name, came in (
        ("word", "true"),
        ("other_word", "maybe"),
        ("number", 1),
        ("list", ["a"]),
        ("blank", ""),
    )
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
REFUSED = ("beside_meta", "python", "python_our_prefix", "snap_beside_meta", "snap_explode")
REFUSED += ("snap_names_unknown",)
"""dbt v2 itself refuses a project with one of these."""
BY_DBT = pytest.mark.dbt_v1("it refuses the project itself, before sluice is asked")
NOT_PARSED = ("sequence_syntax", "sequence_two", "delete_syntax", "delete_two")
NOT_PARSED += ("truncate_syntax", "truncate_two", "snap_condition")
"""What is no SQL at all, which Spark raises in its own words wherever it stands."""
NO_PYTHON = pytest.mark.not_on_spark("dbt runs no Python models through the Thrift server")
PYTHON = ("python", "python_our_prefix")
BY_NAME = {
    **dict.fromkeys(NOT_PARSED, pytest.mark.not_on_spark("it raises what it cannot parse")),
    **dict.fromkeys(REFUSED, BY_DBT),
    **{name: [BY_DBT, NO_PYTHON] for name in PYTHON},
    "schema_change": pytest.mark.dbt_v1("it makes `unknown` of a wrong on_schema_change"),
}


def written(misuses: Mapping[str, Misuse]) -> dict[str, Misuse]:
    """Those that the project under test has."""
    left_out = REFUSED if dbts.is_v2() else ()
    return {name: misuse for name, misuse in misuses.items() if name not in left_out}


@pytest.fixture(scope="module")
def misused(shared_project: Project) -> Run:
    """One run of a project with a model or a snapshot for every misuse."""
    project = shared_project
    for name, misuse in written(MODELS).items():
        config = {"materialized": "apply_changes", **misuse.config}
        project.model(name, misuse.text, meta=given(misuse.change), **config)
    for name, misuse in written(SNAPSHOTS).items():
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


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=BY_NAME.get(name, ())) for name in MISUSES]
)
def test_a_misuse_says_what_where_and_what_came(
    misused: Run, shared_project: Project, name: str
) -> None:
    """Options checked at once: node and file, a line for each thing that is wrong, none beside."""
    message = misused.messages[name]
    kind = "snapshot" if name in SNAPSHOTS else "model"
    assert (
        f"apply_changes configuration errors in {kind}.consumer.{name} ({kind}s/{name}." in message
    )
    lines = [line[2:] for line in message.replace("\n  ", "\n").splitlines() if line[:2] == "- "]
    told = MISUSES[name].told
    assert len(lines) == len(told), message
    for line, start in zip(lines, told, strict=True):
        start = shared_project.engine.told(start)
        assert line.startswith(start), (line, start)


def test_a_misuse_makes_nothing(misused: Run, shared_project: Project) -> None:
    """Options checked at once, before anything runs: not even a column of ours stays."""
    assert {misused.statuses[name] for name in written(MISUSES)} == {"error"}
    relations = shared_project.engine.relations()
    assert [r for r in relations if r.schema == "lake" or r.name.endswith("__events")] == []
