"""The macros of the recipes beside what the page shows: types, unit tests, errors, misuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from project import Project
from recipes import history

# --- Debezium -------------------------------------------------------------------------------------

KINDS = {
    "io.debezium.time.Date": (20000, "2024-10-04"),
    "io.debezium.time.Time": (3_600_001, "01:00:00.001"),
    "io.debezium.time.MicroTime": (3_600_000_001, "01:00:00.000001"),
    "io.debezium.time.NanoTime": (3_600_000_001_000, "01:00:00.000001"),
    "io.debezium.time.Timestamp": (1_700_000_000_001, "2023-11-14 22:13:20.001"),
    "io.debezium.time.MicroTimestamp": (1_700_000_000_000_001, "2023-11-14 22:13:20.000001"),
    "io.debezium.time.NanoTimestamp": (
        1_700_000_000_000_000_001,
        "2023-11-14 22:13:20.000000001",
    ),
    "org.apache.kafka.connect.data.Date": (-1, "1969-12-31"),
    "org.apache.kafka.connect.data.Time": (0, "00:00:00"),
    "org.apache.kafka.connect.data.Timestamp": (-1, "1969-12-31 23:59:59.999"),
    "timestamp": ("2024-10-04T01:02:03", "2024-10-04 01:02:03"),
    "boolean": (True, "true"),
    "decimal(5, 1)": ("2.5", "2.5"),
    "json": ({"a": 1}, '{"a":1}'),
}


def test_debezium_types_and_unit_tests(project: Project) -> None:
    """Every kind of number that Debezium has for a time; a fixture is read like a table."""
    names = {f"c{number}": kind for number, kind in enumerate(KINDS)}
    call = f"sluice.changes_from_debezium(ref('landed'), {names}, {{'ts_ms': 'integer'}})"
    texts = ", ".join(f"{name}::varchar as {name}" for name in names)
    image = {name: KINDS[kind][0] for name, kind in names.items()}
    line = json.dumps({"op": "c", "after": image, "ts_ms": 7})
    project.model("landed", f"select '{line}'::json as payload", materialized="table")
    project.model("typed", f"select {texts}, _rescued_data, __ts_ms from {{{{ {call} }}}}")
    project.run()
    expected = {name: KINDS[kind][1] for name, kind in names.items()}
    assert project.rows("typed") == [{**expected, "_rescued_data": None, "__ts_ms": 7}]

    image["c0"], line = "x", json.dumps({"op": "c", "after": {**image, "c0": "x"}, "ts_ms": 8})
    test = {
        "name": "reads_its_fixture",
        "model": "typed",
        "given": [{"input": "ref('landed')", "rows": [{"payload": line}, {"payload": "null"}]}],
        "expect": {"rows": [{"c0": None, "c1": "01:00:00.001", "__ts_ms": 8}]},
    }
    project.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    project.run(command="test")


# --- full extracts --------------------------------------------------------------------------------


def lakeflow(project: Project, name: str, **meta: Any) -> None:
    """A history of the extracts in raw.events, which `extracts` appends at each run."""
    call = "sluice.changes_from_snapshots(ref('extracts'), 'key', 'v')"
    project.model("extracts", materialized="streaming_table")
    options = {"apply_as_deletes": "__op = 'DELETE'", "sequence_by": "v", **meta}
    options["except_column_list"] = ["__op", "v"]
    text = f"select * from {{{{ {call} }}}}"
    project.apply_changes(name, text, keys=["key"], stored_as_scd_type=2, **options)
    del options["except_column_list"]
    columns = [column for column in ("key", "a", "b") if column != "b" or meta]
    project.snapshot(f"{name}_snapshot", text, unique_key="key", column_list=columns, **options)


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
def test_lakeflow_example(project: Project, at_once: bool) -> None:
    """The first worked example of Lakeflow's docs."""
    lakeflow(project, "target")
    rows = [(1, "a1", 0), (2, "a2", 0), (2, "b2", 12), (3, "a3", 12)]
    for part in [rows] if at_once else [rows[:2], rows[2:]]:
        events = [{"key": key, "a": a, "v": v} for key, a, v in part]
        project.load("events", events, key="integer", a="text", v="integer")
        project.build()
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a") == [
            (1, "a1", 0, 12),
            (2, "a2", 0, 12),
            (2, "b2", 12, None),
            (3, "a3", 12, None),
        ]


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
def test_lakeflow_example_tracked(project: Project, at_once: bool) -> None:
    """The second: only one column is tracked, another is updated in place."""
    lakeflow(project, "target", track_history_column_list=["a"])
    rows = [
        *[(1, "a1", "b1", 1), (2, "a2", "b2", 1), (4, "a4", "b4", 1)],
        *[(2, "a2_new", "b2", 2), (3, "a3", "b3", 2), (4, "a4", "b4_new", 2)],
    ]
    for part in [rows] if at_once else [rows[:3], rows[3:]]:
        events = [dict(zip(("key", "a", "b", "v"), row, strict=True)) for row in part]
        project.load("events", events, key="integer", a="text", b="text", v="integer")
        project.build()
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a", "b") == [
            (1, "a1", "b1", 1, 2),
            (2, "a2", "b2", 1, 2),
            (2, "a2_new", "b2", 2, None),
            (3, "a3", "b3", 2, None),
            (4, "a4", "b4_new", 1, None),
        ]


def test_extracts_that_cannot_be_compared(project: Project) -> None:
    """Double keys, null keys and versions, versions that are not newer: said at once."""
    lakeflow(project, "target")

    def load(*rows: tuple) -> None:
        events = [{"key": key, "a": "x", "v": v} for key, v in rows]
        project.load("events", events, key="integer", a="text", v="integer")

    load((1, 2), (2, 2))
    project.build()
    before = project.contents("target")
    load((1, 2), (3, 1), (3, 3), (3, 3), (4, 3), (4, 3), (None, 4), (5, None))
    error = project.run_expecting_error("--select", "extracts", "target")
    assert "Extracts of extracts that cannot be compared" in error
    assert "version 'v' is null in 1 of 8 rows" in error
    assert "key 'key' is null in 1 of 8 rows" in error
    assert "found several for 2: key = 3, v = 3 (2 rows); key = 4, v = 3 (2 rows)" in error
    assert "the newest is 2, found: 1, 2. Way out" in error
    assert "dbt run --full-refresh --select target" in error
    assert "dbt build --full-refresh --select extracts+" in error
    assert project.contents("target") == before

    # the way out: correct extracts, all taken in the order of their versions
    load((1, 1), (1, 2), (2, 2))
    project.build("--full-refresh", "--select", "extracts+")
    load((7, 0))
    error = project.run_expecting_error("--select", "extracts", "target")
    assert "the newest is 2, found: 0" in error and "null" not in error
    project.run("--full-refresh", "--select", "target")
    error = project.run_expecting_error("--select", "target_snapshot", command="snapshot")
    table = '"consumer"."lake"."target_snapshot"'
    assert f"drop table {table}, then dbt snapshot --select target_snapshot" in error
    project.query(f"drop table {table}")
    project.run("--select", "target_snapshot", command="snapshot")
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a") == [
            (1, "x", 1, None),
            (2, "x", 2, None),
            (7, "x", 0, 1),
        ]


def test_extracts_in_a_unit_test(project: Project) -> None:
    """The fixture's rows are the extracts; nothing else is looked at."""
    lakeflow(project, "target")
    call = "sluice.changes_from_snapshots(ref('extracts'), ['key'], 'v', columns=['a'])"
    project.write("models/target.sql", f"select * from {{{{ {call} }}}}")
    project.load("events", [], key="integer", a="text", v="integer")
    project.run()
    rows = [
        {"key": 1, "a": "x", "v": 1},
        {"key": 2, "a": "x", "v": 1},
        {"key": 2, "a": "y", "v": 2},
    ]
    expected = [
        {"key": 1, "a": "x", "v": 1, "__op": "UPSERT"},
        {"key": 2, "a": "x", "v": 1, "__op": "UPSERT"},
        {"key": 2, "a": "y", "v": 2, "__op": "UPSERT"},
        {"key": 1, "a": None, "v": 2, "__op": "DELETE"},
    ]
    test = {
        "name": "compares_extracts",
        "model": "target",
        "given": [{"input": "ref('extracts')", "rows": rows}],
        "expect": {"rows": expected},
    }
    project.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    project.run(command="test")


# --- misuse ---------------------------------------------------------------------------------------

MISUSE = {
    "changes_from_debezium(ref('extracts'), [], none, 'all')": [
        "columns must be a mapping of column name to type, found: []",
        "sequence must be a path in the envelope such as source.lsn",
        "schema_evolution must be one of [rescue, none], found: all",
    ],
    "changes_from_debezium(ref('extracts'), {'_sluice_x': 'text', 'b': 'io.Date'}, 'source.x')": [
        "column '_sluice_x' has a name that sluice uses for itself",
        "the type of column 'b' must be an SQL type, or one of Debezium's [io.debezium.time.Date",
        "the type of sequence 'source.x' is not known; name one of [source.change_lsn",
    ],
    "changes_from_dms(ref('extracts'), [], operation='')": [
        "sequence must be a column or a list of columns, found: []",
        "operation must be the name of the column with I, U and D, found: ",
    ],
    "changes_from_dms(ref('extracts'), ['a', 'b'], full_load='0')": [
        "full_load must be an SQL expression for each part of the sequence ([a, b])",
    ],
    "changes_from_snapshots(ref('extracts'), ['k', 'v'], 'v', columns=['x'])": [
        "keys column 'k' is not in the query (available: key, a, v)",
        "version 'v' is one of the keys",
        "columns column 'x' is not in the query",
    ],
    "changes_from_snapshots(ref('extracts'), [], none)": [
        "keys must be a non-empty list of column names, found: []",
        "version must be a non-empty list of column names, found: null",
    ],
}


@pytest.fixture(scope="module")
def misused(shared_project: Project) -> Project:
    """A project with a streaming table to misuse."""
    shared_project.model("extracts", materialized="streaming_table")
    shared_project.load("events", [], key="integer", a="text", v="integer")
    shared_project.run()
    return shared_project


@pytest.mark.parametrize("call", MISUSE)
def test_misuse(misused: Project, call: str) -> None:
    """Every error of a call, in one message that says where."""
    misused.apply_changes(
        "t", f"select * from {{{{ sluice.{call} }}}}", keys="key", sequence_by="v"
    )
    error = misused.run_expecting_error("--select", "t")
    assert f"{call.partition('(')[0]}() error in model.consumer.t (models/t.sql):" in error
    for message in MISUSE[call]:
        assert f"- {message}" in error
