"""The command `sluice` on a project: in this process, or in one that a test may end.

`orders` makes a small pipeline of a project: files, a streaming table of what is in them, one with
a rule that drops, one with a rule that warns, and a target.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from project import Project
from sources import source

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?P<status>\w+) code=(?P<code>\d+) "
    r"seconds=\d+\.\d update=(?P<update>\S+) rows_in=(?P<rows_in>\d+) dropped=(?P<dropped>\d+)"
)
DEADLINE = 300
"""Seconds after which a process that a test waits for counts as stuck."""


@dataclass(repr=False)
class Answer:
    """What a command gave: its exit code and its two outputs."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, which is one JSON document."""
        return json.loads(self.out)

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.out}\n{self.err}"


def sluice(project: Project, *arguments: str) -> Answer:
    """Run the command in the project's folder, in this process."""
    from sluice.cli import main

    home = Path.cwd()
    os.chdir(project.root)
    try:
        result = CliRunner().invoke(main, list(arguments))
    finally:
        os.chdir(home)
        project.engine.close()
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def start(
    folder: Path, *arguments: str, stdin: int | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start the command in a folder, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sluice", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def ended(process: subprocess.Popen[str]) -> Answer:
    """Wait for a started command."""
    out, err = process.communicate(timeout=DEADLINE)
    return Answer(process.returncode, out, err)


def asked(folder: Path, answers: list[str], *arguments: str) -> Answer:
    """Run the command with a terminal for its input, on which these lines were typed."""
    terminal, inner = os.openpty()
    try:
        os.write(terminal, "".join(f"{answer}\n" for answer in answers).encode())
        return ended(start(folder, *arguments, stdin=inner))
    finally:
        os.close(terminal)
        os.close(inner)


def shown(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run the command on a terminal; its exit code, and the text that was sent there."""
    terminal, inner = os.openpty()
    command = [sys.executable, "-m", "sluice", *arguments]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=inner, stderr=inner)
    os.close(inner)
    sent = b""
    try:
        while chunk := os.read(terminal, 4096):
            sent += chunk
    except OSError:  # Linux says so that the other end is closed
        pass
    finally:
        os.close(terminal)
    return process.wait(DEADLINE), re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", sent.decode())


def log_lines(project: Project) -> list[dict[str, str]]:
    """The lines of logs/update.log, parsed; one of another form fails the test."""
    lines = (project.root / "logs" / "update.log").read_text(encoding="utf-8").splitlines()
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return [match.groupdict() for match in found if match]


def orders(project: Project) -> None:
    """Write the pipeline: orders_bronze, orders_silver, orders."""
    columns = {"id": "bigint", "amount": "double", "seq": "bigint"}
    source(project, "orders_bronze", "landing/*.json", columns=columns)
    rules = [
        {"not_null": {"name": "has_id", "column_name": "id", "config": violation("drop")}},
        {
            "sluice.expectation": {
                "name": "positive",
                "arguments": {"expression": "amount > 0"},
                "config": violation("warn"),
            }
        },
    ]
    text = "select id, amount, seq from {{ sluice.stream(ref('orders_bronze')) }}"
    project.write("models/orders_silver.sql", text)
    node = {"name": "orders_silver", "config": {"materialized": "streaming_table"}}
    project.write(
        "models/orders_silver.yml", json.dumps({"models": [{**node, "data_tests": rules}]})
    )
    project.apply_changes(
        "orders",
        "select * from {{ sluice.stream(ref('orders_silver')) }}",
        keys=["id"],
        sequence_by="seq",
    )


def violation(kind: str) -> dict[str, Any]:
    """The configuration of a rule."""
    return {"severity": "warn", "meta": {"on_violation": kind}}


def land(project: Project, number: int, rows: Iterable[tuple[int | None, float]]) -> Path:
    """Let a file of orders arrive: rows of (id, amount)."""
    folder = project.root / "landing"
    folder.mkdir(exist_ok=True)
    file = folder / f"{number}.json"
    lines = [json.dumps({"id": key, "amount": amount, "seq": number}) for key, amount in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@contextmanager
def locked(project: Project, read_only: bool = False) -> Iterator[int]:
    """Have the database open in another process, to write or to read; yields its process id."""
    code = (
        f"import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only={read_only});"
        "print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(project.engine.file())]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == b"open\n"
        try:
            yield process.pid
        finally:
            process.stdin.close()
