"""One update, from the lock to a line in the log."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import tenacity

from sluice.pipeline import alerts, event_log
from sluice.pipeline.alert_settings import read_settings
from sluice.pipeline.database import connect, hold, until
from sluice.pipeline.errors import BUSY, DONE, FAILED, SluiceError
from sluice.pipeline.failures import kind_of, what_failed
from sluice.pipeline.lock import lock
from sluice.pipeline.losses import without_losses
from sluice.pipeline.progress import progress
from sluice.pipeline.project import Project
from sluice.pipeline.troubles import RETRIED, known_trouble

TRIES = 4
"""How often a lost connection is tried, with growing pauses between."""
GRACE_SECONDS = 10.0
"""How long the roll-back of an interrupted update may take before the process ends all the same."""
FAILING = ("error", "fail", "runtime error", "partial success")


@dataclass
class Options:
    """What an update does. wait: seconds, for whoever is in the way; quiet: errors of dbt only.

    agree: is given what a full refresh would lose, a line a table; returns whether it may.
    silence: seconds in which the same failure is not told again (alerts.py).
    """

    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    full_refresh: bool = False
    threads: int | None = None
    wait: float = 60
    quiet: bool = False
    log_format: str = "text"
    agree: Callable[[list[str]], bool] = lambda _lost: False
    silence: float = 0.0

    @property
    def selection(self) -> list[str]:
        """The options of dbt that say what is built."""
        found = ["--select", *self.select] if self.select else []
        return found + (["--exclude", *self.exclude] if self.exclude else [])

    @property
    def command(self) -> list[str]:
        """The dbt command that does it."""
        command = ["--log-format", self.log_format]
        if not sys.stdout.isatty():
            command.append("--no-use-colors")
        command += [*(["--quiet"] if self.quiet else []), "build", *self.selection]
        command += ["--full-refresh"] if self.full_refresh else []
        return command + (["--threads", str(self.threads)] if self.threads else [])


@dataclass
class Outcome:
    """How an update ended.

    update_id: None where dbt logged none; error: what ended it early; failed: (kind, name, text) of
    datasets and tests; rules: dataset, name, on_violation, passed, failed (rows); since: (moment of
    the first, number) of failures in a row.
    """

    status: str
    code: int
    seconds: float = 0.0
    update_id: str | None = None
    rows_in: int = 0
    dropped: int = 0
    error: SluiceError | None = None
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    since: tuple[str, int] | None = None
    passing: bool = False
    """Whether it failed by nothing but troubles that may be gone at the next update."""

    @property
    def interrupted(self) -> bool:
        """Whether a signal ended it."""
        return self.code > 128

    @property
    def fields(self) -> dict[str, Any]:
        """The figures, as JSON has them."""
        return {
            "status": self.status,
            "code": self.code,
            "seconds": round(self.seconds, 1),
            "update": self.update_id,
            "rows_in": self.rows_in,
            "dropped": self.dropped,
            "error": str(self.error) if self.error else None,
        }

    @property
    def line(self) -> str:
        """The line of an update in the log: time (UTC), status, and the figures as key=value."""
        return (
            f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ} {self.status} code={self.code}"
            f" seconds={self.seconds:.1f} update={self.update_id or '-'}"
            f" rows_in={self.rows_in} dropped={self.dropped}"
        )


def update(project: Project, options: Options, manifest: Any = None) -> Outcome:
    """Run one update and write its line to `update.log`; return how it ended, never raise.

    manifest: dbt's, of a project that was parsed already.

    A locked database is waited for up to options.wait seconds, a lost connection is tried again;
    what failed for another reason is not. An interrupt (Ctrl-C, SIGTERM) ends dbt, whose
    transactions roll back, and gives 128 + the signal's number.
    """
    begin = time.monotonic()

    def ended(outcome: Outcome) -> Outcome:
        outcome.seconds = time.monotonic() - begin
        write_line(project, outcome)
        alerts.tell(project, outcome, options.silence)
        return outcome

    def give_up(number: int) -> None:
        outcome = ended(interrupted(project, number))
        print(f"sluice: {outcome.error}\n{outcome.line}", file=sys.stderr, flush=True)
        os._exit(outcome.code)

    with interruptible(give_up) as caught:
        try:
            read_settings(project)  # wrong ones are told before anything is built
            return ended(locked_update(project, options, begin + options.wait, manifest))
        except SluiceError as error:
            status = "BUSY" if error.code == BUSY else "FAILED"
            passing = isinstance(error, RETRIED)
            return ended(Outcome(status, error.code, error=error, passing=passing))
        except KeyboardInterrupt:
            return ended(interrupted(project, caught[0] if caught else signal.SIGINT))


def interrupted(project: Project, number: int) -> Outcome:
    """Return the outcome of an update that a signal ended."""
    error = SluiceError(
        "interrupted; what was committed stays, the rest was rolled back",
        where=project.root,
        way="sluice update goes on where this one stopped",
    )
    return Outcome("FAILED", 128 + number, error=error)


@contextmanager
def interruptible(give_up: Callable[[int], None]) -> Iterator[list[int]]:
    """Let SIGTERM and SIGINT end things by a KeyboardInterrupt; yields a list that gets the number.

    dbt then tells the database to stop, which rolls back. A statement that cannot be stopped is
    given GRACE_SECONDS; then give_up(number) is called in a thread of its own, to end the process:
    the database rolls back when it is opened the next time.
    """
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return

    def interrupt(number: int, _frame: Any) -> None:
        if caught:  # a second one must not cut off the roll-back
            return
        caught.append(number)
        timer.start()
        raise KeyboardInterrupt

    timer = threading.Timer(GRACE_SECONDS, lambda: give_up(caught[0]))
    timer.daemon = True
    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield caught
    finally:
        timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def locked_update(project: Project, options: Options, deadline: float, manifest: Any) -> Outcome:
    """Do the work under the lock and with the database held. Raises SluiceError."""
    with lock(project.log_path, deadline), hold(project, deadline):
        refreshed = without_losses(project, options) if options.full_refresh else project
        result, update_id = until(deadline, lambda: built(refreshed, options, manifest))
        return counted(project, result, update_id)


def built(project: Project, options: Options, manifest: Any) -> tuple[Any, str | None]:
    """Run dbt build, once more where all that failed may be gone; return (result, update id).

    Raises BusyError if the database was locked, SluiceError if dbt could not begin.
    """
    ids: list[str] = []
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(TRIES),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=10),
        retry=tenacity.retry_if_result(passing),
        retry_error_callback=lambda state: state.outcome.result(),
        before_sleep=lambda state: say_again(project, state.outcome.result(), state),
    )

    def listen(event: Any) -> None:
        ids.append(event.info.invocation_id)

    def run() -> Any:
        return project.dbt(*options.command, manifest=manifest, listeners=[listen, show])

    # dbt writes its errors to stdout; quiet, there is nothing else, and cron mails stderr.
    spoken = redirect_stdout(sys.stderr) if options.quiet else nullcontext()
    with spoken, progress(not options.quiet and options.log_format == "text") as show:
        result = retrying(run)
    if result.exception:
        raise project.wrong(result.exception)
    return result, ids[-1] if ids else None


def passing(result: Any) -> bool:
    """Return whether a result failed by nothing but troubles that may be gone at the next try."""
    if result.success:
        return False
    if result.exception:
        return isinstance(known_trouble(str(result.exception)), RETRIED)
    troubles = [known_trouble(found.message or "") for found in failures(result)]
    return bool(troubles) and all(isinstance(trouble, RETRIED) for trouble in troubles)


def failures(result: Any) -> list[Any]:
    """Return dbt's results of the nodes that failed."""
    results = getattr(result.result, "results", None) or []
    return [found for found in results if str(found.status) in FAILING]


def say_again(project: Project, result: Any, state: Any) -> None:
    """Say that it is tried again, and why, on stderr."""
    texts = [str(result.exception)] if result.exception else []
    texts += [found.message or "" for found in failures(result)]
    trouble = known_trouble(texts[0], project.database_name) if texts else None
    pause = state.next_action.sleep
    print(f"sluice: {trouble}; trying again in {pause:.1f} seconds", file=sys.stderr)


def counted(project: Project, result: Any, update_id: str | None) -> Outcome:
    """Return the outcome of a build, with the figures of the event log."""
    outcome = Outcome("COMPLETED", DONE) if result.success else Outcome("FAILED", FAILED)
    outcome.passing = passing(result)
    for found in failures(result):
        name = getattr(found.node, "name", None) or found.unique_id
        text = what_failed(found.message or "")
        if trouble := known_trouble(found.message or "", name):
            print(f"sluice: {trouble}", file=sys.stderr)
            text = str(trouble)
        outcome.failed.append((kind_of(found), name, text))
    try:
        with connect(project) as database:
            counts = event_log.totals(database, update_id) if update_id else None
            if update_id and counts:
                outcome.rules = event_log.rules(database, [update_id])
                outcome.since = event_log.failing_since(database, update_id)
    except SluiceError as error:  # the tables stand; only the figures are missing
        print(f"sluice: {error}", file=sys.stderr)
        return outcome
    if counts:
        outcome.update_id = update_id
        outcome.rows_in, outcome.dropped = counts
    return outcome


def write_line(project: Project, outcome: Outcome) -> None:
    """Append the outcome's line to the log; a log that can't be written fails nothing."""
    path = project.log_path / "update.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(outcome.line + "\n")
    except OSError as error:
        print(f"sluice: {known_trouble(str(error), path) or error}", file=sys.stderr)
