"""sluice.forget: keys are gone from every table, stay gone, and nothing else has changed."""

from __future__ import annotations

import re
from collections import Counter

import duckdb
import pytest

from dbts import is_v2
from engine import is_spark
from people import (
    ANN,
    BOB,
    CID,
    HELD,
    OPTIONS,
    STREAM,
    everything,
    forget,
    land,
    people,
    traces,
)
from project import Project
from scripts import calls

OURS = re.compile(
    r"lake_sluice\.(event_log|updates|flows|data_quality|checkpoints|forgotten_keys|\w+__version)"
)
HERS = re.compile(r"ann|\b700200300001\b|'id', 1\)", re.IGNORECASE)
BROKEN = [(1, "ann.broken@x.org", "Ann Quill", 100, "U"), (2, "bob.broken@x.org", "Bob", 1, "U")]


@pytest.fixture(scope="module")
def built(shared_project: Project) -> Project:
    """Two batches of three people, one row of two each in the quarantine; a rule failed before."""
    landing = people(shared_project)
    if not is_spark():  # which refuses both
        shared_project.apply_changes("told", STREAM, **OPTIONS, change_data_feed=True)
        history = {**OPTIONS, "stored_as_scd_type": 2}
        shared_project.apply_changes("known", STREAM, **history, system_time=True)
    broken = land(landing, "0.json", BROKEN)
    shared_project.run_expecting_error(command="run")
    broken.unlink()
    land(landing, "1.json", ANN[:1] + BOB + HELD)
    shared_project.run()
    land(landing, "2.json", ANN[1:] + CID)
    shared_project.build()
    shared_project.engine.save()
    return shared_project


@pytest.fixture
def shop(built: Project) -> Project:
    """The same database for each test."""
    built.engine.restore()
    for file in (built.root / "landing").glob("[3-9]*.json"):
        file.unlink()
    return built


def users(project: Project) -> dict[str, Counter[str]]:
    """The user's tables, without what says which file and which run a row is of."""
    cut = re.compile(r", \('(_metadata|_sluice_\w+|dbt_\w+)'.*")
    return {
        table: Counter(cut.sub("", row) for row in rows.elements())
        for table, rows in everything(project).items()
        if table.startswith("lake.")
    }


def test_no_trace_is_left(shop: Project) -> None:
    """Whatever she was called then, in any column of any table; everything else is as it was."""
    assert "ann.broken" in str(traces(shop, "ann.broken")), (
        "the log has a sample of the broken rule"
    )
    before = everything(shop)
    bobs = traces(shop, "bob")
    for table in () if is_spark() else ("lake.known", "lake_sluice.told__feed"):
        assert any("ann@x.org" in row for row in before[table]), table

    run = forget(shop, where="email = 'ann@x.org'")

    assert run.success, run.error
    assert traces(shop, "ann", "quill", "700200300001") == []
    after = everything(shop)
    for table, rows in before.items():
        if not OURS.match(table):
            assert all(HERS.search(row) for row in rows - after[table]), table
            assert not after[table] - rows, table
    assert [row for row in traces(shop, "bob") if "event_log" not in row] == [
        row for row in bobs if "event_log" not in row
    ]
    log = "lake_sluice.event_log"
    assert all("FAILED" in row for row in before[log] - after[log])
    assert len(before[log] - after[log]) == 1, "only the message with her values went"
    for file in ("1.json", "2.json"):
        assert f"still in a file: {shop.root}/landing/{file}" in run.log


@pytest.mark.ducklake("it has files beside the catalog that keep deleted rows")
def test_what_is_said_of_a_lake_takes_the_rows_out_of_its_files(shop: Project) -> None:
    """The statements of the notice, one by one; nobody else is lost. The catalog has her, too."""

    def holds(text: str) -> list[str]:
        files = [*shop.engine.files().rglob("*.parquet")]
        found = [file.name for file in files if text.encode() in file.read_bytes()]
        with duckdb.connect(str(shop.engine.file())) as catalog:
            for (table,) in catalog.execute("select table_name from duckdb_tables()").fetchall():
                rows = catalog.execute(f'select * from "{table}"').fetchall()
                found += [table for row in rows if text in str(row)]
        return found

    run = forget(shop, where="email = 'ann@x.org'")
    assert run.success, run.error
    assert "database file" not in run.log
    assert holds("Ann Quill")
    after = everything(shop)
    calls = re.findall(r"call (ducklake_\w+\(.*?\)+)(?=[;\s]|$)", run.log)
    assert len(calls) == 4, run.log
    for call in calls:
        shop.query(f"call {call}")
    assert holds("Ann Quill") == holds("ann@x.org") == []
    assert holds("bob2@x.org")
    assert everything(shop) == after


def test_nothing_is_left_to_do(shop: Project) -> None:
    """The next run reads nothing, writes nothing, takes few calls, and proves all tables."""
    idle = shop.run()
    assert forget(shop).success
    tables = users(shop)
    checkpoints = shop.query("select * from lake_sluice.checkpoints order by all")

    run = shop.build()

    assert users(shop) == tables
    assert shop.query("select * from lake_sluice.checkpoints order by all") == checkpoints
    for name, flow in shop.flows().items():
        counts = [flow[f"num_{kind}_rows"] for kind in ("input", "upserted", "deleted", "output")]
        assert not any(counts), name
    for name in ("bronze", "silver"):
        assert len(calls(run, name)) == len(calls(idle, name)), name
    assert len(calls(run, "silver")) == (0 if is_v2() else 3), "the log of v2 does not say"


def test_what_comes_again_is_left_out(shop: Project) -> None:
    """Old files under another name, late events, a full refresh: hers are counted, never in."""
    assert forget(shop).success
    landing = shop.root / "landing"
    late = [(1, "ann3@x.org", "Ann Quill", 9, "U")]
    land(landing, "3.json", ANN + HELD[:1] + late + [(4, "dan@x.org", "Dan", 1, "U")])

    run = shop.build()

    assert traces(shop, "ann", "quill") == []
    assert len(calls(run, "bronze")) <= 12, "of which the types of the source's columns take two"
    told = shop.query(
        "select message from lake_sluice.event_log where dataset = 'bronze' and level = 'METRICS'"
        f" and update_id = '{run.invocation_id}'"
    )
    assert told == [{"message": "bronze COMPLETED: 1 input rows, 1 output rows, 4 forgotten rows"}]
    assert "dan@x.org" in str(shop.rows("customers"))
    rules = shop.query("select * from lake_sluice.data_quality where dataset = 'bronze'")
    assert rules[-1]["passed_records"] + rules[-1]["failed_records"] == 1
    tables = users(shop)
    shop.build("--full-refresh")
    assert users(shop) == tables
    for name in ("snapped", "kept", "history"):
        assert shop.dbt("run-operation", "sluice.rebuild", "--args", f"{{dataset: {name}}}").success
    assert users(shop) == tables


def test_a_dry_run_only_says(shop: Project) -> None:
    """The counts of each table; the database is as it was."""
    before = everything(shop)
    run = forget(shop, dry_run=True)
    assert run.success, run.error
    assert everything(shop) == before
    for words in (
        "1 key of bronze would be forgotten, with 23 rows",
        '"silver__quarantine": 1 row',
        '"kept__events": 2 rows',
        '"told__feed": 3 rows',
        '"known": 3 rows',
    ):
        assert words in run.log


def test_it_may_be_said_again_and_lifted(shop: Project) -> None:
    """A second call finds nothing; without the hash the key may come back."""
    assert forget(shop).success
    assert "nothing to forget" in forget(shop).log
    shop.query("delete from lake_sluice.forgotten_keys")
    land(shop.root / "landing", "3.json", ANN)
    shop.run()
    assert "ann@x.org" in str(shop.rows("customers"))


@pytest.mark.parametrize("source", ["silver", "customers", "history", "snapped"])
def test_from_a_table_downstream(shop: Project, source: str) -> None:
    """Its keys are followed up to the files' table, through what the queries make of them."""
    run = forget(shop, source, "customer_id = 700200300001")
    assert run.success, run.error
    assert traces(shop, "ann", "quill", "700200300001") == []


WRONG = {
    "an unknown source": ({"source": "nobody"}, ["source must name", "bronze", "nobody"]),
    "a condition": ({"where": "idd = 1"}, ["idd", "where"]),
    "no condition": ({"where": " "}, ["where must be an SQL condition"]),
    "keys": ({"keys": []}, ["keys must be a list of columns", "[]"]),
    "keys by model": ({"keys": {"bronze": 3}}, ["keys must be a list of columns"]),
    "dry_run": ({"dry_run": "no"}, ["dry_run must be true or false", "no"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(shop: Project, name: str) -> None:
    """What, where, what was expected; nothing has changed."""
    arguments, words = WRONG[name]
    before = everything(shop)
    run = forget(shop, **arguments)
    assert not run.success
    for word in words:
        assert word in run.error
    assert everything(shop) == before
