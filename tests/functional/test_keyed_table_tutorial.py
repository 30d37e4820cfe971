"""The keyed table of the tutorial after every update, and the example of the guide."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from engine_cases import found, load, streaming
from landing import make_files
from pipeline import WITHOUT_TESTS, Pipeline, same_rows
from project import PACKAGE, Project

MODEL = PACKAGE / "models" / "gold" / "customer_change_frequency.sql"
CHANGED = re.compile(r"\{\{ sluice\.changed\(ref\('(\w+)'\)\) \}\}")


@pytest.mark.parametrize("order", ["landing order", "shuffled"])
def test_the_tutorial_equals_its_full_query(tmp_path: Path, order: str) -> None:
    """Over several batches with late files, and once more after a truncated history."""
    pipeline = Pipeline(tmp_path)
    query = CHANGED.sub(r"main.\1", MODEL.read_text(encoding="utf-8"))
    files = make_files(tmp_path / "events", 400, 5, seed=4)
    if order == "shuffled":
        random.Random(1).shuffle(files)
    inputs = []

    def update(*args: str) -> None:
        pipeline.build(*WITHOUT_TESTS, *args)
        rows = pipeline.rows("customer_change_frequency")
        same_rows("customer_change_frequency", rows, pipeline.query(query))
        inputs.append(pipeline.flows()["customer_change_frequency"]["num_input_rows"])

    for number, file in enumerate(files):
        pipeline.land(file, f"{number:04}.json")
        update()
    assert all(0 < part < pipeline.count("customer_change_frequency") for part in inputs[1:])
    update()
    assert inputs[-1] == 0
    rebuilt = pipeline.dbt(
        "run-operation", "sluice.rebuild", "--args", "{dataset: customers_history}"
    )
    assert rebuilt.success
    update()
    assert inputs[-1] == pipeline.count("customer_change_frequency")
    assert pipeline.flows()["customer_change_frequency"]["num_upserted_rows"] == 0
    update("--full-refresh")
    pipeline.equals_reference()


def test_the_example_of_the_guide(project: Project) -> None:
    """docs/keyed-tables.md, as it stands there."""
    page = (PACKAGE / "docs" / "keyed-tables.md").read_text(encoding="utf-8")
    project.write("models/frequency.sql", page.split("```sql\n")[1].split("```")[0])
    feed = "select * from {{ sluice.stream(ref('customers_cdc_silver')) }}"
    streaming(
        project, "customers_cdc_silver", "select * from raw.events", meta={"append_all": True}
    )
    project.snapshot("customers_history", feed, unique_key="id", sequence_by="seq")
    load(project, (1, "a", "U", 1), (2, "b", "U", 1))
    project.build()
    load(project, (1, "a", "U", 2), (1, "c", "U", 3))
    project.build()
    assert found(project, "frequency") == [(1, 3, 3), (2, 1, 1)]
    assert project.flows()["frequency"]["num_input_rows"] == 1
