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


def compare(feed: Feed, rounds: int, pythons: dict[Side, Path | str], scratch: Path) -> Figures:
    """All rounds; {side: {label, skipped, steps: {step: figures}}} and what the files hold.

    The figures of a step: lists with an entry a round (`seconds`, `cpu` seconds, peak `megabytes`,
    `node_seconds` by table), `statements`, the `database_mb` after the update, and the score of the
    tables, the worst of all rounds.
    """
    staged = [scratch / "staged" / str(load) for load in (0, 1)]
    files = [feed.write(load, folder) for load, folder in enumerate(staged)]
    truths = [read_truth(files[0]), read_truth(files[0] + files[1])]
    sides = {
        side.name: {
            "label": side.label,
            "pins": side.pins,
            "skipped": python if isinstance(python, str) else None,
            "steps": {step: {} for step in STEPS},
        }
        for side, python in pythons.items()
    }
    running = [side for side, python in pythons.items() if not isinstance(python, str)]
    for number in range(rounds):
        roots = {side: scratch / f"round_{number}" / side.name for side in running}
        for side, root in roots.items():
            side.set_up(root, root / "landing")
        for load, step in enumerate(STEPS):
            for side in [*running[number % len(running) :], *running[: number % len(running)]]:
                root = roots[side]
                for file in files[load] if load < len(files) else []:
                    shutil.copy(file, root / "landing")
                figures = sides[side.name]["steps"][step]
                add(figures, run(side, pythons[side], root, step))
                if load < len(truths):
                    worst(figures, score(side, root, truths[load]))
                print(f"round {number + 1}  {step:<12} {side.label:<33}"
                      f"{figures['seconds'][-1]:>8.2f} s", flush=True)  # fmt: skip
        shutil.rmtree(scratch / f"round_{number}")
    holds = [{"lines": t.lines, "keys": len(t.current), "versions": len(t.history)} for t in truths]
    return {"sides": sides, "truth": dict(zip(STEPS, holds, strict=False))}


def run(side: Side, python: Path, root: Path, step: str) -> Figures:
    """One update of a side, measured."""
    measured = measure(side.update(python, root / "landing", step.replace(" ", "_")), root)
    found = {"seconds": measured.seconds, "cpu": measured.cpu, "megabytes": measured.megabytes}
    if side.files is not None:
        results = json.loads((root / "target" / "run_results.json").read_text())["results"]
        taken = {r["unique_id"].split(".")[2]: r["execution_time"] for r in results}
        found["nodes"] = sum(not r["unique_id"].startswith("operation.") for r in results)
        found["node_seconds"] = {name: taken[name] for name in TABLES}
        log = root / "logs" / step.replace(" ", "_") / "dbt.log"
        found["statements"] = sum('"name": "SQLQuery"' in line for line in log.open())
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


def add(figures: Figures, found: Figures) -> None:
    """Put the figures of a round to those of the rounds before."""
    for name, value in found.items():
        if name in ("seconds", "cpu", "megabytes", "node_seconds"):
            figures.setdefault(name, []).append(value)
        else:
            figures[name] = value


def worst(figures: Figures, scores: dict[str, int]) -> None:
    """Keep the worst score of all rounds."""
    for name, count in scores.items():
        figures[name] = max(count, figures.get(name, 0))


def resident(feed: Feed, side: Side, batches: int, scratch: Path) -> Figures:
    """Sluice in one process that parsed once: seconds of each update, and their score."""
    root, staged = scratch / "resident", scratch / "resident_staged"
    side.set_up(root, root / "landing")
    files = []
    for load in range(batches + 1):
        files += feed.write(load, root / "landing" if load == 0 else staged)
    measure(side.update(OURS, root / "landing", "first_load"), root)
    script = Path(__file__).with_name("side_sluice.py")
    measured = measure([OURS, script, staged, root / "landing", batches], root)
    truth = read_truth(sorted((root / "landing").glob("*.json")))
    found = json.loads(measured.output.splitlines()[-1])
    return {**found, "megabytes": measured.megabytes, **score(side, root, truth)}
