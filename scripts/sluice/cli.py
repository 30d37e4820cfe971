"""The command line of `sluice`."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import click
from rich.console import Console

from sluice.options import EXITS, WAIT, project_options, update_options
from sluice.pipeline.errors import DONE, WRONG, ConfigurationError
from sluice.pipeline.project import Project


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXITS,
)
@click.version_option(package_name="sluice")
def main() -> None:
    """Run, check and look at the sluice pipelines of a dbt project."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows has another encoding, which lacks the frames of tables.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command(epilog=EXITS)
@click.option("-f", "--full-refresh", is_flag=True, help="Rebuild what is selected from nothing.")
@update_options
@project_options
def update(project: Project, options: Any, full_refresh: bool) -> None:
    """Run one update: lock, dbt build, a line in logs/update.log.

    It waits for an update that is still running and for a locked database, tries again after a lost
    connection, and never repeats what failed for a reason that stays. SIGTERM rolls back and ends
    it.
    """
    from sluice.pipeline.update import update

    options.full_refresh = full_refresh
    outcome = update(project, options)
    say(outcome, options.log_format)
    sys.exit(outcome.code)


@main.command(epilog=EXITS)
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
    from sluice.commands.watch import watch

    sys.exit(
        watch(
            project,
            options,
            interval,
            max_updates,
            lambda outcome: say(outcome, options.log_format),
        )
    )


def say(outcome: Any, log_format: str) -> None:
    """Print how an update ended: an error on stderr, the line of the log."""
    if outcome.error:
        print(f"sluice: {outcome.error}", file=sys.stderr)
    line = json.dumps(outcome.fields) if log_format == "json" else outcome.line
    print(line, flush=True)


@main.command(epilog=EXITS)
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


@main.command(epilog=EXITS)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@project_options
def validate(project: Project, as_json: bool) -> None:
    """Check everything without a run: options, sources, locations, rules, the state of tables.

    On DuckDB the project is built on a scratch copy of the database that has no rows, on another
    engine it is compiled. Nothing is written. Python models are called, with empty inputs.
    """
    from sluice.commands.validate import show_validation, validate

    found = validate(project)
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        show_validation(found, console())
    sys.exit(DONE if found["valid"] else WRONG)


@main.command(epilog=EXITS)
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


@main.command(epilog=EXITS)
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


@main.command(epilog=EXITS)
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


@main.command(epilog=EXITS)
@click.option("--source", "name", required=True, metavar="NAME", help="Name of the table.")
@click.option("--location", required=True, metavar="GLOB", help="Its files: landing/orders/*.json.")
@click.option("--keys", metavar="COLUMN,...", help="Columns that tell one row from another.")
@click.option("--sequence-by", metavar="COLUMN", help="Column that tells which event is later.")
@click.option("--package", metavar="PATH_OR_URL", help="Where the dbt package is.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take what is found in the files.")
@project_options
def init(
    project: Project,
    name: str,
    location: str,
    keys: str | None,
    sequence_by: str | None,
    package: str | None,
    yes: bool,
) -> None:
    """Write what this dbt project needs to read a folder of files.

    An entry of packages.yml, the dispatch block, and of the files a source, a bronze, a silver and
    a gold model. It looks at the files for columns, types, and what is likely the key and the
    sequence. Nothing that is there is overwritten.
    """
    from sluice.commands.init import FILE_TIME, make_plan, write_plan
    from sluice.pipeline.files import look_at

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: --yes takes what is found in the files")
    look = look_at(location, project.root)
    print(f"{location}: {look.files} files, {look.format}, {', '.join(look.columns)}")
    chosen = keys or ",".join(look.keys)
    sequence = sequence_by or look.sequence or FILE_TIME
    if not yes:
        chosen = keys or click.prompt("Key columns", default=chosen or None)
        sequence = sequence_by or click.prompt("Sequence (what is later)", default=sequence)
    if not chosen:
        raise ConfigurationError(
            "no column looks like a key",
            where=location,
            expected=f"some of [{', '.join(look.columns)}]",
            way="--keys COLUMN[,COLUMN]",
        )
    names = [key.strip() for key in chosen.split(",")]
    plan = make_plan(project, name, location, look, names, sequence, package)
    for path in plan.files:
        print(f"  new      {path}")
    for path in plan.edits:
        print(f"  appended {path}")
    for note in plan.notes:
        print(f"  {note}")
    print(f"key: {', '.join(names)}; sequence: {sequence}")
    if not yes:
        click.confirm("Write these?", default=True, abort=True)
    write_plan(project, plan)
    print("Next: sluice update")


def console() -> Console:
    """Return where tables go; of a fixed width where it is no terminal: a log keeps them."""
    return Console() if sys.stdout.isatty() else Console(width=120)
