"""The tutorial's own pipeline, run in this process or in processes that a test may kill.

`Pipeline` is a `Project` that has its database and landing folder elsewhere and knows what the
reference makes of the landed files. `Processes` runs dbt on it in processes of their own; a model
with the macro of `gate_macro` in its HOOKS breaks there, or stands still at a `Gate`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dbts
from dbts import environments
from engine import Engine, new
from landing import COLUMNS, CUSTOMERS, Landed, change_frequency, read_landed
from project import PACKAGE, Project, Row, Run

WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")
DEADLINE = 120
"""Seconds after which a process that a test waits for counts as stuck."""


class Pipeline(Project):
    """The root project of the package, with its database and landing folder in a scratch folder."""

    def __init__(self, scratch: Path, root: Path = PACKAGE) -> None:
        self.root = root
        self.scratch = scratch
        self.name, self.schema = "sluice", "main"
        self.engine = new(scratch, self.name)
        self.landing = scratch / "landing" / "customers_cdc"
        self.target = scratch / f"target_{root.name}"
        self.landing.mkdir(parents=True, exist_ok=True)
        self._installed = True

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the project into the scratch folder."""
        return {
            **self.engine.variables("SLUICE"),
            "SLUICE_LANDING": str(self.landing.parent),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.scratch / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def _invoke(self, args: list[str], manifest: Any = None) -> Run:
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            return super()._invoke(possible(args), manifest)
        finally:
            for name in self.environment:
                os.environ.pop(name)
            os.environ.update(before)

    def reset(self) -> None:
        """Start from nothing: no database, no landed file."""
        self.engine.drop()
        shutil.rmtree(self.landing.parent)
        self.landing.mkdir(parents=True)

    def land(self, path: Path, name: str | None = None) -> Path:
        """Let a file of events arrive in the landing folder, under its own or another name."""
        return Path(shutil.copy(path, self.landing / (name or path.name)))

    def copy(self, folder: Path) -> Pipeline:
        """The same project with its files in another folder, to be changed; parsed like this."""
        copy_package(folder)
        other = Pipeline(self.scratch, folder)
        other.target.mkdir(exist_ok=True)
        parsed = self.target / "partial_parse.msgpack"
        if parsed.exists():
            shutil.copy(parsed, other.target)
        return other

    # --- what came out ----------------------------------------------------------------------

    def landed(self) -> Landed:
        """What stands in the landing folder, read in plain Python."""
        return read_landed(sorted(self.landing.glob("*.json")))

    def equals_reference(self) -> None:
        """Every table is what the landed files say: nothing lost, nothing twice, nothing else."""
        landed = self.landed()
        same_rows("customers", self.rows("customers"), CUSTOMERS.scd1(landed.clean))
        same_rows("customers_history", self.history("customers_history"), history(landed))
        same_rows(
            "customer_change_frequency",
            self.rows("customer_change_frequency"),
            change_frequency(landed.clean),
        )
        bronze, silver = "customers_cdc_bronze", "customers_cdc_silver"
        assert self.count(bronze) == landed.lines
        columns = (*COLUMNS, "operation", "operation_date")
        same_rows(
            silver,
            [{name: row[name] for name in columns} for row in self.rows(silver)],
            [{name: row.get(name) for name in columns} for row in landed.clean],
        )
        quarantined = Counter(
            tuple(sorted(row["_sluice_violations"])) for row in self.rows(f"{silver}__quarantine")
        )
        assert quarantined == landed.broken

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return self.query(f"select count(*) as n from {self.table(name)}")[0]["n"]


def possible(args: Sequence[str]) -> list[str]:
    """A command; dbt v2 builds without unit tests, for it has none over structs."""
    leaves_out = dbts.is_v2() and "build" in args and "--exclude-resource-type" not in args
    return [*args, *(["--exclude-resource-type", "unit_test"] if leaves_out else [])]


def history(landed: Landed) -> list[Row]:
    """The versions of `customers_history`."""
    return CUSTOMERS.scd2(landed.clean)


def same_rows(name: str, found: Iterable[Row], expected: Iterable[Row]) -> None:
    """Two tables have the same rows, each as often; else say which differ, shortly."""
    have, want = (Counter(tuple(sorted(row.items())) for row in rows) for rows in (found, expected))
    surplus, lost = have - want, want - have
    story = f"{name}: {surplus.total()} rows too many, {lost.total()} lost; for example"
    examples = [*list(surplus.items())[:3], "and lost", *list(lost.items())[:3]]
    assert not surplus and not lost, f"{story} {examples}"


def copy_package(folder: Path) -> Path:
    """Copy what git would have of the package, without its integration tests."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PACKAGE / name, folder)
    for name in (
        "macros",
        "models",
        "python_models",
        "installed",
        "snapshots",
        "seeds",
        "tests/data",
    ):
        if (PACKAGE / name).exists():  # git holds no empty folder
            shutil.copytree(PACKAGE / name, folder / name)
    return folder


# --- processes ------------------------------------------------------------------------------

SERVER = """
import json, os, sys
from dbt.cli.main import dbtRunner

project = ["--no-write-json", "--log-level-file", "none", "--project-dir", ".",
           "--profiles-dir", os.environ.get("SLUICE_TEST_PROFILES", ".")]
parsed = dbtRunner().invoke(["--quiet", "parse", *project])
print(json.dumps(parsed.success), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        os.environ.update(order["environment"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        outcome = dbtRunner(manifest=parsed.result).invoke([*order["args"], *project])
        sys.stdout.flush()
        os._exit(0 if outcome.success else 1)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Processes:
    """Runs dbt on a pipeline in processes of their own.

    One server process loads dbt and parses; it forks for each command, so that a process costs no
    more than its work. A hook of the pipeline may read the named pipe `gate`: it then hangs until
    the test opens the gate, or kills the process.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.log = pipeline.scratch / "process.log"
        self.child = 0
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            cwd=pipeline.root,
            env={**os.environ, **pipeline.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() is True, "the pipeline does not parse"

    def start(self, *args: str, **environment: str) -> None:
        """Start a dbt command."""
        order = {"args": args, "environment": environment, "log": str(self.log)}
        print(json.dumps(order), file=self.server.stdin, flush=True)
        self.child = self._answer()

    def kill(self) -> None:
        """End the process that runs as `kill -9` does, and see that this is how it ended."""
        os.kill(self.child, signal.SIGKILL)
        status = self.wait()
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status

    def wait(self) -> int:
        """Wait for the process's end; its wait status, 0 for success."""
        status = self._answer()
        self.child = 0
        return status

    def output(self) -> str:
        """What the process said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def close(self) -> None:
        """End the server."""
        if self.child:
            self.kill()
        self.server.stdin.close()
        self.server.wait(DEADLINE)
        self.server.stdout.close()

    def _answer(self) -> Any:
        line = self.server.stdout.readline()
        while line and not (line.strip().isdigit() or line.strip() in ("true", "false")):
            line = self.server.stdout.readline()
        assert line, "the process that runs dbt ended"
        return json.loads(line)


class Programs(Processes):
    """The same for dbt v2, which is a program: it parses so fast that it needs no server."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.log = pipeline.scratch / "process.log"
        self.child = 0

    def start(self, *args: str, **environment: str) -> None:
        """Start a dbt command."""
        with self.log.open("w") as log:
            self.program = subprocess.Popen(
                [
                    environments.dbt("v2"),
                    *possible(args),
                    "--project-dir",
                    ".",
                    "--profiles-dir",
                    ".",
                ],
                cwd=self.pipeline.root,
                env={**os.environ, **self.pipeline.environment, **environment},
                stdout=log,
                stderr=log,
            )
        self.child = self.program.pid

    def close(self) -> None:
        """End what still runs."""
        if self.child:
            self.kill()

    def _answer(self) -> int:
        code = self.program.wait()
        return code << 8 if code >= 0 else -code  # as os.waitpid has it


@contextmanager
def processes(pipeline: Pipeline) -> Iterator[Processes]:
    """`Processes` for the time of a test."""
    running = (Programs if dbts.is_v2() else Processes)(pipeline)
    try:
        yield running
    finally:
        running.close()


def gate_macro(engine: Engine) -> str:
    """A macro that breaks a run, or makes it stand still, where the environment says."""
    breaks, waits = engine.fails("broken at {{ place }}"), engine.waits("{{ env_var('GATE') }}")
    return f"""\
{{% macro gate(place) %}}
    {{% if not execute %}}{{% do return('') %}}{{% endif %}}
    {{% if env_var('BREAK_AT', '') == place %}}
        {breaks}
    {{% elif env_var('HANG_AT', '') == place %}}
        {waits}
    {{% endif %}}
{{% endmacro %}}
"""


HOOKS = """\
{{ config(post_hook=[
    {'sql': "{{ gate(this.name) }}"},
    {'sql': "{{ gate(this.name ~ ' after commit') }}", 'transaction': false},
]) }}
"""
"""The gate at the end of a table's work, and after its commit."""


class Gate:
    """A named pipe: whoever reads it stands still until the gate opens."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self.file = -1

    def wait_for_reader(self, story: Callable[[], str]) -> None:
        """Return when somebody stands at the gate."""
        deadline = time.monotonic() + DEADLINE
        while self.file < 0:
            try:
                self.file = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                assert time.monotonic() < deadline, f"nobody came to the gate:\n{story()}"
                time.sleep(0.02)

    def open(self) -> None:
        """Let the reader go on; later ones too have to wait again."""
        os.write(self.file, b"open\n")
        self.forget()

    def forget(self) -> None:
        """Be ready for the next reader; the last one is gone."""
        os.close(self.file)
        self.file = -1
