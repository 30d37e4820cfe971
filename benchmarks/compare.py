"""Rounds of the comparison: each side's first load, next batch and an update with nothing new.

All sides get the same files. A round goes through the steps, and in each step through the sides,
whose order turns from round to round, so a busy minute meets all of them. Every update is a
process of its own. After the first load and the next batch the tables are held against the truth.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from events import ATTRIBUTES, Feed
from process import measure
from sides import OURS, Side, SkippedError
from truth import Truth, read_truth

STEPS = ("first load", "next batch", "nothing new")
TABLES = ("bronze", "silver", "customers", "history")
MOMENT = "strftime({}::timestamp, '%Y-%m-%dT%H:%M:%S.%f')"

Figures = dict[str, Any]


def prepare(sides: Sequence[Side], environments: Path) -> dict[Side, Path | str]:
    """The interpreter of each side, or why it is skipped."""
    found: dict[Side, Path | str] = {}
    for side in sides:
        try:
            found[side] = side.python(environments)
        except SkippedError as reason:
            print(f"skipped: {side.label}: {reason}", flush=True)
            found[side] = str(reason)
    return found


def compare(
    feed: Feed, rounds: int, updates: int, pythons: dict[Side, Path | str], scratch: Path
) -> Figures:
    """All rounds; {side: {label, pins, skipped, steps: {step: figures}}} and what the files hold.

    The first load comes in so many updates, whose figures are one. The figures of a step: lists
    with an entry a round (`seconds`, `cpu` seconds, peak `megabytes`, `node_seconds` by table),
    `statements`, the `database_mb` after it, and the score of the tables, the worst of all rounds.
    """
    files = [feed.write(load, scratch / "staged" / str(load)) for load in (0, 1)]
    truths = dict(zip(STEPS, (read_truth(files[0]), read_truth(files[0] + files[1])), strict=False))
    each = -(-len(files[0]) // updates)
    parts = [files[0][at : at + each] for at in range(0, len(files[0]), each)]
    arrivals = dict(zip(STEPS, (parts, [files[1]], [[]]), strict=True))
    sides = {
        side.name: {
            "label": side.label,
            "pins": side.pins,
            "skipped": python if isinstance(python, str) else None,
            "steps": {step: {} for step in STEPS},
        }
        for side, python in pythons.items()
    }
    for number in range(rounds):
        root = scratch / f"round_{number}"
        running = [side for side in pythons if not sides[side.name]["skipped"]]
        for side in running:
            side.set_up(root / side.name, root / side.name / "landing")
        for step in STEPS:
            for side in turned(running, number):
                if sides[side.name]["skipped"]:
                    continue
                try:
                    found = take(side, pythons[side], root / side.name, step, arrivals[step])
                except RuntimeError as error:
                    if not side.pins:
                        raise
                    sides[side.name]["skipped"] = f"its {step} failed"
                    print(f"skipped: {side.label}: {error}", flush=True)
                    continue
                scores = score(side, root / side.name, truths[step]) if step in truths else {}
                keep(sides[side.name]["steps"][step], found, scores)
                print(f"round {number + 1}  {step:<12} {side.label:<33}{found['seconds']:>8.2f} s",
                      flush=True)  # fmt: skip
        shutil.rmtree(root)
    holds = {
        step: {"lines": truth.lines, "keys": len(truth.current), "versions": len(truth.history)}
        for step, truth in truths.items()
    }
    return {"sides": sides, "truth": holds}


def turned(sides: list[Side], by: int) -> list[Side]:
    """The sides in another order each round."""
    at = by % len(sides)
    return [*sides[at:], *sides[:at]]


def take(side: Side, python: Path, root: Path, step: str, arrivals: list[list[Path]]) -> Figures:
    """One step of a side: what arrives is landed and taken in, an update each; the whole of it.

    Seconds and statements are added up; the peak is the highest, the size the last.
    """
    parts = []
    for number, landed in enumerate(arrivals):
        for file in landed:
            shutil.copy(file, root / "landing")
        parts.append(run(side, python, root, f"{step}_{number}".replace(" ", "_")))
    whole = dict(parts[-1])
    for name in {"seconds", "cpu", "statements"} & whole.keys():
        whole[name] = sum(part[name] for part in parts)
    whole["megabytes"] = max(part["megabytes"] for part in parts)
    if "node_seconds" in whole:
        tables = whole["node_seconds"]
        whole["node_seconds"] = {t: sum(p["node_seconds"][t] for p in parts) for t in tables}
    return whole


def run(side: Side, python: Path, root: Path, log: str) -> Figures:
    """One update of a side, measured; dbt writes its log to the folder that is named."""
    measured = measure(side.update(python, root / "landing", log), root)
    found = {"seconds": measured.seconds, "cpu": measured.cpu, "megabytes": measured.megabytes}
    if side.files is not None:
        results = json.loads((root / "target" / "run_results.json").read_text())["results"]
        taken = {r["unique_id"].split(".")[2]: r["execution_time"] for r in results}
        found["nodes"] = sum(not r["unique_id"].startswith("operation.") for r in results)
        found["node_seconds"] = {name: taken[name] for name in TABLES}
        lines = (root / "logs" / log / "dbt.log").read_text().splitlines()
        found["statements"] = sum('"name": "SQLQuery"' in line for line in lines)
    elif not side.pins:
        said = json.loads(measured.output.splitlines()[-1])
        found["statements"] = said["statements"]
        found["node_seconds"] = said["seconds"]
    # In the side's own version: what is still in the log goes into the file.
    checkpoint = f"import duckdb; duckdb.connect({side.database!r}).execute('checkpoint')"
    measure([python, "-c", checkpoint], root)
    found["database_mb"] = (root / side.database).stat().st_size / 1e6
    return found


def score(side: Side, root: Path, truth: Truth) -> dict[str, int]:
    """How far the side's tables are from the truth; `quarantine_off` is in rows."""
    key = ", ".join(("id", *ATTRIBUTES))
    interval = ", ".join(MOMENT.format(column) for column in side.interval)
    with duckdb.connect(str(root / side.database), read_only=True) as con:
        current = con.execute(f"select {key} from {side.current}").fetchall()
        history = con.execute(f"select {key}, {interval} from {side.history}").fetchall()
        refused = con.execute(f"select count(*) from {side.quarantine}").fetchone()[0]
    return {**truth.score(current, history), "quarantine_off": abs(refused - truth.refused)}


def keep(figures: Figures, found: Figures, scores: dict[str, int]) -> None:
    """Put the figures of a round to those of the rounds before, and keep the worst score."""
    for name, value in found.items():
        if name in ("seconds", "cpu", "megabytes", "node_seconds"):
            figures.setdefault(name, []).append(value)
        else:
            figures[name] = value
    for name, count in scores.items():
        figures[name] = max(count, figures.get(name, 0))


def resident(feed: Feed, side: Side, batches: int, scratch: Path) -> Figures:
    """A dbt project in one process that parsed once: seconds of each update, and their score."""
    root = scratch / "resident" / side.name
    staged = root / "staged"
    landing = root / "landing"
    side.set_up(root, landing)
    for load in range(batches + 1):
        feed.write(load, landing if load == 0 else staged)
    measure(side.update(OURS, landing, "first_load"), root)
    script = Path(__file__).with_name("resident.py")
    measured = measure([OURS, script, staged, landing, batches], root)
    truth = read_truth(sorted(landing.glob("*.json")))
    found = json.loads(measured.output.splitlines()[-1])
    found |= {"label": side.label, "megabytes": measured.megabytes}
    return {**found, **score(side, root, truth)}
