"""`sluice update` in a project that installs the package: exit codes, the log, waiting."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from command import Answer, ended, land, locked, log_lines, orders, shown, sluice, start
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")

HANG = """\
{{ config(post_hook=[
    "select count(*) from read_csv('gate', columns={'a': 'varchar'})",
    "select sum(a.range * b.range) from range(10_000_000) as a, range(10_000_000) as b",
]) }}
"""
"""A model that stands still until somebody writes into the named pipe `gate`; then it calculates
for hours. The first can't be interrupted, the second can."""


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline and one landed file, of which one row has no id."""
    orders(project)
    land(project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    return project


def update(project: Project, *arguments: str) -> Answer:
    """Run an update."""
    return sluice(project, "update", *arguments)


def test_done(shop: Project) -> None:
    """Exit code 0: the tables are built, and the last line is the one of the log."""
    answer = update(shop)

    assert answer.code == 0, answer
    assert [row["id"] for row in shop.rows("orders")] == [1, 2]
    line = log_lines(shop)[-1]
    assert (line["status"], line["code"]) == ("COMPLETED", "0")
    assert (line["rows_in"], line["dropped"]) == ("3", "1")
    logged = shop.query("select update_id, status from lake_sluice.updates")
    assert logged == [{"update_id": line["update"], "status": "COMPLETED"}]
    text = (shop.root / "logs" / "update.log").read_text().splitlines()[-1]
    assert answer.out.splitlines()[-1] == text


def test_progress(shop: Project) -> None:
    """A terminal shows a bar: nodes done of all, and which run. Elsewhere there is none."""
    code, sent = shown(shop.root, "update")

    assert code == 0, sent
    assert {"0/5", "5/5"} <= set(re.findall(r"\b\d/\d\b", sent)), sent
    assert re.search(r"[0-4]/5 0:\d\d:\d\d orders_silver\b", sent), sent
    assert "Finished running" in sent
    for words in (["--quiet"], ["--log-format", "json"]):
        assert not re.search(r"\d/\d", shown(shop.root, "update", *words)[1])
    answer = ended(start(shop.root, "update"))
    assert "\x1b" not in answer.out + answer.err


def test_nothing_new(shop: Project) -> None:
    """A second update reads nothing; the log has a line for each."""
    update(shop)
    assert update(shop).code == 0

    assert [line["rows_in"] for line in log_lines(shop)] == ["3", "0"]


def test_a_rule_that_fails_is_not_tried_again(shop: Project) -> None:
    """Exit code 1, after one try."""
    file = shop.root / "models" / "orders_silver.yml"
    shop.write("models/orders_silver.yml", file.read_text().replace('"drop"', '"fail"'))

    answer = update(shop)

    assert answer.code == 1, answer
    assert "has_id" in answer.out
    assert log_lines(shop)[-1]["status"] == "FAILED"
    assert len(shop.query("select * from lake_sluice.updates")) == 1
    assert "trying again" not in answer.err


def test_a_test_that_fails(shop: Project) -> None:
    """Exit code 1 for a test of dbt, too; the tables stand."""
    shop.write("tests/no_order.sql", "select * from {{ ref('orders') }}")

    assert update(shop).code == 1
    assert len(shop.rows("orders")) == 2
    assert log_lines(shop)[-1]["rows_in"] == "3"


@pytest.mark.parametrize("mistake", ["sql", "yaml", "ref", "variables"])
def test_a_project_that_does_not_parse(shop: Project, mistake: str) -> None:
    """Exit code 2, with dbt's words; nothing is tried twice."""
    arguments = []
    if mistake == "sql":
        shop.write("models/broken.sql", "select {{ 1")
    elif mistake == "yaml":
        shop.write("models/broken.yml", "models: [")
    elif mistake == "ref":
        shop.write("models/broken.sql", "select * from {{ ref('nothing_of_that_name') }}")
    else:
        arguments = ["--vars", "[1, 2"]

    answer = update(shop, *arguments)

    assert answer.code == 2, answer
    assert answer.err.startswith("sluice: ")
    assert ("--vars" if mistake == "variables" else "broken") in answer.err
    assert not shop.query("select * from information_schema.tables where table_schema = 'lake'")


def test_a_target_that_is_not_in_the_profile(shop: Project) -> None:
    """Exit code 2, and the log says so."""
    answer = update(shop, "--target", "elsewhere")

    assert answer.code == 2, answer
    assert "elsewhere" in answer.err
    assert log_lines(shop)[-1] == {
        "status": "FAILED", "code": "2", "update": "-", "rows_in": "0", "dropped": "0"
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [["--wait", "long"], ["--nothing"], ["--threads", "0"]])
def test_a_wrong_command_line(project: Project, arguments: list[str]) -> None:
    """Exit code 2."""
    assert update(project, *arguments).code == 2


def test_no_project(project: Project, tmp_path: Path) -> None:
    """Exit code 2, and what was looked for."""
    (tmp_path / "empty").mkdir()

    answer = sluice(project, "update", "--project-dir", str(tmp_path / "empty"))

    assert answer.code == 2
    assert "no dbt project is here, expected a folder with dbt_project.yml" in answer.err


def test_from_another_folder(shop: Project, tmp_path: Path) -> None:
    """As cron calls it: the profile beside the project is found, paths count from the project."""
    (tmp_path / "home").mkdir()
    process = start(tmp_path / "home", "update", "--project-dir", str(shop.root))

    answer = ended(process)

    assert answer.code == 0, answer
    assert len(shop.rows("orders")) == 2


def test_selection_and_full_refresh(shop: Project) -> None:
    """Parts are built, and rebuilt, alone."""
    assert update(shop, "--select", "orders_bronze", "orders_silver").code == 0
    assert shop.relations("lake") == ["orders_bronze", "orders_silver", "orders_silver__quarantine"]

    assert update(shop, "--exclude", "orders_bronze").code == 0
    assert update(shop, "--full-refresh", "--select", "orders").code == 0
    refreshed = shop.query("select full_refresh from lake_sluice.updates order by started_at")
    assert [row["full_refresh"] for row in refreshed] == [False, False, True]
    assert len(shop.rows("orders")) == 2


def test_quiet(shop: Project) -> None:
    """One line for a good update; errors go to stderr, for cron to mail them."""
    assert len(update(shop, "--quiet").out.splitlines()) == 1
    shop.write("tests/no_order.sql", "select * from {{ ref('orders') }}")

    answer = update(shop, "--quiet")

    assert (answer.code, len(answer.out.splitlines())) == (1, 1), answer
    assert "no_order" in answer.err


def test_a_lost_connection_is_tried_again(shop: Project) -> None:
    """Exit code 0 when it comes back."""
    text = """
        from pathlib import Path

        def model(dbt, session):
            tries = Path("tries")
            tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
            if len(tries.read_text()) < 3:
                raise OSError("Connection reset by peer")
            return session.sql("select 1 as id")
    """
    shop.write("models/flaky.py", text)

    answer = update(shop)

    assert answer.code == 0, answer
    assert answer.err.count("it does not answer") == answer.err.count("trying again in") == 2
    assert (shop.root / "tries").read_text() == "xxx"
    assert shop.rows("flaky") == [{"id": 1}]
    assert log_lines(shop)[-1]["status"] == "COMPLETED"


def test_lines_as_json(shop: Project) -> None:
    """Each line is a JSON document; the last one has the figures."""
    lines = [json.loads(line) for line in update(shop, "--log-format", "json").out.splitlines()]

    assert len(lines) > 5
    assert {**lines[-1], "seconds": 0} == {
        "status": "COMPLETED", "code": 0, "seconds": 0, "update": log_lines(shop)[-1]["update"],
        "rows_in": 3, "dropped": 1, "error": None,
    }  # fmt: skip


def test_a_locked_database_that_stays_locked(shop: Project) -> None:
    """Exit code 75, and who has it open; nothing was done."""
    with locked(shop) as process:
        answer = update(shop, "--wait", "0.5")

    assert answer.code == 75, answer
    name = re.escape(shop.engine.file().name)
    assert re.search(rf"{name}: open in .*\(process {process}\)", answer.err)
    assert "way out: " in answer.err
    assert log_lines(shop)[-1]["status"] == "BUSY"
    assert shop.relations("lake") == []


def test_a_locked_database_is_waited_for(shop: Project) -> None:
    """The update begins when it gets free."""
    with locked(shop):
        process = start(shop.root, "update", "--wait", "60")
        time.sleep(4)
        assert process.poll() is None

    answer = ended(process)

    assert answer.code == 0, answer
    assert len(shop.rows("orders")) == 2


@pytest.fixture
def hanging(shop: Project) -> Iterator[subprocess.Popen]:
    """An update that has built orders_silver and hangs in the middle of `orders`."""
    os.mkfifo(shop.root / "gate")
    text = (shop.root / "models" / "orders.sql").read_text()
    shop.write("models/orders.sql", HANG + text)
    process = start(shop.root, "update")
    process.gate = -1
    while process.gate < 0:
        assert process.poll() is None, ended(process)
        try:
            process.gate = os.open(shop.root / "gate", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.05)
    yield process
    process.kill()
    with suppress(OSError):
        os.close(process.gate)
    process.communicate()


def mended(project: Project) -> None:
    """Let the next update go through."""
    text = (project.root / "models" / "orders.sql").read_text()
    project.write("models/orders.sql", text.removeprefix(HANG))


def test_one_update_at_a_time(shop: Project, hanging: subprocess.Popen) -> None:
    """Exit code 75 that names the update which runs."""
    answer = update(shop, "--wait", "0.3")

    assert answer.code == 75, answer
    assert f"another update is running (process {hanging.pid})" in answer.err
    assert log_lines(shop)[-1]["status"] == "BUSY"


def test_nobody_gets_in_between_two_models(shop: Project, hanging: subprocess.Popen) -> None:
    """The database is this update's until it ends."""
    with pytest.raises(Exception, match=rf"PID {hanging.pid}"):
        shop.query("select 1")


@pytest.mark.parametrize("stuck", [False, True])
def test_a_terminated_update_rolls_back(
    shop: Project, hanging: subprocess.Popen, stuck: bool
) -> None:
    """128 + 15; what was committed stays, the rest is as if it had not begun, and it goes on.

    A statement that can't be stopped is given ten seconds.
    """
    if not stuck:
        os.write(hanging.gate, b"open\n")
        os.close(hanging.gate)
        time.sleep(1)
    begin = time.monotonic()
    hanging.send_signal(signal.SIGTERM)
    answer = ended(hanging)

    assert answer.code == 128 + signal.SIGTERM, answer
    assert (time.monotonic() - begin > 9) == stuck
    assert "interrupted; what was committed stays" in answer.err
    assert log_lines(shop)[-1]["code"] == "143"
    assert "orders" not in shop.relations("lake")
    assert len(shop.rows("orders_silver")) == 2
    mended(shop)
    assert update(shop).code == 0
    assert len(shop.rows("orders")) == 2


@pytest.mark.duckdb_file("another process may still be at it, so it stays RUNNING")
def test_a_killed_update_leaves_nothing_in_the_way(
    shop: Project, hanging: subprocess.Popen
) -> None:
    """The next one needs no help, and calls the killed one FAILED."""
    hanging.kill()
    hanging.wait()
    mended(shop)

    assert update(shop, "--wait", "0").code == 0
    assert len(shop.rows("orders")) == 2
    updates = shop.query("select status from lake_sluice.updates order by started_at")
    assert [row["status"] for row in updates] == ["FAILED", "COMPLETED"]
