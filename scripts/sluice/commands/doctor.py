"""`sluice doctor`: checks an installation; each finding has its way out."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from sluice.pipeline import event_log
from sluice.pipeline.alert_sender import log_file, open_receivers
from sluice.pipeline.alert_settings import ANY_RULE, URLS, given_settings, read_settings, urls
from sluice.pipeline.alerts import MISSING, alerts_folder
from sluice.pipeline.database import Database, connect
from sluice.pipeline.errors import BUSY, DONE, WRONG, SluiceError
from sluice.pipeline.locations import empty_locations
from sluice.pipeline.project import Project, read_yaml

OK, WARNING, ERROR = "ok", "warning", "error"
LEAST_ROOM = 1 << 30
"""Bytes; below that, or below the size of the database, the disk is called nearly full."""
STATE = ("event_log", "checkpoints", "files", "targets", "updates", "flows", "data_quality")


@dataclass
class Finding:
    """What was looked at, how it is, and the way out where it is not well."""

    check: str
    level: str
    message: str
    code: int = DONE


def examine(project: Project) -> list[Finding]:
    """Return the findings, in the order in which things depend on each other.

    What can't be looked at because of an error before it is left out. Writes nothing.
    """
    findings = [*versions(), package(project), *alerts(project)]
    for look in (folders, profile, disk):
        try:
            findings += look(project)
        except SluiceError as error:
            return [*findings, broken(look.__name__, error)]
    if findings[-1].level == ERROR or any(
        f.check == "package" and f.level == ERROR for f in findings
    ):
        return findings
    try:
        manifest = project.parse()
        findings += dispatch(project, manifest)
        with connect(project, read_only=True) as database:
            findings.append(Finding("database", OK, f"{project.database_name} can be read"))
            findings += state(database)
            findings += locations(database, manifest)
            findings += thresholds(database)
    except SluiceError as error:
        findings.append(broken("database", error))
    return findings


def exit_code(findings: list[Finding]) -> int:
    """Return the command's exit code: 2 for an error, 75 where another process is all there is."""
    codes = {finding.code for finding in findings if finding.level == ERROR}
    return DONE if not codes else BUSY if codes == {BUSY} else WRONG


def broken(check: str, error: SluiceError) -> Finding:
    """Return an error as a finding."""
    return Finding(check, ERROR, str(error), error.code)


def versions() -> Iterator[Finding]:
    """Yield what is installed."""
    python = platform.python_version()
    supported = (3, 10) <= sys.version_info[:2] <= (3, 13)
    way = "" if supported else ", expected 3.10 to 3.13; way out: install one of these"
    yield Finding("python", OK if supported else WARNING, f"Python {python}{way}")
    for name in ("sluice", "dbt-core", "dbt-duckdb", "duckdb"):
        try:
            yield Finding("versions", OK, f"{name} {version(name)}")
        except PackageNotFoundError:
            text = f"{name} is not installed; way out: pip install {name}"
            yield Finding("versions", WARNING, text)


def package(project: Project) -> Finding:
    """Return whether the project has the package's macros, of the command's version."""
    installed = read_yaml(project.packages_path / "sluice" / "dbt_project.yml")
    if project.raw.get("name") == "sluice":
        installed = project.raw
    if not installed:
        way = "dbt deps"
        if not project.lists_sluice:
            way = "add sluice to packages.yml, then dbt deps"
        text = f"{project.packages_path / 'sluice'}: the package is not installed; way out: {way}"
        return Finding("package", ERROR, text, WRONG)
    have = str(installed.get("version"))
    try:
        command = version("sluice")
    except PackageNotFoundError:
        command = have
    if have != command:
        text = (
            f"the package is {have}, the command {command}; way out: pip install"
            f" {project.packages_path / 'sluice'}"
        )
        return Finding("package", WARNING, text)
    return Finding("package", OK, f"the package is {have}")


def alerts(project: Project) -> Iterator[Finding]:
    """Yield whether alerts could be sent, and whether the last one was; sends none."""
    try:
        told = [*(settings := read_settings(project)).events, *settings.thresholds]
    except SluiceError as error:
        yield broken("alerts", error)
        return
    if not urls():
        wanted = given_settings(project)[1] is not None
        way = "; way out: set it where sluice update runs, or take the settings away"
        text = f"none is sent, for {URLS} is not set here{way if wanted else ''}"
        yield Finding("alerts", WARNING if wanted else OK, text)
        return
    if find_spec("apprise") is None:
        yield Finding("alerts", WARNING, MISSING)
        return
    receivers = open_receivers()
    for name, receiver in receivers:
        if receiver is None:
            way = "apprise --details lists the kinds"
            text = f"{URLS}: {name} is no address that apprise knows; way out: {way}"
            yield Finding("alerts", ERROR, text, WRONG)
    last = last_line(log_file(alerts_folder(project)))
    if " NOT_SENT " in last:
        way = "see who did not get it, and try that address with the command apprise"
        yield Finding("alerts", WARNING, f"the last one was not sent: {last}; way out: {way}")
    yield Finding("alerts", OK, f"{len(receivers)} receivers are told of {', '.join(told)}")


def last_line(file: Path) -> str:
    """Return the last line of a log, empty if it has none."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return lines[-1] if lines else ""


def profile(project: Project) -> Iterator[Finding]:
    """Yield which target is used."""
    config = project.config
    kind = config.credentials.type
    text = f"target {config.target_name} of profile {config.profile_name}: {kind},"
    yield Finding(
        "profile", OK, f"{text} {project.database_name}, schema {config.credentials.schema}"
    )


def folders(project: Project) -> Iterator[Finding]:
    """Yield which folders can't be written, of logs, artifacts and the database."""
    wanted = {"logs": project.log_path, "artifacts": project.target_path}
    if file := project.database_file:
        wanted["database"] = file.parent
        if file.exists() and not os.access(file, os.W_OK):
            yield unwritable(file)
            return
    for path in wanted.values():
        there = nearest(path)
        if not os.access(there, os.W_OK | os.X_OK):
            yield unwritable(there)
            return
    yield Finding("permissions", OK, f"{', '.join(wanted)} can be written")


def unwritable(path: Path) -> Finding:
    """Return the finding of a path that can't be written."""
    text = (
        f"{path}: may not be written, expected a file and a folder that this user may write;"
        " way out: change the permissions (chmod u+w), run as their owner, or name another path"
    )
    return Finding("permissions", ERROR, text, WRONG)


def nearest(path: Path) -> Path:
    """Return the path, or the folder above it that is there."""
    return path if path.exists() or path == path.parent else nearest(path.parent)


def disk(project: Project) -> Iterator[Finding]:
    """Yield how much room is left where the database is."""
    file = project.database_file
    place = nearest(file or project.root)
    free = shutil.disk_usage(place if place.is_dir() else place.parent).free
    size = file.stat().st_size if file and file.exists() else 0
    text = f"{free / (1 << 30):,.1f} GiB free at {place}"
    if free < max(LEAST_ROOM, size):
        need = "1 GiB, and as much as the database has"
        yield Finding("disk", WARNING, f"{text}, expected {need}; way out: make room")
    else:
        yield Finding("disk", OK, text)


def dispatch(project: Project, manifest: Any) -> Iterator[Finding]:
    """Yield whether dbt finds the snapshot strategy, where a snapshot has it."""
    ours = [
        node.name
        for node in manifest.nodes.values()
        if node.resource_type.value == "snapshot" and "apply_changes" in str(node.config.strategy)
    ]
    name = project.raw.get("name")
    if not ours or name == "sluice":
        return
    for entry in project.raw.get("dispatch") or []:
        order = entry.get("search_order") or []
        if entry.get("macro_namespace") == "dbt" and "sluice" in order:
            after = order.index("dbt") if "dbt" in order else len(order)
            if order.index("sluice") < after:
                yield Finding("dispatch", OK, "dbt looks into sluice before its own macros")
                return
    text = (
        f"{project.root / 'dbt_project.yml'}: snapshots with our strategy ({', '.join(ours)}) need"
        " a dispatch block; way out: add dispatch: [{macro_namespace: dbt, search_order:"
        f" [{name}, sluice, dbt]}}]"
    )
    yield Finding("dispatch", ERROR, text, WRONG)


def state(database: Database) -> Iterator[Finding]:
    """Yield whether our tables are there, and how the last update ended."""
    missing = [name for name in STATE if not database.has(name)]
    schema = f"{database.project.credentials.schema}_sluice"
    if len(missing) == len(STATE):
        yield Finding("state", OK, f"{schema} is not there yet; the first update makes it")
        return
    if missing:
        text = (
            f"{schema}: {', '.join(missing)} is missing; way out: restore the database where it"
            " held rows, else sluice update makes it anew"
        )
        yield Finding("state", ERROR, text, WRONG)
        return
    yield Finding("state", OK, f"{schema} is complete")
    for update in event_log.updates(database, 1):
        if update["status"] == "FAILED":
            text = f"the last update failed: {update['message']}; way out: sluice status"
            yield Finding("updates", WARNING, text)
        elif update["status"] == "RUNNING":
            text = "the last update ended without a word; way out: sluice update goes on"
            yield Finding("updates", WARNING, text)
        else:
            yield Finding("updates", OK, f"the last update {update['status']}")


def locations(database: Database, manifest: Any) -> Iterator[Finding]:
    """Yield which places of files are empty or gone."""
    empty = list(empty_locations(database, manifest))
    for node, _source, message in empty:
        yield Finding("locations", WARNING, f"{node.name}: {message}")
    if not empty:
        yield Finding("locations", OK, "files are at every location")


def thresholds(database: Database) -> Iterator[Finding]:
    """Yield which thresholds of alerts are of no rule that ever ran."""
    try:
        wanted = set(read_settings(database.project).thresholds) - {ANY_RULE}
    except SluiceError:  # told already
        return
    if wanted and database.has("data_quality"):
        known = set(event_log.rule_names(database))
        known |= {name.partition(".")[2] for name in known}
        if unknown := sorted(wanted - known):
            text = (
                f"thresholds of rules that never ran: {', '.join(unknown)}; way out: correct the"
                " names (sluice status --json has them), or run an update first"
            )
            yield Finding("alerts", WARNING, text)


def as_json(findings: list[Finding]) -> list[dict[str, str]]:
    """Return the findings as JSON has them: check, level, message."""
    return [
        {key: value for key, value in asdict(finding).items() if key != "code"}
        for finding in findings
    ]


def show_findings(findings: list[Finding], console: Console) -> None:
    """Print a line a finding."""
    for finding in findings:
        line = f"{finding.level:8}{finding.check:12}{finding.message}"
        console.print(line, highlight=False, markup=False, soft_wrap=True)
