"""The commands that update: `sluice update`, `sluice watch`."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from sluice.options import EXITS, project_options, update_options
from sluice.pipeline.project import Project


@click.command(epilog=EXITS)
@click.option("-f", "--full-refresh", is_flag=True, help="Rebuild what is selected from nothing.")
@click.option("-y", "--yes", is_flag=True, help="Let go of rows that a full refresh can't rebuild.")
@update_options
@project_options
def update(project: Project, options: Any, full_refresh: bool, yes: bool) -> None:
    """Run one update: lock, dbt build, a line in logs/update.log.

    It waits for an update that is still running and for a locked database, tries again after a lost
    connection, and never repeats what failed for a reason that stays. SIGTERM rolls back and ends
    it.

    Where a full refresh would lose rows, for their files are gone, it asks; without a terminal it
    does nothing unless --yes is given.
    """
    from sluice.commands.report import PageBehindUpdates
    from sluice.pipeline.update import update

    options.full_refresh = full_refresh
    options.agree = lambda lost: agree(lost, yes)
    outcome = update(project, options)
    say(outcome, options.log_format)
    page = PageBehindUpdates()
    page.ended(outcome)
    page.write(project)
    sys.exit(outcome.code)


@click.command(epilog=EXITS)
@click.option(
    "--interval",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Update every so often, too. By default a minute for locations that can't be watched.",
)
@click.option("--max-updates", type=click.IntRange(min=1), metavar="N", help="End after so many.")
@update_options
@project_options
def watch(project: Project, options: Any, interval: float | None, max_updates: int | None) -> None:
    """Update now, then as files land, until SIGTERM or Ctrl-C.

    One process that parsed the project once, and parses it again when its files change. Between
    updates it has no connection to the database, so that others get in. It needs watchfiles:
    pip install "sluice[operate]".
    """
    from sluice.commands.report import PageBehindUpdates
    from sluice.commands.watch import watch

    page = PageBehindUpdates()

    def said(outcome: Any) -> None:
        say(outcome, options.log_format)
        page.ended(outcome)

    sys.exit(watch(project, options, interval, max_updates, said, page.write))


def agree(lost: list[str], yes: bool) -> bool:
    """Say what a full refresh would lose; return whether it may, asked on a terminal."""
    for line in lost:
        print(f"sluice: a full refresh loses {line}", file=sys.stderr)
    if yes or not sys.stdin.isatty():
        return yes
    try:
        return click.confirm("Let these rows go?", err=True)
    except click.Abort:
        return False


def say(outcome: Any, log_format: str) -> None:
    """Print how an update ended: an error on stderr, the line of the log."""
    if outcome.error:
        print(f"sluice: {outcome.error}", file=sys.stderr)
    line = json.dumps(outcome.fields) if log_format == "json" else outcome.line
    print(line, flush=True)
