"""The figures as tables: for the terminal, for benchmarks/README.md and for README.md.

Everything here takes what bench.py keeps as JSON. Seconds are medians of the rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

BEGIN, END = "<!-- figures: written by make bench-full -->", "<!-- end of figures -->"

Table = tuple[str, list[str], list[list[str]]]
"""A title, the names of the columns and the rows."""


def tables(found: dict[str, Any]) -> list[Table]:
    """All tables of a result."""
    steps = next(iter(found["sides"].values()))["steps"]
    made = [whole_updates(found, step) for step in steps]
    if {"sluice", "dbt"} <= found["sides"].keys():
        made.append(beside_dbt(found))
    if {"sluice", "sql"} <= found["sides"].keys():
        made.append(nodes(found))
    if found["resident"]:
        made.append(one_process(found["resident"]))
    if found["growth"]:
        made.append(growth(found))
    return made


def whole_updates(found: dict[str, Any], step: str) -> Table:
    """A row a side: what one update costs, and what is wrong after it."""
    head = ["side", "wall s", "CPU s", "peak MB", "statements", "nodes", "database MB"]
    is_scored = step in found["truth"]
    head += ["wrong keys", "lost versions", "false versions"] if is_scored else []
    rows = []
    for side in ran(found):
        figures = side["steps"][step]
        row = [side["label"], *(number(median(figures[name]), 2) for name in ("seconds", "cpu"))]
        row += [number(median(figures["megabytes"])), number(figures.get("statements"))]
        row += [number(figures.get("nodes")), number(figures["database_mb"], 1)]
        if is_scored:
            row += [number(figures[f"{name}_{of}"]) for name, of in
                    (("wrong", "keys"), ("lost", "versions"), ("false", "versions"))]  # fmt: skip
            if figures["quarantine_off"]:
                row[0] += f" (quarantine: {figures['quarantine_off']} rows off)"
        rows.append(row)
    many = found["updates"] if step == "first load" else 1
    what = "a whole update, in a process of its own" if many == 1 else f"{many} updates together"
    title = f"{step[0].upper()}{step[1:]}: {what}"
    if is_scored:
        truth = found["truth"][step]
        title += f"; the truth has {truth['keys']:,} keys and {truth['versions']:,} versions"
    return title, head, rows


def beside_dbt(found: dict[str, Any]) -> Table:
    """Whole updates of sluice beside those of a plain dbt project with as many nodes."""
    ours, theirs = (found["sides"][name]["steps"] for name in ("sluice", "dbt"))
    head = ["update"]
    head += [
        f"{figure}: {what}" for figure in ("wall s", "CPU s") for what in ("sluice", "dbt", "ratio")
    ]
    rows = [
        [step, *(cell for name in ("seconds", "cpu")
                 for cell in compared(median(ours[step][name]), median(theirs[step][name])))]
        for step in ours
    ]  # fmt: skip
    return "Sluice beside dbt's own models: whole updates", head, rows


def nodes(found: dict[str, Any]) -> Table:
    """Seconds of the four tables, sluice's nodes beside the statements, and the databases."""
    ours, sql = (found["sides"][name]["steps"] for name in ("sluice", "sql"))
    steps = ("first load", "next batch")
    kinds = ("sluice s", "SQL s", "ratio")
    head = ["table", *(f"{step}: {kind}" for step in steps for kind in kinds)]
    totals = [[0.0, 0.0] for _ in steps]
    rows = []
    for table in ours[steps[0]]["node_seconds"][0]:
        row = [table]
        for step, total in zip(steps, totals, strict=True):
            pair = [median(r[table] for r in side[step]["node_seconds"]) for side in (ours, sql)]
            total[:] = [a + b for a, b in zip(total, pair, strict=True)]
            row += compared(*pair)
        rows.append(row)
    rows.append(["all", *(cell for total in totals for cell in compared(*total))])
    sizes = [[side[step]["database_mb"] for side in (ours, sql)] for step in steps]
    rows.append(["database MB", *(cell for pair in sizes for cell in compared(*pair, 1))])
    return "Sluice's nodes beside the same tables by hand", head, rows


def one_process(resident: list[dict[str, Any]]) -> Table:
    """What an update takes where dbt is started and the project parsed once."""
    head = ["side", "parse, once", "batch, landing to gold", "its tables", "nothing new", "batches"]
    head += ["wrong keys", "lost versions"]
    rows = [
        [side["label"], number(side["parse"], 2),
         *(number(median(side[name]), 2) for name in ("batches", "nodes", "nothing")),
         *(number(count) for count in
           (len(side["batches"]), side["wrong_keys"], side["lost_versions"]))]
        for side in resident
    ]  # fmt: skip
    return "In one process that parsed once: seconds, median", head, rows


def growth(found: dict[str, Any]) -> Table:
    """The same batch against histories of several sizes."""
    head = ["events before", "step", "target", "sluice s", "SQL s", "ratio", "statements"]
    rows = [
        [number(row["events"]), row["step"], row["target"], *compared(row["sluice"], row["sql"]),
         number(row["statements"])]
        for row in found["growth"]
    ]  # fmt: skip
    return f"Growth: {found['batch']:,} events against a history, one round", head, rows


def ran(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The sides that were not skipped."""
    return [side for side in found["sides"].values() if not side["skipped"]]


def number(value: float | None, digits: int = 0) -> str:
    """A number as it is shown; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"  # noqa: RUF001


def compared(ours: float, theirs: float, digits: int = 2) -> list[str]:
    """Two figures and how many times the second goes into the first."""
    return [number(ours, digits), number(theirs, digits), number(ours / theirs, 1)]


def taken(found: dict[str, Any]) -> str:
    """When, what and on what, in a sentence."""
    machine = found["machine"]
    versions = ", ".join(f"{name} {of}" for name, of in machine["versions"].items())
    updates = "an update" if found["updates"] == 1 else f"{found['updates']} updates"
    return (
        f"{found['date']}: {found['events']:,} events in 10 files and {updates}, then a batch of"
        f" {found['batch']:,}; median of {found['rounds']}; {machine['cores']} cores,"
        f" {machine['memory_gb']} GB, {machine['system']}; {versions}."
    )


def others(found: dict[str, Any]) -> list[str]:
    """The versions of the peers, and which were skipped."""
    said = [f"{s['label']}: {', '.join(s['pins'])}." for s in ran(found) if s["pins"]]
    return said + [f"Skipped: {s['label']}: {s['skipped']}." for s in found["sides"].values()
                   if s["skipped"]]  # fmt: skip


def text(found: dict[str, Any]) -> str:
    """All tables for the terminal."""
    lines = ["", taken(found), *others(found)]
    for title, head, rows in tables(found):
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines += ["", title]
        for row in [head, *rows]:
            cells = [
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells))
    return "\n".join(lines)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ruler, *rows])


def page(found: dict[str, Any]) -> str:
    """The figures of benchmarks/README.md."""
    parts = [taken(found), *others(found)]
    for title, head, rows in tables(found):
        parts += [f"### {title}", markdown(head, rows)]
    return "\n\n".join(parts)


def summary(found: dict[str, Any]) -> str:
    """The figures of README.md: a row a side."""
    head = ["", "first load s", "next batch s", "batch CPU s", "wrong keys", "lost versions"]
    rows = []
    for side in ran(found):
        first, batch = side["steps"]["first load"], side["steps"]["next batch"]
        row = [side["label"], *(number(median(step["seconds"]), 1) for step in (first, batch))]
        row += [number(median(batch["cpu"]), 1), number(batch["wrong_keys"])]
        rows.append([*row, number(batch["lost_versions"])])
    parts = [taken(found), markdown(head, rows)]
    for side in found["resident"][:1]:
        batch, nothing = (median(side[name]) for name in ("batches", "nothing"))
        parts.append(
            f"In one process that parsed once, sluice takes {batch:.1f} s from landing to gold, and"
            f" {nothing:.1f} s where nothing is new."
        )
    return "\n\n".join(parts)


def between_markers(page: str, figures: str) -> str:
    """The page with other figures between its markers. Raises ValueError where it has none."""
    before, marker, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (marker and end):
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"
