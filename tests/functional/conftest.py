"""Fixtures of the functional tests: dbt projects that install sluice from this repository.

A new `project`, one for all tests of a file (`shared_project`), or a `trio` of targets over the
same events; all begin where the `template` stands. `--engine` says on which database they run,
`--dbt` on which dbt.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

import dbts
from engine import ENGINES, choose, is_spark
from project import Project
from targets import TYPES, Trio

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


MARKERS = (
    "dbt_v1(reason): what dbt v2 does not have, and why",
    "duckdb_file(reason): what a DuckLake does not have, and why",
    "ducklake(reason): what only a DuckLake has, and why",
    "not_on_spark(reason): what Spark does not have, and why",
    "several_writers(reason): what a DuckDB file does not have, and why",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choices of the engine and of dbt."""
    parser.addoption(
        "--engine",
        choices=list(ENGINES),
        default=next(iter(ENGINES)),
        help="the engine under the functional tests (default: %(default)s)",
    )
    parser.addoption(
        "--dbt",
        choices=list(dbts.DBTS),
        default=next(iter(dbts.DBTS)),
        help="the dbt under the functional tests (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take over the choices."""
    choose(config.getoption("--engine"))
    if is_spark():
        start_spark(config)
    try:
        dbts.choose(config.getoption("--dbt"))
    except dbts.environments.CannotBeHadError as reason:
        raise pytest.UsageError(str(reason)) from reason
    for line in MARKERS:
        config.addinivalue_line("markers", line)


def start_spark(config: pytest.Config) -> None:
    """Start a cluster for the session, which the workers of xdist share, unless there is one."""
    if "SLUICE_SPARK" in os.environ:
        return
    from spark_lab import Lab, running

    if address := running():
        os.environ["SLUICE_SPARK"] = address
        return
    lab = Lab()
    try:
        os.environ["SLUICE_SPARK"] = lab.__enter__().address
    except dbts.environments.CannotBeHadError as reason:
        raise pytest.UsageError(str(reason)) from reason
    config.add_cleanup(lab.stop)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the chosen dbt or the chosen engine does not have."""
    is_lake = config.getoption("--engine") == "ducklake"
    left_out = {
        "dbt_v1": dbts.is_v2() and "not on dbt v2",
        "duckdb_file": is_lake and "not in a DuckLake",
        "ducklake": not is_lake and "in a DuckLake only",
        "not_on_spark": is_spark() and "not on Spark",
        "several_writers": not is_lake and not is_spark() and "not in a DuckDB file",
    }
    for name, where in left_out.items():
        for item in items if where else ():
            if mark := item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=f"{where}: {mark.args[0]}"))


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


@pytest.fixture(scope="session")
def trios() -> dict[str, Project]:
    """The projects of the trios that are only loaded and run, by the options of their targets."""
    return {}


@pytest.fixture
def trio(
    template: Project, tmp_path_factory: pytest.TempPathFactory, trios: dict[str, Project]
) -> Callable[..., Trio]:
    """Make the three targets of a `Trio` over an empty database.

    Tests with equal options share a project, which saves parsing it; a test that changes a file
    says ``own=True``.
    """

    def make(*, own: bool = False, **options: Any) -> Trio:
        types = options.pop("types", TYPES)
        key = repr(options)
        if not own and key in trios:
            trios[key].drop_database()
            return Trio(trios[key], types)
        project = Project(tmp_path_factory.mktemp("trio"), template=template)
        three = Trio(project, types)
        three.write(**options)
        if not own:
            trios[key] = project
        return three

    return make
