"""A keyed table is what its query yields over whole tables, whatever happens to what it reads.

Twins: each keyed table has a view with the same query, `changed()` being a plain `ref()` there. An
example of hypothesis is a list of steps: a batch of events (late ones, deletes and truncates among
them), and which models a run of dbt then builds, so that some readers lag behind.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project import Project
from random_events import doubles

TYPES = {"id": "integer", "n": "integer", "op": "varchar", "country": "varchar", "v": "double"}
FEED = "select * from {{ sluice.stream(ref('up')) }}"
FEED_OPTIONS = {
    "sequence_by": "n",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "column_list": ["id", "country", "v"],
}
KEYED = {
    "per_id": (
        ["id"],
        """
        with events as (select id, count(*) as num_events, max(n) as last_n
                        from {{ sluice.changed(ref('up')) }} group by id),
        versions as (select id, count(*) as num_versions, count(distinct country) as countries
                     from {{ sluice.changed(ref('history')) }} group by id),
        current as (select id, v from {{ sluice.changed(ref('now')) }})
        select * from events full join versions using (id) full join current using (id)
        """,
    ),
    "per_country": (
        ["country"],
        """
        select country, count(*) as num_ids, sum(id) as ids, min(v) as lowest
        from {{ sluice.changed(ref('now')) }} group by country
        """,
    ),
    "per_country_history": (
        ["country"],
        """
        select country, valid_from, id, valid_to is null as is_open
        from {{ sluice.changed(ref('snap')) }}
        """,
    ),
    "per_v": (
        ["V"],
        """
        select v, id, countries.num_ids
        from {{ sluice.changed(ref('per_id')) }}
        left join (select num_ids from {{ ref('fixed') }}) as countries on true
        """,
    ),
    "pairs": (
        ["country", "id"],
        """
        select id, country, count(*) as num_versions
        from {{ sluice.changed(ref('history')) }}
        group by id, country
        """,
    ),
    "rows_as_they_are": (["id"], "select * from {{ sluice.changed(ref('up')) }}"),
    "of_keyed": (
        ["is_open", "country"],
        """
        select country, is_open, count(*) as num, min(valid_from) as first
        from {{ sluice.changed(ref('per_country_history')) }}
        group by country, is_open
        """,
    ),
}
OTHERS = ["up", "now", "history", "snap"]


def plain(query: str) -> str:
    """The full query; a streaming table without its own column."""
    query = re.sub(
        r"\{\{ sluice.changed\(ref\('up'\)\) \}\}",
        "(select id, n, op, country, v from {{ ref('up') }})",
        query,
    )
    return re.sub(r"sluice.changed\((ref\('\w+'\))\)", r"\1", query)


@pytest.fixture(scope="module")
def stage(shared_project: Project) -> Project:
    """A stream, three targets, keyed tables over them and their twins."""
    project = shared_project
    project.model(
        "up", "select * from raw.events", materialized="streaming_table", meta={"append_all": True}
    )
    project.model("fixed", "select 7 as num_ids", materialized="table")
    project.apply_changes("now", FEED, keys=["id"], **FEED_OPTIONS)
    project.apply_changes("history", FEED, keys=["id"], stored_as_scd_type=2, **FEED_OPTIONS)
    project.snapshot("snap", FEED, unique_key="id", **FEED_OPTIONS)
    for name, (keys, query) in KEYED.items():
        project.model(name, query, materialized="keyed_table", meta={"keys": keys})
        project.model(f"{name}_full", plain(query), materialized="view")
    return project


EVENT = st.fixed_dictionaries(
    {
        "id": st.none() | st.integers(1, 5),
        "n": st.integers(0, 9),
        "op": st.sampled_from(["U"] * 12 + ["D"] * 3 + ["T"]),
        "country": st.none() | st.sampled_from(["A", "B", "a", ""]),
        "v": doubles(),
    }
).filter(lambda event: event["id"] is not None or event["op"] == "T")
STEP = st.fixed_dictionaries(
    {
        "events": st.lists(EVENT, max_size=6),
        "lagging": st.sets(st.sampled_from(sorted(KEYED)), max_size=3),
        "refreshed": st.none() | st.sampled_from([*sorted(KEYED), "now", "history", "up"]),
        "rebuilt": st.none() | st.none() | st.sampled_from(["now", "history", "snap"]),
    }
)


@given(steps=st.lists(STEP, min_size=3, max_size=5))
def test_a_keyed_table_is_its_full_query(stage: Project, steps: list[dict[str, Any]]) -> None:
    """After any run; and a run without news writes nothing."""
    stage.drop_database()
    for number, step in enumerate(steps):
        stage.load("events", step["events"], **TYPES)
        lagging = step["lagging"] if 0 < number < len(steps) - 1 else set()
        if number and step["rebuilt"]:
            stage.run(
                "sluice.rebuild",
                "--args",
                f"{{dataset: {step['rebuilt']}}}",
                command="run-operation",
            )
        if number and step["refreshed"]:
            readers = "+" if step["refreshed"] == "up" else ""
            stage.build("--full-refresh", "--select", step["refreshed"] + readers)
            stage.load("events", [], **TYPES)
        stage.build(*(["--exclude", *sorted(lagging)] if lagging else []))
        for name in KEYED:
            behind = {"per_v": {"per_id"}, "of_keyed": {"per_country_history"}}.get(name, set())
            if name not in lagging and not behind & lagging:
                same(stage, name)
    stage.load("events", [], **TYPES)
    stage.build()
    for name in KEYED:
        flow = stage.flows()[name]
        assert (flow["num_upserted_rows"], flow["num_deleted_rows"]) == (0, 0), name
        same(stage, name)


def same(project: Project, name: str) -> None:
    """A keyed table and its twin have the same rows, each as often."""
    have, want = (
        Counter(repr(sorted(row.items())) for row in project.rows(table))
        for table in (name, f"{name}_full")
    )
    assert have == want, f"{name}: too many {have - want}, lost {want - have}"
