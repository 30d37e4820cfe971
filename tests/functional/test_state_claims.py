"""Spark commits each statement, so an update says what it is writing before it writes.

Who dies leaves its claim. `HYPOTHESIS_PROFILE=nightly` kills twenty updates.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import is_spark
from landing import make_files
from nodes import EVENTS, current, load, names, streaming
from pipeline import WITHOUT_TESTS, Pipeline, processes
from project import NIGHTLY, Project
from spark_lab import executors

pytestmark = pytest.mark.skipif(not is_spark(), reason="what is other on Spark")

KILLS = 20 if NIGHTLY else 3
TAKE_OVER = ("--vars", "{sluice_take_over: true}")

STOLEN = """\
{% macro default__run_script(statements, name, in_transaction, answer) %}
    {% set stolen = 'update ' ~ this.schema ~ "_sluice.up__version set update_id = 'other'" %}
    {% if env_var('STOLEN', '') == this.name %}
        {% set statements = statements[:1] + [stolen] + statements[1:] %}
    {% endif %}
    {% do sluice.default__run_script(statements, name, in_transaction, answer) %}
{% endmacro %}
"""


def claim(project: Project, update: str, minutes: int, name: str = "up") -> None:
    """Let an update have claimed a table some minutes ago."""
    project.query(
        f"update lake_sluice.{name}__version set version = version + 1, update_id = '{update}', "
        f"claimed_at = current_timestamp() - interval {minutes} minutes"
    )


def test_who_is_writing_is_left_alone(project: Project) -> None:
    """Unless it has ended, has told its events, has said nothing for long, or is known to be
    dead."""
    streaming(project, "up", EVENTS)
    load(project, (1, "a", 1))
    project.build()
    load(project, (2, "b", 2))
    claim(project, "0-0", 5)
    error = project.run_expecting_error()
    assert "another update (0-0) is writing lake.up, since 30" in error
    assert "Nothing of this run was written to it" in error
    assert "--vars '{sluice_take_over: true}', or 30 minutes after" in error
    assert "another update (0-0)" in project.run_expecting_error(
        "--vars", "{sluice_claim_minutes: 6}"
    )
    assert names(project, "up") == [(1, "a")]
    project.build("--vars", "{sluice_claim_minutes: 4}")
    assert names(project, "up") == [(1, "a"), (2, "b")]

    load(project, (3, "c", 3))
    claim(project, "0-0", 5)
    project.build(*TAKE_OVER)
    every = [(1, "a"), (2, "b"), (3, "c")]
    assert names(project, "up") == every
    load(project, (4, "d", 4))
    claim(project, "0-0", 31)
    project.build()
    assert names(project, "up") == [*every, (4, "d")]

    # an update that came to its end, whatever became of the table, claims nothing any more
    ended = "select max(update_id) as id from lake_sluice.updates where status <> 'RUNNING'"
    load(project, (5, "e", 5))
    claim(project, project.query(ended)[0]["id"], 1)
    project.build()
    assert names(project, "up") == [*every, (4, "d"), (5, "e")]


def test_the_claim_of_an_operation_ends_with_it(project: Project) -> None:
    """No hook tells its end, and what comes next need not wait half an hour."""
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    current(project, "now")
    load(project, (1, "a", 1))
    project.build()
    old = "select 9L as id, 'z' as name, 0L as valid_from, 1L as valid_to"
    project.query(f"create table raw.old using iceberg as {old}")
    for number, (operation, given) in enumerate(
        {
            "rebuild": {"dataset": "now"},
            "adopt": {"dataset": "now", "from": "raw.old"},
            "mark_as_read": {"dataset": "down"},
        }.items(),
        2,
    ):
        arguments = ("--args", json.dumps(given))
        project.run(f"sluice.{operation}", *arguments, command="run-operation")
        load(project, (number, "b", number))
        project.build()
        assert (number, "b") in names(project, given["dataset"]), operation


def test_who_was_taken_over_stops(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that says its claim again, here before each statement, finds that it is lost."""
    project.write("macros/stolen.sql", STOLEN)
    streaming(project, "up", EVENTS)
    load(project, (1, "a", 1))
    often = ("--vars", "{sluice_claim_minutes: 0}")
    project.build(*often)
    load(project, (2, "b", 2))
    monkeypatch.setenv("STOLEN", "up")
    error = project.run_expecting_error(*often)
    assert "another update has taken over what this one was writing" in error
    monkeypatch.delenv("STOLEN")
    assert names(project, "up") == [(1, "a")]
    project.build(*often)
    assert names(project, "up") == [(1, "a"), (2, "b")]


def test_killed_updates(tmp_path: Path) -> None:
    """`kill -9` at any moment of an update: the next one that is told of it makes all right."""
    pipeline = Pipeline(tmp_path)
    files = make_files(tmp_path, 40 * (KILLS + 1), KILLS + 1)
    chance = random.Random(7)
    pipeline.land(files[0])
    with processes(pipeline) as update:
        update.start("build", *WITHOUT_TESTS)
        begun = time.monotonic()
        assert update.wait() == 0, update.output()
        seconds = time.monotonic() - begun
        for file in files[1:]:
            pipeline.land(file)
            update.start("build", *WITHOUT_TESTS, *TAKE_OVER)
            time.sleep(seconds * chance.uniform(0.1, 0.9))
            update.kill()
        update.start("build", *WITHOUT_TESTS, *TAKE_OVER)
        assert update.wait() == 0, update.output()
    pipeline.equals_reference()


@pytest.fixture
def dying() -> Iterator[list[int]]:
    """An executor of the cluster is killed every five seconds; those that were, as they are."""
    killed: list[int] = []
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(5):
            for process in executors()[:1]:
                os.kill(process, signal.SIGKILL)
                killed.append(process)

    thread = threading.Thread(target=kill)
    thread.start()
    yield killed
    stop.set()
    thread.join()


def test_executors_die(tmp_path: Path, dying: list[int]) -> None:
    """Spark does their tasks again: the update gets through, or the next one makes all right."""
    pipeline = Pipeline(tmp_path)
    with processes(pipeline) as update:
        for file in make_files(tmp_path, 400, 2):
            pipeline.land(file)
            killed, code = len(dying), None
            for _ in range(3):
                update.start("build", *WITHOUT_TESTS)
                code = update.wait()
                if code == 0:
                    break
            assert code == 0, update.output()
            assert len(dying) > killed
    pipeline.equals_reference()
