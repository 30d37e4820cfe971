"""Show what the last update did: rows by layer, what was dropped and why, how the tables stand.

Everything comes from the event log that the update wrote (see models/operations), so this works
at any time after it. The database is the one of SLUICE_DB, or sluice.duckdb in the project.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
# The event log's schema; the tables' schema is `main`.
LOG = "main_sluice"
LAYERS = ("seeds", "bronze", "silver", "gold", "snapshots")


def database_path() -> Path:
    """Return the DuckDB file that dbt writes; a relative SLUICE_DB counts from the project."""
    return ROOT / os.environ.get("SLUICE_DB", "sluice.duckdb")


def last_update(con: duckdb.DuckDBPyConnection) -> str | None:
    """Return the id of the newest update, or None if there is no event log yet."""
    try:
        row = con.execute(
            f"select update_id from {LOG}.updates order by started_at desc limit 1"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None


def totals(con: duckdb.DuckDBPyConnection, update_id: str) -> tuple[int, int]:
    """Return (rows read from files, rows dropped by expectations) of one update."""
    return con.execute(
        f"""
        select
            coalesce(sum(num_input_rows) filter (
                where dataset in (select dataset from {LOG}.files)
            ), 0)::bigint,
            coalesce(sum(num_dropped_rows), 0)::bigint
        from {LOG}.flows
        where update_id = ?
        """,
        [update_id],
    ).fetchone()


def layers(manifest: Path) -> dict[str, str]:
    """Return {dataset: layer}: the first folder below models/, or `snapshots`.

    An absent manifest gives an empty dict; the table then has no layers.
    """
    if not manifest.exists():
        return {}
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    kinds = {
        "seed": lambda _: "seeds",
        "model": lambda node: node["path"].split("/")[0],
        "snapshot": lambda _: "snapshots",
    }
    return {
        node["name"]: kinds[node["resource_type"]](node)
        for node in nodes
        if node["resource_type"] in kinds
    }


def flows_table(flows: list[tuple], layer_of: dict[str, str]) -> Table:
    """Return the table of flows, in the order of the layers.

    flows: rows (dataset, status, rows in, rows out, dropped, seconds); a count may be None.
    """
    table = Table(title="Rows by layer", title_justify="left")
    for name in ("layer", "dataset", "status"):
        table.add_column(name)
    for name in ("rows in", "rows out", "dropped", "seconds"):
        table.add_column(name, justify="right")
    rank = {layer: position for position, layer in enumerate(LAYERS)}
    ordered = sorted(flows, key=lambda flow: rank.get(layer_of.get(flow[0]), len(rank)))
    for dataset, status, rows_in, rows_out, dropped, seconds in ordered:
        table.add_row(
            layer_of.get(dataset, ""),
            dataset,
            status,
            number(rows_in),
            number(rows_out),
            number(dropped),
            number(seconds, ".1f"),
        )
    return table


def dropped_table(rules: list[tuple]) -> Table:
    """Return the table of broken rules; rules: rows (dataset, rule, on_violation, failed)."""
    table = Table(title="Rows that broke a rule", title_justify="left")
    for name in ("dataset", "rule", "on violation"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    for *names, failed in rules:
        table.add_row(*names, number(failed))
    return table


def number(value: float | None, spec: str = ",") -> str:
    """Return the number as text, `-` for None."""
    return "-" if value is None else format(value, spec)


def count(con: duckdb.DuckDBPyConnection, relation: str) -> int | None:
    """Return the number of rows of a relation, None if it is not there."""
    try:
        return con.execute(f"select count(*) from {relation}").fetchone()[0]
    except duckdb.CatalogException:
        return None


def show(con: duckdb.DuckDBPyConnection, update_id: str, console: Console) -> None:
    """Print the summary of one update."""
    status, seconds = con.execute(
        f"""
        select any_value(status), any_value(epoch(finished_at) - epoch(started_at))
        from {LOG}.updates where update_id = ?
        """,
        [update_id],
    ).fetchone()
    flows = con.execute(
        f"""
        select dataset, status, num_input_rows,
            -- apply_changes counts the rows of the target that it wrote or removed
            coalesce(num_output_rows, num_upserted_rows + num_deleted_rows) as num_output_rows,
            num_dropped_rows, seconds
        from {LOG}.flows where update_id = ? order by dataset
        """,
        [update_id],
    ).fetchall()
    rules = con.execute(
        f"""
        select dataset, expectation, on_violation, sum(failed_records)::bigint as failed
        from {LOG}.data_quality
        where update_id = ?
        group by all
        having failed > 0
        order by dataset, failed desc, expectation
        """,
        [update_id],
    ).fetchall()

    target = ROOT / os.environ.get("DBT_TARGET_PATH", "target")
    console.print(f"\nUpdate {update_id}: {status} in {number(seconds, '.1f')} seconds\n")
    console.print(flows_table(flows, layers(target / "manifest.json")))
    if rules:
        console.print(dropped_table(rules))
    console.print(f"current customers  {number(count(con, 'main.customers'))}")
    console.print(f"history rows       {number(count(con, 'main.customers_history'))}")
    console.print("\nNext")
    for command, what in (
        ("make docs", "the docs site: lineage, columns, tests"),
        (".venv/bin/dbt show --inline 'select * from customers'", "look at a table"),
        (
            ".venv/bin/dbt show --inline 'select * from customers_cdc_silver__quarantine'",
            "what was dropped, and by which rules",
        ),
    ):
        console.print(f"  {command}\n      {what}", soft_wrap=True, highlight=False)


def report(path: Path, update_id: str | None = None) -> int:
    """Print the summary of an update, the last one by default; return the exit code.

    1 stands for: no database, no such update in it, or it is open elsewhere.
    """
    if not path.exists():
        return fail(f"there is no database at {path} yet: make run")
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        return fail(f"{path} can't be read now: {error}")
    with con:
        newest = last_update(con)
        if newest is None:
            return fail(f"no update is in {path} yet: make run")
        update_id = update_id or newest
        known = f"select 1 from {LOG}.updates where update_id = ?"
        if not con.execute(known, [update_id]).fetchone():
            return fail(f"{path} knows no update {update_id}; the last one is {newest}")
        # A width of its own where there is no terminal, so that a log keeps the tables whole.
        width: dict[str, Any] = {} if sys.stdout.isatty() else {"width": 110}
        show(con, update_id, Console(**width))
    return 0


def fail(message: str) -> int:
    """Print why there is no summary and return 1."""
    print(f"summary: {message}", file=sys.stderr)
    return 1


def main() -> int:
    """Read the arguments and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", metavar="ID", help="this update instead of the last one")
    return report(database_path(), parser.parse_args().update)


if __name__ == "__main__":
    sys.exit(main())
