"""A name that sluice uses in its SQL is a name like any other: it never captures the user's.

The names are looked up in the macros when the tests are collected, so that one which is added there
is tested here. Each is a column of a table that goes all the way: files of every format, rules and
a quarantine, both types of target, a snapshot, and the recipes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from feeds import ENVELOPE, debezium, land, lines, parquet, reads
from project import PACKAGE, Project, Row

MACROS = "\n".join(path.read_text("utf-8") for path in sorted((PACKAGE / "macros").rglob("*.sql")))
SQL = re.sub(r"\{#.*?#\}|--.*?$", "", MACROS, flags=re.DOTALL | re.MULTILINE)
USES = (
    r"\bas\s+\"?([a-z]\w*)",  # ... as name, with `as field_{{ loop.index }}`
    r"\b([a-z]\w*)\s+as\s+\(",  # with name as (
    r"\blambda\s+([a-z]\w*)\s*:",
)
WORDS = {found.lower() for use in USES for found in re.findall(use, SQL, re.IGNORECASE)}
# dbt's own, those of the interval, and those of these tests
TAKEN = re.compile(r"dbt_.*|valid_from|valid_to|the_.*")
NAMES = sorted(
    {
        name
        for word in WORDS
        for name in ([f"{word}{n}" for n in (1, 2, 3)] if word.endswith("_") else [word])
        if not TAKEN.fullmatch(name)
    }
)
FIELDS: dict[str, set[str]] = defaultdict(set)
"""What the macros ask of a name: {alias: fields}. A struct of that name has them all."""
for alias, member in re.findall(r"\b([a-z]\w*)\.([a-z]\w*)", SQL, re.IGNORECASE):
    FIELDS[alias.lower()].add(member.lower())

OWN = ("the_key", "the_order", "the_act", "the_value")
KEYS = {"the_key": 2, "the_order": 15}
"""What stands in the structs under the names of the key and the sequence: those of other rows."""

# (key, order, act, value) by batch; the one without a value breaks a rule
BATCHES = [
    [(1, 10, "U", "a"), (2, 10, "U", "b"), (3, 10, "U", "c"), (9, 10, "U", None)],
    [(2, 20, "U", "bb"), (3, 20, "D", "c"), (None, 15, "T", "-"), (4, 30, "U", "d")],
]
NOW = [(2, "bb", 20), (4, "d", 30)]
HISTORY = [
    (1, "a", 10, 15),
    (2, "b", 10, 15),
    (2, "bb", 20, None),
    (3, "c", 10, 15),
    (4, "d", 30, None),
]
"""(key, value, order of the event, end)."""


def text(name: str, key: int | None, order: int) -> str:
    """The value of a column in the event of a key."""
    return f"{name} of {key} at {order}"


def struct(name: str, key: int | None, order: int) -> Row:
    """The same as a struct, whose fields are those that the macros ask of the name."""
    fields = sorted(FIELDS[name] - set(OWN))[:40]
    return {"id": text(name, key, order), **dict.fromkeys(fields, "x"), **KEYS}


def type_of(name: str) -> str:
    """The SQL type of struct()."""
    fields = {field: "bigint" if field in KEYS else "varchar" for field in struct(name, 0, 0)}
    return "struct(" + ", ".join(f'"{field}" {kind}' for field, kind in fields.items()) + ")"


def event(key: int | None, order: int, act: str, value: str | None, make: Any) -> Row:
    """An event as a record."""
    own = dict(zip(OWN, (key, order, act, value), strict=True))
    return {**own, **{name: make(name, key, order) for name in NAMES}}


def json_file(records: list[Row]) -> str:
    """The records as JSON lines."""
    return lines(*records)


def csv_file(records: list[Row]) -> str:
    """The records as CSV with a header."""
    content = io.StringIO()
    writer = csv.DictWriter(content, [*OWN, *NAMES])
    writer.writeheader()
    writer.writerows(records)
    return content.getvalue()


def parquet_file(records: list[Row]) -> bytes:
    """The records as Parquet; what is an object in them is a struct."""
    columns = {"the_key": "bigint", "the_order": "bigint", "the_act": "text", "the_value": "text"}
    nested = isinstance(records[0][NAMES[0]], Mapping)
    columns |= {name: type_of(name) if nested else "varchar" for name in NAMES}
    shape = json.dumps([{name: "JSON" if nested and name in NAMES else kind
                         for name, kind in columns.items()}])  # fmt: skip
    selected = ", ".join(f'r."{name}"::{kind} as "{name}"' for name, kind in columns.items())
    quoted = json.dumps(records).replace("'", "''")
    return parquet(
        f"select {selected} from (select unnest(from_json('{quoted}', '{shape}')) as r) as q"
    )


STRUCTS = {name: type_of(name) for name in NAMES}
WAYS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "json": (json_file, text, {}),
    "csv": (csv_file, text, {"format": "csv"}),
    "parquet": (parquet_file, text, {"format": "parquet"}),
    "json_as_json": (json_file, struct, {}),
    "json_as_structs": (json_file, struct, {"columns": STRUCTS}),
    "parquet_as_json": (parquet_file, struct, {"format": "parquet"}),
    "parquet_as_structs": (parquet_file, struct, {"format": "parquet", "columns": STRUCTS}),
}
"""(file of records, value of a column, options of the source)."""


def wrong(found: list[Row], make: Any, order: str = "") -> dict[tuple, dict[str, Any]]:
    """The columns of rows that hold another value than theirs: {row: {column: value}}."""
    result = {}
    for row in found:
        at = order and row[order]
        bad = {}
        for name in NAMES:
            value = row[name]
            if make is struct and isinstance(value, str):
                value = json.loads(value)
            if value != make(name, row["the_key"], at):
                bad[name] = value
        if bad:
            result[row["the_key"], at] = bad
    return result


@pytest.fixture(scope="module")
def bronze(shared_project: Project) -> Project:
    """A bronze table for each way."""
    for way, (write, make, meta) in WAYS.items():
        records = [event(*given, make) for events in BATCHES for given in events]
        file = f"landing/{way}/a.{meta.get('format', 'json')}"
        land(shared_project, {file: write(records)})
        reads(shared_project, way, f"landing/{way}", **meta)
    shared_project.dbt("run")
    return shared_project


@pytest.mark.parametrize("way", WAYS)
def test_a_file_may_have_a_column_of_any_name_of_ours(bronze: Project, way: str) -> None:
    """A CSV or Parquet column `records` is a column, and so is every other name.

    Chosen: nothing is refused but what begins with _sluice_, as the design says.
    """
    assert bronze.last.statuses[way] == "success", bronze.last.messages[way]
    found = bronze.query(f"select * from lake.{way}")
    assert len(found) == sum(map(len, BATCHES))
    assert not [row["_rescued_data"] for row in found if row["_rescued_data"]]
    assert wrong(found, WAYS[way][1], "the_order") == {}


@pytest.mark.parametrize("way", ["json", "json_as_json", "json_as_structs"])
def test_a_table_may_have_a_column_of_any_name_of_ours(project: Project, way: str) -> None:
    """Texts, JSON and structs (`deciding` with a field like the key), to every target."""
    write, make, meta = WAYS[way]
    rules = {f"has_{name}": f"\"{name}\" is not null or the_act = 'T'" for name in NAMES}
    reads(project, "bronze", **meta)
    project.model("silver", "select * from {{ sluice.stream(ref('bronze')) }}")
    test = {
        "sluice.expectations": {
            "arguments": {"rules": {**rules, "has_value": "the_value is not null"}},
            "config": {"meta": {"on_violation": "drop"}},
        }
    }
    node = {"name": "silver", "config": {"materialized": "streaming_table"}, "data_tests": [test]}
    project.write("models/silver.yml", json.dumps({"models": [node]}))
    stream = "select *, the_order as seen from {{ sluice.stream(ref('silver')) }}"
    options = {
        "sequence_by": "the_order",
        "apply_as_deletes": "the_act = 'D'",
        "apply_as_truncates": "the_act = 'T'",
        "except_column_list": ["the_order", "the_act", "_rescued_data", "_metadata"],
    }
    project.apply_changes("t_now", stream, keys="the_key", **options)
    project.apply_changes("t_history", stream, keys="the_key", stored_as_scd_type=2, **options)
    project.snapshot("t_snap", stream, unique_key="the_key", **options)
    then = "select * from {{ sluice.as_of(ref('t_history'), 12) }}"
    project.model("then", then, materialized="table")
    for number, events in enumerate(BATCHES):
        records = [event(*given, make) for given in events]
        land(project, {f"landing/{number}.json": write(records)})
        project.run(command="build")

    (dropped,) = project.query("select * from lake.silver__quarantine")
    assert dropped["_sluice_violations"] == ["has_value"]
    assert wrong([dropped], make, "the_order") == {}
    now = project.query("select * from lake.t_now order by the_key")
    assert [(row["the_key"], row["the_value"], row["seen"]) for row in now] == NOW
    assert wrong(now, make, "seen") == {}
    for name in ("t_history", "t_snap"):
        found = project.query(f"select * from lake.{name} order by the_key, valid_from")
        columns = ("the_key", "the_value", "seen", "valid_to")
        assert [tuple(row[c] for c in columns) for row in found] == HISTORY, name
        assert wrong(found, make, "seen") == {}, name
    found = project.query("select the_value from lake.then order by 1")
    assert [row["the_value"] for row in found] == ["a", "b", "c"]


def test_keys_and_sequences_may_bear_any_name_of_ours(project: Project) -> None:
    """Each name as a key, and each as a part of the sequence."""
    types = dict.fromkeys(NAMES, "varchar") | {"the_key": "integer", "the_value": "varchar"}
    types |= {"the_order": "integer", "the_act": "varchar"}
    options = {"apply_as_deletes": "the_act = 'D'", "apply_as_truncates": "the_act = 'T'"}
    dropped = {"except_column_list": ["the_act", "the_order"]}
    keyed = {"keys": NAMES, "sequence_by": "the_order", **options, **dropped}
    project.apply_changes("keyed", **keyed)
    project.apply_changes("keyed_history", stored_as_scd_type=2, **keyed)
    ordered = {"keys": ["the_key"], "sequence_by": NAMES, **options}
    project.apply_changes("ordered", **ordered)
    project.apply_changes("ordered_history", stored_as_scd_type=2, **ordered)

    def load(*events: tuple[int, int, str, str]) -> None:
        """Events of (key, order, act, value); the names hold the key, or the order."""
        rows = [dict(zip(OWN, given, strict=True)) for given in events]
        for row in rows:
            row |= dict.fromkeys(NAMES, str(row["the_key"]))
        project.load_all({"events": (rows, types)})
        project.run("--select", "keyed", "keyed_history")
        for row in rows:
            row |= dict.fromkeys(NAMES, f"{row['the_order']:03}")
        project.load_all({"events": (rows, types)})
        project.run("--select", "ordered", "ordered_history")

    load((1, 10, "U", "a"), (2, 10, "U", "b"), (3, 10, "U", "c"))
    load((2, 20, "U", "bb"), (3, 20, "D", "c"), (1, 5, "U", "late"))
    load((0, 15, "T", "-"), (4, 30, "U", "d"))
    for table in ("keyed", "ordered"):
        found = project.query(f"select the_value from lake.{table} order by 1")
        assert [row["the_value"] for row in found] == ["bb", "d"], table
        found = project.query(f"select the_value from lake.{table}_history order by 1")
        assert [row["the_value"] for row in found] == ["a", "b", "bb", "c", "d", "late"], table


# --- the recipes ----------------------------------------------------------------------------------

RECIPE_EVENTS = [[(1, 10, "a"), (2, 10, "b")], [(2, 20, "bb"), (1, 5, "late"), (3, 30, "c")]]
RECIPE_NOW = [(1, "a", 10), (2, "bb", 20), (3, "c", 30)]


def values_of(key: int, order: int, value: str) -> Row:
    """The columns of the table that a recipe reads."""
    named = {name: text(name, key, order) for name in NAMES}
    return {"the_key": key, "the_value": value, "seen": order, **named}


def check_now(project: Project) -> None:
    """The table that every recipe makes of the events."""
    found = project.query("select * from lake.t_now order by the_key")
    assert [(row["the_key"], row["the_value"], row["seen"]) for row in found] == RECIPE_NOW
    assert wrong(found, text, "seen") == {}


def test_debezium_takes_columns_of_any_name_of_ours(project: Project) -> None:
    """Within the image, and beside the envelope in bronze (a column `landed`)."""
    columns = {"the_key": "integer", "the_value": "varchar", "seen": "integer"}
    columns |= dict.fromkeys(NAMES, "varchar")
    debezium(project, columns, "source.lsn", keys=["the_key"])
    beside = {name: "beside" for name in NAMES if name not in {*ENVELOPE, "schema"}}
    for number, events in enumerate(RECIPE_EVENTS):
        messages = [
            {"op": "c", "source": {"lsn": order}, "after": values_of(key, order, value), **beside}
            for key, order, value in events
        ]
        land(project, {f"landing/cdc/{number}.json": lines(*messages)})
        project.run()
    check_now(project)
    assert not [row for row in project.rows("changes") if row["_rescued_data"]]


def test_dms_takes_columns_of_any_name_of_ours(project: Project) -> None:
    """The columns of a table that DMS copies."""
    reads(project, "bronze", columns={"the_act": "varchar", "the_order": "integer"})
    call = (
        "sluice.changes_from_dms(sluice.stream(ref('bronze')), sequence='the_order',"
        " full_load='0', operation='the_act')"
    )
    text_of_changes = f"select * from {{{{ {call} }}}}"
    project.model("changes", text_of_changes, materialized="streaming_table")
    project.apply_changes(
        "t_now",
        "select * from {{ sluice.stream(ref('changes')) }}",
        keys="the_key",
        sequence_by="__the_order",
        apply_as_deletes="__op = 'D'",
        column_list=["the_key", "the_value", "seen", *NAMES],
    )
    for number, events in enumerate(RECIPE_EVENTS):
        records = [
            {**values_of(*given), **({"the_act": "U", "the_order": given[1]} if number else {})}
            for given in events
        ]
        land(project, {f"landing/{number}.json": lines(*records)})
        project.run()
    found = project.query("select * from lake.t_now order by the_key")
    assert [row["the_value"] for row in found] == ["late", "bb", "c"]  # a full load is older
    assert wrong(found, text, "seen") == {}


def test_extracts_take_columns_of_any_name_of_ours(project: Project) -> None:
    """The columns of extracts that are compared, one of which is changed and one ends."""
    types = {"the_key": "integer", "the_version": "integer", "seen": "integer"}
    types |= dict.fromkeys(["the_value", *NAMES], "varchar")
    project.model("extracts", materialized="streaming_table")
    call = "sluice.changes_from_snapshots(ref('extracts'), ['the_key'], 'the_version')"
    project.apply_changes(
        "t_now",
        f"select * from {{{{ {call} }}}}",
        keys="the_key",
        sequence_by="the_version",
        apply_as_deletes="__op = 'DELETE'",
        except_column_list=["__op", "the_version"],
    )
    extracts = [
        [(1, 10, "a"), (2, 10, "b"), (9, 10, "gone")],
        [(1, 10, "a"), (2, 20, "bb"), (3, 30, "c")],
    ]
    for version, given in enumerate(extracts):
        rows = [{**values_of(*row), "the_version": version} for row in given]
        project.load_all({"events": (rows, types)})
        project.run()
    check_now(project)
