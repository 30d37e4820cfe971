"""Dagster with dagster-dbt: an asset a node, built by one dbt process."""

import os
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

project = DbtProject(project_dir=Path(os.environ.get("SHOP", "/srv/shop")))
project.prepare_if_dev()


@dbt_assets(manifest=project.manifest_path, project=project)
def datasets(context: dg.AssetExecutionContext, dbt: DbtCliResource):
    """`dbt build` of what is selected."""
    yield from dbt.cli(["build"], context=context).stream()


sluice_assets = dg.define_asset_job("sluice_assets", selection=[datasets])

defs = dg.Definitions(
    assets=[datasets],
    resources={"dbt": DbtCliResource(project_dir=project)},
    jobs=[sluice_assets],
    schedules=[dg.ScheduleDefinition(job=sluice_assets, cron_schedule="*/15 * * * *")],
)
