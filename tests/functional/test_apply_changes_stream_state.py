"""The set of events lies in the streaming table where a query reads it row by row.

Elsewhere events are kept in `<target>__events`. Which of the two it is shows in the tables that are
there; what a target holds is the same either way.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine_cases import (
    SCD1,
    SCD2,
    SNAPSHOT,
    STREAM,
    found,
    has,
    ids,
    load,
    streaming,
    told,
    ways_out,
)
from project import Project
from scripts import calls

TARGETS = ("now", "history", "snap")
COLUMNS = {
    "now": "id, v",
    "history": "id, v, valid_from, valid_to",
    "snap": "id, v, valid_from, valid_to",
}
FIRST = [(1, "a", "U", 10), (2, "b", "U", 10), (1, "a2", "U", 20), (1, "a2", "U", 20)]
SECOND = [(1, "late", "U", 15), (2, None, "D", 20), (3, "c", "U", 10), (1, "a", "U", 10)]
NOW = [(1, "a2"), (3, "c")]
HISTORY = [(1, "a", 10, 15), (1, "a2", 20, None), (1, "late", 15, 20), (2, "b", 10, 20)]
HISTORY = sorted([*HISTORY, (3, "c", 10, None)], key=repr)
AFTER = {"now": NOW, "history": HISTORY, "snap": HISTORY}


def write(project: Project, text: str = STREAM, **meta: Any) -> None:
    """A stream of the raw events, and the three targets over a query of it."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("now", text, **{**SCD1, **meta})
    project.apply_changes("history", text, **{**SCD2, **meta})
    project.snapshot("snap", text, unique_key="id", **{**SNAPSHOT, **meta})


def deliver(project: Project, *batches: list[tuple]) -> None:
    """A build after each of these batches of events."""
    for batch in batches:
        load(project, *batch)
        project.build()


def kept(project: Project) -> list[str]:
    """The targets that keep their events beside them."""
    names = [relation.split(".")[-1].strip('"') for relation in project.relations("lake_sluice")]
    return sorted(name.removesuffix("__events") for name in names if name.endswith("__events"))


def held(project: Project) -> dict[str, list[tuple]]:
    """The rows of the three targets."""
    return {name: found(project, name, COLUMNS[name]) for name in TARGETS}


ROW_BY_ROW = {
    "the stream": STREAM,
    "projection and filter": "select id, upper(v) as v, op, seq from "
    "{{ sluice.stream(ref('up')) }} as t where seq > 0 and op is not null -- a comment",
    "CTEs": "with source as (select * from {{ sluice.stream(ref('up')) }}), renamed as (select id, "
    "nullif(v, 'x') as v, op, seq from source) select * from renamed order by 1",
    "a cast, a case, a lambda": "select id, case when v is null then v else v::text end as v, op,"
    " list_max(list_transform([seq], lambda x: x + 0)) as seq from {{ sluice.stream(ref('up')) }}",
    "a union of both halves": "select * from {{ sluice.stream(ref('up')) }} where id = 1 union all "
    "select * from {{ sluice.stream(ref('up')) }} where id <> 1",
}
KEPT = {
    "a join": STREAM + " as s left join (select 1 as one) as o on s.id = o.one",
    "a window": "select *, rank() over (order by seq) as w from {{ sluice.stream(ref('up')) }}",
    "a distinct": "select distinct * from {{ sluice.stream(ref('up')) }}",
    "a group by": "select id, max(v) v, op, seq from {{ sluice.stream(ref('up')) }} group by all",
    "a limit": STREAM + " limit 100",
    "a qualify": STREAM + " qualify row_number() over (partition by id, v, op, seq) = 1",
    "a union": STREAM + " union " + STREAM,
    "the clock": "select *, now() as w from {{ sluice.stream(ref('up')) }}",
    "the day": "select *, current_date as w from {{ sluice.stream(ref('up')) }}",
    "a random number": "select *, random() as w from {{ sluice.stream(ref('up')) }}",
    "a subquery": STREAM + " where id in (select id from {{ ref('up') }})",
    "another table": STREAM + " union all select 9, 'x', 'U', 1 from {{ ref('up') }} where false",
    "the run's id": "select *, '{{ invocation_id }}' as w from {{ sluice.stream(ref('up')) }}",
    "an unnest": "select unnest([id]) as id, v, op, seq from {{ sluice.stream(ref('up')) }}",
    "no stream": "select * from raw.events",
}


@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_a_query_that_reads_row_by_row_keeps_nothing(project: Project, name: str) -> None:
    """No table beside the targets, and the right rows in any cut."""
    write(project, ROW_BY_ROW[name])
    deliver(project, FIRST, SECOND)
    assert kept(project) == []
    rows = held(project)
    if "upper" in ROW_BY_ROW[name]:
        rows = {
            n: sorted([(r[0], r[1].lower(), *r[2:]) for r in rs], key=repr)
            for n, rs in rows.items()
        }
    assert rows == AFTER


@pytest.mark.parametrize("name", KEPT)
def test_any_other_query_keeps_its_events(project: Project, name: str) -> None:
    """What is no projection or filter, or not the same at the next run."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    options = {**SCD1, "except_column_list": None, "column_list": ["id", "v"]}
    project.apply_changes("now", KEPT[name], **options)
    deliver(project, FIRST, SECOND)
    assert kept(project) == ["now"]
    assert found(project, "now", "id, v") == NOW


def test_a_condition_that_is_not_the_same_each_time_keeps_the_events(project: Project) -> None:
    """The options' expressions count like the query."""
    write(project, apply_as_deletes="op = 'D' and now() > timestamp '2000-01-01'")
    deliver(project, FIRST, SECOND)
    assert kept(project) == sorted(TARGETS)
    assert held(project) == AFTER


@pytest.mark.parametrize("keep", [True, False])
def test_keep_events_overrules(project: Project, keep: bool) -> None:
    """The option says it; going over and back loses nothing."""
    write(project, keep_events=keep)
    deliver(project, FIRST)
    assert kept(project) == (sorted(TARGETS) if keep else [])
    write(project, keep_events=not keep)
    deliver(project, SECOND)
    assert kept(project) == ([] if keep else sorted(TARGETS))
    assert held(project) == AFTER
    write(project, keep_events=keep)
    deliver(project, [], FIRST, SECOND)
    assert held(project) == AFTER


def test_keep_events_false_is_refused_where_it_would_be_wrong(project: Project) -> None:
    """The error says why, and what else keep_events may be."""
    write(project, KEPT["a distinct"], keep_events=False)
    load(project, *FIRST)
    has(project.run_expecting_error(), "keep_events is false", "distinct", "way out")
    write(project, keep_events="no")
    has(project.run_expecting_error(), "keep_events must be true or false", '"no"')


# --- what happens to the stream ------------------------------------------------------------------


def test_rows_that_were_deleted_from_the_stream_are_missed(project: Project) -> None:
    """Versions are not lost in silence: an error with the count, and ways out that lead out."""
    write(project)
    deliver(project, FIRST)
    before = held(project)
    project.query("delete from lake.up where id = 1 and seq = 10")
    load(project, *SECOND[1:3])
    message = project.run_expecting_error()
    has(message, "lake.up", "3 rows", "4", "deleted", "ways out")
    assert held(project) == before
    for way in ways_out(message):
        for command in way:
            assert project.dbt(*command).success, project.last.error
    project.build()
    rows = held(project)
    assert rows["now"] == NOW
    assert rows["history"] == sorted([(1, "a2", 20, None), *HISTORY[3:]], key=repr)


def test_a_rebuilt_stream_rebuilds_the_targets(project: Project) -> None:
    """A new epoch has other rows; the targets follow by themselves."""
    write(project)
    deliver(project, FIRST, SECOND)
    load(project, (1, "only", "U", 5))
    project.run("--full-refresh", "--select", "up")
    run = project.build()
    assert len(told(run, "lake.up was rebuilt and has 2 rows now", "had 8")) == 3, run.warnings
    assert found(project, "now", "id, v") == [(1, "only")]
    assert found(project, "history", COLUMNS["history"]) == [(1, "only", 5, None)]
    assert found(project, "snap", COLUMNS["snap"]) == [(1, "only", 5, None)]


def test_a_column_that_came_without_a_row_is_there(project: Project) -> None:
    """The stream has it at once, so its readers have it in the same run, and null."""
    write(project)
    deliver(project, FIRST)
    project.query("alter table raw.events add column w varchar")
    project.query("delete from raw.events")
    project.build()
    for table in ("up", *TARGETS):
        values = found(project, table, "distinct w")
        assert values == [(None,)], table
    project.build()
    assert held(project)["now"] == [(1, "a2"), (2, "b")]


def test_a_stream_that_is_no_longer_there_is_missed(project: Project) -> None:
    """A flow whose table is gone would take its versions with it."""
    both = STREAM + " union all select * from {{ sluice.stream(ref('other')) }}"
    streaming(project, "other", "select 7 as id, 'x' as v, 'U' as op, 1 as seq")
    write(project, both)
    deliver(project, FIRST)
    assert kept(project) == []
    assert 7 in ids(project, "now")
    write(project)
    project.remove("models/other.sql")
    project.remove("models/other.yml")
    project.query(f"drop table {project.table('other')}")
    load(project, *SECOND)
    has(project.run_expecting_error(), "lake.other", "no longer reads", "ways out")


def test_several_streams_have_a_position_each(project: Project) -> None:
    """One of them may be new, and one may have nothing."""
    write(project)
    deliver(project, FIRST)
    streaming(project, "other", "select 7 as id, 'x' as v, 'U' as op, 1 as seq")
    write(project, STREAM + " union all select * from {{ sluice.stream(ref('other')) }}")
    deliver(project, SECOND)
    assert kept(project) == []
    assert found(project, "now", "id, v") == [*NOW, (7, "x")]
    streaming(project, "other", "select 7 as id, 'y' as v, 'U' as op, 0 as seq")
    deliver(project, [])
    assert found(project, "history", COLUMNS["history"]) == sorted(
        [*HISTORY, (7, "x", 1, None), (7, "y", 0, 1)], key=repr
    )


# --- changed options -----------------------------------------------------------------------------


def test_options_that_shape_events_are_followed(project: Project) -> None:
    """A column that joins has its values from the first event on; another delete is one for all."""
    write(project, except_column_list=None, column_list=["id"])
    deliver(project, FIRST)
    write(project)
    deliver(project, SECOND)
    assert held(project) == AFTER
    write(project, apply_as_deletes="v = 'a2'")
    deliver(project, [])
    assert found(project, "now", "id, v") == [(2, None), (3, "c")]
    write(project)
    deliver(project, [])
    assert held(project) == AFTER


def test_another_query_is_followed(project: Project) -> None:
    """All rows follow from the query as it is now."""
    write(project)
    deliver(project, FIRST)
    write(project, "select id, upper(v) as v, op, seq from {{ sluice.stream(ref('up')) }}")
    deliver(project, SECOND)
    assert found(project, "now", "id, v") == [(1, "A2"), (3, "C")]


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": ["id", "v"]},
        {"stored_as_scd_type": 2},
        {"sequence_by": "seq::varchar"},
    ],
    ids=str,
)
def test_what_a_table_cannot_follow_is_an_error(project: Project, changed: dict[str, Any]) -> None:
    """Keys, SCD type and the type of the sequence."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("now", STREAM, **SCD1)
    deliver(project, FIRST)
    project.apply_changes("now", STREAM, **{**SCD1, **changed})
    load(project)
    message = project.run_expecting_error()
    has(message, "apply_changes drift", "start over")
    for command in ways_out(message)[0]:
        assert project.dbt(*command).success, project.last.error


# --- from an earlier version ---------------------------------------------------------------------


def as_before(project: Project) -> None:
    """Let the records look as they did when events were always kept."""
    for row in project.query("select dataset, version, options from lake_sluice.targets"):
        options = json.loads(row["options"])
        options.pop("state", None)
        text = json.dumps(options).replace("'", "''")
        project.query(
            f"update lake_sluice.targets set options = '{text}' "
            f"where dataset = '{row['dataset']}' and version = {row['version']}"
        )


@pytest.mark.not_on_spark("whether a query reads row by row is not known, so events are kept")
def test_a_target_with_kept_events_goes_over(project: Project) -> None:
    """Its events are those of the stream, so they are dropped, and the rows are the same."""
    write(project, keep_events=True)
    deliver(project, FIRST)
    as_before(project)
    write(project)
    deliver(project, SECOND)
    assert kept(project) == []
    assert held(project) == AFTER


def test_a_target_keeps_events_that_its_stream_does_not_have(project: Project) -> None:
    """Nothing is lost; --full-refresh goes over."""
    write(project, keep_events=True)
    deliver(project, FIRST)
    as_before(project)
    project.query("delete from lake.up where id = 1 and seq = 10")
    write(project)
    deliver(project, SECOND[:3])
    assert kept(project) == sorted(TARGETS)
    assert held(project) == AFTER
    deliver(project, SECOND)
    assert kept(project) == sorted(TARGETS)
    project.run("--full-refresh", "--select", "now")
    assert kept(project) == ["history", "snap"]


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.dbt_v1("its log does not say what a node sent")
@pytest.mark.parametrize("name", ["now", "history"])
def test_calls_of_a_node(project: Project, name: str) -> None:
    """At most 12 for a batch; nothing new takes 3, no temporary table, no write but the event."""
    write(project)
    deliver(project, FIRST, SECOND)
    batch = calls(project.last, name)
    assert 0 < len(batch) <= 12, "\n".join(batch)
    load(project)
    project.build()
    idle = calls(project.last, name)
    assert 0 < len(idle) <= 3, "\n".join(idle)
    assert not [sql for sql in idle if "temp table" in sql]
