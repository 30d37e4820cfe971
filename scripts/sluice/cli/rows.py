"""The commands for single rows: `sluice quarantine`, `sluice forget`."""

from __future__ import annotations

import json
import sys
import time

import click

from sluice.options import EXITS, WAIT, console, project_options
from sluice.pipeline.project import Project


@click.command(epilog=EXITS)
@click.argument("datasets", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Rows shown of each dataset, the newest.",
)
@click.option("--release", is_flag=True, help="Judge the rows anew, and let out those that pass.")
@click.option("--where", metavar="SQL", help="Of the rows to be released, these only.")
@click.option("--wait", **WAIT)
@project_options
def quarantine(
    project: Project,
    datasets: tuple[str, ...],
    as_json: bool,
    samples: int,
    release: bool,
    where: str | None,
    wait: float,
) -> None:
    """Show which rows are held back, by dataset and rule; of all datasets, or of those named.

    With --release the rows of one dataset are judged by its rules as they are now: those that pass
    become its next batch, the others stay.
    """
    from sluice.commands import quarantine

    if release and len(datasets) != 1:
        raise click.UsageError("--release needs the name of one dataset")
    if where and not release:
        raise click.UsageError("--where belongs to --release")
    if release:
        print(quarantine.release(project, datasets[0], where, time.monotonic() + wait))
        return
    found = quarantine.read_quarantines(project, datasets, samples)
    if as_json:
        print(json.dumps(found, indent=2, default=str))
    else:
        quarantine.show_quarantines(found, console())


@click.command(epilog=EXITS)
@click.option("--source", required=True, metavar="MODEL", help="Best the one that reads the files.")
@click.option("--where", required=True, metavar="SQL", help="Condition on its columns: id = 42.")
@click.option(
    "--keys",
    metavar="COLUMN,...",
    help="What tells one person from another, where the targets' keys do not; YAML by model.",
)
@click.option("--rewrite", is_flag=True, help="Then write the DuckDB file anew, without the rows.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; erase what is found.")
@click.option("--wait", **WAIT)
@project_options
def forget(
    project: Project,
    source: str,
    where: str,
    keys: str | None,
    rewrite: bool,
    yes: bool,
    wait: float,
) -> None:
    """Erase keys for good: their rows in every table, and whatever comes of them later.

    It says first how many rows of which tables would go, and in which files they still stand, then
    asks. What is erased can't be brought back by it.
    """
    from sluice.commands import forget

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: --yes erases what is found")
    arguments = forget.arguments_of(source, where, keys)
    told, found = forget.count(project, arguments, time.monotonic() + wait)
    print(told, flush=True)
    if found:
        if not yes:
            click.confirm("Erase these rows for good?", abort=True)
        print(forget.forget(project, arguments, time.monotonic() + wait), flush=True)
    if rewrite:
        print(forget.rewritten(project, time.monotonic() + wait))
