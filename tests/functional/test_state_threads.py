"""Nodes of one run write sluice's tables at the same time, and stand in no other's way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalogs import NoServerError, postgres
from engine_cases import SEVERAL_THREADS
from landing import put
from nodes import CDC
from pipeline import Pipeline
from project import Project
from sources import ids, rows, same, source

TYPES = {"columns": {"id": "integer", "seq": "integer"}}
RUNS = [([], []), ([], ["--full-refresh"], ["--full-refresh"])]


@SEVERAL_THREADS
@pytest.mark.parametrize("runs", RUNS, ids=["batches", "full refreshes"])
def test_nodes_at_once(tmp_path: Path, template: Project, runs: tuple[list[str], ...]) -> None:
    """Their names are alike for long, in a schema with a long name."""
    project = Project(tmp_path, threads=4, schema="a_schema_of_a_team", template=template)
    kept = [f"customers_of_the_shop_{number}" for number in range(2)]
    for name in kept:
        source(project, name, tmp_path / "landing", **TYPES)
        stream = f"select id, seq from {{{{ sluice.stream(ref('{name}')) }}}}"
        for kind, options in {"now": {}, "past": {"stored_as_scd_type": 2}}.items():
            project.apply_changes(f"{name}_{kind}", stream, **CDC, **options)

    for number, arguments in enumerate(runs, start=1):
        put(tmp_path / "landing" / f"{number}.json", f'{{"id": {number}, "seq": 1}}\n'.encode())
        project.build(*arguments)
        for name in kept:
            for table in (name, f"{name}_now", f"{name}_past"):
                found = [{"id": row["id"]} for row in rows(project, table)]
                same(found, ids(*range(1, number + 1)))


@pytest.mark.ducklake("of nodes that make tables at once it fails some")
def test_several_threads_are_refused(tmp_path: Path, template: Project) -> None:
    """Before anything is written, and the way out leads out."""
    project = Project(tmp_path, threads=2, template=template)
    source(project, "shop", tmp_path / "landing", **TYPES)
    put(tmp_path / "landing" / "1.json", b'{"id": 1, "seq": 1}')
    error = project.run_expecting_error(command="build")
    assert "expected threads: 1, for the lake" in error and "found: 2" in error
    assert "shop" not in project.relations()
    project.build("--threads", "1")
    same([{"id": row["id"]} for row in rows(project, "shop")], ids(1))


@pytest.mark.ducklake("of nodes that make tables at once it fails some")
def test_what_a_lake_does_not_bear_is_told_at_once(tmp_path: Path) -> None:
    """Several threads, and a catalog of PostgreSQL that keeps inserts of a few rows."""
    pipeline = Pipeline(tmp_path)
    try:
        with postgres() as catalog:
            pipeline.engine.server = catalog
            pipeline.query("select 1")  # makes the lake
            error = pipeline.run_expecting_error("--threads", "2", command="seed")
            assert "expected threads: 1, for the lake" in error
            assert "expected data_inlining_row_limit: 0, found: not set" in error
            way_out = re.search(r"way out, once: CALL lake[.](.*)", error)
            pipeline.query(f"call sluice.{way_out[1]}")  # its name in a test
            pipeline.run("--threads", "1", command="seed")
    except NoServerError as reason:
        pytest.skip(f"a catalog of PostgreSQL was NOT tested: {reason}")
