"""The side that is SQL by hand: one update of `warehouse.duckdb` in the current folder.

    python side_sql.py <landing folder> [--careless]

Bronze from the new files, silver with its rules and a quarantine, the current state and the
coalesced history; a transaction a table. The last line of its output is JSON: {"seconds": {table:
seconds}, "statements": how many}. `--careless` is wrong on purpose, to show that the check sees
it: the event that arrives last wins, and the history has each key's last version only.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

import hand_written
from events import COLUMNS, OPERATIONS
from rules import FIELDS, NEWEST, read_json

TYPES = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
TABLES = f"""
create table files (name varchar);
create table bronze ({TYPES}, file varchar);
create table silver ({TYPES.replace("operation_date varchar", "operation_date timestamp")});
create table quarantine (broken varchar[], {TYPES}, file varchar)
"""

BRONZE = f"""
create temp table new_bronze as from {read_json("getvariable('new_files')")};
insert into bronze from new_bronze;
insert into files select unnest(getvariable('new_files'))
"""

SILVER = f"""
create temp table checked as
select
    new_bronze.* replace (try_cast(operation_date as timestamp) as operation_date),
    operation_date as landed_date,
    list_filter([
        case when id is null then 'valid_id' end,
        case when (operation in {OPERATIONS}) is not true then 'valid_operation' end,
        case when try_cast(operation_date as timestamp) is null then 'valid_operation_date' end
    ], lambda broken: broken is not null) as broken
from new_bronze;
create temp view new_silver as select {FIELDS} from checked where broken = [];
insert into silver from new_silver;
insert into quarantine
select broken, * exclude (broken, landed_date) replace (landed_date as operation_date)
from checked where broken <> []
"""

CARELESS = {
    "customers": f"""
create or replace table customers as
select id, {hand_written.VALUES}
from (select *, rowid as arrival from silver)
qualify row_number() over (partition by id order by arrival desc) = 1""",
    "history": f"""
create or replace table history as
select silver.* exclude (operation, operation_date), operation_date as valid_from,
    null::timestamp as valid_to
from silver
{NEWEST}""",
}


def update(landing: Path, careless: bool) -> dict:
    """One update; seconds by table and the number of statements."""
    seconds: dict[str, float] = {}
    statements = 0
    with duckdb.connect("warehouse.duckdb") as con:
        is_first = not con.execute("from duckdb_tables() where table_name = 'files'").fetchall()
        if is_first:
            con.execute(TABLES)
        known = {name for (name,) in con.execute("from files").fetchall()}
        new = [str(file) for file in sorted(landing.glob("*.json")) if str(file) not in known]
        if not new:
            return {"seconds": {}, "statements": 2}
        con.execute(f"set variable new_files = {new}")
        if is_first:
            targets = hand_written.first_load("silver", "customers", "history")
        else:
            targets = hand_written.next_batch("silver", "new_silver", "customers", "history")
        targets = CARELESS if careless else targets
        for table, script in {"bronze": BRONZE, "silver": SILVER, **targets}.items():
            script = f"begin; {script}; commit"
            began = time.perf_counter()
            con.execute(script)
            seconds[table] = time.perf_counter() - began
            statements += len(con.extract_statements(script))
    return {"seconds": seconds, "statements": statements + 3 + 4 * is_first}


if __name__ == "__main__":
    print(json.dumps(update(Path(sys.argv[1]), "--careless" in sys.argv[2:])))
