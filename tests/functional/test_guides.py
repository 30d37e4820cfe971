"""The guides, as somebody follows them: each file is written, each command run, each table seen."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import duckdb

import dbts
from engine_duckdb import DuckDB
from project import PACKAGE

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|--|//) (\S+\.\w+)\n(.*)", re.DOTALL)
"""A block whose first line names it is a whole file."""


def follow(page: str, folder: Path, database: str) -> list[str]:
    """Do what a page says, from its top to its end; the names of the tables that it showed.

    A block of `sh` holds commands, of which those of dbt and `mkdir -p` are run; one of `text` a
    table: its name, its columns, its rows.
    """
    seen = []
    folder.mkdir()
    text = (PACKAGE / "docs" / page).read_text(encoding="utf-8")
    for kind, body in BLOCK.findall(text):
        named = NAMED.fullmatch(body)
        if named:
            file = folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(named[2].replace("../sluice", str(PACKAGE)), encoding="utf-8")
        elif kind == "sh":
            for line in body.splitlines():
                if line.startswith("dbt "):
                    dbt(folder, *shlex.split(line)[1:])
                elif line.startswith("mkdir -p "):
                    (folder / line.split()[-1]).mkdir(parents=True, exist_ok=True)
        elif kind == "text":
            name, header, *lines = body.splitlines()
            shown = [re.split(r"  +", line.strip()) for line in lines]
            assert rows_of(folder / database, name, header.split()) == sorted(shown), name
            seen.append(name)
    return seen


def dbt(folder: Path, *words: str) -> None:
    """Run a command of dbt in a folder, to its end and without a warning."""
    try:
        ran = dbts.InProcess().run(folder, ["--warn-error", *words], None, ())
    finally:
        DuckDB.close()
    assert ran.success, ran.error + ran.log


def rows_of(database: Path, name: str, columns: list[str]) -> list[list[str]]:
    """The rows of a table as a page writes them."""

    def cell(value: object) -> str:
        if isinstance(value, list):
            return f"[{', '.join(value)}]"
        return "null" if value is None else str(value)

    with duckdb.connect(database, read_only=True) as con:
        found = con.execute(f"select {', '.join(columns)} from {name}").fetchall()
    return sorted([cell(value) for value in row] for row in found)


def test_your_first_pipeline(tmp_path: Path) -> None:
    """An empty folder, three files of a project, six of a pipeline, two of events."""
    tables = ["orders", "orders_silver__quarantine", "orders", "orders_history"]
    assert follow("your-first-pipeline.md", tmp_path / "shop", "shop.duckdb") == tables


def test_from_lakeflow(tmp_path: Path) -> None:
    """The files on the right side make the tables of the left one, over two runs."""
    folder = tmp_path / "shop"
    assert follow("from-lakeflow.md", folder, "shop.duckdb") == []
    text = (PACKAGE / "docs/your-first-pipeline.md").read_text(encoding="utf-8")
    files = {
        named[1]: named[2] for _, body in BLOCK.findall(text) if (named := NAMED.fullmatch(body))
    }
    for path in ("profiles.yml", "packages.yml"):
        (folder / path).write_text(files[path].replace("../sluice", str(PACKAGE)), encoding="utf-8")
    (folder / "dbt_project.yml").write_text("name: shop\nversion: 1.0.0\nprofile: shop\n")
    (folder / "landing/orders").mkdir(parents=True)
    dbt(folder, "deps")
    for day in ("monday", "tuesday"):
        path = f"landing/orders/{day}.json"
        (folder / path).write_text(files[path], encoding="utf-8")
        dbt(folder, "build")
    database = folder / "shop.duckdb"
    assert rows_of(database, "orders", ["order_id", "status"]) == [["1", "shipped"]]
    assert rows_of(database, "order_changes", ["order_id", "versions"]) == [["1", "4"], ["2", "1"]]
    assert rows_of(database, "orders_silver__quarantine", ["_sluice_violations"]) == [
        ["[has_an_order]"]
    ]


def test_three_feeds(tmp_path: Path) -> None:
    """Three kinds of feeds, of two days, in as few lines as the page says."""
    tables = ["orders_changes__quarantine", "orders", "orders_history", "lines", "products_history"]
    folder = tmp_path / "shop"
    assert follow("three-feeds.md", folder, "shop.duckdb") == tables
    files = [
        folder / named[1]
        for _, body in BLOCK.findall((PACKAGE / "docs/three-feeds.md").read_text(encoding="utf-8"))
        if (named := NAMED.fullmatch(body)) and not named[1].startswith("landing/")
    ]
    lines = [line for file in files for line in file.read_text().splitlines() if line]
    assert f"That is {len(lines)} lines in {len(files)} files" in (
        PACKAGE / "docs/three-feeds.md"
    ).read_text(encoding="utf-8")


def test_flows(tmp_path: Path) -> None:
    """A table in Python; a stream and a backfill into one; what changes there; what was known."""
    addresses, history = "customer_addresses", "customers_history"
    tables = [addresses, f"{addresses}__quarantine", addresses, "customers", "customers_out"]
    tables += [history, history, "origins_at_3", "purchases", "customers_copy"]
    folder = tmp_path / "shop"
    assert follow("flows.md", folder, "shop.duckdb") == tables
    assert sorted(file.name for file in (folder / "outbox").iterdir()) == [
        "00000001.json",
        "00000002.json",
    ]
