"""A session's settings change nothing: they may stand in any profile.

The same events and files run under each setting; all that they become is held against the run
without any.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from engine import is_lake
from engine_cases import SCD2, SEVERAL_THREADS, found, judged, load, settings, source, streaming
from landing import put
from project import NIGHTLY, Project

ORDER = pytest.mark.duckdb_file("default_order: DESC, with which it mixes up its lists of columns")
HOSTILE: dict[str, dict[str, Any]] = {
    "default_order": {"default_order": "DESC"},
    "nulls_first": {"default_null_order": "nulls_first"},
    "nulls_last": {"default_null_order": "nulls_last"},
    "nulls_first_on_asc": {"default_null_order": "nulls_first_on_asc_last_on_desc"},
    "TimeZone": {"TimeZone": "America/New_York"},
    "default_collation": {"default_collation": "nocase"},
    "integer_division": {"integer_division": True},
    "ieee_floating_point_ops": {"ieee_floating_point_ops": False},
    "preserve_insertion_order": {"preserve_insertion_order": False},
    "errors_as_json": {"errors_as_json": True},
    "one thread": {"threads": 1},
    "four threads": {"threads": 4},
}
ALONE = ["default_order", "nulls_first", "TimeZone", "default_collation", "four threads"]
"""What is looked at by itself in each run of the tests; in the nightly one, all are."""
if NIGHTLY:
    ALONE = [*HOSTILE]
NOT_IN_A_LAKE = {"default_order": ORDER, "four threads": SEVERAL_THREADS}
THREADS = {"one thread": 1, "four threads": 4}
ALL = {name: value for setting in HOSTILE.values() for name, value in setting.items()} | {
    "default_null_order": "nulls_first"
}

HINTS = {
    "id": "integer",
    "v": "varchar",
    "w": "double",
    "op": "varchar",
    "seq": "integer",
    "moment": "varchar",
    "day": "timestamp",
}
SILVER = """\
select {{ sluice.star(ref('bronze'), except=['moment']) }},
    try_cast(moment as timestamptz) as moment
from {{ sluice.stream(ref('bronze')) }}
"""
CHANGES = "sluice.changes_from_snapshots(ref('extracts'), keys=['id'], version='seq')"
OPTIONS = {
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "column_list": ["id", "v", "w", "day"],
}
TABLES = {
    "bronze": "* exclude (_metadata), _metadata.file_name as file_name",
    "silver": "* exclude (_metadata), _metadata.file_name as file_name",
    "silver__quarantine": "* exclude (_metadata, _sluice_update_id, _sluice_quarantined_at)",
    "now": "*",
    "history": "*",
    "by_moment": "*",
    "emptied": "*",
    "filled": "*",
    "snap": "*",
    "products": "*",
}
NAMES = ["a1.json", "B1.json", "a2.json", "B2.json", "a3.json", "B3.json"]
LANDED = [[0, 1, 2, 3], [4, 5], []]
"""The files that land before each run, which takes two of those that it did not read."""
COUNTS = [
    "input_rows",
    "output_rows",
    "dropped_rows",
    "upserted_rows",
    "deleted_rows",
    "late_rows",
    "duplicate_rows",
    "conflicts",
]


def write(project: Project) -> None:
    """Files, rules, every kind of target, and full extracts."""
    options = {"columns": HINTS, "max_files_per_run": 2}
    streaming(project, "bronze", source(project, "landing/*.json", **options))
    rules = {"has_key": "id is not null or op = 'T'", "clean": "_rescued_data is null"}
    judged(project, "silver", rules, SILVER)
    read = "select * from {{ sluice.stream(ref('silver')) }}"
    type2 = {"keys": ["id"], "stored_as_scd_type": 2, **OPTIONS}
    truncates = {"apply_as_truncates": "op = 'T'"}
    no_truncates = f"{read} where op <> 'T'"
    project.apply_changes("now", read, keys=["id"], **OPTIONS, **truncates)
    project.apply_changes("history", no_truncates, **type2)
    by_moment = {**type2, "sequence_by": "moment", "track_history_column_list": ["v"]}
    project.apply_changes("by_moment", no_truncates, **by_moment)
    project.apply_changes("emptied", read, **{**type2, "sequence_by": ["seq", "w"]}, **truncates)
    project.apply_changes("filled", no_truncates, ignore_null_updates=True, **type2)
    project.snapshot("snap", read, unique_key="id", **OPTIONS, **truncates)
    streaming(project, "extracts", "select * from raw.extracts")
    products = {**SCD2, "apply_as_deletes": "__op = 'DELETE'", "except_column_list": ["__op"]}
    project.apply_changes("products", f"select * from {{{{ {CHANGES} }}}}", **products)


def events() -> list[str]:
    """Lines of six keys: nulls, late and equal sequences, case, deletes, truncates, dirt."""
    rng = random.Random(6)
    names = ["bob", "Bob", "BOB", "ada", "Ada", None]
    lines = []
    for number in range(160):
        seq = max(1, number // 3 - rng.choice([0, 0, 0, 7]))
        event = {
            "id": rng.randint(1, 6),
            "v": rng.choice(names),
            "w": rng.choice([1, 2, 2.5]),
            "op": rng.choice("UUUUUUD"),
            "seq": seq,
            "moment": f"2026-03-08T{seq % 12:02}:30:00+00:00",
            "day": f"2026-03-08 0{rng.randint(1, 3)}:30:00",
        }
        if rng.random() < 0.03:
            event |= {"id": None, "op": "T"}
        if rng.random() < 0.05:
            event |= {"id": rng.choice([None, "seven"])}
        lines.append(json.dumps(event) + "\n")
    return lines


def outcome(project: Project, values: Mapping[str, Any], *, threads: int = 1) -> dict[str, Any]:
    """Every table, the ledger and the counts after three runs in an empty database."""
    settings(project, values, threads=threads)
    project.drop_database()
    landing = project.root / "landing"
    shutil.rmtree(landing, ignore_errors=True)
    lines = events()
    counted = []
    for number in range(3):
        for part in LANDED[number]:
            file = put(landing / NAMES[part], "".join(lines[part * 25 :][:25]))
            os.utime(file, (1_800_000_000 + part, 1_800_000_000 + part))
        extract = [(1, None), (2, "bob"), (3, "x")][: 3 - number]
        rows = [(key, "Bob" if v == "bob" and number else v, number) for key, v in extract]
        load(project, *rows, table="extracts", id="integer", v="varchar", seq="integer")
        project.build()
        flows = project.flows()
        counted.append(
            {name: [flow[f"num_{count}"] for count in COUNTS] for name, flow in flows.items()}
        )
    ledger = project.query(
        "select parse_filename(path) as file, batch, rows, status from lake_sluice.files"
    )
    rules = project.query(
        "select dataset, expectation, passed_records, failed_records from lake_sluice.data_quality"
    )
    return {
        "counts": counted,
        "ledger": sorted(tuple(row.values()) for row in ledger),
        "quality": sorted(tuple(row.values()) for row in rules),
        **{name: found(project, name, columns) for name, columns in TABLES.items()},
    }


@pytest.fixture(scope="module")
def pipeline(shared_project: Project) -> Project:
    """The project, written once; a run under other settings needs no other parse."""
    write(shared_project)
    return shared_project


@pytest.fixture(scope="module")
def expected(pipeline: Project) -> dict[str, Any]:
    """What comes of the events without any setting."""
    usual = outcome(pipeline, {})
    assert len(usual["bronze"]) == 150 and len(usual["history"]) > 40
    assert usual["silver__quarantine"] and usual["emptied"] and len(usual["products"]) == 4
    return usual


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=NOT_IN_A_LAKE.get(name, ())) for name in ALONE]
)
def test_a_setting_of_the_session_changes_no_table(
    pipeline: Project, expected: dict[str, Any], name: str
) -> None:
    """`default_order: DESC` turned histories round, and so did the collation.

    Ties, versions and filled nulls are decided by what the macros write. Which
    files a run takes, and what the event log counts, is the same as well.
    """
    changed = outcome(pipeline, HOSTILE[name], threads=THREADS.get(name, 1))
    assert [part for part in expected if changed[part] != expected[part]] == []


def test_all_settings_together_change_no_table(pipeline: Project, expected: dict[str, Any]) -> None:
    """All at once, with four threads of dbt where the engine bears them."""
    left_out = "default_order" if is_lake() else None
    values = {name: value for name, value in ALL.items() if name != left_out}
    changed = outcome(pipeline, values, threads=1 if is_lake() else 4)
    assert [part for part in expected if changed[part] != expected[part]] == []


@ORDER
def test_the_order_of_the_session_turns_no_history_round(project: Project) -> None:
    """The rows of the case itself."""
    settings(project, {"default_order": "DESC"})
    project.apply_changes("history", **SCD2)
    project.apply_changes("filled", **SCD2, ignore_null_updates=True)
    load(project, (1, "a", "U", 10), (1, "b", "U", 20), (1, "b", "U", 25))
    project.build()
    load(project, (2, "b", "U", 10), (2, None, "D", 20), (1, None, "U", 30))
    project.build()
    ended = [(1, "a", 10, 20), (2, "b", 10, 20)]
    versions = [*ended, (1, "b", 20, 30), (1, None, 30, None)]
    columns = "id, v, valid_from, valid_to"
    assert found(project, "history", columns) == sorted(versions, key=repr)
    assert found(project, "filled", columns) == sorted([*ended, (1, "b", 20, None)], key=repr)


@pytest.mark.ducklake("default_order: DESC, with which it mixes up its lists of columns")
def test_an_order_with_which_a_lake_fails_is_refused(project: Project) -> None:
    """Before anything is written, instead of DuckLake's `Could not convert string`."""
    settings(project, {"default_order": "DESC"})
    project.apply_changes("now", **SCD2)
    load(project, (1, "a", "U", 10))
    error = project.run_expecting_error()
    assert "default_order: DESC" in error and "way out: leave the setting out" in error
    assert "now" not in project.relations()
