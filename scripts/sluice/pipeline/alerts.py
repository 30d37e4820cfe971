"""What people are told of an update: whether, what, and that it gets on its way.

A message is put into a folder of the project's logs, and a process that nobody waits for sends it
(alert_sender.py): a receiver that hangs delays no update, and one that fails fails none.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sluice.pipeline import alert_sender
from sluice.pipeline.alert_settings import (
    FAILURE,
    FATAL,
    FLOW,
    SUCCESS,
    Settings,
    read_settings,
    urls,
)
from sluice.pipeline.errors import DONE, ConfigurationError, SluiceError
from sluice.pipeline.failures import DATASETS, logged_failures
from sluice.pipeline.project import Project
from sluice.pipeline.writing import write_whole

if TYPE_CHECKING:
    from sluice.pipeline.update import Outcome

MOST_LINES = 20
"""Of failures, and of rules, in a message."""
MISSING = "apprise is not installed; way out: pip install 'sluice[operate]'"
told: dict[Path, tuple[tuple, float]] = {}
"""What this process told last of a project, and when (time.monotonic(), in seconds)."""


def tell(project: Project, outcome: Outcome, silence: float) -> None:
    """Put the alert of an update on its way, if there is one to send, and wait for nobody.

    silence: seconds in which this process does not tell the same failure again. What goes wrong
    here is said on stderr and fails nothing.
    """
    if not urls():
        return
    folder = alerts_folder(project)
    try:
        message = news(project, outcome, silence)
        if message and not has_apprise():
            alert_sender.log(folder, message["update"], 0, len(urls()), [MISSING])
            return
        if message:
            name = f"{time.time_ns():020}-{os.getpid()}.json"
            write_whole(folder / name, json.dumps(message))
        if any(folder.glob("*.json")):  # one that a killed sender left, too
            start_sender(folder)
    except OSError as error:
        print(f"sluice: the alert was not sent: {error}", file=sys.stderr)


def alerts_folder(project: Project) -> Path:
    """Return where alerts wait to be sent."""
    return project.log_path / "alerts"


def news(project: Project, outcome: Outcome, silence: float) -> dict[str, str] | None:
    """Return the message of an update; None where nobody wants to know it, or knows it already."""
    try:
        settings = read_settings(project)
    except ConfigurationError:
        settings = Settings()  # the update failed for it, which is told as by default
    events = [event for event in happened(outcome) if event in settings.events]
    low = below(settings, outcome.rules)
    if not events and not low:
        told.pop(project.root, None)
        return None
    what = (tuple(events), *outcome.failed, str(outcome.error), *(rule["name"] for rule in low))
    before, moment = told.get(project.root, (None, 0.0))
    if what == before and outcome.code != DONE and time.monotonic() < moment + silence:
        return None
    told[project.root] = (what, time.monotonic())
    return make_message(project, outcome, events, low)


def happened(outcome: Outcome) -> list[str]:
    """Return which of the four events an update was; who interrupts one knows it already."""
    if outcome.code == DONE:
        return [SUCCESS]
    if outcome.interrupted:
        return []
    flows = any(kind in DATASETS for kind, _name, _text in outcome.failed)
    return [FAILURE, *([] if outcome.passing else [FATAL]), *([FLOW] if flows else [])]


def below(settings: Settings, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules that fewer rows passed than they should, with their share and threshold."""
    found = []
    for rule in rules:
        threshold = settings.threshold(rule["dataset"], rule["name"])
        rows = rule["passed"] + rule["failed"]
        if threshold is not None and rows and rule["passed"] / rows < threshold:
            found.append({**rule, "share": rule["passed"] / rows, "threshold": threshold})
    return found


def make_message(
    project: Project, outcome: Outcome, events: list[str], low: list[dict[str, Any]]
) -> dict[str, str]:
    """Return what is sent: title, body, type (apprise's), update (its id).

    The body says what, why it is told, what failed, since when, and what to do.
    """
    target = project.target
    try:
        target = project.config.target_name
    except SluiceError:  # told all the same: it may be what failed
        target = target or "unknown"
    name = project.name
    update = outcome.update_id or "-"
    what = f"Update {update}" if outcome.update_id else "An update that dbt did not begin"
    lines = [
        f"{what} of project {name}, target {target}, on {platform.node()}:"
        f" {outcome.status}, exit code {outcome.code}, after {outcome.seconds:.1f} seconds,"
        f" {outcome.rows_in} rows read, {outcome.dropped} dropped.",
        f"Told for: {', '.join([*events, *(['threshold'] if low else [])])}.",
    ]
    lines += [f"Error: {outcome.error}"] if outcome.error else []
    lines += some(f"Failed {kind} {failed}: {text}" for kind, failed, text in outcome.failed)
    lines += some(
        f"Below its threshold: {rule['dataset']}.{rule['name']}, {rule['passed']} of"
        f" {rule['passed'] + rule['failed']} rows passed, {rule['share']:.2%};"
        f" expected {rule['threshold']:.2%}"
        for rule in low
    )
    lines += some(
        f"Rule broken: {rule['dataset']}.{rule['name']} ({rule['on_violation']}),"
        f" {rule['failed']} of {rule['passed'] + rule['failed']} rows"
        for rule in outcome.rules
        if rule["failed"]
    )
    # The event log does not know those that dbt did not begin.
    since = outcome.since or logged_failures(project.log_path / "update.log")
    if since:
        first, times = since
        lines.append(f"Since: {first} (UTC), {times} in a row.")
    lines.append(f"What to do: {what_to_do(project, outcome)}")
    kind = "failure" if outcome.code != DONE else "warning" if low else "success"
    return {
        "title": f"{name} ({target}): "
        + (f"update {outcome.status}" if events else "rules below their thresholds"),
        "body": "\n".join(lines),
        "type": kind,
        "update": update,
    }


def some(lines: Any) -> list[str]:
    """Return the first of some lines, and how many more there are."""
    lines = list(lines)
    more = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"... and {more} more"] if more > 0 else [])


def what_to_do(project: Project, outcome: Outcome) -> str:
    """Return the next step, with the command."""
    where = f"--project-dir {project.root}"
    where += f" --target {project.target}" if project.target else ""
    if outcome.code == DONE:
        return f"nothing has to be done; sluice status {where} shows more."
    if outcome.passing:
        return f"the next update tries it again; if it stays: sluice doctor {where}"
    return f"mend what failed (sluice status {where} shows more), then: sluice update {where}"


def start_sender(folder: Path) -> None:
    """Start the process that sends, and leave it alone. Raises OSError if it can't be started.

    It has no part in our outputs, for cron waits until these are closed, and a session of its own,
    so that no signal to ours ends it.
    """
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    subprocess.Popen(
        [sys.executable, "-m", alert_sender.__name__, str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **apart,
    )


@cache
def has_apprise() -> bool:
    """Return whether there is what sends; if there is not, that is said once in a process."""
    if find_spec("apprise") is not None:
        return True
    print(f"sluice: no alert is sent: {MISSING}", file=sys.stderr)
    return False
