"""What a full refresh would lose: rows whose files are gone. Somebody has to agree to that."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.project import SILENT, Project

if TYPE_CHECKING:
    from sluice.pipeline.update import Options

ALLOWED = "sluice_allow_loss"
"""The variable that says so to the package, which refuses such a refresh by itself, too."""
PLAN = re.compile(r"/\* sluice:files (.*?) \*/")
"""What read_files() notes in the compiled SQL (macros/utils/notes.sql)."""


def without_losses(project: Project, options: Options) -> Project:
    """Return the project for a full refresh: as it is where nothing would be lost.

    Where rows would be, options.agree() is asked, and if it says yes, they may go. Raises
    ConfigurationError if not; nothing was refreshed then.
    """
    lost = [] if is_allowed(project) else losses(project, options)
    if not lost:
        return project
    if not options.agree(lost):
        raise ConfigurationError(
            "nothing was done, for a full refresh would lose rows",
            where=project.database_name,
            expected="files that are all there, or somebody who agrees",
            found="; ".join(lost),
            way="bring the files back; keep the table with full_refresh: false in its config; or"
            " let the rows go: sluice update --full-refresh --yes",
        )
    return replace(project, variables={**project.variables, ALLOWED: True})


def is_allowed(project: Project) -> bool:
    """Return whether the variable is set already, looked up as dbt does."""
    given = project.raw.get("vars") or {}
    scopes = (project.variables, given.get(project.name), given)
    found = [scope[ALLOWED] for scope in scopes if isinstance(scope, dict) and ALLOWED in scope]
    return bool(found and found[0])


def losses(project: Project, options: Options) -> list[str]:
    """Return what would be lost, a line a table and source. Raises SluiceError.

    The project is compiled for it, as the refresh itself does. What does not compile is left to the
    refresh.
    """
    result = project.dbt(*SILENT, "compile", *options.selection, "--full-refresh")
    if result.exception:
        raise project.wrong(result.exception)
    return [
        loss_of(found.node.name, plan)
        for found in result.result.results
        for plan in plans(getattr(found.node, "compiled_code", None))
        if plan["lost"]
    ]


def plans(sql: str | None) -> list[dict[str, Any]]:
    """Return the plans of read_files() in a compiled query."""
    return [json.loads(text) for text in dict.fromkeys(PLAN.findall(sql or ""))]


def loss_of(dataset: str, plan: dict[str, Any]) -> str:
    """Return what a table would lose of a source."""
    lost = plan["lost"]
    rows = "rows that were not counted" if lost["rows"] is None else f"{lost['rows']} rows"
    return (
        f"{dataset}: {rows} of {lost['files']} of {lost['all']} files of source {plan['source']},"
        f" which are gone, such as {lost['path']}"
    )
