"""`dbt source freshness` by the listing of a location, and by the ledger."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from project import Project
from sources import source

pytestmark = pytest.mark.dbt_v1("`source freshness` is not in 2.0.0a4")


def write(project: Project, landing: Path, query: str) -> None:
    """A source with this loaded_at_query, and a streaming table `orders` over it."""
    landing.mkdir(exist_ok=True)
    source(project, "orders", landing)
    table = {
        "name": "orders",
        "config": {
            "meta": {"external_location": str(landing)},
            "loaded_at_query": query,
            "freshness": {"warn_after": {"count": 1, "period": "day"}},
        },
    }
    sources = {"sources": [{"name": "landing_orders", "tables": [table]}]}
    project.write("models/source_orders.yml", json.dumps(sources))


def land(landing: Path, name: str, moment: datetime) -> None:
    """Let a file arrive that was written at a moment (UTC)."""
    (landing / name).write_text('{"id": 1}\n')
    seconds = moment.replace(tzinfo=timezone.utc).timestamp()
    os.utime(landing / name, (seconds, seconds))


def freshness(project: Project) -> Any:
    """What dbt says of the source: its result."""
    run = project.dbt("--write-json", "source", "freshness")
    assert run.result is not None, run.error
    (result,) = [one for one in run.result.results if one.node.resource_type.value == "source"]
    return result


def newest(project: Project) -> datetime:
    """When the source was loaded, by dbt."""
    return freshness(project).max_loaded_at.replace(tzinfo=None)


def test_the_listing_sees_what_nobody_has_read(project: Project, tmp_path: Path) -> None:
    """`source_status:fresher+` builds what has new files, and nothing else."""
    landing = tmp_path / "landing"
    write(project, landing, "{{ sluice.files_landed_at() }}")
    first, second = datetime(2026, 1, 1, 10), datetime(2026, 1, 2)
    land(landing, "a.json", first)
    land(landing, "_b.json", second)  # not finished: no file yet
    project.run()
    assert newest(project) == first

    def fresher() -> dict[str, str]:
        freshness(project)
        run = project.dbt("build", "--select", "source_status:fresher+", "--state", "state")
        return {name for name in run.statuses if "on-run-" not in name}

    shutil.copytree(project.root / "target", project.root / "state")
    assert fresher() == set()
    land(landing, "b.json", second)
    assert fresher() == {"orders"}
    assert newest(project) == second
    assert len(project.rows("orders")) == 2


def test_a_source_may_be_named(project: Project, tmp_path: Path) -> None:
    """As an argument, for a query that is not below the source itself."""
    landing = tmp_path / "landing"
    write(project, landing, "{{ sluice.files_landed_at(source('landing_orders', 'orders')) }}")
    land(landing, "a.json", datetime(2026, 1, 1))
    assert newest(project) == datetime(2026, 1, 1)


def test_a_location_without_files_is_not_fresh(project: Project, tmp_path: Path) -> None:
    """dbt takes it for infinitely old."""
    write(project, tmp_path / "landing", "{{ sluice.files_landed_at() }}")
    assert str(freshness(project).status) == "warn"


def test_the_ledger_sees_what_was_read(project: Project, tmp_path: Path) -> None:
    """`files_loaded_at` changes with the run that reads; a name that is none is an error."""
    landing = tmp_path / "landing"
    write(project, landing, "{{ sluice.files_loaded_at('orders') }}")
    land(landing, "a.json", datetime(2026, 1, 1))
    project.run()
    land(landing, "b.json", datetime(2026, 1, 2))
    assert newest(project) == datetime(2026, 1, 1)
    project.run()
    assert newest(project) == datetime(2026, 1, 2)

    write(project, landing, "{{ sluice.files_loaded_at('ordres') }}")
    result = freshness(project)
    assert str(result.status) == "runtime error"
    for word in ("sluice.files_loaded_at", "a streaming_table", "known: orders", '"ordres"'):
        assert word in result.message
