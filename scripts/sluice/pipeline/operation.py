"""An operation of the package, `dbt run-operation sluice.<name>`, under the lock of updates."""

from __future__ import annotations

import json
from typing import Any

from sluice.pipeline.database import hold
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.lock import lock
from sluice.pipeline.project import Project
from sluice.pipeline.troubles import known_trouble


def operate(
    project: Project, name: str, arguments: dict[str, Any], deadline: float, quiet: bool = False
) -> list[str]:
    """Run an operation; return the lines that it said.

    arguments: as for --args. deadline: of time.monotonic(), in seconds, for an update that runs.
    quiet: dbt writes no log either, for arguments that are to be kept nowhere.
    Raises SluiceError with the operation's own words.
    """
    said: list[str] = []
    errors: list[str] = []

    def listen(event: Any) -> None:
        if event.info.msg.startswith("sluice: "):
            said.append(event.info.msg)
        elif str(event.info.level) == "error":
            errors.append(event.info.msg)

    options = ["--log-level", "none"]
    options += ["--log-level-file", "none", "--no-write-json"] if quiet else []
    command = ["run-operation", f"sluice.{name}", "--args", json.dumps(arguments)]
    with lock(project.log_path, deadline), hold(project, deadline):
        result = project.dbt(*options, *command, listeners=[listen])
    if result.exception:
        raise project.wrong(result.exception)
    if not result.success:
        text = "\n".join(errors)
        story = text.split("> in macro")[0]
        told = " ".join(story[max(0, story.find(f"sluice.{name}")) :].split())
        raise known_trouble(text, project.database_name) or ConfigurationError(told)
    return said
