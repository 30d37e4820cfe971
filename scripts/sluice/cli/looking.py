"""The commands that look: `sluice status`, `report`, `validate`, `doctor`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sluice.options import EXITS, console, project_options
from sluice.pipeline.errors import DONE, WRONG
from sluice.pipeline.project import Project


@click.command(epilog=EXITS)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option(
    "--updates", type=click.IntRange(min=1), default=5, show_default=True, help="How many to show."
)
@project_options
def status(project: Project, as_json: bool, updates: int) -> None:
    """Show the last updates, the datasets with their rows and backlog, and the rules.

    A dataset's figures are those of its own last run. `waiting` is what it has not read: files for
    a reader of files, batches for a reader of streams.
    """
    from sluice.commands.status import read_status, show_status

    found = read_status(project, updates)
    if as_json:
        print(json.dumps(found, indent=2, default=str))
    else:
        show_status(found, console())


@click.command(epilog=EXITS)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, resolve_path=True, path_type=Path),
    help="The file; by default sluice.html in dbt's target folder.",
)
@click.option("--no-values", is_flag=True, help="Leave out values of rows, and messages.")
@click.option("--updates", type=click.IntRange(min=1), help="How many to show; 100 by default.")
@project_options
def report(project: Project, output: Path | None, no_values: bool, updates: int | None) -> None:
    """Write the page: how the pipeline stands and what it did, as one HTML file.

    It opens without a network. sluice update and sluice watch write it, too. It needs
    pip install "sluice[operate]".
    """
    from sluice.commands.report import report, report_options

    options = report_options(project)
    options.values = options.values and not no_values
    options.updates = updates or options.updates
    print(report(project, output, options))


@click.command(epilog=EXITS)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@project_options
def validate(project: Project, as_json: bool) -> None:
    """Check everything without a run: options, sources, locations, rules, the state of tables.

    On DuckDB and DuckLake the project is built on a scratch copy of the database that has no rows,
    on another engine it is compiled. Nothing is written. Python models are called, with empty
    inputs.
    """
    from sluice.commands.validate import show_validation, validate

    found = validate(project)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        show_validation(found, console())
    sys.exit(DONE if found["valid"] else WRONG)


@click.command(epilog=EXITS)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@project_options
def doctor(project: Project, as_json: bool) -> None:
    """Check the installation: versions, package, permissions, disk, database, locations.

    Nothing is written. Each finding that is not ok says the way out.
    """
    from sluice.commands.doctor import as_json as to_json
    from sluice.commands.doctor import examine, exit_code, show_findings

    findings = examine(project)
    if as_json:
        print(json.dumps(to_json(findings), indent=2))
    else:
        show_findings(findings, console())
    sys.exit(exit_code(findings))
