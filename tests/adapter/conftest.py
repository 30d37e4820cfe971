"""dbt's own adapter suite with sluice installed, and, by SLUICE_CONTROL=1, without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["dbt.tests.fixtures.project"]

CONTROL = bool(os.environ.get("SLUICE_CONTROL"))
PACKAGE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="class")
def dbt_profile_target(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A DuckDB file of its own for each class of tests."""
    path = tmp_path_factory.mktemp("database") / "suite.duckdb"
    return {"type": "duckdb", "path": str(path), "threads": 2}


@pytest.fixture(scope="class")
def packages() -> dict:
    """The package under test, by its folder; nothing in the control run."""
    return {} if CONTROL else {"packages": [{"local": str(PACKAGE)}]}


@pytest.fixture(scope="class")
def dbt_project_yml(dbt_project_yml, project_root) -> dict:
    """The suite's project with the lines that the README asks for."""
    if not CONTROL:
        import yaml

        dbt_project_yml["dispatch"] = [
            {"macro_namespace": "dbt", "search_order": [dbt_project_yml["name"], "sluice", "dbt"]}
        ]
        # The suite counts results and sources, and the event log would be among them.
        for kind in ("models", "sources"):
            dbt_project_yml.setdefault(kind, {})["sluice"] = {"+enabled": False}
        Path(project_root, "dbt_project.yml").write_text(yaml.safe_dump(dbt_project_yml))
    return dbt_project_yml


@pytest.fixture(scope="class", autouse=True)
def installed(project, project_root) -> None:
    """Install the package as `dbt deps` does; the command itself would unload the adapter."""
    if not CONTROL:
        folder = Path(project_root, "dbt_packages")
        folder.mkdir(exist_ok=True)
        (folder / "sluice").symlink_to(PACKAGE)
