"""Fixtures of the functional tests: dbt projects that install sluice from this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from project import Project

os.environ.update(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")

# How many examples the property tests try; each example is one history for every slot. The small
# profile repeats the same examples each time, `HYPOTHESIS_PROFILE=nightly` looks for new ones.
COMMON = {
    "deadline": None,
    "phases": [phase for phase in Phase if phase is not Phase.explain],
    "suppress_health_check": [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
}
settings.register_profile("small", max_examples=3, derandomize=True, **COMMON)
settings.register_profile("nightly", max_examples=80, print_blob=True, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An empty project, installed and parsed once; the others begin where it stands."""
    empty = Project(tmp_path_factory.mktemp("template"))
    empty.run(command="parse")
    return empty


@pytest.fixture
def project(template: Project, tmp_path: Path) -> Project:
    """A new consumer project with an empty database."""
    return Project(tmp_path, template=template)


@pytest.fixture(scope="module")
def shared_project(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A consumer project that the tests of one file share."""
    return Project(tmp_path_factory.mktemp("shared"), template=template)
