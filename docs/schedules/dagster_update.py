"""Dagster: the whole update as one op, every 15 minutes."""

import os
import subprocess

import dagster as dg

PROJECT = os.environ.get("SHOP", "/srv/shop")


@dg.op
def update(context: dg.OpExecutionContext) -> None:
    """Run `sluice update`; 75, another process is in the way, is tried again."""
    command = [f"{PROJECT}/.venv/bin/sluice", "update", "--quiet", "--project-dir", PROJECT]
    done = subprocess.run(command, capture_output=True, text=True)
    context.log.info(done.stdout)
    if done.returncode == 75:
        raise dg.RetryRequested(max_retries=2, seconds_to_wait=120)
    if done.returncode:
        raise dg.Failure(f"exit code {done.returncode}: {done.stderr.strip()}", allow_retries=False)


@dg.job
def sluice_update() -> None:
    """One update."""
    update()


defs = dg.Definitions(
    jobs=[sluice_update],
    schedules=[dg.ScheduleDefinition(job=sluice_update, cron_schedule="*/15 * * * *")],
)
