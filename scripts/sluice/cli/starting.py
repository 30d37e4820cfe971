"""The command that begins: `sluice init`."""

from __future__ import annotations

import sys

import click

from sluice.options import EXITS, project_options
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.project import Project


@click.command(epilog=EXITS)
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
