"""Flows that come and go in any order: nothing is read twice, and nothing that was read is lost.

An example of hypothesis is a list of runs. Before each, events land in two streams and in a plain
table, and the models' query is written anew with some of the three: the streams by `stream()`, the
table by `once()`. The reference keeps a position for each flow and all rows that were ever read.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine_cases import SCD1, SCD2, TYPES, streaming
from project import Project
from reference import Event, Feed, canonical

FLOWS = ("one", "two", "before")
TABLES = ("down", "current", "history")
REFERENCE = Feed(
    keys=["id"],
    sequence_by="seq",
    deletes=lambda event: event["op"] == "D",
    except_columns=["op", "seq"],
)


def query(flows: list[str]) -> str:
    """What flows into the tables."""
    return "\nunion all\n".join(
        f"select id, v, op, seq from {{{{ sluice.{'once' if name == 'before' else 'stream'}"
        f"(ref('{name}')) }}}}"
        for name in flows
    )


def into(project: Project, flows: list[str]) -> None:
    """Write the models that the flows go into."""
    streaming(project, "down", query(flows))
    project.apply_changes("current", query(flows), **SCD1)
    project.apply_changes("history", query(flows), **SCD2)


class Tables:
    """What the tables have to be, in plain Python."""

    def __init__(self) -> None:
        self.held: dict[str, list[Event]] = {name: [] for name in FLOWS}
        self.position: dict[str, int] = {}
        self.rows: list[Event] = []

    def land(self, events: dict[str, list[Event]]) -> None:
        """A stream gets rows, the plain table gets others."""
        for name in ("one", "two"):
            self.held[name] += events[name]
        self.held["before"] = events["before"]

    def run(self, flows: list[str], refreshed: bool) -> None:
        """Each flow of the query is read on from where it is; the plain table once."""
        if refreshed:
            self.position, self.rows = {}, []
        for name in flows:
            if name == "before" and name in self.position:
                continue
            self.rows += self.held[name][self.position.get(name, 0) :]
            self.position[name] = len(self.held[name])


def counted(rows: list[Event]) -> Counter[str]:
    """Each row as often as it is there."""
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


@pytest.fixture(scope="module")
def stage(shared_project: Project) -> Project:
    """Two streams and a plain table, each over a raw one."""
    for name in FLOWS:
        text = f"select * from raw.{name}"
        if name == "before":
            shared_project.model(name, text, materialized="table")
        else:
            streaming(shared_project, name, text)
    return shared_project


EVENT = st.fixed_dictionaries(
    {
        "id": st.integers(1, 4),
        "v": st.none() | st.sampled_from(["a", "b"]),
        "op": st.sampled_from(["U", "U", "U", "D"]),
        "seq": st.integers(0, 9),
    }
)
RUN = st.fixed_dictionaries(
    {
        "flows": st.sets(st.sampled_from(FLOWS), min_size=1).map(sorted),
        "events": st.fixed_dictionaries({name: st.lists(EVENT, max_size=4) for name in FLOWS}),
        "refreshed": st.sampled_from([False] * 5 + [True]),
    }
)


@given(runs=st.lists(RUN, min_size=3, max_size=5))
def test_flows_come_and_go(stage: Project, runs: list[dict[str, Any]]) -> None:
    """After each run the tables follow from all that was ever read."""
    stage.drop_database()
    expected = Tables()
    for run in runs:
        into(stage, run["flows"])
        stage.load_all({name: (rows, TYPES) for name, rows in run["events"].items()})
        expected.land(run["events"])
        expected.run(run["flows"], run["refreshed"])
        stage.run("--select", *FLOWS)
        stage.run("--select", *TABLES, *(["--full-refresh"] if run["refreshed"] else []))

        down = [{name: row[name] for name in TYPES} for row in stage.rows("down")]
        assert counted(down) == counted(expected.rows)
        assert canonical(stage.rows("current")) == canonical(REFERENCE.scd1(expected.rows))
        assert canonical(stage.rows("history")) == canonical(REFERENCE.scd2(expected.rows))
