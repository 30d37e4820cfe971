"""`sluice validate`: a dry run that checks everything, writes nothing and lists what is wrong."""

from __future__ import annotations

import re
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from sluice.pipeline.alert_settings import read_settings
from sluice.pipeline.database import connect
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.locations import empty_locations, flows
from sluice.pipeline.project import SILENT, Project
from sluice.pipeline.scratch import can_be_copied, scratch

Problem = dict[str, Any]
ERROR, WARNING = "error", "warning"
EXPLAINS = ("way out", "ways out", "expected", "the table cannot follow that")
"""How a line of an error begins that belongs to the one before it."""


def validate(project: Project) -> dict[str, Any]:
    """Return what is wrong, ready for JSON: valid, checked, problems, unchecked.

    problems: level (error, warning), dataset, where (a file), message. unchecked: names of datasets
    that could not be looked at, for they read one that is wrong. checked: how many were.
    A target in DuckDB or DuckLake is built on a scratch copy without rows; on another engine the
    project is compiled, which does not see the options of targets. Raises BusyError while the
    database is locked.
    """
    problems = wrong_alerts(project)
    try:
        manifest = project.parse()
    except ConfigurationError as error:
        if error.known:
            raise
        problem = {"level": ERROR, "dataset": None, "where": str(project.root)}
        return report([*problems, {**problem, "message": str(error)}], [], 0)
    with connect(project, read_only=True) as database:
        problems += [
            {
                "level": WARNING,
                "dataset": node.name,
                "where": source.original_file_path,
                "message": message,
            }
            for node, source, message in empty_locations(database, manifest)
        ]
    if can_be_copied(project):
        command = ["build", "--empty", "--exclude-resource-type", "unit_test"]
        with scratch(project) as copy:
            found, unchecked = dry_run(copy, manifest, command)
    else:
        found, unchecked = dry_run(project, manifest, ["compile"])
    return report(problems + found, unchecked, len(flows(manifest)) - len(unchecked))


def wrong_alerts(project: Project) -> list[Problem]:
    """Return what is wrong in the settings of alerts."""
    try:
        read_settings(project)
    except ConfigurationError as error:
        same = {"level": ERROR, "dataset": None, "where": None}
        return [{**same, "message": str(error)}]
    return []


def report(problems: list[Problem], unchecked: list[str], checked: int) -> dict[str, Any]:
    """Return the whole answer; errors come first."""
    problems = sorted(problems, key=lambda problem: problem["level"] != ERROR)
    return {
        "valid": not any(problem["level"] == ERROR for problem in problems),
        "checked": checked,
        "problems": problems,
        "unchecked": unchecked,
    }


def dry_run(project: Project, manifest: Any, command: list[str]) -> tuple[list[Problem], list[str]]:
    """Run a dbt command that keeps nothing; return (problems, names that were not looked at)."""
    warnings: list[str] = []

    def listen(event: Any) -> None:
        if str(event.info.level) == "warn" and event.info.name in ("JinjaLogWarning", "LogWarning"):
            warnings.append(event.info.msg)

    with TemporaryDirectory(prefix="sluice-", ignore_cleanup_errors=True) as folder:
        options = ["--target-path", folder]
        result = project.dbt(*SILENT, *command, *options, manifest=manifest, listeners=[listen])
    if result.exception:
        raise project.wrong(result.exception)
    problems, unchecked = [], []
    for found in result.result.results:
        node = found.node
        if str(found.status) in ("error", "runtime error"):
            problems += problems_of(node, found.message or "")
        elif str(found.status) == "skipped" and node.resource_type.value != "test":
            unchecked.append(node.name)
    for text in warnings:
        problems.append({"level": WARNING, "dataset": None, "where": None, "message": text})
    return problems, unchecked


def problems_of(node: Any, message: str) -> list[Problem]:
    """Return an error of a node as problems; one of ours has a line for each of them."""
    # dbt puts its own trace of macros behind it.
    story = re.split(r"\n\s*\n\s*> (?:in|called)", message)[0]
    head, *items = re.split(r"\n\s*- ", story.strip())
    texts: list[str] = []
    for text in (" ".join(item.split()) for item in items or [head]):
        if texts and text.startswith(EXPLAINS):
            texts[-1] += f"; {text}"
        else:
            texts.append(text)
    same = {"level": ERROR, "dataset": node.name, "where": node.original_file_path}
    return [{**same, "message": text} for text in texts]


def show_validation(found: dict[str, Any], console: Console) -> None:
    """Print the list, and a last line that says how it is."""
    for problem in found["problems"]:
        where = " ".join(
            part
            for part in (problem["dataset"], f"({problem['where']})" if problem["where"] else "")
            if part
        )
        text = f"{problem['level']}: {where + ': ' if where else ''}{problem['message']}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if found["unchecked"]:
        names = ", ".join(found["unchecked"])
        console.print(f"not checked, for they read what is wrong: {names}", soft_wrap=True)
    errors = sum(problem["level"] == ERROR for problem in found["problems"])
    warnings = len(found["problems"]) - errors
    console.print(
        f"{found['checked']} datasets checked: {errors} errors, {warnings} warnings",
        highlight=False,
    )
