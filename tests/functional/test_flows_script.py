"""What flows in once, what flows out, what was known: a run may be killed behind any statement.

All of it needs a transaction for the script of a node, so what was cut off has to leave no trace.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine_cases import SCD1, SCD2, STREAM, found, load, streaming
from pipeline import Gate, processes
from project import NIGHTLY, Project
from scripts import HELD

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
    waits = project.engine.waits('" ~ env_var("GATE", "") ~ "')
    project.write("macros/held.sql", HELD.format(waits=waits))
    load(project, (7, "past", "U", 0), table="past")
    for number in range(4):  # so that some of the feed is put together next
        load(project, (1, f"v{number}", "U", number), (2, "b", "U", number))
        project.run("--exclude", "both")
    load(project, (1, "late", "U", 2), (2, None, "D", 9), (3, "c", "U", 1))
    project.run("--select", "up")
    load(project)
    return project


COMMANDS = [["run", "--select", "current"], ["run", "--select", "history", "--full-refresh"]]
if NIGHTLY:
    COMMANDS += [["run", "--select", "history"], ["run", "--select", "both"]]


@pytest.mark.not_on_spark("it has no transaction for a script")
@pytest.mark.dbt_v1("the log of dbt v2 does not say how many statements there are")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_run_may_be_killed_behind_any_statement(
    flows: Project, tmp_path: Path, command: list[str]
) -> None:
    """`kill -9` leaves the tables as they were, and the next run ends in the same ones."""
    before = {name: found(flows, name, TABLES[name]) for name in ("current", "history", "out")}
    flows.engine.save()

    def contents() -> dict[str, list[tuple]]:
        flows.run()
        return {name: found(flows, name, columns) for name, columns in TABLES.items()}

    expected = contents()
    assert any(row[4] is False for row in expected["history"])
    assert {row[2] for row in expected["out"]} >= {"insert", "update_preimage", "delete"}
    assert (7, "past", "U", 0) in expected["both"]

    flows.engine.restore()
    log = flows.run(*command[1:], command=command[0]).debug_log
    (statements,) = re.findall(r"statements of main: (\d+)", log)
    assert int(statements) > 4
    gate = Gate(tmp_path / "gate")
    dbt = SimpleNamespace(root=flows.root, scratch=tmp_path, environment={})
    with processes(dbt) as started:
        for stop in range(int(statements)):
            flows.engine.restore()
            started.start(*command, STOP_BEHIND=str(stop), GATE=str(gate.path))
            gate.wait_for_reader(started.output)
            started.kill()
            gate.forget()
            assert before == {name: found(flows, name, TABLES[name]) for name in before}, stop
            assert contents() == expected, stop
