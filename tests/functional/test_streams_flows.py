"""Several flows into one: streams that come and go, and what is read once."""

from __future__ import annotations

from typing import Any

import pytest

from engine import is_spark
from engine_cases import SCD1, SCD2, found, has, ids, land, load, source, streaming, told
from project import Project

FEED = "select id, v, op, seq from raw.{}"
TYPES = {"id": "integer", "v": "varchar", "op": "varchar", "seq": "integer"}


def flow(name: str) -> str:
    """A query of the new rows of a stream."""
    return f"select id, v, op, seq from {{{{ sluice.stream(ref('{name}')) }}}}"


def once(name: str) -> str:
    """A query of all rows of a table, once."""
    return f"select id, v, op, seq from {{{{ sluice.once(ref('{name}')) }}}}"


def into(project: Project, *flows: str, **meta: Any) -> None:
    """Let these flow into a streaming table, a current table and a history."""
    text = "\nunion all\n".join(flows)
    streaming(project, "down", text)
    project.apply_changes("current", text, **SCD1, **meta)
    project.apply_changes("history", text, **SCD2, **meta)


def deliver(project: Project, **batches: list[tuple]) -> None:
    """The next batch of each stream, by its name; then a run of all."""
    for name in ("one", "two"):
        load(project, *batches.get(name, []), table=name, **TYPES)
    project.run()


@pytest.fixture
def flows(project: Project) -> Project:
    """Two streams, and a table from before them."""
    for name in ("one", "two"):
        streaming(project, name, FEED.format(name))
    project.model("before", FEED.format("before"), materialized="table")
    load(project, (1, "old", "U", 0), (9, "nine", "U", 0), table="before", **TYPES)
    return project


def test_flows_come(flows: Project) -> None:
    """A flow that joins later brings all that it has, each flow goes on from where it is."""
    into(flows, flow("one"))
    deliver(flows, one=[(1, "a", "U", 1)], two=[(2, "b", "U", 1)])
    assert ids(flows, "down") == ids(flows, "current") == [1]
    into(flows, flow("one"), flow("two"))
    deliver(flows, one=[(1, "c", "U", 2)])
    assert ids(flows, "down") == [1, 1, 2]
    assert found(flows, "current") == [(1, "c"), (2, "b")]
    deliver(flows, two=[(2, "", "D", 3)])
    assert ids(flows, "down") == [1, 1, 2, 2]
    assert found(flows, "current") == [(1, "c")]
    assert len(found(flows, "history")) == 3


def test_flows_go(flows: Project) -> None:
    """What a flow brought stays when it is taken away; it goes on if it comes back."""
    into(flows, flow("one"), flow("two"))
    deliver(flows, one=[(1, "a", "U", 1)], two=[(2, "b", "U", 1), (1, "z", "U", 9)])
    into(flows, flow("one"))
    load(flows, (1, "c", "U", 5), (3, "d", "U", 1), table="one", **TYPES)
    load(flows, (2, "e", "U", 2), table="two", **TYPES)
    run = flows.run()
    for name in ("current", "history"):
        # on Spark events are kept from the first on
        assert bool(told(run, name, "lake.two", "kept")) is not is_spark(), run.warnings
    assert ids(flows, "down") == [1, 1, 1, 2, 3]
    assert found(flows, "current") == [(1, "z"), (2, "b"), (3, "d")]
    assert sorted(found(flows, "history", "id, v, valid_from")) == [
        (1, "a", 1),
        (1, "c", 5),
        (1, "z", 9),
        (2, "b", 1),
        (3, "d", 1),
    ]
    deliver(flows, one=[(3, "f", "U", 2)])
    assert found(flows, "current") == [(1, "z"), (2, "b"), (3, "f")]
    assert not told(flows.last, "lake.two")

    into(flows, flow("one"), flow("two"))
    deliver(flows)
    assert ids(flows, "down") == [1, 1, 1, 2, 2, 3, 3]
    assert found(flows, "current") == [(1, "z"), (2, "e"), (3, "f")]


def test_a_flow_whose_model_is_deleted(flows: Project) -> None:
    """Its table is there still, so its events are; the table is dropped then without a loss."""
    into(flows, flow("one"), flow("two"))
    deliver(flows, one=[(1, "a", "U", 1)], two=[(2, "b", "U", 1)])
    into(flows, flow("one"))
    flows.remove("models/two.sql")
    flows.remove("models/two.yml")
    deliver(flows, one=[(3, "c", "U", 1)])
    assert found(flows, "current") == [(1, "a"), (2, "b"), (3, "c")]
    flows.query('drop table "lake"."two"')
    deliver(flows, one=[(4, "d", "U", 1)])
    assert ids(flows, "current") == [1, 2, 3, 4]
    assert ids(flows, "down") == [1, 2, 3, 4]


def test_a_flow_that_is_read_once(flows: Project) -> None:
    """A backfill takes its place by sequence, and what its table holds later is not read."""
    into(flows, flow("one"))
    deliver(flows, one=[(1, "a", "U", 1)])
    into(flows, flow("one"), once("before"))
    deliver(flows, one=[(2, "b", "U", 1)])
    assert flows.flows()["down"]["num_input_rows"] == 3
    assert ids(flows, "down") == [1, 1, 2, 9]
    assert found(flows, "current") == [(1, "a"), (2, "b"), (9, "nine")]
    assert found(flows, "history", "id, v, valid_from, valid_to")[0] in [
        (1, "a", 1, None),
        (1, "old", 0, 1),
    ]
    assert len(found(flows, "history")) == 4
    load(flows, (7, "later", "U", 0), table="before", **TYPES)
    deliver(flows, one=[(3, "c", "U", 1)])
    assert ids(flows, "down") == [1, 1, 2, 3, 9]
    assert ids(flows, "current") == [1, 2, 3, 9]

    into(flows, flow("one"))  # what was read once may go
    deliver(flows, one=[(4, "d", "U", 1)])
    assert ids(flows, "current") == [1, 2, 3, 4, 9]
    assert ids(flows, "down") == [1, 1, 2, 3, 4, 9]


def test_a_stream_goes_on_behind_what_was_read_once(flows: Project) -> None:
    """Of a streaming table once() reads the batches that are there; stream() then the others."""
    into(flows, once("one"))
    deliver(flows, one=[(1, "a", "U", 1)])
    deliver(flows, one=[(2, "b", "U", 1)])
    assert ids(flows, "down") == ids(flows, "current") == [1]
    into(flows, flow("one"))
    deliver(flows, one=[(3, "c", "U", 1)])
    assert ids(flows, "down") == ids(flows, "current") == [1, 2, 3]


def test_a_full_refresh_reads_it_again(flows: Project) -> None:
    """All that the query reads is replayed, as it is then."""
    into(flows, flow("one"), once("before"))
    deliver(flows, one=[(1, "a", "U", 1)])
    flows.run("--full-refresh", "--select", "down", "current", "history")
    assert ids(flows, "down") == [1, 1, 9]
    assert found(flows, "current") == [(1, "a"), (9, "nine")]
    deliver(flows)
    assert ids(flows, "down") == [1, 1, 9]


def test_once_of_a_source_and_with_files(project: Project) -> None:
    """Also a source, beside files, in a dry run and in dbt show."""
    files = source(project, project.root / "landing/*.json").replace("*", "id")
    project.write(
        "models/raw.yml", "sources: [{name: raw, schema: raw, tables: [{name: before}]}]\n"
    )
    text = f"{files} union all select id from {{{{ sluice.once(source('raw', 'before')) }}}}"
    streaming(project, "down", text)
    load(project, (1, "a", "U", 1), table="before", **TYPES)
    land(project.root / "landing", "a.json", {"id": 5})
    project.run("--empty")
    assert ids(project, "down") == []
    project.run()
    land(project.root / "landing", "b.json", {"id": 6})
    project.run()
    assert ids(project, "down") == [1, 5, 6]


def test_errors(flows: Project) -> None:
    """Who keeps no checkpoint cannot read once; nobody reads itself."""
    flows.model("plain", once("before"), materialized="table")
    streaming(flows, "text", "select * from {{ sluice.once('before') }}")
    streaming(flows, "itself", "select 1 as id from {{ sluice.once(this) }}")
    run = flows.dbt("run")
    has(run.messages["plain"], "once()", "checkpoint", "materialized as table")
    has(run.messages["text"], "'before'", "once(ref(")
    has(run.messages["itself"], "this model itself")
