"""`dbt show`: a look at what a model's query yields, whatever it has read, that leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nodes import EVENTS, current, load, streaming
from project import Project
from sources import source


def shown(project: Project, name: str, *args: str) -> list[dict]:
    """The rows that `dbt show` has of a model."""
    run = project.dbt("show", "--select", name, "--output", "json", *args)
    assert run.success, run.error
    (text,) = [text for _level, text in run.lines if text.lstrip().startswith("{")]
    return json.loads(text)["show"]


def state(project: Project) -> dict[str, list]:
    """All that our tables and the user's hold, as text."""
    relations = [r for r in project.engine.relations() if r.schema.startswith("lake")]
    return {
        f"{r.schema}.{r.name}": sorted(
            map(repr, project.query(f'select * from "{r.schema}"."{r.name}"'))
        )
        for r in relations
    }


@pytest.mark.dbt_v1("the rows are read from its screen")
def test_streams_show_rows_that_were_read(project: Project) -> None:
    """All of the stream, as far as dbt's limit goes; then a run reads nothing twice."""
    streaming(project, "up", EVENTS)
    streaming(project, "down")
    current(project, "now")
    text = "select id, name from {{ sluice.changed(ref('now')) }}"
    project.model("by_id", text, materialized="keyed_table", meta={"keys": ["id"]})
    load(project, (1, "a", 1), (2, "b", 1))
    project.run()
    load(project, (1, "c", 2))
    project.run("--select", "up")
    before = state(project)
    rows = [(1, "a"), (1, "c"), (2, "b")]
    assert sorted((row["id"], row["name"]) for row in shown(project, "down")) == rows
    assert sorted((row["id"], row["name"]) for row in shown(project, "now")) == rows
    assert len(shown(project, "down", "--limit", "2")) == 2
    assert [row["name"] for row in shown(project, "by_id")] == ["a", "b"]
    assert state(project) == before
    load(project)
    assert project.run().messages["down"] == "1 row"


@pytest.mark.dbt_v1("the rows are read from its screen")
def test_files_show_rows_that_were_read(project: Project, tmp_path: Path) -> None:
    """The first ten files, before the first run and after it."""
    landing = tmp_path / "files"
    landing.mkdir()
    for number in range(10, 22):
        (landing / f"{number}.json").write_text(f'{{"id": {number}}}\n')
    source(project, "files", landing)

    def ids() -> list[int]:
        return sorted(row["id"] for row in shown(project, "files", "--limit", "100"))

    assert ids() == list(range(10, 20))
    assert project.relations("lake_sluice") == []
    project.run()
    before = state(project)
    assert ids() == list(range(10, 20))
    assert state(project) == before
    assert project.run().messages["files"] == "nothing new"
