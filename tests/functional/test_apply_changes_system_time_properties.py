"""What was known stays known: every answer of a bitemporal history, asked again after later runs.

An example of hypothesis is a list of runs over late, deleted, tied and truncated events, some of
them full refreshes or replays of the kept events. After each, the rows that are known are those of
the plain-Python reference; for each earlier run, the rows that were known then are what they were;
and no row is ever another but for its end of being known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_cases import streaming
from project import Project, Row
from random_events import TYPES, events
from reference import Feed, canonical

QUERIES = {
    "streamed": "select * from {{ sluice.stream(ref('up')) }}",
    "kept": "select id, v, w, op, seq from {{ ref('up') }}",
}
FEED = Feed(
    keys=("id",),
    sequence_by="seq",
    deletes=lambda event: event["op"] == "D",
    truncates=lambda event: event["op"] == "T",
    columns=("id", "v", "w"),
)
OPTIONS = {
    "keys": ["id"],
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "column_list": ["id", "v", "w"],
    "stored_as_scd_type": 2,
    "system_time": True,
}


@pytest.fixture(scope="module")
def stage(shared_project: Project) -> Project:
    """A stream, and histories whose events lie in it or beside them."""
    streaming(shared_project, "up", "select * from raw.events", meta={"append_all": True})
    for name, query in QUERIES.items():
        shared_project.apply_changes(name, query, **OPTIONS)
    return shared_project


def known(rows: list[Row], moment: Any = None) -> list[str]:
    """The versions that were known at a moment, or are known now, to be compared."""
    if moment is None:
        rows = [row for row in rows if row["known_to"] is None]
    else:
        rows = [row for row in rows if row["known_from"] <= moment]
        rows = [row for row in rows if row["known_to"] is None or moment < row["known_to"]]
    return compared(
        {name: row[name] for name in row if not name.startswith("known")} for row in rows
    )


def compared(rows: Iterable[Row]) -> list[str]:
    """Rows as texts, in an order, for no NaN equals another."""
    return list(map(repr, canonical(rows)))


def unending(rows: list[Row]) -> Counter[str]:
    """Rows without the end of being known, which is all that may change in one."""
    return Counter(repr({**row, "known_to": None}) for row in rows)


RUN = st.fixed_dictionaries(
    {
        "events": st.lists(events(3), max_size=6),
        "again": st.sampled_from([None] * 4 + ["full refresh", "rebuild"]),
    }
)


@given(runs=st.lists(RUN, min_size=3, max_size=5))
def test_what_was_known_stays_known(stage: Project, runs: list[dict[str, Any]]) -> None:
    """After each run, of both kinds of histories."""
    stage.drop_database()
    told: list[Row] = []
    answers: dict[str, list[tuple[Any, list[str]]]] = {name: [] for name in QUERIES}
    before: dict[str, list[Row]] = {name: [] for name in QUERIES}
    for number, run in enumerate(runs):
        told += run["events"]
        stage.load("events", run["events"], **TYPES)
        stage.run()
        if number and run["again"] == "full refresh":
            stage.run("--full-refresh", "--select", *QUERIES)
        for name in QUERIES:
            if number and run["again"] == "rebuild":
                call = f"{{dataset: {name}}}"
                stage.run("--args", call, "sluice.rebuild", command="run-operation")
            rows = stage.query(f"select * from lake.{name}")
            assert known(rows) == compared(FEED.scd2(told))
            assert all(
                row["known_to"] is None or row["known_from"] < row["known_to"] for row in rows
            )
            assert not unending(before[name]) - unending(rows)
            ended = Counter(repr(row) for row in before[name] if row["known_to"] is not None)
            assert not ended - Counter(map(repr, rows))
            for moment, answer in answers[name]:
                assert known(rows, moment) == answer
            moments = [row[end] for row in rows for end in ("known_from", "known_to") if row[end]]
            if moments:
                answers[name].append((max(moments), known(rows)))
            before[name] = rows
