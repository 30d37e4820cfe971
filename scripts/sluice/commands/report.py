"""`sluice report`: the page, one HTML file; and the same behind each update."""

from __future__ import annotations

import math
import os
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sluice.pipeline.database import connect
from sluice.pipeline.errors import DONE, FAILED, ConfigurationError, SluiceError
from sluice.pipeline.project import Project
from sluice.pipeline.troubles import first_line, known_trouble
from sluice.pipeline.update import Outcome
from sluice.pipeline.writing import write_whole
from sluice.report.data import Options, report_data
from sluice.report.scripts import chart_scripts, installed


def report(project: Project, output: Path | None, options: Options, manifest: Any = None) -> Path:
    """Write the page, whole or not at all; return where.

    output: by default sluice.html beside dbt's artifacts. The database is opened to be read, and
    closed before the page is made. Raises ConfigurationError, BusyError while another process
    writes, SluiceError if the file can't be written.
    """
    from sluice.report.page import page

    path = output or project.target_path / "sluice.html"
    libraries = chart_scripts(project.target_path)
    manifest = manifest or project.parse()
    with connect(project, read_only=True) as database:
        data = report_data(database, manifest, options)
    text = page(data, libraries, docs_link(project, path))
    try:
        # A value may have half a surrogate pair, which no file can hold.
        write_whole(path, text.encode("utf-8", errors="replace").decode("utf-8"))
    except OSError as error:
        raise known_trouble(str(error), path) or SluiceError(str(error), where=path) from error
    return path


def report_options(project: Project) -> Options:
    """Return the options that the project sets: `vars: {sluice: {report: {...}}}`.

    Those of --vars stand above those of dbt_project.yml. Raises ConfigurationError.
    """
    where = "vars: sluice: report"
    given: dict[str, Any] = {}
    for scope in (project.config.vars.vars, project.variables):
        own = scope.get("sluice")
        own = (own.get("report") if isinstance(own, dict) else None) or {}
        if not isinstance(own, dict):
            raise ConfigurationError("is no mapping", where=where, found=str(own))
        given |= own
    kinds = {"updates": int, "values": bool, "change_frequency": str, "after_update": bool}
    for name, value in given.items():
        kind = kinds.get(name)
        if kind is None:
            expected = f"one of [{', '.join(field.name for field in fields(Options))}]"
            raise ConfigurationError("is no option", where=f"{where}: {name}", expected=expected)
        if type(value) is not kind or (kind is int and value < 1):
            words = {bool: "true or false", int: "a whole number from 1 on", str: "a model's name"}
            raise ConfigurationError(
                "is wrong", where=f"{where}: {name}", expected=words[kind], found=repr(value)
            )
    return Options(**given)


def docs_link(project: Project, page: Path) -> str | None:
    """Return the link from the page to dbt's docs site, if that is there."""
    for name in ("static_index.html", "index.html"):
        site = project.target_path / name
        if site.is_file():
            try:
                return quote(Path(os.path.relpath(site, page.absolute().parent)).as_posix())
            except ValueError:  # another drive of Windows
                return site.absolute().as_uri()
    return None


class PageBehindUpdates:
    """Writes the page behind updates; what fails is a line on stderr, and fails nothing else."""

    def __init__(self) -> None:
        self.waits = False
        self.written = -math.inf

    def ended(self, outcome: Outcome) -> None:
        """Take note of an update that ended; one that did not begin changes nothing on the page."""
        began = outcome.code in (DONE, FAILED) and outcome.update_id is not None
        self.waits = self.waits or began

    def write(self, project: Project, manifest: Any = None, pause: float = 0.0) -> None:
        """Write the page if an update ended since, and if it is so many seconds old.

        manifest: dbt's, of a project that was parsed already.
        """
        if not self.waits or time.monotonic() - self.written < pause or not installed():
            return
        self.waits = False
        try:
            options = report_options(project)
            if options.after_update:
                report(project, None, options, manifest)
        except Exception as error:
            text = first_line(str(error), 2000)
            print(f"sluice: the page was not written: {text}", file=sys.stderr, flush=True)
        self.written = time.monotonic()
