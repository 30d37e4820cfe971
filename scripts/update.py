"""Run one update as a scheduler does: take the lock, run `dbt build`, log one line.

Updates wait for each other, then for whoever has the DuckDB file open, up to --wait seconds in
all. The exit code is dbt's: 0 when all is well, 1 when a model or a test failed, 2 when dbt could
not start. 75 says that another process was in the way and nothing was done.
"""

import argparse
import contextlib
import fcntl
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

import duckdb

import summary

ROOT = Path(__file__).resolve().parent.parent
BUSY = 75
QUIET = ["--quiet", "--no-use-colors"]
LIGHT = ["--exclude", "tag:thorough"]
"""Without the tests whose cost grows with the history."""
POLL_SECONDS = 0.2


class BusyError(Exception):
    """Another process is in the way; the text says which."""


def arguments() -> argparse.Namespace:
    """Return the command line; what follows `--` is for dbt build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--land", action="store_true", help="land the next batch of events first")
    parser.add_argument("--summary", action="store_true", help="show the figures at the end")
    parser.add_argument(
        "--thorough", action="store_true", help="run the tests that read whole tables, too"
    )
    parser.add_argument("--quiet", action="store_true", help="of dbt's output, errors only")
    parser.add_argument(
        "--wait", type=float, default=60, metavar="SECONDS", help="for a running update (60)"
    )
    parser.add_argument(
        "--dbt",
        type=shlex.split,
        default=[str(Path(sys.executable).with_name("dbt"))],
        metavar="COMMAND",
        help="the dbt to run (the one beside this Python)",
    )
    parser.add_argument(
        "--state", type=Path, default=ROOT / ".state", metavar="DIR", help="folder of the lock"
    )
    parser.add_argument(
        "--log", type=Path, default=ROOT / "logs" / "update.log", metavar="FILE", help="the log"
    )
    parser.add_argument("dbt_args", nargs="*", metavar="DBT_ARGUMENT", help="after --")
    return parser.parse_args()


@contextlib.contextmanager
def lock(path: Path, deadline: float) -> Iterator[TextIO]:
    """Hold the lock of updates.

    path: the lock file, which stays; only the kernel's lock on it counts, so a killed update
    leaves nothing behind. deadline: of time.monotonic(), in seconds.
    Yields the open file, for dbt to inherit: if this process is killed, the lock lasts until dbt
    ends too. Raises BusyError, naming the holder's process id.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    holder = file.read().strip() or "unknown"
                    raise BusyError(f"another update is running (process {holder})") from None
                time.sleep(POLL_SECONDS)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file


def wait_for_database(path: Path, deadline: float) -> str | None:
    """Wait until nobody else has the DuckDB file open; return the id of its last update.

    A missing file is free and has no update. Other faults of the file are left for dbt to tell.
    Raises BusyError at the deadline, of time.monotonic(), naming the process.
    """
    while path.exists():
        try:
            with duckdb.connect(str(path)) as con:
                return summary.last_update(con)
        except duckdb.IOException as error:
            held = re.search(r"lock is held in (.*?)\s*\(PID (\d+)\)", str(error))
            if not held:
                return None
            if time.monotonic() >= deadline:
                program, process = held.groups()
                raise BusyError(f"{path} is open in {program} (process {process})") from None
            time.sleep(POLL_SECONDS)
        except duckdb.Error:
            return None
    return None


def run(command: list[str], lock_file: TextIO, stdout: TextIO | int | None) -> int:
    """Run a command from the project's root and return its exit code, 128 + n for signal n.

    stdout: where the command's output goes, None for ours. A TERM is passed on; an interrupt from
    the terminal reaches the command by itself. A command that can't be started gives 127.
    """
    try:
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[lock_file.fileno()], stdout=stdout)
    except OSError as error:
        print(f"update: {command[0]} can't be run: {error.strerror}; make setup", file=sys.stderr)
        return 127
    with process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                continue
    return code if code >= 0 else 128 - code


def figures(path: Path, previous: str | None) -> tuple[str | None, int, int]:
    """Return (update id, rows in, rows dropped) of the update just made.

    previous: the last update before it. The id is None if dbt logged no new one, for example
    because the project does not parse.
    """
    with contextlib.suppress(duckdb.Error), duckdb.connect(str(path), read_only=True) as con:
        update_id = summary.last_update(con)
        if update_id not in (None, previous):
            return update_id, *summary.totals(con, update_id)
    return None, 0, 0


def log_line(status: str, code: int, seconds: float, update_id: str | None = None, *counts) -> str:
    """Return the line of an update: time (UTC), status, and the figures as key=value."""
    rows_in, dropped = counts or (0, 0)
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ} {status} code={code}"
        f" seconds={seconds:.1f} update={update_id or '-'} rows_in={rows_in} dropped={dropped}"
    )


def update(options: argparse.Namespace) -> tuple[str, int, str | None, int, int]:
    """Do the work; return (status, exit code, update id, rows in, rows dropped).

    Raises BusyError if the lock or the database did not get free in time.
    """
    deadline = time.monotonic() + options.wait
    database = summary.database_path()
    with lock(options.state / "update.lock", deadline) as lock_file:
        previous = wait_for_database(database, deadline)
        if options.land:
            command = [sys.executable, str(ROOT / "scripts" / "land_cdc.py")]
            if landing := os.environ.get("SLUICE_LANDING"):
                command += ["--out", str(Path(landing) / "customers_cdc")]
            if code := run(command, lock_file, subprocess.DEVNULL if options.quiet else None):
                return "LANDING_FAILED", code, None, 0, 0
        command = [*options.dbt, *(QUIET if options.quiet else []), "build"]
        command += ["--project-dir", ".", "--profiles-dir", "."]
        command += [*([] if options.thorough else LIGHT), *options.dbt_args]
        # dbt writes its errors to stdout: with --quiet that is all there is.
        code = run(command, lock_file, sys.stderr if options.quiet else None)
        update_id, *counts = figures(database, previous)
        if options.summary and update_id:
            summary.report(database, update_id)
        return "FAILED" if code else "COMPLETED", code, update_id, *counts


def main() -> int:
    """Run an update, write its line to the log and to the terminal, return the exit code."""
    options = arguments()
    begin = time.monotonic()
    try:
        status, code, *rest = update(options)
    except BusyError as busy:
        waited = f"waited {options.wait:g} seconds, nothing was done"
        print(f"update: {busy}; {waited}", file=sys.stderr)
        status, code, rest = "BUSY", BUSY, []
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    line = log_line(status, code, time.monotonic() - begin, *rest)
    options.log.parent.mkdir(parents=True, exist_ok=True)
    with options.log.open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    if not options.summary or code:
        print(line)
    return code


if __name__ == "__main__":
    sys.exit(main())
