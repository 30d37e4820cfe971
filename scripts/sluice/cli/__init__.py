"""The command line of `sluice`, a file a subject; each command loads what it needs when it runs."""

from __future__ import annotations

import gc
import sys

import click

from sluice.cli.looking import doctor, report, status, validate
from sluice.cli.rows import forget, quarantine
from sluice.cli.running import update, watch
from sluice.cli.starting import init
from sluice.options import EXITS


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
    # dbt makes hundreds of thousands of objects that stay; to look for garbage among them as often
    # as Python does by default takes twice as long: 0.8 instead of 0.4 s of the tutorial's update
    gc.set_threshold(50_000, 10, 10)


for command in (init, update, watch, status, report, quarantine, forget, validate, doctor):
    main.add_command(command)
