"""AUTO CDC where names, types and options are unusual: right rows, or an error that says why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine_cases import (
    SCD1,
    SCD2,
    SNAPSHOT,
    STREAM,
    each_way_leads_out,
    found,
    has,
    ids,
    judged,
    load,
    streaming,
    tables,
)
from project import NIGHTLY, PACKAGE, Project

EVENTS = "select * from raw.events"
VERSIONS = "id, v, valid_from, valid_to"
TRUNCATES = {"apply_as_truncates": "op = 'T'"}

# --- 40.1: the names of columns -----------------------------------------------------------------

OF_THE_CASE = ["old_rows", "deciding"]


def aliases() -> list[str]:
    """Every name that the package's own SQL gives to a relation or a column."""
    names = {name.lower(): name for name in OF_THE_CASE}
    for file in sorted((PACKAGE / "macros").rglob("*.sql")):
        for name in re.findall(r"(?:\bas|\bwith|\),\s+)\s+([a-z]\w*)\b", file.read_text()):
            names.setdefault(name.lower(), name)
    types = {"varchar", "bigint", "integer", "json", "timestamp", "double", "date", "boolean"}
    taken = {"id", "op", "seq", "valid_from", "valid_to", "select", "true", "false", "null"}
    dbts = {name for name in names if name.startswith(("_sluice", "dbt_"))}
    return [names[name] for name in sorted(names.keys() - types - taken - dbts)]


def wide(project: Project, table: str, columns: list[str], kind: str, *events: tuple) -> None:
    """Replace a raw table: id, op, seq, and the same value in each of many columns."""
    listed = ", ".join(f'"{name}" {kind}' for name in columns)
    project.query(
        f'create or replace table raw."{table}" (id integer, op varchar, seq integer, {listed})'
    )
    for key, value, op, seq in events:
        values = ", ".join([value] * len(columns))
        key = "null" if key is None else key
        project.query(f"insert into raw.\"{table}\" values ({key}, '{op}', {seq}, {values})")


VALUES = {"json": ("""'{{"id": {0}, "seq": {0}, "op": "U"}}'""", "json")}
if NIGHTLY:
    VALUES["struct without the field"] = ("{{'x': {0}}}", "struct(x integer)")
BATCHES = [
    [(2, 2, "U", 10), (3, None, "U", 10), (4, 2, "U", 10)],
    [(2, 9, "U", 20), (3, None, "D", 20), (4, 4, "U", 15), (2, 3, "U", 5)],
    [(None, None, "T", 12), (5, 1, "U", 30), (4, None, "U", 30)],
]


@pytest.mark.parametrize("kind", VALUES)
def test_the_name_of_a_column_is_nobodys_business(project: Project, kind: str) -> None:
    """A JSON or STRUCT column called as an alias of ours hides the alias.

    Not only `old_rows` and `deciding`: every alias in the macros, all at once. The same events
    under a name that nobody has make the same rows.
    """
    value, sql_type = VALUES[kind]
    theirs = aliases()
    assert set(OF_THE_CASE) <= set(theirs) and len(theirs) > 30
    plain = ["plain_name"]
    for table in ("theirs", "plain"):
        feed = f"select * from raw.{table}"
        no_truncates = f"{feed} where op <> 'T'"
        project.apply_changes(f"now_{table}", no_truncates, **SCD1)
        project.apply_changes(f"emptied_{table}", feed, **SCD1, **TRUNCATES)
        project.apply_changes(f"history_{table}", feed, **SCD2, **TRUNCATES)
        filled = {**SCD2, "ignore_null_updates": True}
        project.apply_changes(f"filled_{table}", no_truncates, **filled)
        project.snapshot(f"snap_{table}", feed, unique_key="id", **SNAPSHOT, **TRUNCATES)
        judged(project, f"rows_{table}", {f"known_{table}": "op <> 'D'"}, feed)
    for batch in BATCHES:
        events = [
            (key, "null" if number is None else value.format(number), op, seq)
            for key, number, op, seq in batch
        ]
        wide(project, "theirs", theirs, sql_type, *events)
        wide(project, "plain", plain, sql_type, *events)
        project.build()
    for name in ("now", "emptied", "history", "filled", "snap", "rows"):
        rows = {
            table: project.rows(f"{name}_{table}", ignore=["dbt_scd_id"])
            for table in ("theirs", "plain")
        }
        for row in rows["theirs"]:
            values = {repr(row.pop(column)) for column in theirs}
            assert len(values) == 1, name
            row["plain_name"] = values.pop()
        for row in rows["plain"]:
            row["plain_name"] = repr(row["plain_name"])
        texts = [sorted(repr(sorted(row.items())) for row in rows[table]) for table in rows]
        assert texts[0] == texts[1] != [], name


def test_a_deleted_key_stays_deleted_beside_a_column_called_old_rows(project: Project) -> None:
    """The events of the case."""
    project.apply_changes("now", "select id, v, j as old_rows, op, seq from raw.events", **SCD1)
    types = {"id": "integer", "v": "varchar", "j": "json", "op": "varchar", "seq": "integer"}
    load(project, (2, "b", '{"id": 2}', "U", 10), (3, "c", None, "U", 10), **types)
    project.build()
    load(project, (2, "bb", '{"id": 2}', "U", 20), (3, None, None, "D", 20), **types)
    project.build()
    assert found(project, "now", "id, v") == [(2, "bb")]


def test_a_truncate_empties_beside_a_column_called_deciding(project: Project) -> None:
    """The events of the case."""
    feed = "select id, v, j as deciding, op, seq from raw.events"
    project.apply_changes("now", feed, **SCD1, **TRUNCATES)
    types = {"id": "integer", "v": "varchar", "j": "json", "op": "varchar", "seq": "integer"}
    load(project, (1, "a", "{}", "U", 10), (None, None, None, "T", 20), **types)
    project.build()
    assert found(project, "now") == []


@pytest.mark.parametrize(
    "names",
    [["dbt_unique_key"], ["DBT_CHANGE_TYPE"], ["dbt_unique_key", "DBT_CHANGE_TYPE"]],
    ids=" and ".join,
)
def test_a_snapshot_loses_no_value_of_a_column_with_a_name_of_dbts(
    project: Project, names: list[str]
) -> None:
    """dbt's snapshots keep two names for themselves.

    Choice: refused before anything is written, with the names and the way out, or kept with the
    right values; never null. A column list that drops them is always good.
    """
    types = {"id": "integer", **dict.fromkeys(names, "varchar"), "op": "varchar", "seq": "integer"}
    project.snapshot("snap", unique_key="id", **SNAPSHOT)
    project.apply_changes("now", **SCD1)
    load(project, (1, *["a"] * len(names), "U", 10), **types)
    run = project.dbt("build")
    assert run.statuses["now"] == "success"
    if run.statuses["snap"] == "success":
        load(project, (1, *["b"] * len(names), "U", 20), **types)
        project.build()
        listed = ", ".join(f'"{name}"' for name in names)
        rows = found(project, "snap", f"{listed}, valid_from")
        assert rows == [(*["a"] * len(names), 10), (*["b"] * len(names), 20)]
        ours = {"id", "valid_from", "valid_to", "dbt_scd_id", "dbt_updated_at", *names}
        assert set(project.columns("snap")) == ours
        return
    has(run.messages["snap"], "snap", *names)
    assert ("lake", "snap") not in tables(project)
    given = {key: value for key, value in SNAPSHOT.items() if key != "except_column_list"}
    project.snapshot("snap", unique_key="id", column_list=["id"], **given)
    project.build()
    assert found(project, "snap", "id, valid_from") == [(1, 10)]


# --- drift --------------------------------------------------------------------------------------

META_NAMES = {"dbt_scd_id": "my_id", "dbt_updated_at": "upd", "dbt_is_deleted": "gone"}


@pytest.mark.parametrize("name", META_NAMES)
def test_another_name_for_a_column_of_dbt_is_drift_and_leads_out(
    project: Project, name: str
) -> None:
    """As for the names of the interval, whatever column is renamed.

    After the way out every row has a value under the new name, and the old column is gone.
    """
    interval = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
    config = {"hard_deletes": "new_record"}

    def snapshot(**names: str) -> None:
        project.snapshot("snap", unique_key="id", **SNAPSHOT)
        project.configure(
            "snapshots",
            "snap",
            strategy="sluice.apply_changes",
            unique_key="id",
            snapshot_meta_column_names={**interval, **names},
            meta=SNAPSHOT,
            **config,
        )

    snapshot()
    load(project, (1, "a", "U", 10), (2, "b", "U", 10), (3, None, "D", 10))
    project.build()
    before = project.contents("snap")
    snapshot(**{name: META_NAMES[name]})
    load(project, (1, "c", "U", 20))
    message = project.run_expecting_error()
    has(message, "snap", name, META_NAMES[name])
    assert project.contents("snap") == before

    def filled() -> None:
        columns = project.columns("snap")
        assert META_NAMES[name] in columns and name not in columns
        assert (None,) not in found(project, "snap", META_NAMES[name])

    each_way_leads_out(project, message, filled)


@pytest.mark.parametrize("mode", ["ignore", "append_new_columns"])
def test_a_column_that_is_not_taken_makes_no_version(project: Project, mode: str) -> None:
    """The default tracks every *output* column; once it is one, it tracks it too."""
    config = {"materialized": "apply_changes", "meta": SCD2}
    project.model("history", on_schema_change="ignore", **config)
    load(project, (1, "a", "U", 10))
    project.build()
    types = {"id": "integer", "v": "varchar", "extra": "integer", "op": "varchar", "seq": "integer"}
    load(project, (1, "a", 7, "U", 20), (1, "a", 8, "U", 30), **types)
    if mode == "ignore":
        project.build()
        assert found(project, "history", VERSIONS) == [(1, "a", 10, None)]
        project.build()
    project.model("history", on_schema_change="append_new_columns", **config)
    project.build()
    rows = found(project, "history", "extra, valid_from, valid_to")
    assert rows == [(7, 20, 30), (8, 30, None), (None, 10, 20)]


SPELLINGS = {
    "sequence": ({"except_column_list": ["op", "S1"]}, {}),
    "listed": ({"sequence_by": "S1", "column_list": ["ID", "V"]}, {"except_column_list": None}),
    "composite": ({"sequence_by": ["S1", "s2"]}, {"except_column_list": ["Op", "s1", "S2"]}),
    "keys": ({"keys": ["ID"], "except_column_list": ["OP", "S1"]}, {}),
    "tracked": ({"track_history_column_list": ["V"], "except_column_list": ["op", "s1"]}, {}),
    "condition": ({"apply_as_deletes": "OP = 'D'", "except_column_list": ["Op", "S1"]}, {}),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_rebuild_knows_a_name_in_another_case(project: Project, name: str) -> None:
    """Names of columns are compared without regard to case, everywhere."""
    feed = "select id, v, op, seq as s1, seq as s2 from raw.events"
    given = {**SCD2, "sequence_by": "s1", **SPELLINGS[name][0], **SPELLINGS[name][1]}
    project.apply_changes("history", feed, **given)
    meta = {key: value for key, value in given.items() if key not in ("keys", "stored_as_scd_type")}
    project.snapshot("snap", feed, unique_key=given["keys"][0], **meta)
    load(project, (1, "a", "U", 10), (1, "b", "U", 20))
    project.build()
    names = ("history", "snap")
    before = {name: project.contents(name) for name in names}
    for target in names:
        args = ["sluice.rebuild", "--args", f"{{dataset: {target}}}"]
        project.run(*args, command="run-operation")
    project.build()
    assert {name: project.contents(name) for name in names} == before


def test_targets_in_a_custom_schema_work_without_quotes(tmp_path: Path) -> None:
    """`quoting: {database: false, schema: false, identifier: false}`."""
    quoting = "quoting: {database: false, schema: false, identifier: false}\n"
    project = Project(tmp_path, project_yml=quoting)
    streaming(project, "up", EVENTS, schema="app")
    config = {"materialized": "apply_changes", "schema": "app"}
    project.model("now", STREAM, meta=SCD1, **config)
    project.model("history", meta={**SCD2, **TRUNCATES}, **config)
    project.snapshot("snap", STREAM, unique_key="id", config={"schema": "app"}, **SNAPSHOT)
    judged(project, "clean", {"has_v": "v is not null"}, schema="app")
    load(project, (1, "a", "U", 10), (2, None, "U", 10))
    project.build()
    load(project, (1, "b", "U", 20), (2, None, "D", 20))
    project.build()
    project.schema = "lake_app"
    versions = [(1, "a", 10, 20), (1, "b", 20, None), (2, None, 10, 20)]
    assert found(project, "now") == [(1, "b")]
    assert found(project, "history", VERSIONS) == versions == found(project, "snap", VERSIONS)
    assert (ids(project, "clean"), ids(project, "clean__quarantine")) == ([1, 1], [2, 2])


# --- sequences ----------------------------------------------------------------------------------


@pytest.mark.parametrize("truncates", [False, True], ids=["", "truncates"])
@pytest.mark.parametrize("form", ["column", "composite", "struct"])
def test_an_interval_as_sequence_brings_no_other_model_down(
    project: Project, form: str, truncates: bool
) -> None:
    """DuckDB's asof join breaks over intervals, and the database with it.

    Choice: the right rows, or an error that names the option and the type; in both cases the rest
    of the run succeeds.
    """
    sequence = {"column": "seq", "composite": ["seq", "n"], "struct": "{'a': seq, 'n': n}"}[form]
    own = {"sequence_by": sequence, "except_column_list": ["op", "seq", "n"]}
    own |= TRUNCATES if truncates else {}
    others = ("a_first", "z_last")
    for name in others:
        project.apply_changes(name, "select 1 as id, 1 as n", keys=["id"], sequence_by="n")
    project.apply_changes("now", **{**SCD1, **own})
    project.apply_changes("timed", **{**SCD2, **own})
    types = {"id": "integer", "v": "varchar", "op": "varchar", "seq": "varchar", "n": "integer"}
    events = [(1, "a", "U", "1 day", 1), (1, "b", "U", "3 days", 1)]
    load(project, *events, *([(None, None, "T", "2 days", 1)] * truncates), table="texts", **types)
    project.query(
        "create table raw.events as select * replace (seq::interval as seq) from raw.texts"
    )
    run = project.dbt("build")
    assert {name: run.statuses.get(name) for name in others} == dict.fromkeys(others, "success")
    for name, rows in (("now", [(1, "b")]), ("timed", [(1, "a"), (1, "b")])):
        if run.statuses[name] == "success":
            assert found(project, name, "id, v") == rows
        else:
            has(run.messages[name], name, "sequence_by", "INTERVAL")


NULLS = {
    "in a struct": (
        "struct(a integer, b struct(c integer))",
        "{'a': 1, 'b': {'c': 1}}",
        "{'a': 1, 'b': {'c': null}}",
    ),
    "in a list": ("integer[]", "[1, 2]", "[1, null]"),
    "a struct in a list": ("struct(c integer)[]", "[{'c': 1}]", "[{'c': null}]"),
}


@pytest.mark.parametrize("name", NULLS)
@pytest.mark.parametrize("kind", ["now", "history", "snap"])
def test_a_null_within_a_part_of_the_sequence_fails_the_batch(
    project: Project, kind: str, name: str
) -> None:
    """Nulls, in any part: as deep as the sequence goes."""
    sql_type, good, bad = NULLS[name]
    feed = "select * from raw.nested"
    if kind == "snap":
        project.snapshot("snap", feed, unique_key="id", **SNAPSHOT)
    else:
        project.apply_changes(kind, feed, **(SCD1 if kind == "now" else SCD2))
    create = f"create table raw.nested (id integer, v varchar, op varchar, seq {sql_type})"
    project.query(f"{create}; insert into raw.nested values (1, 'a', 'U', {good})")
    project.build()
    before = project.contents(kind)
    project.query(f"insert into raw.nested values (2, 'b', 'U', {bad})")
    message = project.run_expecting_error()
    has(message, kind, "seq", "null in 1 of 2")
    assert project.contents(kind) == before
