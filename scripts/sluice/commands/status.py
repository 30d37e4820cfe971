"""`sluice status`: the last updates, each dataset with its rows and backlog, each rule."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from sluice.pipeline.database import connect
from sluice.pipeline.project import Project
from sluice.pipeline.status import status_of


def read_status(project: Project, limit: int = 5) -> dict[str, Any]:
    """Return how the pipeline stands, ready for JSON: see status_of().

    Nothing is written, and a reader of the database may stay. Raises ConfigurationError, or
    BusyError while a process writes to the DuckDB file.
    """
    manifest = project.parse()
    with connect(project, read_only=True) as database:
        return status_of(database, manifest, limit)


def show_status(status: dict[str, Any], console: Console) -> None:
    """Print the tables of a status."""
    update = status["update"]
    if update is None:
        console.print("No update ran yet: sluice update")
    else:
        took = f" in {number(update['seconds'], '.1f')} seconds" if update["seconds"] else ""
        console.print(f"Update {update['id']}: {update['status']}{took}", highlight=False)
        if update["status"] == "FAILED" and update["message"]:
            console.print(update["message"], highlight=False, markup=False)
        console.print(updates_table(status["updates"]))
    console.print(datasets_table(status["datasets"]))
    broken = [rule for rule in status["expectations"] if rule["failed"]]
    if broken:
        console.print(rules_table(broken))
    if status["expectations"]:
        kept = len(status["expectations"]) - len(broken)
        console.print(f"{kept} of {len(status['expectations'])} rules kept", highlight=False)
    for file in status["failed_files"]:
        line = f"{file['dataset']} can't read {file['path']}: {file['error']}"
        console.print(line, highlight=False, markup=False)


def updates_table(updates: list[dict[str, Any]]) -> Table:
    """Return the table of the last updates."""
    table = table_of("Last updates", ["started (UTC)", "status", "command"], ["seconds"])
    for update in updates:
        started = (update["started_at"] or "")[:19].replace("T", " ")
        cells = (started, update["status"], update["command"] or "")
        table.add_row(*cells, number(update["seconds"], ".1f"))
    return table


def datasets_table(datasets: list[dict[str, Any]]) -> Table:
    """Return the table of datasets, in the order that they have."""
    counts = ["rows in", "rows out", "dropped", "waiting", "seconds"]
    table = table_of("Datasets, as each last ran", ["layer", "dataset", "status"], counts)
    for row in datasets:
        table.add_row(
            row["layer"],
            row["name"],
            row["status"],
            *(number(row[name]) for name in ("rows_in", "rows_out", "dropped", "waiting")),
            number(row["seconds"], ".1f"),
        )
    return table


def rules_table(rules: list[dict[str, Any]]) -> Table:
    """Return the table of broken rules."""
    table = table_of("Rules that rows broke", ["dataset", "rule", "on violation"], ["rows", "of"])
    for rule in rules:
        cells = (rule["dataset"], rule["name"], rule["on_violation"])
        table.add_row(*cells, number(rule["failed"]), number(rule["failed"] + rule["passed"]))
    return table


def table_of(title: str, texts: list[str], numbers: list[str]) -> Table:
    """Return an empty table with these columns."""
    table = Table(title=title, title_justify="left")
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def number(value: float | None, spec: str = ",") -> str:
    """Return a number as text, `-` for None."""
    return "-" if value is None else format(value, spec)
