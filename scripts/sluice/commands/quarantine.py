"""`sluice quarantine`: what is held back, by dataset and rule, with samples; and its release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from sluice.pipeline.database import Database, connect
from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.locations import flows
from sluice.pipeline.operation import operate
from sluice.pipeline.project import Project

OURS = "_sluice_"


def read_quarantines(
    project: Project, names: tuple[str, ...], samples: int
) -> list[dict[str, Any]]:
    """Return the quarantines, ready for JSON; of these datasets, or of all that have one.

    dataset, relation, rows, rules (name -> rows that broke it; a row may break several), samples
    (so many rows, the newest first: violations, quarantined_at, values). Raises ConfigurationError
    for a name that is no streaming table.
    """
    manifest = project.parse()
    with connect(project, read_only=True) as database:
        return [
            quarantine_of(database, node, samples) for node in chosen(database, manifest, names)
        ]


def chosen(database: Database, manifest: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """Yield the nodes that have a quarantine table, by name; all, or those that are named."""
    streaming = {
        node.name: node
        for node in flows(manifest).values()
        if node.config.materialized == "streaming_table"
    }
    if unknown := sorted(set(names) - set(streaming)):
        raise ConfigurationError(
            "is no streaming table of the project",
            where=", ".join(unknown),
            expected=f"one of [{', '.join(sorted(streaming))}]",
        )
    for name in sorted(names or streaming):
        node = streaming[name]
        if database.has(f"{node.alias}__quarantine", node.schema, node.database):
            yield node


def quarantine_of(database: Database, node: Any, samples: int) -> dict[str, Any]:
    """Return one quarantine, as read_quarantines() has it."""
    relation = database.relation(f"{node.alias}__quarantine", node.schema, node.database)
    rules: Counter[str] = Counter()
    rows = 0
    for row in database.query(
        f"select _sluice_violations, count(*) as n from {relation} group by _sluice_violations"
    ):
        rows += row["n"]
        for rule in row["_sluice_violations"] or []:
            rules[rule] += row["n"]
    newest = database.query(
        f"select * from {relation} order by _sluice_quarantined_at desc limit {samples}"
    )
    return {
        "dataset": node.name,
        "relation": relation,
        "rows": rows,
        "rules": dict(rules.most_common()),
        "samples": [
            {
                "violations": list(row["_sluice_violations"] or []),
                "quarantined_at": row["_sluice_quarantined_at"],
                "values": {key: row[key] for key in row if not key.startswith(OURS)},
            }
            for row in newest
        ],
    }


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
