"""`sluice watch`: files are read as they land, and nobody is kept out in between."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from command import DEADLINE, Answer, ended, land, locked, log_lines, orders, sluice, start
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline and one landed file."""
    orders(project)
    land(project, 1, [(1, 5.0)])
    return project


@pytest.fixture
def watching(shop: Project) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start watching; whatever is left is ended with the test."""
    processes = []

    def begin(*arguments: str) -> subprocess.Popen:
        processes.append(start(shop.root, "watch", "--quiet", *arguments))
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def updates(project: Project, number: int, process: subprocess.Popen) -> list[dict[str, str]]:
    """Wait until the log has so many lines; return them."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        assert process.poll() is None or process.returncode == 0, ended(process)
        if (project.root / "logs" / "update.log").exists():
            lines = log_lines(project)
            if len(lines) >= number:
                return lines
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"no update {number}: {ended(process)}")


def read(project: Project, sql: str) -> list[Any]:
    """Read from the database as anybody may while nothing is written."""
    with project.engine.connect(read_only=True) as con:
        return con.execute(sql).fetchall()


def test_files_as_they_land(shop: Project, watching: Callable[..., subprocess.Popen]) -> None:
    """Each is read at once, by one process; others get in between; SIGTERM is a good end."""
    process = watching()
    updates(shop, 1, process)
    for number in (2, 3):
        time.sleep(0.5)
        assert read(shop, "select count(*) from lake.orders") == [(number - 1,)]
        begin = time.monotonic()
        land(shop, number, [(number, 1.0)])
        line = updates(shop, number, process)[-1]
        assert time.monotonic() - begin < 30
        assert (line["status"], line["rows_in"]) == ("COMPLETED", "1")
    assert [row["id"] for row in shop.rows("orders")] == [1, 2, 3]
    # what an update writes itself is no news
    time.sleep(2)
    assert len(log_lines(shop)) == 3
    process.send_signal(signal.SIGTERM)
    answer = ended(process)
    assert answer.code == 0, answer
    assert len(answer.out.splitlines()) == 3


def test_the_project_changes(shop: Project, watching: Callable[..., subprocess.Popen]) -> None:
    """It is parsed again; while it does not parse, it waits for the next change."""
    process = watching("--max-updates", "2")
    updates(shop, 1, process)
    shop.write("models/late.sql", "select * from {{ ref('nothing_of_that_name') }}")
    time.sleep(6)
    assert process.poll() is None
    shop.write("models/late.sql", "select id + 1 as id from {{ ref('orders') }}")

    answer: Answer = ended(process)

    assert answer.code == 0, answer
    assert "nothing_of_that_name" in answer.err and "waiting for the next change" in answer.err
    assert shop.rows("late") == [{"id": 2}]


def test_an_interval_and_a_number(shop: Project, watching: Callable[..., subprocess.Popen]) -> None:
    """Updates come by the clock, and end after so many."""
    answer = ended(watching("--interval", "0.2", "--max-updates", "3"))

    assert answer.code == 0, answer
    assert len(log_lines(shop)) == 3


def test_a_failure_waits_for_a_change(
    shop: Project, watching: Callable[..., subprocess.Popen]
) -> None:
    """What failed is not tried again by itself; the exit code says that it did."""
    shop.write("tests/two.sql", "select 1 from {{ ref('orders') }} having count(*) < 2")
    process = watching("--max-updates", "2")
    updates(shop, 1, process)
    time.sleep(3)
    assert [line["code"] for line in log_lines(shop)] == ["1"]
    land(shop, 2, [(2, 1.0)])

    answer = ended(process)

    assert answer.code == 1, answer
    assert [line["code"] for line in log_lines(shop)] == ["1", "0"]


def test_a_locked_database(shop: Project, watching: Callable[..., subprocess.Popen]) -> None:
    """Is tried again, without a change."""
    with locked(shop):
        process = watching("--wait", "0", "--max-updates", "2")
        updates(shop, 1, process)

    answer = ended(process)

    assert answer.code == 75, answer
    assert [line["code"] for line in log_lines(shop)] == ["75", "0"]


@pytest.mark.parametrize("arguments", [["--interval", "0"], ["--max-updates", "0"], ["--x"]])
def test_a_wrong_command_line(
    shop: Project, watching: Callable[..., subprocess.Popen], arguments: list[str]
) -> None:
    """Exit code 2."""
    assert ended(watching(*arguments)).code == 2


def test_without_watchfiles(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, and what to install."""
    monkeypatch.setattr("sluice.commands.watch.find_spec", lambda _name: None)
    answer = sluice(shop, "watch", "--max-updates", "1")
    assert answer.code == 2, answer
    assert "way out: pip install 'sluice[operate]'" in answer.err


def test_a_project_that_does_not_parse(
    shop: Project, watching: Callable[..., subprocess.Popen]
) -> None:
    """Exit code 2 at the start."""
    shop.write("models/broken.yml", "models: [")
    assert ended(watching()).code == 2
