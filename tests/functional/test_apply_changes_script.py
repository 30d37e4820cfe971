"""The script of a target may be cut off behind any statement: the next run ends in right rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from engine_cases import SCD1, SCD2, STREAM, found, load, streaming
from project import NIGHTLY, Project
from scripts import CUT, cut_off

FIRST = [(1, "a", "U", 10), (2, "b", "U", 10), (1, "a2", "U", 20), (1, "a2", "U", 20)]
SECOND = [(1, "late", "U", 15), (2, None, "D", 20), (3, "c", "U", 10), (1, "a", "U", 10)]
THIRD = [(2, "back", "U", 30), (3, "late", "U", 5), (4, "d", "U", 10)]
KEPT = "select distinct * from {{ sluice.stream(ref('up')) }}"
TABLES = {"now": "id, v", "history": "id, v, valid_from, valid_to", "counted": "id, n"}
READERS = {"history": ["counted"]}
"""What reads a table."""
COUNTED = """select id, count(*) as n from {{ sluice.changed(ref('history')) }} group by id"""


def write(project: Project, text: str = STREAM, config: Any = None, **meta: object) -> None:
    """A stream, a current table and a history of it, and a keyed table of the history."""
    append = {"meta": {"append_all": True}}
    streaming(project, "up", "select * from raw.events", **append, **(config or {}))
    applied = {"materialized": "apply_changes", **(config or {})}
    project.model("now", text, **applied, meta={**SCD1, **meta})
    project.model("history", text, **applied, meta={**SCD2, **meta})
    keyed = {**applied, "materialized": "keyed_table", "meta": {"keys": ["id"]}}
    project.model("counted", COUNTED, **keyed)


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


def indexed(project: Project) -> None:
    """Each table has an index over its key, which is written in the same transaction."""
    write(project, config={"indexes": [{"columns": ["id"]}]})
    arrived(project, FIRST, SECOND)


def contracted(project: Project) -> None:
    """Each target has a contract with a primary key, which deleted rows may still hold."""
    write(project)
    types = {"id": "integer", "v": "varchar", "n": "bigint"}
    interval = {"valid_from": "integer", "valid_to": "integer"}
    for name, columns in TABLES.items():
        declared = [
            {"name": column, "data_type": {**types, **interval}[column]}
            for column in columns.split(", ")
        ]
        key = ["id", "valid_from"] if name == "history" else ["id"]
        file = project.root / "models" / f"{name}.yml"
        (node,) = json.loads(file.read_text())["models"]
        node["config"]["contract"] = {"enforced": True}
        node["columns"] = declared
        node["constraints"] = [{"type": "primary_key", "columns": key}]
        project.write(f"models/{name}.yml", json.dumps({"models": [node]}))
    arrived(project, FIRST, SECOND)


def in_another_database(project: Project) -> None:
    """All tables, and with them their state, are in an attached database."""
    project.attach("other")
    write(project, config={"database": "other"})
    arrived(project, FIRST, SECOND)


@dataclass
class Case:
    """What is cut off, and how the project got there."""

    before: Callable[[Project], None]
    full_refresh: bool = False
    rebuild: bool = False
    moves_on: bool = False
    """Whether the stream gets one more batch before the next run of what was cut off."""
    database: str | None = None


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
    "batch, the source moves on": Case(later, moves_on=True),
}
MORE = {
    "first load, the source moves on": Case(first, moves_on=True),
    "kept events, the source moves on": Case(later_of_kept, moves_on=True),
    "full refresh, the source moves on": Case(later, full_refresh=True, moves_on=True),
    "over to the stream, the source moves on": Case(over_to_the_stream, moves_on=True),
    "rebuild, the source moves on": Case(later_of_kept, rebuild=True, moves_on=True),
    "indexes": Case(indexed),
    "a full refresh with indexes": Case(indexed, full_refresh=True),
    "a contract": Case(contracted),
    "a full refresh with a contract": Case(contracted, full_refresh=True),
    "another database": Case(in_another_database, database="other"),
    "rebuild in another database": Case(in_another_database, rebuild=True, database="other"),
}
"""Cases of the nightly run: the same scripts in other surroundings."""
if NIGHTLY:
    CASES.update(MORE)


SHORT = ["first load", "batch", "full refresh", "rebuild"]
"""What tables other than the history, which has the longest script, are cut off in each run."""
if NIGHTLY:
    SHORT = [*CASES]


@pytest.mark.parametrize(
    ("name", "node"),
    [(name, node) for name in CASES for node in TABLES if node == "history" or name in SHORT],
)
def test_a_script_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, node: str
) -> None:
    """Behind each statement of the node's script; then a normal run of it and of its readers."""
    case = CASES[name]
    if node == "counted" and case.rebuild:
        pytest.skip("a keyed table has no events to be rebuilt from")
    project.write("macros/cut.sql", CUT)
    case.before(project)
    select = ["--select", f"+{node}", "--exclude", "up", node]
    if node == "counted":
        project.run(*select)
    tables = [node, *READERS.get(node, [])]
    options = ["--full-refresh"] if case.full_refresh else []
    command = ["run", "--select", node, *options]
    if case.rebuild:
        project.run("--select", node)
        command = ["run-operation", "sluice.rebuild", "--args", f"{{dataset: {node}}}"]
    project.engine.save()

    def contents() -> dict[str, list[tuple]]:
        if case.moves_on:
            load(project, *THIRD)
            project.run("--select", "up")
            load(project)
        project.run("--select", *tables)
        return {table: found(project, table, TABLES[table], case.database) for table in tables}

    expected = contents()
    assert all(expected.values())

    runs = 0
    for told in cut_off(project, monkeypatch, command):
        runs += 1
        assert contents() == expected, told
    assert runs > 2
