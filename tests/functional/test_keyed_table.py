"""Keyed tables: which rows a run works out, what it remembers, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from engine_cases import each_way_leads_out, found, has, judged, load, streaming
from project import Project

EVENTS = "select * from raw.events"
TYPES = {"id": "integer", "country": "varchar", "op": "varchar", "seq": "integer"}
FEED = "select * from {{ sluice.stream(ref('up')) }}"
OPTIONS = {
    "keys": ["id"],
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "column_list": ["id", "country"],
}
COUNTRIES = """
    select country, count(*) as num
    from {{ sluice.changed(ref('now')) }}
    group by country
"""


def keyed(project: Project, name: str, text: str, *keys: str, **config: Any) -> None:
    """Write a keyed table."""
    project.model(name, text, materialized="keyed_table", meta={"keys": list(keys)}, **config)


def feed(project: Project, *events: tuple) -> None:
    """Replace the raw table by events (id, country, op, seq)."""
    load(project, *events, **TYPES)


def counted(project: Project, name: str) -> tuple[int, int, int]:
    """What the last run reported: rows that the query yielded, upserted, deleted."""
    flow = project.flows()[name]
    return tuple(flow[f"num_{what}_rows"] for what in ("input", "upserted", "deleted"))


def kept(project: Project, name: str = "now") -> list[tuple]:
    """The changed keys that are kept of a table."""
    table = f'"{project.schema}_sluice"."{name}__changed"'
    rows = project.query(f"select * from {table}")
    return sorted((tuple(row.values()) for row in rows), key=repr)


def head(project: Project, name: str = "now") -> tuple[int, int]:
    """How far a table has come."""
    rows = project.query(
        f'select epoch, batch from "{project.schema}_sluice".checkpoints '
        f"where dataset = source and dataset = '{project.schema}.{name}' order by all desc"
    )
    return (rows[0]["epoch"], rows[0]["batch"]) if rows else (0, 0)


@pytest.fixture
def stage(project: Project) -> Project:
    """A stream with a current table over it, and a keyed table by country over that."""
    streaming(project, "up", EVENTS, meta={"append_all": True})
    project.apply_changes("now", FEED, **OPTIONS)
    keyed(project, "countries", COUNTRIES, "country")
    feed(project, (1, "A", "U", 1), (2, "A", "U", 1), (3, "B", "U", 1), (4, None, "U", 1))
    project.build()
    return project


# --- the rows -----------------------------------------------------------------------------------


def test_the_rows_of_changed_keys_are_replaced(stage: Project) -> None:
    """A row that moves changes where it was and where it is; a key without rows vanishes."""
    assert found(stage, "countries") == [("A", 2), ("B", 1), (None, 1)]
    assert counted(stage, "countries") == (3, 3, 0)

    feed(stage, (3, "A", "U", 2), (5, "C", "U", 2))
    stage.build()
    assert found(stage, "countries") == [("A", 3), ("C", 1), (None, 1)]
    assert counted(stage, "countries") == (2, 2, 1)
    assert kept(stage) == [(1, "A"), (1, "B"), (1, "C")]

    feed(stage, (4, None, "D", 2))
    stage.build()
    assert found(stage, "countries") == [("A", 3), ("C", 1)]
    assert counted(stage, "countries") == (0, 0, 1)


def test_a_run_without_changes_writes_nothing(stage: Project) -> None:
    """Neither the table nor its keys, where a change of the relation changes no row here."""
    feed(stage)
    run = stage.build()
    assert counted(stage, "countries") == (0, 0, 0)
    assert "delete from" not in run.debug_log.split("countries")[-1]

    streaming(stage, "up", EVENTS, meta={"append_all": True})
    keyed(
        stage,
        "same",
        "select id, country is null as nowhere from {{ sluice.changed(ref('now')) }}",
        "id",
    )
    stage.build()
    feed(stage, (1, "B", "U", 2))
    stage.build()
    assert counted(stage, "same") == (1, 0, 0)
    assert counted(stage, "countries") == (2, 2, 0)


def test_keys_change_in_any_of_the_relations(project: Project) -> None:
    """A join is whole: each changed() yields the keys that changed in either."""
    for name in ("left", "right"):
        streaming(project, f"{name}_rows", f"select * from raw.{name}", meta={"append_all": True})
    keyed(
        project,
        "both",
        """
        select id, l.v as l, r.v as r
        from {{ sluice.changed(ref('left_rows')) }} as l
        full join {{ sluice.changed(ref('right_rows')) }} as r using (id)
        """,
        "ID",
    )

    def run(left: list[tuple], right: list[tuple]) -> list[tuple]:
        load(project, *left, table="left", id="integer", v="varchar")
        load(project, *right, table="right", id="bigint", v="varchar")
        project.build()
        return found(project, "both")

    assert run([(1, "a")], [(2, "b")]) == [(1, "a", None), (2, None, "b")]
    assert run([], [(1, "c")]) == [(1, "a", "c"), (2, None, "b")]
    assert counted(project, "both") == (1, 1, 0)
    assert run([(2, "d")], [(3, "e")]) == [(1, "a", "c"), (2, "d", "b"), (3, None, "e")]
    assert counted(project, "both") == (2, 2, 0)
    assert "_sluice_batch" not in project.columns("both")


def test_another_query_works_out_all_rows(stage: Project) -> None:
    """What the rows follow from is compared with the last run: the query, and the columns read."""
    keyed(stage, "countries", COUNTRIES.replace("count(*)", "2 * count(*)"), "country")
    feed(stage, (1, "C", "U", 2))
    stage.build()
    assert found(stage, "countries") == [("A", 2), ("B", 2), ("C", 2), (None, 2)]
    assert counted(stage, "countries") == (4, 3, 0)  # A stays 2


# --- what is remembered -------------------------------------------------------------------------


def test_keys_are_kept_only_for_readers(stage: Project) -> None:
    """Without a reader nothing is kept; one that comes back after that starts over."""
    assert head(stage) == (1, 0)
    stage.remove("models/countries.sql")
    stage.remove("models/countries.yml")
    feed(stage, (1, "C", "U", 2))
    stage.build()
    assert "now__changed" not in stage.relations()
    feed(stage, (2, "C", "U", 2))
    stage.build()
    keyed(stage, "countries", COUNTRIES, "country")
    feed(stage)
    stage.build()
    assert found(stage, "countries") == [("B", 1), ("C", 2), (None, 1)]
    feed(stage, (3, "C", "U", 2))
    stage.build()
    assert found(stage, "countries") == [("C", 3), (None, 1)]
    assert counted(stage, "countries") == (1, 1, 1)


def test_a_target_that_had_no_reader(project: Project) -> None:
    """It keeps keys from the first run on that has one."""
    streaming(project, "up", EVENTS, meta={"append_all": True})
    project.apply_changes("now", FEED, **OPTIONS)
    feed(project, (1, "A", "U", 1))
    project.build()
    assert head(project) == (0, 0)
    keyed(project, "countries", COUNTRIES, "country")
    feed(project)
    project.build("--select", "countries")
    assert found(project, "countries") == [("A", 1)]
    project.build()
    assert head(project) == (1, 0)
    feed(project, (2, "B", "U", 1))
    project.build()
    assert counted(project, "countries") == (1, 1, 0)
    assert found(project, "countries") == [("A", 1), ("B", 1)]


def test_kept_keys_are_pruned_to_the_slowest_reader(stage: Project) -> None:
    """Readers with other keys share them; one that was away too long starts over."""
    keyed(stage, "ids", "select id, country from {{ sluice.changed(ref('now')) }}", "id")
    feed(stage, (1, "B", "U", 2))
    stage.build()
    for number in range(3, 6):
        feed(stage, (1, f"C{number}", "U", number))
        stage.build("--exclude", "ids")
    assert {row[0] for row in kept(stage)} == {2, 3, 4}
    feed(stage)
    stage.build()
    assert counted(stage, "ids") == (1, 1, 0)
    feed(stage, (2, "D", "U", 6))
    stage.build()
    assert {row[0] for row in kept(stage)} == {5}
    stage.query(f'delete from "{stage.schema}_sluice".now__changed')
    feed(stage, (1, "E", "U", 7))
    stage.build("--exclude", "ids")
    feed(stage, (1, "F", "U", 8))
    stage.build("--exclude", "ids")
    stage.query(f'delete from "{stage.schema}_sluice".now__changed where _sluice_batch = 6')
    feed(stage)
    stage.build()
    assert counted(stage, "ids") == (4, 1, 0)
    assert found(stage, "ids") == found(stage, "now")


def test_what_rewrites_a_target_keeps_no_keys(stage: Project) -> None:
    """First load, truncate, rebuild and full refresh open an epoch; readers start over."""
    feed(stage, (9, "Z", "U", 9))
    stage.build()
    assert head(stage) == (1, 1)
    feed(stage, (None, None, "T", 5))
    stage.build()
    assert head(stage) == (2, 0)
    assert "now__changed" not in stage.relations()
    assert found(stage, "countries") == [("Z", 1)]
    assert counted(stage, "countries") == (1, 0, 3)
    feed(stage)
    for command in (
        ("run-operation", "sluice.rebuild", "--args", "{dataset: now}"),
        ("run", "--full-refresh", "--select", "now"),
    ):
        before = head(stage)
        assert stage.dbt(*command).success
        assert head(stage) == (before[0] + 1, 0)
        stage.build()
        assert counted(stage, "countries") == (1, 0, 0)


@pytest.mark.dbt_v1("its hooks share no transaction with the rows")
@pytest.mark.not_on_spark("each statement is committed by itself")
def test_rows_checkpoint_and_keys_are_one_transaction(stage: Project) -> None:
    """A run that fails leaves table and checkpoint as they were, and the next one reads on."""
    fails = "select case when count(*) = 5 then error('broken') end from {{ this }}"
    keyed(stage, "countries", COUNTRIES, "country", post_hook=fails)
    feed(stage, (5, "D", "U", 1), (6, "E", "U", 1))
    before = stage.contents("countries")
    error = stage.run_expecting_error()
    assert "broken" in error
    assert stage.contents("countries") == before
    feed(stage, (7, "F", "U", 1))
    stage.build()
    assert len(found(stage, "countries")) == 6
    assert counted(stage, "countries") == (3, 3, 0)


def test_rows_that_go_to_the_quarantine_leave(project: Project) -> None:
    """sluice.quarantine takes rows out of batches that were read; readers start over."""
    query = "select * from raw.events"
    judged(project, "up", {"wide": "id > 0"}, query, meta={"append_all": True})
    keyed(project, "per_id", "select * from {{ sluice.changed(ref('up')) }}", "id")
    feed(project, (1, "A", "U", 1), (2, "B", "U", 1))
    project.build()
    judged(project, "up", {"wide": "id > 1"}, query, meta={"append_all": True})
    project.run("sluice.quarantine", "--args", "{dataset: up}", command="run-operation")
    feed(project)
    project.build()
    assert found(project, "per_id", "id") == [(2,)]


@pytest.mark.not_on_spark("dbt-spark knows one catalog")
def test_in_another_database(project: Project) -> None:
    """The state of a table is where the table is."""
    project.attach("other")
    streaming(project, "up", EVENTS, database="other", meta={"append_all": True})
    project.model("now", FEED, materialized="apply_changes", database="other", meta=OPTIONS)
    keyed(project, "countries", COUNTRIES, "country")
    keyed(
        project,
        "there",
        "select * from {{ sluice.changed(ref('countries')) }}",
        "num",
        database="other",
    )
    feed(project, (1, "A", "U", 1), (2, "A", "U", 1))
    project.build()
    feed(project, (2, "B", "U", 2))
    project.build()
    assert found(project, "countries") == [("A", 1), ("B", 1)]
    assert counted(project, "there") == (2, 2, 1)


# --- what is refused ----------------------------------------------------------------------------

REFUSED = {
    "table": ("select * from {{ sluice.changed(ref('plain')) }}", ["id"], "materialized as table"),
    "seed": ("select * from {{ sluice.changed(ref('sown')) }}", ["id"], "materialized as seed"),
    "ephemeral": ("select * from {{ sluice.changed(ref('gone')) }}", ["id"], "gone is ephemeral"),
    "text": (
        "select * from {{ sluice.changed('now') }}",
        ["id"],
        "found 'now', expected a relation",
    ),
    "itself": ("select * from {{ sluice.changed(this) }}", ["id"], "is this model itself"),
    "nothing": ("select * from {{ ref('now') }}", ["id"], "reads nothing with changed()"),
    "no_keys": (
        "select * from {{ sluice.changed(ref('now')) }}",
        [],
        "keys must be a non-empty list",
    ),
    "no_such_key": (
        "select *, 1 as x from {{ sluice.changed(ref('now')) }}",
        ["x"],
        "key 'x' is no column of lake.now (available: id, country)",
    ),
    "key_not_in_query": (
        "select country from {{ sluice.changed(ref('now')) }}",
        ["id"],
        "keys column 'id' is not in the query (available: country)",
    ),
    "types": (
        "select cast(id as varchar) as id from {{ sluice.changed(ref('now')) }}",
        ["id"],
        "VARCHAR in the query, INTEGER in lake.now",
    ),
    "reserved": (
        "select *, 1 as _sluice_x from {{ sluice.changed(ref('now')) }}",
        ["id"],
        "reserved",
    ),
}


def test_what_is_refused(stage: Project) -> None:
    """Each error names what was found, where, and a way out."""
    stage.model("plain", "select 1 as id", materialized="table")
    stage.model("gone", "select 1 as id", materialized="ephemeral")
    stage.write("seeds/sown.csv", "id\n1\n")
    stage.model("view_of", "select * from {{ sluice.changed(ref('now')) }}", materialized="view")
    for name, (query, keys, _message) in REFUSED.items():
        keyed(stage, f"bad_{name}", query, *keys)
    changed = "select * from {{ sluice.changed(ref('now')) }}"
    stage.model("misspelt", changed, materialized="keyed_table", meta={"kyes": ["id"]})
    feed(stage)
    run = stage.dbt("build")
    has(run.messages["misspelt"], "keys must be", "'kyes' is no option of sluice; did you mean 'k")
    for name, (_query, _keys, message) in REFUSED.items():
        has(run.messages[f"bad_{name}"], message, f"models/bad_{name}.sql")
        assert f"bad_{name}" not in stage.relations()
    has(run.messages["view_of"], "which only keyed_table does", "materialized as view")


def test_rows_of_other_keys_are_refused(stage: Project) -> None:
    """They would stand beside those that are there."""
    keyed(
        stage,
        "padded",
        COUNTRIES + " union all select 'X', 0 from (select 1) where 1 = 1",
        "country",
    )
    stage.build()
    before = stage.contents("padded")
    feed(stage, (1, "B", "U", 2))
    error = stage.run_expecting_error()
    has(error, "yields 1 rows of keys that did not change, for example country = X", "way out")
    assert stage.contents("padded") == before


def test_a_table_that_something_else_made(stage: Project) -> None:
    """It is not written over, and the way out leads out."""
    stage.model("countries", "select 'x' as country, 1 as num", materialized="table")
    stage.build("--select", "countries")
    keyed(stage, "countries", COUNTRIES, "country")
    message = stage.run_expecting_error()
    has(message, "made by something else meanwhile (table)", "rebuild it with")

    def check() -> None:
        assert found(stage, "countries") == [("A", 2), ("B", 1), (None, 1)]

    feed(stage)
    each_way_leads_out(stage, message, check)
    stage.query(f"drop table {stage.table('countries')}")
    stage.query(f"create view {stage.table('countries')} as select 1 as country")
    has(stage.run_expecting_error(), "exists as a view, expected a table")
