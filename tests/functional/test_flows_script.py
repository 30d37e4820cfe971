"""What flows in once, what flows out, what was known: a run may end behind any statement.

All of it needs a transaction for the script of a node, so what was cut off has to leave no trace.
"""

from __future__ import annotations

import os

import pytest

from engine_cases import SCD1, SCD2, STREAM, found, load, streaming
from project import Project
from scripts import CUT_WITHIN, cut_off

BOTH = """\
select * from {{ sluice.stream(ref('up')) }}
union all
select * from {{ sluice.once(source('raw', 'past')) }}
"""
OUT = "select * from {{ sluice.stream(ref('current')) }}"
TABLES = {
    "current": "id, v",
    "history": "id, v, valid_from, valid_to, known_to is null",
    "both": "id, v, op, seq",
    "out": "id, v, _change_type, _commit_batch",
}


@pytest.fixture
def flows(project: Project) -> Project:
    """A feed and its reader, a bitemporal history, a stream with a backfill; a batch waits."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    kept = {"change_data_feed": True, "change_data_feed_retention": 1}
    project.apply_changes("current", STREAM, **SCD1, **kept)
    project.apply_changes("history", STREAM, **SCD2, system_time=True)
    project.write("models/raw.yml", "sources: [{name: raw, tables: [{name: past}]}]")
    streaming(project, "both", BOTH)
    streaming(project, "out", OUT)
    project.write("macros/cut.sql", CUT_WITHIN)
    load(project, (7, "past", "U", 0), table="past")
    for number in range(4):  # so that some of the feed is put together next
        load(project, (1, f"v{number}", "U", number), (2, "b", "U", number))
        project.run("--exclude", "both")
    load(project, (1, "late", "U", 2), (2, None, "D", 9), (3, "c", "U", 1))
    project.run("--select", "up")
    load(project)
    return project


COMMANDS = [["run", "--select", "current"], ["run", "--select", "history", "--full-refresh"]]
if os.environ.get("HYPOTHESIS_PROFILE") == "nightly":
    COMMANDS += [["run", "--select", "history"], ["run", "--select", "both"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_run_may_end_behind_any_statement(
    flows: Project, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """The next run ends in the same tables; the tables of a run that was cut off are untouched."""
    before = {name: found(flows, name, TABLES[name]) for name in ("current", "history", "out")}
    flows.engine.save()

    def contents() -> dict[str, list[tuple]]:
        flows.run()
        return {name: found(flows, name, columns) for name, columns in TABLES.items()}

    expected = contents()
    assert any(row[4] is False for row in expected["history"])
    assert {row[2] for row in expected["out"]} >= {"insert", "update_preimage", "delete"}
    assert (7, "past", "U", 0) in expected["both"]
    runs = 0
    for told in cut_off(flows, monkeypatch, command):
        runs += 1
        if "cut off" in told:
            assert before == {name: found(flows, name, TABLES[name]) for name in before}, told
        assert contents() == expected, told
    assert runs > 4
