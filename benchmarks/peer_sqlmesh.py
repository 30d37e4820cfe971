"""The side that is SQLMesh: one update of `warehouse.duckdb` in the current folder.

    python peer_sqlmesh.py <landing folder>

Bronze, silver and the quarantine are incremental by the day of landing, which is in a file's name,
so a late event does not fall out of the interval. The current state is INCREMENTAL_BY_UNIQUE_KEY
over each key's newest event of the interval; deleted keys stay in it, marked, and the check leaves
them out. The history is SCD_TYPE_2_BY_TIME over each key's newest event of all. The first update
is a plan, the others are runs at the end of the day of the newest file.
"""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"

from sqlmesh.core.config import (
    Config,
    DuckDBConnectionConfig,
    GatewayConfig,
    ModelDefaultsConfig,
)
from sqlmesh.core.context import Context

from rules import BROKEN, FIELDS, GOOD, NEWEST, read_json

DAYS = "where landed between @start_date and @end_date"
BY_DAY = "incremental_by_time_range (time_column landed)"
MODELS = {
    "bronze": (
        BY_DAY,
        f"""select {FIELDS}, landed from (
            select *, regexp_extract(file, '(....-..-..).json$', 1)::date as landed
            from {read_json("'<landing>/*.json'")}
        ) {DAYS}""",
    ),
    "silver": (
        BY_DAY,
        f"""select * replace (operation_date::timestamp as operation_date)
        from bench.bronze {DAYS} and {GOOD}""",
    ),
    "quarantine": (BY_DAY, f"select {FIELDS}, landed from bench.bronze {DAYS} and {BROKEN}"),
    "customers": (
        "incremental_by_unique_key (unique_key id)",
        f"select {FIELDS}, landed from bench.silver {DAYS} {NEWEST}",
    ),
    "history": (
        "scd_type_2_by_time (unique_key id, updated_at_name operation_date,"
        " updated_at_as_valid_from true, invalidate_hard_deletes true)",
        f"""select {FIELDS} from (select {FIELDS} from bench.silver {NEWEST})
        where operation <> 'DELETE'""",
    ),
}


def update(landing: Path) -> None:
    """One update, at the end of the day of the newest file."""
    files = sorted(landing.glob("*.json"))
    end = date.fromisoformat(files[-1].stem[-10:]) + timedelta(days=1)
    is_first = not Path("warehouse.duckdb").exists()
    if is_first:
        Path("models").mkdir()
        for name, (kind, query) in MODELS.items():
            head = f"MODEL (name bench.{name}, kind {kind}, start '2026-01-01', cron '@daily');\n"
            Path(f"models/{name}.sql").write_text(head + query.replace("<landing>", str(landing)))
    config = Config(
        gateways={
            "bench": GatewayConfig(connection=DuckDBConnectionConfig(database="warehouse.duckdb"))
        },
        default_gateway="bench",
        model_defaults=ModelDefaultsConfig(dialect="duckdb"),
    )
    context = Context(paths=".", config=config)
    if is_first:
        context.plan(auto_apply=True, no_prompts=True, execution_time=end, skip_tests=True)
    else:
        context.run(execution_time=end)


if __name__ == "__main__":
    update(Path(sys.argv[1]))
