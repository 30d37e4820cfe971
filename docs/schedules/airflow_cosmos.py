"""Airflow with astronomer-cosmos: a task a node, each of them a dbt process of its own."""

import os
from datetime import datetime
from pathlib import Path

from cosmos import DbtDag, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import InvocationMode

PROJECT = Path(os.environ.get("SHOP", "/srv/shop"))

sluice_nodes = DbtDag(
    dag_id="sluice_nodes",
    project_config=ProjectConfig(PROJECT),
    profile_config=ProfileConfig(
        profile_name="shop", target_name="dev", profiles_yml_filepath=PROJECT / "profiles.yml"
    ),
    execution_config=ExecutionConfig(
        dbt_executable_path=PROJECT / ".venv/bin/dbt", invocation_mode=InvocationMode.SUBPROCESS
    ),
    # `dbt deps` was run when the project was deployed.
    render_config=RenderConfig(dbt_deps=False),
    operator_args={"install_deps": False},
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    # DuckDB lets one process write.
    max_active_tasks=1,
)
