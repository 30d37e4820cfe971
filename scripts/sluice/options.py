"""What the commands have in common: options, exit codes, errors, and where tables go."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from dbt.cli.options import MultiOption
from rich.console import Console

from sluice.pipeline.errors import SluiceError
from sluice.pipeline.project import find_project

EXITS = """\b
Exit codes:
  0   done
  1   a dataset or a test failed
  2   the configuration or the command line is wrong
  75  another process is in the way; try again later"""
WAIT: dict[str, Any] = {
    "type": click.FloatRange(min=0),
    "default": 60,
    "show_default": True,
    "metavar": "SECONDS",
    "help": "Wait so long for another update or whoever has the database open.",
}


def project_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command dbt's options of a project; its first argument is the project.

    An error of ours ends it with one line on stderr and its exit code.
    """

    @click.option(
        "--project-dir", type=click.Path(path_type=Path), help="Folder of dbt_project.yml."
    )
    @click.option("--profiles-dir", type=click.Path(path_type=Path), help="Folder of profiles.yml.")
    @click.option("--profile", help="This profile instead of the project's.")
    @click.option("-t", "--target", help="This target instead of the profile's.")
    @click.option("--vars", "variables", metavar="YAML", help="Variables of the project.")
    @wraps(command)
    def run(
        project_dir: Path | None,
        profiles_dir: Path | None,
        profile: str | None,
        target: str | None,
        variables: str | None,
        **options: Any,
    ) -> None:
        try:
            command(find_project(project_dir, profiles_dir, profile, target, variables), **options)
        except SluiceError as error:
            raise Exit(error) from error

    return run


class Exit(click.ClickException):
    """Ends the command with an error's line on stderr and its exit code."""

    def __init__(self, error: SluiceError) -> None:
        super().__init__(str(error))
        self.exit_code = error.code

    def show(self, file: Any = None) -> None:
        """Print the line."""
        print(f"sluice: {self.message}", file=file or sys.stderr)


def update_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of an update; they come as the argument `options`."""

    @click.option(
        "-s", "--select", cls=MultiOption, multiple=True, type=tuple, help="Build these nodes only."
    )
    @click.option(
        "--exclude", cls=MultiOption, multiple=True, type=tuple, help="Leave these nodes out."
    )
    @click.option("--threads", type=click.IntRange(min=1), help="Nodes at a time.")
    @click.option("--wait", **WAIT)
    @click.option("-q", "--quiet", is_flag=True, help="Of dbt's output, errors only.")
    @click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Form of the lines.",
    )
    @wraps(command)
    def run(
        *arguments: Any,
        select: tuple,
        exclude: tuple,
        threads: int | None,
        wait: float,
        quiet: bool,
        log_format: str,
        **others: Any,
    ) -> None:
        from sluice.pipeline.update import Options

        options = Options(
            select=words(select),
            exclude=words(exclude),
            threads=threads,
            wait=wait,
            quiet=quiet,
            log_format=log_format,
        )
        command(*arguments, options=options, **others)

    return run


def words(given: tuple) -> tuple[str, ...]:
    """Return the words of an option that may stand several times with several words each."""
    return tuple(
        word for group in given for word in (group if isinstance(group, tuple | list) else [group])
    )


def console() -> Console:
    """Return where tables go; of a fixed width where it is no terminal: a log keeps them."""
    return Console() if sys.stdout.isatty() else Console(width=120)
