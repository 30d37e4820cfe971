"""The script of a target may be cut off behind any statement: the next run ends in right rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engine_cases import SCD1, SCD2, STREAM, found, load, streaming
from project import Project
from scripts import CUT

FIRST = [(1, "a", "U", 10), (2, "b", "U", 10), (1, "a2", "U", 20), (1, "a2", "U", 20)]
SECOND = [(1, "late", "U", 15), (2, None, "D", 20), (3, "c", "U", 10), (1, "a", "U", 10)]
KEPT = "select distinct * from {{ sluice.stream(ref('up')) }}"
TABLES = {"now": "id, v", "history": "id, v, valid_from, valid_to", "counted": "id, n"}
COUNTED = """select id, count(*) as n from {{ sluice.changed(ref('history')) }} group by id"""


def write(project: Project, text: str = STREAM, **meta: object) -> None:
    """A stream, a current table and a history of it, and a keyed table of the history."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    project.apply_changes("now", text, **{**SCD1, **meta})
    project.apply_changes("history", text, **{**SCD2, **meta})
    project.model("counted", COUNTED, materialized="keyed_table", meta={"keys": ["id"]})


def arrived(project: Project, *batches: list[tuple]) -> None:
    """All batches are in; the stream has one more for the others."""
    for batch in batches[:-1]:
        load(project, *batch)
        project.run()
    load(project, *batches[-1])
    project.run("--select", "up")
    load(project)


def first(project: Project, text: str = STREAM) -> None:
    """Nothing was made yet but the stream."""
    write(project, text)
    arrived(project, FIRST + SECOND)


def later(project: Project, text: str = STREAM) -> None:
    """A second batch waits."""
    write(project, text)
    arrived(project, FIRST, SECOND)


def first_of_kept(project: Project) -> None:
    """The same where the events are kept."""
    first(project, KEPT)


def later_of_kept(project: Project) -> None:
    """The same where the events are kept."""
    later(project, KEPT)


def over_to_the_stream(project: Project) -> None:
    """Events were kept so far."""
    write(project, keep_events=True)
    arrived(project, FIRST, SECOND)
    write(project)


def away_from_the_stream(project: Project) -> None:
    """Events are to be kept from now on."""
    later(project)
    write(project, keep_events=True)


def other_options(project: Project) -> None:
    """All rows follow anew, with another column."""
    write(project, except_column_list=None, column_list=["id"])
    arrived(project, FIRST, SECOND)
    write(project)


@dataclass
class Case:
    """What is cut off, and how the project got there."""

    before: Callable[[Project], None]
    full_refresh: bool = False
    rebuild: bool = False


CASES = {
    "first load": Case(first),
    "batch": Case(later),
    "first load of kept events": Case(first_of_kept),
    "batch of kept events": Case(later_of_kept),
    "full refresh": Case(later, full_refresh=True),
    "full refresh of kept events": Case(later_of_kept, full_refresh=True),
    "over to the stream": Case(over_to_the_stream),
    "away from the stream": Case(away_from_the_stream),
    "other options": Case(other_options),
    "rebuild": Case(later, rebuild=True),
    "rebuild from kept events": Case(later_of_kept, rebuild=True),
}


@pytest.mark.parametrize("node", TABLES)
@pytest.mark.parametrize("name", CASES)
def test_a_script_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, node: str
) -> None:
    """Behind each statement of the node's script; then a normal run of all."""
    case = CASES[name]
    if node == "counted" and case.rebuild:
        pytest.skip("a keyed table has no events to be rebuilt from")
    project.write("macros/cut.sql", CUT)
    case.before(project)
    select = ["--select", f"+{node}", "--exclude", "up", node]
    if node == "counted":
        project.run(*select)
    options = ["--full-refresh"] if case.full_refresh else []
    command = ["run", "--select", node, *options]
    if case.rebuild:
        project.run("--select", "now", "history")
        command = ["run-operation", "sluice.rebuild", "--args", f"{{dataset: {node}}}"]
    project.engine.save()
    project.run("--exclude", "up")
    expected = {table: found(project, table, columns) for table, columns in TABLES.items()}
    assert all(expected.values())

    stop, is_cut = 0, True
    while is_cut:
        project.engine.restore()
        monkeypatch.setenv("STOP_BEHIND", str(stop))
        is_cut = not project.dbt(*command).success
        assert not is_cut or "cut off behind" in project.last.error, project.last.error
        told = f"behind statement {stop}: {project.last.error}"
        monkeypatch.delenv("STOP_BEHIND")
        project.run("--exclude", "up")
        rows = {table: found(project, table, columns) for table, columns in TABLES.items()}
        assert rows == expected, told
        stop += 1
    assert stop > 2
