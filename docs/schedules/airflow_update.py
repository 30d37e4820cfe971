"""Airflow: the whole update as one task."""

import os
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = os.environ.get("SHOP", "/srv/shop")

with DAG(
    "sluice_update",
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="update",
        bash_command=f"{PROJECT}/.venv/bin/sluice update --quiet --project-dir {PROJECT}",
        # Of the exit codes only 75 (another process is in the way) is worth a second try, and a
        # second try of the others does no harm.
        retries=2,
        retry_delay=timedelta(minutes=2),
    )
