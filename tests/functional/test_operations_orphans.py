"""What renamed and deleted models leave behind: `sluice.orphans` lists it and takes it away."""

from __future__ import annotations

import json

import pytest

from engine_cases import SCD1, STREAM, ids, judged, land, load, source, streaming, tables
from project import Project


def orphans(project: Project, *names: str) -> str:
    """Run the operation; all that it said."""
    args = ["--args", json.dumps({"drop": [*names]})] if names else []
    return project.run("sluice.orphans", *args, command="run-operation").log


@pytest.fixture
def renamed(project: Project) -> Project:
    """Files, a table with a quarantine, a target of kept events; two of them are renamed."""
    landing = project.root / "landing"
    land(landing, "1.json", {"id": 1, "v": 1}, {"id": 2, "v": 20})
    judged(project, "bronze", {"small": "v < 10"}, source(project, landing))
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    text = f"select distinct * from ({STREAM})"
    project.apply_changes("now", text, **SCD1)
    load(project, (1, "a", "U", 10))
    project.run()
    assert "nothing is left behind" in orphans(project)
    for name, file in {"bronze": "raw_orders", "now": "today"}.items():
        for end in ("sql", "yml"):
            old = project.root / "models" / f"{name}.{end}"
            project.write(f"models/{file}.{end}", old.read_text().replace(f'"{name}"', f'"{file}"'))
            project.remove(f"models/{name}.{end}")
    project.run()
    return project


def test_they_are_listed_and_taken_away(renamed: Project) -> None:
    """Each with its tables; only what is named goes, and with it what was read."""
    project = renamed
    told = orphans(project)
    for name, left in {
        "lake.bronze": ('"bronze"', '"bronze__quarantine"'),
        "lake.now": ('"now"', '"now__events"'),
    }.items():
        (line,) = [line for line in told.splitlines() if f"{name} is no model" in line]
        assert all(table in line for table in left), line
    assert "drop: [lake.bronze, lake.now]" in told
    before = tables(project)

    assert "lake.bronze goes" in orphans(project, "lake.bronze")

    gone = {("lake", "bronze"), ("lake", "bronze__quarantine")}
    # A DuckLake has the version of the dataset, too.
    assert set(before) - set(tables(project)) - {("lake_sluice", "bronze__version")} == gone
    state = {"files": "relation", "checkpoints": "dataset", "targets": "dataset"}
    for table, column in state.items():
        query = f"select {column} as name from lake_sluice.{table}"
        names = {row["name"].partition(" ")[0] for row in project.query(query)}
        assert "lake.bronze" not in names
    assert "lake.bronze" not in orphans(project)
    orphans(project, "lake.now")
    assert "nothing is left behind" in orphans(project)
    load(project)
    project.run()
    assert (ids(project, "raw_orders"), ids(project, "today")) == ([1], [1])


def test_nothing_goes_by_mistake(renamed: Project) -> None:
    """A model of the project, and a name that is none, are refused, all at once."""
    before = tables(renamed)
    args = json.dumps({"drop": ["lake.bronze", "lake.today", "lake.none"]})
    error = renamed.run_expecting_error("sluice.orphans", "--args", args, command="run-operation")
    for words in ("lake.bronze, lake.now", '"lake.today"', '"lake.none"'):
        assert words in error
    assert tables(renamed) == before
