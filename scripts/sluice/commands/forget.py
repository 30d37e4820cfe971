"""`sluice forget`: what a key's erasure would take away, then the erasure."""

from __future__ import annotations

from typing import Any

import yaml

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.operation import operate
from sluice.pipeline.project import Project
from sluice.pipeline.rewrite import rewrite

NOTHING = "nothing to forget"


def arguments_of(source: str, where: str, keys: str | None) -> dict[str, Any]:
    """Return the arguments of the operation. keys: id,day or YAML: {bronze: [id]}."""
    arguments: dict[str, Any] = {"source": source, "where": where}
    if keys:
        try:
            given = yaml.safe_load(keys) if keys.lstrip()[:1] in ("{", "[") else keys
        except yaml.YAMLError:
            given = None
        if isinstance(given, str):
            given = [key.strip() for key in given.split(",")]
        if not isinstance(given, list | dict):
            raise ConfigurationError(
                "can't be read",
                where="--keys",
                expected="COLUMN,... or YAML such as '{bronze: [id]}'",
                found=keys,
            )
        arguments["keys"] = given
    return arguments


def count(project: Project, arguments: dict[str, Any], deadline: float) -> tuple[str, bool]:
    """Return what would go, as lines, and whether that is anything. Raises SluiceError."""
    said = operate(project, "forget", {**arguments, "dry_run": True}, deadline, quiet=True)
    return "\n".join(said), not any(NOTHING in line for line in said)


def forget(project: Project, arguments: dict[str, Any], deadline: float) -> str:
    """Erase the keys; return what is left to do, as lines. Raises SluiceError."""
    return "\n".join(operate(project, "forget", arguments, deadline, quiet=True))


def rewritten(project: Project, deadline: float) -> str:
    """Rewrite the database file; return a line with its sizes. Raises SluiceError."""
    before, after = rewrite(project, deadline)
    return (
        f"sluice: {project.database_name} was rewritten: {before:,} bytes before, {after:,} now. "
        "Copies of the file that were made before still hold what was erased"
    )
