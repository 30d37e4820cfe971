"""A way out leads out: each command that an error names is followed here, literally.

A table with `full_refresh: false`, which the docs recommend for every bronze, must not turn a way
out into a wall: its messages name a command that works, or say what comes out first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine_cases import (
    SCD1,
    SNAPSHOT,
    each_way_leads_out,
    found,
    has,
    ids,
    judged,
    land,
    load,
    source,
    streaming,
    ways_out,
)
from project import Project

FEED = {"id": "integer", "line": "integer", "v": "varchar", "w": "timestamp", "op": "varchar"}
TYPES = {**FEED, "seq": "integer"}
EVENTS = "select * from raw.events"


class Trouble(NamedTuple):
    """How a table comes to an error: SQL by another's hand, other types, other options."""

    sql: str = ""
    types: Mapping[str, str] = {}
    meta: Mapping[str, Any] = {}
    config: Mapping[str, Any] = {}
    kept_events_go: bool = False


VIEW = "alter table lake.target rename to was; create view lake.target as select * from lake.was"
TROUBLES = {
    "a view in its place": Trouble(VIEW),
    "another table in its place": Trouble("create or replace table lake.target as select 7 as id"),
    "its state dropped": Trouble("drop schema lake_sluice cascade"),
    "a type that loses values": Trouble(types={"w": "bigint"}),
    "another key": Trouble(meta={"keys": ["id", "line"]}),
    "another sequence": Trouble(types={"seq": "varchar"}),
    "a new column refused": Trouble(types={"x": "integer"}, config={"on_schema_change": "fail"}),
    "kept events dropped": Trouble(kept_events_go=True),
}
BOTH = ["a view in its place", "a new column refused"]
EVERY = ["its state dropped", "a type that loses values"]
EVENTS_KEPT = ["another key", "another sequence", "kept events dropped"]
KINDS = {
    "now": [*EVERY, *BOTH, *EVENTS_KEPT],
    "rows": [*EVERY, *BOTH, "another table in its place"],
    "snap": [*EVERY, *EVENTS_KEPT],
}
CASES = [(kind, name, False) for kind, names in KINDS.items() for name in names]
CASES += [(kind, name, True) for kind, name, _ in CASES if kind != "snap"]  # dbt refreshes none


def drop_kept_events(project: Project) -> None:
    """What docs/auto-cdc.md calls `<target>__events`, dropped by hand."""
    kept = [name for name in project.relations("lake_sluice") if name.startswith("target__")]
    assert kept, "no events are kept beside the target"
    for name in kept:
        project.query(f'drop table lake_sluice."{name}"')


def write(project: Project, kind: str, trouble: Trouble, *, protected: bool) -> None:
    """The target, as the trouble has it."""
    config = {**trouble.config, **({"full_refresh": False} if protected else {})}
    if kind == "rows":
        streaming(project, "target", EVENTS, **config)
    elif kind == "snap":
        options = {**SNAPSHOT, **trouble.meta}
        project.snapshot("target", unique_key=options.pop("keys", "id"), **options)
    else:
        meta = {**SCD1, **trouble.meta}
        project.model("target", EVENTS, materialized="apply_changes", meta=meta, **config)


def feed(project: Project, types: Mapping[str, str]) -> None:
    """Two keys, in whatever types."""
    rows = [{"id": key, "line": 1, "v": "a", "op": "U", "seq": 10} for key in (1, 2)]
    if types.get("seq") == "varchar":
        rows = [{**row, "seq": "10"} for row in rows]
    project.load("events", rows, **dict(types))


def messages(
    project: Project, kind: str, trouble: Trouble, protected: bool
) -> tuple[str, Callable[[bool], None]]:
    """The error that a trouble ends in; a function that protects the target, or not."""
    write(project, kind, Trouble(config=trouble.config), protected=protected)
    feed(project, TYPES)
    project.build()
    if trouble.sql:
        project.query(trouble.sql)
    if trouble.kept_events_go:
        drop_kept_events(project)
    write(project, kind, trouble, protected=protected)
    feed(project, {**TYPES, **trouble.types})
    message = project.run_expecting_error()
    has(message, "target")

    def protect(on: bool) -> None:
        write(project, kind, trouble, protected=on)

    return message, protect


@pytest.mark.parametrize(("kind", "name", "protected"), CASES)
def test_a_way_out_leads_out(project: Project, kind: str, name: str, protected: bool) -> None:
    """Also for a lossy type without stream(), and where kept events were dropped by hand.

    After the commands that the message names, the next run succeeds, and the table has each row.
    Choice: a protected table stays as it is until its owner takes `full_refresh: false` out, so a
    message that names `--full-refresh` for it has to say so; better is a command that needs none.
    """
    message, protect = messages(project, kind, TROUBLES[name], protected)
    assert "Catalog Error" not in message

    def whole() -> None:
        assert set(ids(project, "target")) == {1, 2}
        assert kind == "rows" or len(ids(project, "target")) == 2

    each_way_leads_out(project, message, whole, protect=protect if protected else None)


@pytest.mark.parametrize("kind", ["now", "snap"])
def test_rebuild_without_kept_events_names_a_way_that_leads_out(
    project: Project, kind: str
) -> None:
    """`sluice.rebuild` after the kept events were dropped by hand."""
    write(project, kind, Trouble(), protected=False)
    feed(project, TYPES)
    project.build()
    drop_kept_events(project)
    rebuild = ["sluice.rebuild", "--args", "{dataset: target}"]
    message = project.run_expecting_error(*rebuild, command="run-operation")
    has(message, "target", "events")

    def whole() -> None:
        assert ids(project, "target") == [1, 2]

    each_way_leads_out(project, message, whole)


@pytest.mark.parametrize("operation", ["rebuild", "release", "quarantine"])
def test_an_operation_before_the_first_run_names_a_way_that_leads_out(
    project: Project, operation: str
) -> None:
    """A table that is not there yet is an error, and its command makes the table."""
    kind = "now" if operation == "rebuild" else "rows"
    write(project, kind, Trouble(), protected=False)
    feed(project, TYPES)
    call = [f"sluice.{operation}", "--args", "{dataset: target}"]
    message = project.run_expecting_error(*call, command="run-operation")
    has(message, "target")
    each_way_leads_out(project, message, lambda: None, then=["run-operation", *call])


# --- full extracts ------------------------------------------------------------------------------

DAY = "try_cast(regexp_extract(_metadata.file_name, '\\d{4}-\\d{2}-\\d{2}') as date) as day"
CHANGES = "sluice.changes_from_snapshots(ref('extracts'), keys=['id'], version='day')"


def extracts(project: Project, kind: str, *, protected: bool, rules: dict[str, str]) -> Path:
    """The recipe: extracts in files, protected, and a table of their changes."""
    folder = project.root / "landing"
    read = source(project, folder, columns={"id": "bigint", "price": "bigint"})
    config = {"full_refresh": False} if protected else {}
    judged(project, "extracts", rules, read.replace("*", f"*, {DAY}"), **config)
    meta = {
        "sequence_by": "day",
        "apply_as_deletes": "__op = 'DELETE'",
        "column_list": ["id", "price"],
    }
    text = f"select * from {{{{ {CHANGES} }}}}"
    if kind == "snap":
        project.snapshot("products", text, unique_key="id", **meta)
    else:
        meta |= {"keys": ["id"], "stored_as_scd_type": 2}
        project.model("products", text, materialized="apply_changes", meta=meta, **config)
    return folder


@pytest.mark.parametrize("kind", ["history", "snap"])
@pytest.mark.parametrize("protected", [False, True], ids=["", "protected"])
def test_extracts_with_two_rows_for_a_key_lead_out(
    project: Project, kind: str, protected: bool
) -> None:
    """The recipe's own `full_refresh: false` kept the bad rows for ever."""
    folder = extracts(project, kind, protected=protected, rules={})
    file = land(folder, "2026-01-01.json", {"id": 1, "price": 5}, {"id": 1, "price": -5})
    message = project.run_expecting_error()
    has(message, "products", "id = 1")

    def mended(_command: list[str]) -> None:
        land(folder, file.name, {"id": 1, "price": 5})
        extracts(project, kind, protected=protected, rules={"sold": "price > 0"})

    def protect(on: bool) -> None:
        extracts(project, kind, protected=on, rules={"sold": "price > 0"})

    def whole() -> None:
        assert found(project, "products", "id, price") == [(1, 5)]

    each_way_leads_out(
        project, message, whole, protect=protect if protected else None, prepare=mended
    )


@pytest.mark.parametrize(
    ("kind", "protected"), [("history", False), ("history", True), ("snap", False)]
)
def test_a_late_extract_leads_out(project: Project, kind: str, protected: bool) -> None:
    """Starting over takes all extracts in the order of their versions."""
    folder = extracts(project, kind, protected=protected, rules={})
    land(folder, "2026-01-03.json", {"id": 1, "price": 3})
    project.build()
    land(folder, "2026-01-01.json", {"id": 1, "price": 1})
    message = project.run_expecting_error()
    has(message, "2026-01-03", "2026-01-01")

    def dropped(_command: list[str]) -> None:
        if "drop table" in message:
            project.query("drop table if exists lake.products")

    def protect(on: bool) -> None:
        extracts(project, kind, protected=on, rules={})

    def whole() -> None:
        rows = found(project, "products", "price, valid_from::varchar, valid_to::varchar")
        assert rows == [(1, "2026-01-01", "2026-01-03"), (3, "2026-01-03", None)]

    each_way_leads_out(
        project, message, whole, protect=protect if protected else None, prepare=dropped
    )


# --- mark_as_read -------------------------------------------------------------------------------


def test_mark_as_read_says_when_it_did_nothing(project: Project) -> None:
    """No stream, nothing that it has not read, or not built yet: it is told so."""
    folder = project.root / "landing"
    land(folder, "a.json", {"id": 1})
    streaming(project, "bronze", source(project, folder))
    streaming(project, "up", "select 1 as id")
    project.build()
    streaming(project, "new", "select 1 as id")
    for name in ("bronze", "up", "new"):
        args = ["sluice.mark_as_read", "--args", f"{{dataset: {name}}}"]
        run = project.run(*args, command="run-operation")
        said = [text for level, text in run.lines if level != "debug" and name in text]
        assert said, f"nothing was said of {name}"
        has(" ".join(said), "nothing")
    project.build()
    assert ids(project, "bronze") == [1]


def test_a_protected_bronze_whose_state_was_dropped_goes_on_behind_its_files(
    project: Project,
) -> None:
    """`drop schema main_sluice`; the table is kept, and each file is read once.

    Choice: its message names a command that keeps the rows and takes the files that are there now
    as read, for a full refresh loses the rows of files that are gone (D2).
    """
    folder = project.root / "landing"
    first = land(folder, "a.json", {"id": 1})
    land(folder, "b.json", {"id": 2})
    streaming(project, "bronze", source(project, folder), full_refresh=False)
    project.build()
    first.unlink()
    project.query("drop schema lake_sluice cascade")
    message = project.run_expecting_error()
    kept = [way for way in ways_out(message) if not any("--full-refresh" in c for c in way)]
    assert kept, f"each way out of it loses the rows of a.json: {message}"
    for command in kept[0]:
        assert project.dbt(*command).success, project.last.error
    project.build()
    assert ids(project, "bronze") == [1, 2]
    land(folder, "c.json", {"id": 3})
    project.build()
    assert ids(project, "bronze") == [1, 2, 3]


def test_the_events_of_a_lossy_change_are_those_of_the_feed_now(project: Project) -> None:
    """Column `w` was a timestamp and is a bigint; the way out has the new type."""
    message, _protect = messages(project, "now", TROUBLES["a type that loses values"], False)
    for command in ways_out(message)[0]:
        assert project.dbt(*command).success, project.last.error
    load(project, (1, 1, "b", 5, "U", 20), **{**TYPES, "w": "bigint"})
    project.build()
    assert project.columns("target")["w"] == "BIGINT"
    assert found(project, "target", "id, v, w") == [(1, "b", 5), (2, "a", None)]


@pytest.mark.parametrize("way", ["first", "last"])
def test_a_ledger_that_was_lost_doubles_nothing(project: Project, way: str) -> None:
    """The rows of `files` are gone, those of the other state tables are not."""
    folder = project.root / "landing"
    land(folder, "a.json", {"id": 1})
    streaming(project, "bronze", source(project, folder))
    project.build()
    land(folder, "b.json", {"id": 2})
    project.query("delete from lake_sluice.files")
    message = project.run_expecting_error()
    has(message, "files", "double")
    for command in ways_out(message)[0 if way == "first" else -1]:
        assert project.dbt(*command).success, project.last.error
    project.build()
    assert ids(project, "bronze") == [1, 2]
    land(folder, "c.json", {"id": 3})
    project.build()
    assert ids(project, "bronze") == [1, 2, 3]


def test_a_model_in_the_place_of_a_state_table_is_refused(project: Project) -> None:
    """`schema: sluice` and the name `files`: by dbt's own rule that is our ledger.

    The run ends before any node, so nothing is written over and nothing is lost.
    """
    folder = project.root / "landing"
    land(folder, "a.json", {"id": 1})
    streaming(project, "bronze", source(project, folder))
    project.build()
    land(folder, "b.json", {"id": 2})
    project.model("files", "select 1 as mine", materialized="table", schema="sluice")
    message = project.run_expecting_error()
    has(message, "model.consumer.files", "lake_sluice", "alias")
    assert project.query("select count(*) as n from lake_sluice.files") == [{"n": 1}]
    project.remove("models/files.sql")
    project.build()
    assert ids(project, "bronze") == [1, 2]
