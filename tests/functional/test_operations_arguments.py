"""Operations that are called with an argument that they do not have say so, and which was meant."""

from __future__ import annotations

import json

import pytest

from project import Project

MISSPELT = {
    "release": {"datset": "dataset", "were": "where"},
    "quarantine": {"dataste": "dataset"},
    "mark_as_read": {"data_set": "dataset"},
    "rebuild": {"datset": "dataset", "startover": "start_over"},
    "adopt": {"datset": "dataset", "form": "from", "startat": "start_at"},
    "orphans": {"drob": "drop"},
    "forget": {"sorce": "source", "dryrun": "dry_run", "rewrit": "rewrite"},
}
"""Operation -> argument as it was written: as it was meant."""


@pytest.fixture(scope="module")
def empty(shared_project: Project) -> Project:
    """A project with one model."""
    shared_project.model("up", materialized="streaming_table", meta={"append_all": True})
    return shared_project


@pytest.mark.dbt_v1("the Jinja of v2 refuses such arguments itself")
@pytest.mark.parametrize("operation", MISSPELT)
def test_a_misspelt_argument_is_told(empty: Project, operation: str) -> None:
    """All of them at once; one that is like none is told with those that there are."""
    given = dict.fromkeys([*MISSPELT[operation], "color"], "up")
    error = empty.run_expecting_error(
        f"sluice.{operation}", "--args", json.dumps(given), command="run-operation"
    )
    assert f"sluice.{operation} error:" in error
    for name, meant in MISSPELT[operation].items():
        assert f"'{name}' is no argument of it; did you mean '{meant}'?" in error, error
    assert "'color' is no argument of it, expected of: " in error, error


@pytest.mark.parametrize("operation", ["release", "quarantine", "mark_as_read", "rebuild"])
def test_a_missing_name_is_told(empty: Project, operation: str) -> None:
    """With the names that there are."""
    error = empty.run_expecting_error(f"sluice.{operation}", command="run-operation")
    assert "dataset must name" in error and "found: null" in error, error
