"""`sluice quarantine`: what is held back, by dataset and rule, with samples; and its release."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from sluice.pipeline.database import connect
from sluice.pipeline.operation import operate
from sluice.pipeline.project import Project
from sluice.pipeline.quarantines import quarantines


def read_quarantines(
    project: Project, names: tuple[str, ...], samples: int
) -> list[dict[str, Any]]:
    """Return the quarantines of these datasets, or of all: see quarantines()."""
    manifest = project.parse()
    with connect(project, read_only=True) as database:
        return quarantines(database, manifest, names, samples)


def show_quarantines(found: list[dict[str, Any]], console: Console) -> None:
    """Print each quarantine: rows by rule, then the samples, a column a row."""
    for quarantine in found:
        line = f"{quarantine['dataset']}: {quarantine['rows']:,} rows held back"
        console.print(line, highlight=False, markup=False)
        table = Table()
        table.add_column("rule")
        table.add_column("rows", justify="right")
        for rule, rows in quarantine["rules"].items():
            table.add_row(rule, f"{rows:,}")
        console.print(table)
        for sample in quarantine["samples"]:
            values = ", ".join(f"{key}={shown(value)}" for key, value in sample["values"].items())
            line = f"  {', '.join(sample['violations'])}: {values}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    if any(quarantine["rows"] for quarantine in found):
        console.print("Rows that pass by now get out: sluice quarantine --release DATASET")
    else:
        console.print("Nothing is held back")


def shown(value: Any, width: int = 60) -> str:
    """Return a value as a short text."""
    text = "null" if value is None else str(value)
    return text if len(text) <= width else text[: width - 3] + "..."


def release(project: Project, dataset: str, where: str | None, deadline: float) -> str:
    """Judge a quarantine anew and let out what passes; return what the operation said.

    where: an SQL condition of the rows to be judged. deadline: of time.monotonic(), in seconds, for
    an update that runs. Raises SluiceError with the operation's own words.
    """
    arguments = {"dataset": dataset, **({"where": where} if where else {})}
    return "\n".join(operate(project, "release", arguments, deadline))
