"""Applied to an empty table, the changes that a target keeps make the target: always.

An example of hypothesis is a list of runs over late, deleted, tied and truncated events, some of
which are full refreshes, and some of which look at the events by other options. After each, the
feed of each target is played from its first batch on, in plain Python, which takes a change only if
it fits: what is inserted must not be there, what is updated or deleted must be, as it is told.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_cases import streaming
from project import Project, Row
from random_events import TYPES, events

STREAM = "select * from {{ sluice.stream(ref('up')) }}"
WHOLE = "select id, v, w, op, seq from {{ ref('up') }}"
OPTIONS = {
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "apply_as_truncates": "op = 'T'",
    "column_list": ["id", "v", "w"],
    "change_data_feed": True,
}
TARGETS = ("current", "history", "kept", "snap")
OURS = ("_change_type", "_commit_batch", "_commit_timestamp", "_sluice_batch")


def write(project: Project, **meta: Any) -> None:
    """The targets, with these options beside the others."""
    options = {**OPTIONS, **meta}
    project.apply_changes("current", STREAM, keys=["id"], **options)
    project.apply_changes("history", STREAM, keys=["id"], stored_as_scd_type=2, **options)
    few = {"change_data_feed_retention": 1}
    project.apply_changes("kept", WHOLE, keys=["id"], stored_as_scd_type=2, **options, **few)
    project.snapshot("snap", STREAM, unique_key="id", **options)


def played(feed: list[Row]) -> Counter[str]:
    """The rows that a feed makes, from nothing; each change must fit."""
    rows: Counter[str] = Counter()
    for batch in sorted({row["_commit_batch"] for row in feed}):
        of_batch = [row for row in feed if row["_commit_batch"] == batch]
        for leaves in (True, False):
            for row in of_batch:
                if (row["_change_type"] in ("update_preimage", "delete")) is leaves:
                    key = shown(row)
                    assert rows[key] == leaves, (batch, row)
                    rows[key] += -1 if leaves else 1
    return +rows


def shown(row: Row) -> str:
    """The user's columns of a row, to be compared."""
    return repr(sorted((name, value) for name, value in row.items() if name not in OURS))


@pytest.fixture(scope="module")
def stage(shared_project: Project) -> Project:
    """A stream, and targets whose events lie in it or beside them."""
    streaming(shared_project, "up", "select * from raw.events", meta={"append_all": True})
    write(shared_project)
    return shared_project


RUN = st.fixed_dictionaries(
    {
        "events": st.lists(events(4), max_size=6),
        "refreshed": st.sampled_from([None] * 5 + ["current", "history", "kept"]),
        "ignoring": st.booleans(),
    }
)


@given(runs=st.lists(RUN, min_size=3, max_size=5))
def test_the_feed_makes_the_target(stage: Project, runs: list[dict[str, Any]]) -> None:
    """After each run; and a batch is told once."""
    stage.drop_database()
    ignoring = False
    write(stage)
    for number, run in enumerate(runs):
        if run["ignoring"] != ignoring:
            ignoring = run["ignoring"]
            write(stage, **({"ignore_null_updates": True} if ignoring else {}))
        stage.load("events", run["events"], **TYPES)
        if number and run["refreshed"]:
            stage.run("--full-refresh", "--select", run["refreshed"])
        stage.build()
        for name in TARGETS:
            feed = stage.query(f'select * from "lake_sluice"."{name}__feed"')
            target = Counter(shown(row) for row in stage.query(f"select * from lake.{name}"))
            assert played(feed) == target, name
            assert all(row["_commit_batch"] == row["_sluice_batch"] for row in feed)
            assert name != "kept" or len({row["_commit_batch"] for row in feed}) <= 3
