"""The side that is dbt's own: incremental models, a merge and a snapshot, with as many nodes.

Bronze reads the files whose names come after those that it has; silver and the quarantine take
what bronze loaded last. The current state is `incremental_strategy: merge` over each key's newest
event of the run, the history a snapshot of each key's newest event of all. As dbt documents it,
that is; `newer_only` adds what keeps a late event out: a condition on the merge, and deleted keys
that stay in the table, marked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from events import OPERATIONS
from rules import BROKEN, FIELDS, GOOD, NEWEST, read_json

BRONZE = f"""
{{% set last = '' %}}
{{% if is_incremental() %}}
    {{% set last = run_query('select max(file) from ' ~ this).columns[0].values()[0] %}}
{{% endif %}}
select
    {FIELDS}, file,
    timestamp '{{{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}}}' as loaded_at
from {read_json("'<landing>/*.json'")}
where file > '{{{{ last }}}}'
"""

NEW = """
{% if is_incremental() %}
    and loaded_at > (select coalesce(max(loaded_at), timestamp '1970-01-01') from {{ this }})
{% endif %}
"""

SILVER = f"""
select {FIELDS.replace("operation_date", "operation_date::timestamp as operation_date")}, loaded_at
from {{{{ ref('bronze') }}}}
where {GOOD} {NEW}
"""
QUARANTINE = f"select * from {{{{ ref('bronze') }}}} where {BROKEN} {NEW}"

CURRENT = f"select * from {{{{ ref('silver') }}}} where true {NEW} {NEWEST}"
SNAPSHOT = f"""
{{% snapshot history %}}
select {FIELDS}
from (select * from {{{{ ref('silver') }}}} {NEWEST})
where operation <> 'DELETE'
{{% endsnapshot %}}
"""


def files_of(landing: Path, newer_only: bool) -> dict[str, Any]:
    """The files of the project: four models, a snapshot and three tests."""
    merge = {"materialized": "incremental", "incremental_strategy": "merge", "unique_key": "id"}
    if newer_only:
        is_newer = "DBT_INTERNAL_SOURCE.operation_date > DBT_INTERNAL_DEST.operation_date"
        merge["merge_update_condition"] = is_newer
    else:
        merge["post_hook"] = "delete from {{ this }} where operation = 'DELETE'"
    known = {"accepted_values": {"arguments": {"values": list(OPERATIONS)}}}
    silver = {
        "name": "silver",
        "columns": [
            {"name": "id", "data_tests": ["not_null"]},
            {"name": "operation", "data_tests": [known]},
            {"name": "operation_date", "data_tests": ["not_null"]},
        ],
    }
    snapshot = {
        "strategy": "timestamp",
        "unique_key": "id",
        "updated_at": "operation_date",
        "hard_deletes": "invalidate",
    }
    appended = {"materialized": "incremental", "incremental_strategy": "append"}
    models = [{"name": name, "config": appended} for name in ("bronze", "quarantine")]
    models += [{**silver, "config": appended}, {"name": "customers", "config": merge}]
    bronze = BRONZE.replace("<landing>", str(landing))
    return {
        "packages.yml": None,
        "models/all.yml": {"models": models},
        "snapshots/all.yml": {"snapshots": [{"name": "history", "config": snapshot}]},
        "models/bronze.sql": bronze,
        "models/silver.sql": SILVER,
        "models/quarantine.sql": QUARANTINE,
        "models/customers.sql": CURRENT,
        "snapshots/history.sql": SNAPSHOT,
    }
