"""One script a node: how many calls it takes, and that it may be cut off behind any statement.

`scripts.CUT` takes the place of an engine that commits each statement.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from engine_cases import STREAM, judged, land, source, streaming
from project import Project
from scripts import CUT, calls, cut_off

COUNTED = {"id": "bigint", "v": "bigint"}
SMALL = {"small": "v < 10"}
SHARED = pytest.mark.dbt_v1("its hooks share no transaction with the rows")


# --- calls --------------------------------------------------------------------------------------


def writes(sent: Sequence[str]) -> list[str]:
    """What of it writes: statements that begin so, and scripts."""
    words = "insert|update|delete|merge|create|alter|drop|begin|commit"
    return [sql for sql in sent if re.match(rf"(/\*.*?\*/|\s)*({words})\b", sql, re.I | re.S)]


@pytest.mark.dbt_v1("its log does not say what a node sent")
def test_a_run_takes_few_calls(project: Project) -> None:
    """A first load, a batch, and nothing new: of files with rules, of a stream with a drop rule."""
    folder = project.root / "landing"
    judged(project, "bronze", {"known": "id is not null"}, source(project, folder))
    judged(project, "silver", SMALL, STREAM.replace("'up'", "'bronze'"))
    streaming(project, "plain", STREAM.replace("'up'", "'bronze'"))

    def sent() -> dict[str, list[str]]:
        run = project.run()
        return {name: calls(run, name) for name in ("bronze", "silver", "plain")}

    land(folder, "1.json", {"id": 1, "v": 1}, {"id": 2, "v": 20})
    first = sent()
    assert {name: len(found) for name, found in first.items()} == {
        "bronze": 12,
        "silver": 6,
        "plain": 5,
    }, first
    land(folder, "2.json", {"id": 3, "v": 3}, {"id": 4, "v": 40})
    batch = sent()
    assert {name: len(found) for name, found in batch.items()} == {
        "bronze": 10,
        "silver": 5,
        "plain": 5,
    }, batch
    for found in (first, batch):
        for name, statements in found.items():
            staged, script = writes(statements)
            assert "create or replace temp table" in staged, name
            assert "begin transaction;" in script and script.rstrip().endswith("commit"), name
    nothing = sent()
    for name, found in nothing.items():
        assert len(found) == 3, found
        (script,) = writes(found)
        assert script.count("insert into") == 1 and "event_log" in script, name
        assert not re.search(r"\b(temp|delete|alter|update|create)\b", script), name
    assert [project.flows()[name]["num_input_rows"] for name in nothing] == [0, 0, 0]


def test_a_query_that_yields_rows_of_itself_is_never_skipped(project: Project) -> None:
    """What reads a stream may read more: a literal, a table by its bare name, an aggregate."""
    streaming(project, "up", "select id from raw.events")
    project.load("events", [{"id": 1}], id="bigint")
    for name, query in {
        "literal": f"select id from ({STREAM}) union all select -1",
        "table": f"select e.id from raw.other as e left join ({STREAM}) using (id)",
        "counted": f"select count(*) as id from ({STREAM})",
    }.items():
        streaming(project, name, query)
    project.load("other", [{"id": 7}], id="bigint")
    project.run()
    project.load("events", [], id="bigint")
    project.run()
    ids = {
        name: sorted(row["id"] for row in project.rows(name))
        for name in ("literal", "table", "counted")
    }
    assert ids == {"literal": [-1, -1, 1], "table": [7, 7], "counted": [0, 1]}


@pytest.mark.parametrize("transaction", [pytest.param(True, marks=SHARED), False])
def test_hooks_that_share_the_transaction_have_it(project: Project, transaction: bool) -> None:
    """dbt's own transaction is opened for them only; they see the rows, also where none is new."""
    hook = {"sql": "insert into raw.seen select count(*) from {{ this }}"}
    config = {"post_hook": [{**hook, "transaction": transaction}]}
    streaming(project, "up", "select id from raw.events")
    streaming(project, "down", STREAM, **config)
    project.load("seen", [], seen="bigint")
    project.load("events", [{"id": 1}], id="bigint")
    sent = calls(project.run(), "down")
    opened = [sql for sql in sent if sql.strip().upper() in ("BEGIN", "COMMIT")]
    assert bool(opened) is transaction
    project.load("events", [], id="bigint")
    project.run()
    assert [row["seen"] for row in project.query("select * from raw.seen")] == [1, 1]


# --- cut off behind each statement --------------------------------------------------------------


@dataclass
class Case:
    """What is cut off, and how the project got there."""

    before: Callable[[Project], None]
    command: Sequence[str]
    input: Callable[[Project], Counter[tuple]]
    is_operation: bool = False
    then: Sequence[str] = ("run",)
    """The next run, of the readers too."""


def rows(project: Project, name: str) -> Counter[tuple]:
    """The user's columns of a table that is there, each row as often as it is there."""
    if name not in project.relations("lake"):
        return Counter()
    return Counter((row["id"], row["v"]) for row in project.rows(name))


def numbers(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    """Rows as they land."""
    return [{"id": key, "v": value} for key, value in pairs]


def of_files(project: Project) -> None:
    """`up` over files, with a rule that drops, and its reader."""
    judged(project, "up", SMALL, source(project, project.root / "landing"))
    streaming(project, "down", STREAM)


def landed(project: Project, name: str, *pairs: tuple[int, int], **more: Any) -> None:
    """A file arrives."""
    land(project.root / "landing", name, *[{**row, **more} for row in numbers(*pairs)])


def of_landing(project: Project) -> Counter[tuple]:
    """All that landed."""
    texts = [file.read_text() for file in (project.root / "landing").glob("*.json")]
    found = [json.loads(line) for text in texts for line in text.splitlines()]
    return Counter((row["id"], row["v"]) for row in found)


def loaded_once(project: Project) -> None:
    """A batch of files is in, the next one waits; one of its fields is new, so is a condition."""
    of_files(project)
    landed(project, "1.json", (1, 1), (2, 20), (2, 20))
    project.run()
    landed(project, "2.json", (3, 3), (4, 40), w=1)
    landed(project, "3.json")


def never_loaded(project: Project) -> None:
    """The first files wait."""
    of_files(project)
    landed(project, "1.json", (1, 1), (2, 20), (2, 20))


def streamed(
    project: Project, text: str = "select * from {{ sluice.stream(ref('events')) }}"
) -> None:
    """`up` reads a stream here; its source has a second batch for it."""
    streaming(project, "events", "select id, v from raw.events")
    judged(project, "up", SMALL, text)
    streaming(project, "down", STREAM)
    project.load("events", numbers((1, 1), (2, 20), (2, 20)), **COUNTED)
    project.run()
    project.load("events", numbers((3, 3), (4, 40)), **COUNTED)
    project.run("--select", "events")
    project.load("events", [], **COUNTED)


PYTHON = """\
def model(dbt, session):
    dbt.ref("events")
    return stream("events").df()
"""


def streamed_by_python(project: Project) -> None:
    """The same; `up` is a Python model."""
    streamed(project, PYTHON)


def of_events(project: Project) -> Counter[tuple]:
    """All that the source has."""
    return rows(project, "events")


def relaxed(project: Project) -> None:
    """Rows are in the quarantine that the rule of today lets pass, and some that it does not."""
    streamed(project)
    project.run()
    judged(project, "up", {"small": "v < 30"}, "select * from {{ sluice.stream(ref('events')) }}")


def stricter(project: Project) -> None:
    """Rows are in the table that the rule of today does not let pass."""
    streamed(project)
    project.run()
    judged(project, "up", {"small": "v < 2"}, "select * from {{ sluice.stream(ref('events')) }}")


def forgotten(project: Project) -> None:
    """The state is gone, the rows are there."""
    loaded_once(project)
    project.run()
    project.query("delete from lake_sluice.checkpoints where dataset = 'lake.up'")
    project.query("delete from lake_sluice.files")


def operation(name: str) -> tuple[str, ...]:
    """The command of an operation on `up`."""
    return ("run-operation", f"sluice.{name}", "--args", "{dataset: up}")


RUN = ("run", "--select", "up")
MOVED = {"release": [(1, 1), (3, 3), (2, 20), (2, 20)], "quarantine": [(1, 1)]}
"""What the table has after an operation."""
REBUILT = ("run", "--full-refresh", "--select", "down")
CASES = {
    "files": Case(loaded_once, RUN, of_landing),
    "stream": Case(streamed, RUN, of_events),
    "python": Case(streamed_by_python, RUN, of_events),
    "first load": Case(never_loaded, RUN, of_landing),
    "full refresh": Case(loaded_once, (*RUN, "--full-refresh"), of_landing, then=REBUILT),
    "full refresh of a stream": Case(streamed, (*RUN, "--full-refresh"), of_events, then=REBUILT),
    "release": Case(relaxed, operation("release"), of_events, is_operation=True),
    "quarantine": Case(stricter, operation("quarantine"), of_events, is_operation=True),
    "mark as read": Case(forgotten, operation("mark_as_read"), of_landing, is_operation=True),
}


PYTHON_RUNS = [
    pytest.mark.dbt_v1("it runs no Python models on DuckDB"),
    pytest.mark.not_on_spark("dbt runs no Python models through the Thrift server"),
]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=PYTHON_RUNS if name == "python" else []) for name in CASES],
)
def test_a_script_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """After the next run the rows are those of an undisturbed one: none is lost, none is double."""
    case = CASES[name]
    project.write("macros/cut.sql", CUT)
    case.before(project)
    tables = ("up", "up__quarantine", "down")

    def contents() -> dict[str, Counter[tuple]]:
        found = {table: rows(project, table) for table in tables}
        assert found["up"] + found["up__quarantine"] == case.input(project)
        return found

    project.engine.save()
    project.run(*case.command[1:], command=case.command[0])
    undisturbed = {name: rows(project, name) for name in tables[:2]}
    assert undisturbed["up"] + undisturbed["up__quarantine"] == case.input(project)
    if name in ("release", "quarantine"):
        assert undisturbed["up"] == Counter([*MOVED[name]])

    runs = 0
    for told in cut_off(project, monkeypatch, case.command):
        runs += 1
        if case.is_operation:
            # rows are in one of the two places at once, as soon as anything runs
            if name != "mark as read":
                project.run(*RUN[1:])
                contents()
            project.run(*case.command[1:], command=case.command[0])
        elif case.then != ("run",):
            project.run(*RUN[1:])
        project.run(*case.then[1:])
        found = contents()
        assert {table: found[table] for table in tables[:2]} == undisturbed, told
        if name != "quarantine":  # what was read before keeps its rows
            assert found["down"] == found["up"], told
        marks = "_sluice_released_batch is not null or _sluice_batch < 0"
        assert not project.query(f"select * from lake.up__quarantine where {marks}"), told
        assert not project.query("select * from lake.up where _sluice_batch < 1"), told
    assert runs > 2
