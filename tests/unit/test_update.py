"""The scheduled update: one at a time, dbt's exit code, one line in the log."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from event_log import add_update

SCRIPT = Path(__file__).parents[2] / "scripts" / "update.py"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?P<status>\w+) code=(?P<code>\d+) "
    r"seconds=\d+\.\d update=(?P<update>\S+) rows_in=(?P<rows_in>\d+) dropped=(?P<dropped>\d+)"
)
# Stands for dbt: tells its arguments, then does what the test asks for.
FAKE_DBT = """
import os, pathlib, sys, time
here = pathlib.Path(__file__).parent
sys.path.insert(0, os.environ["HELPERS"])
with (here / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
print("dbt was here")
if "UPDATE_ID" in os.environ:
    from event_log import add_update
    add_update(pathlib.Path(os.environ["SLUICE_DB"]), os.environ["UPDATE_ID"], 99)
while (here / "hold").exists():
    time.sleep(0.02)
sys.exit(int(os.environ.get("DBT_CODE", "0")))
"""


class Project:
    """A folder with a database, a lock, a log and a dbt of the test's own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.database = folder / "test.duckdb"
        self.log = folder / "logs" / "update.log"
        self.hold = folder / "hold"
        self.dbt = folder / "dbt.py"
        self.dbt.write_text(FAKE_DBT)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        """Start an update; environment: UPDATE_ID and DBT_CODE steer the dbt."""
        command = [sys.executable, str(SCRIPT), "--dbt", f"{sys.executable} {self.dbt}"]
        command += ["--state", str(self.folder / "state"), "--log", str(self.log), *arguments]
        environment = {
            "SLUICE_DB": str(self.database),
            "HELPERS": str(Path(__file__).parent),
            **environment,
        }
        return subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run an update; return (exit code, stdout, stderr)."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def calls(self) -> list[str]:
        """Return the arguments of each call of dbt."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def lines(self) -> list[dict[str, str]]:
        """Return the log, parsed; fails on a line of another form."""
        return [LINE.fullmatch(line).groupdict() for line in self.log.read_text().splitlines()]

    def wait_for_call(self, number: int = 1) -> None:
        """Wait until dbt was called so many times."""
        for _ in range(1000):
            if len(self.calls()) >= number:
                return
            time.sleep(0.02)
        raise AssertionError(f"dbt was called {len(self.calls())} times")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that has no database yet."""
    return Project(tmp_path)


def test_a_first_update(project: Project):
    code, out, err = project.run(UPDATE_ID="first")

    assert (code, err) == (0, "")
    assert project.calls() == ["build --project-dir . --profiles-dir . --exclude tag:thorough"]
    assert project.lines() == [
        {"status": "COMPLETED", "code": "0", "update": "first", "rows_in": "1000", "dropped": "30"}
    ]
    assert out.splitlines()[0] == "dbt was here"
    assert out.splitlines()[-1] == project.log.read_text().strip()


@pytest.mark.parametrize("dbt_code", ["1", "2"])
def test_a_failing_dbt_gives_its_code(project: Project, dbt_code: str):
    add_update(project.database, "before", 1)

    code, _, _ = project.run(DBT_CODE=dbt_code)

    assert code == int(dbt_code)
    # dbt logged no update, so the figures of the one before are not shown for it.
    assert project.lines() == [
        {"status": "FAILED", "code": dbt_code, "update": "-", "rows_in": "0", "dropped": "0"}
    ]


def test_lines_are_appended(project: Project):
    project.run(UPDATE_ID="first")
    project.run(UPDATE_ID="second", DBT_CODE="1")

    assert [line["status"] for line in project.lines()] == ["COMPLETED", "FAILED"]


def test_arguments_for_dbt_and_quiet(project: Project):
    code, out, err = project.run("--quiet", "--", "--select", "customers+")

    assert code == 0
    assert project.calls() == [
        "--quiet --no-use-colors build --project-dir . --profiles-dir . --exclude tag:thorough"
        " --select customers+"
    ]
    assert (out.strip(), err) == (project.log.read_text().strip(), "dbt was here\n")


def test_summary(project: Project):
    _, out, _ = project.run("--summary", UPDATE_ID="first")

    assert "Update first: COMPLETED" in out


def test_two_updates_at_once_wait(project: Project):
    project.hold.touch()
    first = project.start(UPDATE_ID="first")
    project.wait_for_call()
    second = project.start()
    time.sleep(0.5)
    assert len(project.calls()) == 1

    project.hold.unlink()
    for process in (first, second):
        process.communicate(timeout=60)

    assert (first.returncode, second.returncode) == (0, 0)
    assert [line["status"] for line in project.lines()] == ["COMPLETED", "COMPLETED"]


def test_two_updates_at_once_time_out(project: Project):
    project.hold.touch()
    first = project.start()
    project.wait_for_call()

    code, _, err = project.run("--wait", "0.3")

    assert code == 75
    assert f"another update is running (process {first.pid})" in err
    assert "waited 0.3 seconds" in err
    assert project.lines()[0]["status"] == "BUSY"
    assert len(project.calls()) == 1
    project.hold.unlink()
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_the_lock_outlives_a_killed_update_until_dbt_ends(project: Project):
    project.hold.touch()
    first = project.start()
    project.wait_for_call()
    first.kill()
    first.wait(timeout=60)

    assert project.run("--wait", "0.3")[0] == 75

    project.hold.unlink()
    first.communicate(timeout=60)
    assert project.run("--wait", "30")[0] == 0


def test_a_terminated_update_ends_dbt_too(project: Project):
    project.hold.touch()
    process = project.start()
    project.wait_for_call()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)

    assert process.returncode == 128 + signal.SIGTERM
    assert project.lines()[0]["status"] == "FAILED"


def test_a_database_that_is_open_elsewhere(project: Project):
    with duckdb.connect(str(project.database)):
        code, _, err = project.run("--wait", "0.3")

    assert code == 75
    assert re.search(rf"test\.duckdb is open in .*\(process {os.getpid()}\)", err)
    assert project.calls() == []
    assert project.run()[0] == 0


def test_a_landing_that_fails_stops_the_update(project: Project):
    (project.folder / "landing").write_text("a file where the folder should be")

    code, _, err = project.run("--land", SLUICE_LANDING=str(project.folder / "landing"))

    assert code != 0
    assert err
    assert project.lines()[0]["status"] == "LANDING_FAILED"
    assert project.calls() == []


def test_dbt_is_missing(project: Project):
    code, _, err = project.run("--dbt", "/nowhere/dbt")

    assert code == 127
    assert "/nowhere/dbt can't be run" in err
