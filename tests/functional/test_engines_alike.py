"""The engine under test beside a DuckDB file: equal events give equal tables and equal figures.

    pytest --engine spark tests/functional/test_engines_alike.py

compares the tutorial, and 300 random histories under hostile names, row by row after each of three
batches; and what Spark makes of a DuckDB file that moved there as docs/spark.md says.
SLUICE_HISTORIES is how many histories, SLUICE_SEED which.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pytest

import engine
from landing import make_files
from pipeline import Pipeline
from project import PACKAGE, Project
from random_events import HISTORY_TYPES, history
from reference import Row, canonical
from targets import Trio

pytestmark = pytest.mark.skipif(
    not (engine.is_spark() or engine.is_lake()), reason="a DuckDB file is beside itself"
)

HISTORIES = int(os.environ.get("SLUICE_HISTORIES", "300"))
SEED = int(os.environ.get("SLUICE_SEED", "1"))

TABLES = (
    "operations",
    "customers_cdc_bronze",
    "customers_cdc_silver",
    "customers_cdc_silver__quarantine",
    "customers",
    "customers_history",
    "customer_change_frequency",
)
OF_ONE_RUN = ("_sluice_update_id", "_sluice_quarantined_at")
"""Columns that are never the same in two databases."""

OF_A_BATCH = ("_sluice_batch", "_metadata")
"""Columns that tell in which batch and from which file a row came."""

FIGURES = {
    "flows": "dataset, status, num_input_rows, num_output_rows, num_upserted_rows,"
    " num_deleted_rows, num_dropped_rows, num_late_rows, num_duplicate_rows, num_conflicts",
    "data_quality": "dataset, expectation, on_violation, passed_records, failed_records",
    "files": "dataset, path, size, rows, status, error",
}
"""What the views of the event log say that is no time, no id and no number of a batch."""

NAMES = {"h": "h", "k": 'the "key"', "n": "größe", "op": "select", "a": "a b", "b": "it's"}
TYPES = {NAMES[name]: kind for name, kind in HISTORY_TYPES.items()}

Made = TypeVar("Made")


def in_a_file(make: Callable[[], Made]) -> Made:
    """Make something on a DuckDB file, whatever engine the tests run on."""
    chosen = "spark" if engine.is_spark() else "ducklake"
    engine.choose("duckdb")
    try:
        return make()
    finally:
        engine.choose(chosen)


def ranked(rows: Iterable[Row]) -> list[tuple]:
    """Rows in an order, with the ranks of their batches for the numbers, which may have gaps."""
    rows = [{name: row[name] for name in row if name not in OF_ONE_RUN} for row in rows]
    for name in ("_sluice_batch", "_sluice_released_batch"):
        batches = sorted({row[name] for row in rows if row.get(name) is not None})
        for row in rows:
            if row.get(name) is not None:
                row[name] = batches.index(row[name])
    return canonical(rows)


def figures(project: Project, view: str) -> list[tuple]:
    """All that a view of the event log has told so far."""
    schema = f"{project.schema}_sluice"
    return canonical(project.query(f'select {FIGURES[view]} from "{schema}".{view}'))


def same(one: Project, other: Project, tables: Iterable[str], views: Iterable[str]) -> None:
    """Tables and figures are the same row by row; else say where they differ first."""
    for name in tables:
        differ_nowhere(name, ranked(one.rows(name)), ranked(other.rows(name)))
    for view in views:
        differ_nowhere(view, figures(one, view), figures(other, view))


def differ_nowhere(name: str, found: list[tuple], expected: list[tuple]) -> None:
    """Two sorted lists of rows are equal."""
    pairs = [pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]]
    values = [two for two in zip(*(pairs or [((), ())])[0], strict=True) if two[0] != two[1]]
    assert len(found) == len(expected), (name, len(found), len(expected), values)
    assert not pairs, (name, len(pairs), values)


def test_the_tutorial(tmp_path: Path) -> None:
    """Late, double, deleted, tied and dirty events in three batches: all tables, all figures."""
    here = Pipeline(tmp_path / "here")
    file = in_a_file(lambda: Pipeline(tmp_path / "file"))
    file.landing = here.landing
    for number, batch in enumerate(
        make_files(tmp_path / "events", 600, 3, seed=SEED, late=0.1, double=0.05, dirt=0.1), 1
    ):
        landed = here.land(batch)
        os.utime(landed, (1_800_000_000 + number,) * 2)  # Spark knows no microseconds of a file
        for pipeline in (here, file):
            pipeline.build()
        same(here, file, TABLES, FIGURES)
        assert here.count("customers_cdc_bronze") > 150 * number


def test_random_histories(tmp_path: Path) -> None:
    """A current table, a history and a snapshot, with a truncate and events that come twice."""
    chance = random.Random(SEED)
    events = [event for number in range(HISTORIES) for event in history(number, chance)]
    # between the sequences of the others, whatever is before it ends
    events = [{**event, "n": 2 * event["n"]} for event in events] + [{"n": 7, "op": "T"}]
    events = [{NAMES[name]: value for name, value in event.items()} for event in events]
    chance.shuffle(events)
    here = Trio(Project(tmp_path / "here"), TYPES)
    file = Trio(in_a_file(lambda: Project(tmp_path / "file")), TYPES)
    third = len(events) // 3 + 1
    for first in range(0, len(events), third):
        batch = events[first : first + third] + chance.sample(events[: first + 1], min(50, first))
        for trio in (here, file):
            if not first:
                trio.write(
                    keys=[NAMES["h"], NAMES["k"]],
                    sequence_by='"größe"',
                    apply_as_deletes="\"select\" = 'D'",
                    apply_as_truncates="\"select\" = 'T'",
                    except_column_list=[NAMES["n"], NAMES["op"]],
                )
            run = trio.run(*batch)
            assert run.success, run.messages
        same(here.project, file.project, ("now", "history", "snap"), ["flows"])
    assert len(here.now()) > HISTORIES / 2
    assert len(here.project.rows("history")) > 2 * HISTORIES


@pytest.mark.skipif(engine.is_lake(), reason="the steps are of docs/spark.md")
def test_going_over(tmp_path: Path) -> None:
    """Followed by the word: each landed event is there once, whatever the times of the files."""
    file = in_a_file(lambda: Pipeline(tmp_path / "file"))
    *before, after = make_files(
        tmp_path / "events", 800, 4, seed=SEED, late=0.1, double=0.05, dirt=0.1
    )
    for batch in before:
        read = file.land(batch)
        file.build()
    here = Pipeline(tmp_path / "here").copy(tmp_path / "project")
    here.landing = file.landing
    go_over(file, here, tmp_path / "moved")
    # in the very moment of the last one that was read
    shutil.copystat(read, file.land(after))
    lines = here.landed().lines
    (here.landing / before[0].name).unlink()
    for pipeline in (file, here):
        pipeline.build()
    for name in TABLES:
        made, expected = (one.rows(name, ignore=OF_A_BATCH) for one in (here, file))
        differ_nowhere(name, ranked(made), ranked(expected))
    assert here.count("customers_cdc_bronze") == lines


def go_over(file: Project, here: Project, moved: Path) -> None:
    """Do what docs/spark.md says, "From DuckDB to Spark", with the first streaming table."""
    page = (PACKAGE / "docs" / "spark.md").read_text(encoding="utf-8")
    section = page.split("## From DuckDB to Spark")[1].split("\n## ")[0]
    export, model = re.findall(r"```sql\n(.*?)```", section, re.DOTALL)
    moved.mkdir()
    for statement in export.split(";")[:-1]:
        for told, real in (("moved", moved), ("seeds", here.root / "seeds")):
            statement = statement.replace(f"to '{told}/", f"to '{real}/")
        file.query(statement)
    (here.root / "models" / "bronze" / "customers_cdc_bronze.sql").write_text(model)
    here.write(
        "models/bronze/_moved.yml",
        f"""\
        sources:
          - name: moved
            tables:
              - name: customers_cdc_bronze
                config:
                  meta: {{external_location: {moved}/customers_cdc_bronze.parquet, format: parquet}}
        """,
    )
