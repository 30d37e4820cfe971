"""Values, lines and files of a kind that one fault was found in: the neighbours of that fault."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landing import put
from project import Project
from sources import ID, corrupt, ids, ledger, rows, same, source

RESCUED = "(rescued)"

# name: (type, {JSON value: its text, or RESCUED})
NESTED: dict[str, tuple[str, dict[str, Any]]] = {
    "a_name_that_holds_date": (
        "struct(last_update integer, seen timestamp)",
        {
            '{"last_update": 1, "seen": "2026-01-02T03:04:05Z"}': (
                "{'last_update': 1, 'seen': '2026-01-02 03:04:05'}"
            ),
            '{"last_update": 1.5, "seen": "2026-01-02 03:04:05"}': RESCUED,
        },
    ),
    "moments": (
        "timestamp[]",
        {
            '["2026-01-02", "2026-01-02 03:04"]': "['2026-01-02 00:00:00', '2026-01-02 03:04:00']",
            '["2026-01-02 03:04:05 EST"]': RESCUED,
            '["2026-01-02 03:04:05+02:00"]': RESCUED,
            '["2026-01-02 03:04:05.1234567"]': RESCUED,
        },
    ),
    "dates": ("date[]", {'["2026-01-02"]': "[2026-01-02]", '["2026-01-02 10:00:00"]': RESCUED}),
    "moments_with_a_zone": (
        "timestamptz[]",
        {'["2026-01-02 03:04:05"]': RESCUED, '["2026-01-02 03:04:05.1234567Z"]': RESCUED},
    ),
    "bytes": ("struct(b blob)", {'{"b": "\\\\xFF"}': RESCUED}),
}
FLAT: dict[str, tuple[str, dict[str, Any]]] = {
    "json": (
        "json",
        {
            '" {\\"a\\": 1.10}"': ' {"a": 1.10}',
            '"[1]"': "[1]",
            '"{broken"': '"{broken"',
            '"5"': '"5"',
            "5": "5",
            '"hello"': '"hello"',
            '{"a": "[1]"}': '{"a":"[1]"}',
        },
    ),
    "numbers_that_are_rounded_on_the_way": (
        "bigint",
        {"1.00000000000000000001e0": RESCUED, "9007199254740993.0": RESCUED, '"2.0"': RESCUED},
    ),
    "small_decimals": (
        "decimal(12, 4)",
        {"1.5e-3": "0.0015", "1e-4": "0.0001", "1.25e-4": RESCUED, "123456789e-13": RESCUED},
    ),
    "an_offset_behind_a_blank": ("timestamp", {'"2026-07-01 12:00:00 +02"': RESCUED}),
    "half_a_day": ("timestamp", {'"2026-07-01 12:00:00 PM"': RESCUED}),
    "intervals": (
        "interval",
        {
            '"1 day -02:00:00"': "1 day -02:00:00",
            '"12:30:45 EST"': RESCUED,
            '"0.1234567 seconds"': RESCUED,
        },
    ),
}


@pytest.fixture(scope="module")
def landed(shared_project: Project) -> Project:
    """A bronze table for each entry."""
    for name, (kind, given) in {**NESTED, **FLAT}.items():
        lines = [f'{{"id": {id}, "v": {raw}}}\n' for id, raw in enumerate(given)]
        put(shared_project.root / f"landing/{name}/a.json", "".join(lines))
        hints = {"columns": {"id": "integer", "v": kind}}
        source(shared_project, f"k_{name}", f"landing/{name}", **hints)
    shared_project.run()
    return shared_project


@pytest.mark.parametrize("name", [*NESTED, *FLAT])
def test_a_value_is_what_it_says_or_is_rescued(landed: Project, name: str) -> None:
    """Also within lists and structs, whatever their fields are called."""
    given = {**NESTED, **FLAT}[name][1]
    found = landed.query(
        f"select v::varchar as v, _rescued_data as rest from lake.k_{name} order by id"
    )
    assert len(found) == len(given)
    got = [
        RESCUED if row["v"] is None and "v" in json.loads(row["rest"] or "{}") else row["v"]
        for row in found
    ]
    assert dict(zip(given, got, strict=True)) == given


def test_a_time_without_an_offset_is_utc(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for moments: the zone of the machine has no say."""
    put(project.root / "landing/a.json", '{"t": "12:30"}\n{"t": "12:30:45.5"}\n')
    source(project, "bronze", "landing", columns={"t": "timetz"})
    project.write_profiles()
    profiles = json.loads((project.root / "profiles.yml").read_text())
    profiles["consumer"]["outputs"]["test"]["settings"] = {"TimeZone": "America/New_York"}
    project.write("profiles.yml", json.dumps(profiles))
    project.run()
    found = project.query("select t::varchar as t from lake.bronze order by 1")
    assert [row["t"] for row in found] == ["12:30:00+00", "12:30:45.5+00"]


def test_paths_are_compared_letter_by_letter(project: Project) -> None:
    """A default_collation that ignores case makes one file of two: neither is lost."""
    profiles = json.loads((project.root / "profiles.yml").read_text())
    profiles["consumer"]["outputs"]["test"]["settings"] = {"default_collation": "nocase"}
    project.write("profiles.yml", json.dumps(profiles))
    put(project.root / "landing/a.json", '{"id": 1}\n')
    source(project, "bronze", "landing", **ID)
    project.run()
    put(project.root / "landing/A.json", '{"id": 2}\n{"id": 3}\n')
    put(project.root / "landing/b.json", '{"id": 4}\n')
    put(project.root / "landing/B.json", '{"id": 5, "new": 1, "NEW": 2}\n{"id": 6, "New": 1}\n')
    project.run()
    found = project.query("select id, _metadata.file_name as file from lake.bronze order by id")
    files = ["a.json", "A.json", "A.json", "b.json", "B.json", "B.json"]
    assert [(row["id"], row["file"]) for row in found] == list(enumerate(files, start=1))
    entries = {row["file"]: row["rows"] for row in ledger(project, "bronze")}
    assert entries == {"a.json": 1, "A.json": 2, "b.json": 1, "B.json": 2}
    project.run()
    assert len(ledger(project, "bronze")) == 4


def test_mixed_line_ends_are_read(project: Project) -> None:
    """DuckDB's reader is lax about quotation marks then; where there are any, ours reads."""
    put(project.root / "landing/a.csv", "id,name\r\n1,a\n2,b\r\n")
    put(project.root / "landing/b.csv", 'id,name\r\n3,"c"x\n4,d\r\n')
    put(project.root / "landing/c.csv", "id,name\r\n5,e,f\n6,g\r\n")
    source(project, "bronze", "landing", format="csv")
    project.run()
    names = {1: "a", 2: "b", 4: "d", 6: "g"}
    fitting = [{"id": id_, "name": name} for id_, name in names.items()]
    same(rows(project, "bronze"), [*fitting, corrupt('3,"c"x'), corrupt("5,e,f")])
    assert {row["status"] for row in ledger(project, "bronze")} == {"INGESTED"}


def test_a_line_of_some_megabytes_is_read_in_any_file(project: Project) -> None:
    """The reader for short lines gives way to the one for long ones."""
    long = json.dumps({"id": 1, "text": "x" * (3 << 20)})
    put(project.root / "landing/json/a.json", f'{long}\n{{"id": 2}}\n')
    put(project.root / "landing/csv/a.csv", f"id,text\n1,{'x' * (3 << 20)}\n2,y\n")
    source(project, "lines", "landing/json", **ID)
    source(project, "cells", "landing/csv", format="csv", **ID)
    project.run()
    for name in ("lines", "cells"):
        found = project.query(f"select id, len(text) as size from lake.{name} order by id")
        assert (found[0]["size"], len(found)) == (3 << 20, 2)
        assert ledger(project, name)[0]["status"] == "INGESTED"


def test_a_limit_goes_on_where_a_location_became_absolute(project: Project) -> None:
    """The files that are known by another spelling take no place of new ones."""
    for number in range(4):
        put(project.root / f"landing/{number}.json", f'{{"id": {number}}}\n')
    source(project, "bronze", "landing", **ID)
    project.run()
    put(project.root / "landing/9.json", '{"id": 9}\n')
    source(project, "bronze", project.root / "landing", max_files_per_run=1, **ID)
    for _ in range(2):
        project.run()
        same(rows(project, "bronze"), ids(0, 1, 2, 3, 9))
    project.run("--full-refresh")  # nothing is gone
    assert len(rows(project, "bronze")) == 1


def test_a_rewritten_file_is_known_where_a_location_became_absolute(project: Project) -> None:
    """Once the spelling is known, a file is known by its path, as ever."""
    put(project.root / "landing/a.json", '{"id": 1}\n')
    put(project.root / "landing/b.json", '{"id": 2}\n')
    source(project, "bronze", "landing", **ID)
    project.run()
    put(project.root / "landing/b.json", '{"id": 2}\n{"id": 3}\n')
    source(project, "bronze", project.root / "landing", **ID)
    project.run()
    same(rows(project, "bronze"), ids(1, 2))


def test_an_lsn_that_comes_as_text_is_a_number(project: Project) -> None:
    """0/9F0000 is before 0/10F0000."""
    events = [
        {"op": "c", "source": {"lsn": "0/9F0000"}, "after": {"id": 1, "v": "old"}},
        {"op": "u", "source": {"lsn": "0/10F0000"}, "after": {"id": 1, "v": "new"}},
        {"op": "u", "source": {"lsn": 1}, "after": {"id": 1, "v": "oldest"}},
    ]
    loaded = [{"payload": json.dumps(event)} for event in events]
    project.load("events", loaded, payload="varchar")
    project.model("envelopes", "select payload::json as payload from raw.events")
    call = (
        "sluice.changes_from_debezium(ref('envelopes'), columns={'id': 'int', 'v': 'text'},"
        " sequence='source.lsn')"
    )
    project.apply_changes(
        "t",
        f"select * from {{{{ {call} }}}}",
        keys="id",
        sequence_by="__source_lsn",
        column_list=["id", "v"],
    )
    project.run()
    assert project.rows("t") == [{"id": 1, "v": "new"}]


@pytest.mark.parametrize("kind", ["org.apache.kafka.connect.data.Decimal", "integr", "a.b.C"])
def test_a_type_that_is_none_is_told(project: Project, kind: str) -> None:
    """A decimal in bytes needs its scale, and a misspelt type is told before anything runs."""
    project.load("events", [{"payload": "{}"}], payload="varchar")
    call = (
        f"sluice.changes_from_debezium('raw.events', columns={{'a': '{kind}'}}, sequence='ts_ms')"
    )
    project.model("t", f"select * from {{{{ {call} }}}}", materialized="table")
    error = project.run_expecting_error(command="run")
    assert "the type of column 'a' must" in error and kind in error
