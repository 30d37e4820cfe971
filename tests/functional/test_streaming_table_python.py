"""Streaming tables in Python: new rows only, once, with rules and ledger as in SQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine_cases import SCD1, found, has, ids, land, load, source, streaming, told
from project import Project

pytestmark = [
    pytest.mark.dbt_v1("it runs no Python models on DuckDB"),
    pytest.mark.not_on_spark("dbt runs no Python models through the Thrift server"),
]

FEED = "select id, v, op, seq from raw.events"
READS = """\
def model(dbt, session):
    dbt.ref("up")
    return stream("up"){suffix}
"""
FILES = """\
def model(dbt, session):
    dbt.source("files", "events")
    return read_files("files", "events"){suffix}
"""


def events(*keys: int) -> list[tuple]:
    """An upsert a key, whose sequence is the key."""
    return [(key, f"v{key}", "U", key) for key in keys]


@pytest.mark.parametrize("suffix", ["", ".df()", ".to_arrow_table()"], ids=["", "pandas", "arrow"])
def test_new_rows_only(project: Project, suffix: str) -> None:
    """Each batch of a stream comes once, whatever kind of frame the model returns."""
    streaming(project, "up", FEED)
    streaming(project, "down", READS.format(suffix=suffix))
    for keys in ([1, 2], [3], []):
        load(project, *events(*keys))
        project.run()
    assert ids(project, "down") == [1, 2, 3]
    assert list(project.columns("down").items())[:4] == list(project.columns("up").items())[:4]
    assert found(project, "down", "id, v, op, seq") == found(project, "up", "id, v, op, seq")
    assert project.flows()["down"]["num_input_rows"] == 0


@pytest.mark.parametrize("suffix", ["", ".df()", ".to_arrow_table()"], ids=["", "pandas", "arrow"])
def test_new_files_only(project: Project, suffix: str) -> None:
    """Each file is read once and in the ledger, with its rows; what is no row is rescued."""
    source(project, project.root / "landing/*.json")
    streaming(project, "down", FILES.format(suffix=suffix))
    land(project.root / "landing", "a.json", {"id": 1, "v": "a"}, {"id": 2, "v": "b"})
    project.run()
    (project.root / "landing/b.json").write_text('{"id": 3, "v": "c"}\nno json\n')
    project.run()
    project.run()
    assert found(project, "down", "id, v, _rescued_data") == [
        (1, "a", None),
        (2, "b", None),
        (3, "c", None),
        (None, None, '{"_corrupt_record":"no json"}'),
    ]
    ledger = project.query('select * from "lake_sluice".files order by path')
    counted = [(Path(row["path"]).name, row["rows"]) for row in ledger]
    assert counted == [("a.json", 2), ("b.json", 2)]


def test_two_streams_and_files(project: Project) -> None:
    """A model may read several; each has a checkpoint of its own."""
    source(project, project.root / "landing/*.json")
    streaming(project, "up", FEED)
    streaming(project, "up_too", "select id, v from raw.more")
    streaming(
        project,
        "down",
        """\
        import pandas as pd

        def model(dbt, session):
            dbt.ref("up"), dbt.ref("up_too"), dbt.source("files", "events")
            parts = [stream("up"), stream('up_too'), read_files("files", "events")]
            return pd.concat([part.select("id, v").df() for part in parts])
        """,
    )
    load(project, *events(1))
    load(project, (10, "x"), table="more", id="integer", v="varchar")
    land(project.root / "landing", "a.json", {"id": 100, "v": "a"})
    project.run()
    assert ids(project, "down") == [1, 10, 100]
    load(project, table="more", id="integer", v="varchar")
    load(project, *events(2))
    project.run()
    assert ids(project, "down") == [1, 2, 10, 100]


def test_what_was_not_asked_for_comes_later(project: Project) -> None:
    """A model that comes to its end before it asks for a stream or files has not read them."""
    source(project, project.root / "landing/*.json")
    streaming(project, "up", FEED)
    streaming(project, "up_too", "select id, v, op, seq from raw.more")
    streaming(
        project,
        "down",
        """\
        import pandas as pd

        def model(dbt, session):
            dbt.ref("up"), dbt.ref("up_too"), dbt.source("files", "events")
            rows = stream("up").df()
            if not rows.empty:
                rest = [stream("up_too"), read_files("files", "events").select("id, v, op, seq")]
                rows = pd.concat([rows] + [part.df() for part in rest])
            return rows
        """,
    )
    land(project.root / "landing", "a.json", {"id": 100, "v": "a", "op": "U", "seq": 1})
    load(project)
    load(project, *events(10), table="more", id="integer", v="varchar", op="varchar", seq="integer")
    project.run()
    assert ids(project, "down") == []
    assert project.query('select * from "lake_sluice".files') == []
    load(project, *events(1))
    project.run()
    assert ids(project, "down") == [1, 10, 10, 100]
    load(project, *events(2), table="more", id="integer", v="varchar", op="varchar", seq="integer")
    load(project, *events(2))
    project.run()
    assert ids(project, "down") == [1, 2, 2, 10, 10, 100]


def test_rules_and_quarantine(project: Project) -> None:
    """What breaks a rule that drops goes to the quarantine."""
    streaming(project, "up", FEED)
    project.write("models/down.py", READS.format(suffix=".df()"))
    rule = {
        "name": "small",
        "arguments": {"expression": "id < 3"},
        "config": {"meta": {"on_violation": "drop"}},
    }
    node = {"name": "down", "config": {"materialized": "streaming_table"}}
    node["data_tests"] = [{"sluice.expectation": rule}]
    project.write("models/down.yml", json.dumps({"models": [node]}))
    load(project, *events(1, 2, 3, 4))
    project.run()
    assert ids(project, "down") == [1, 2]
    assert ids(project, "down__quarantine") == [3, 4]
    assert project.flows()["down"]["num_dropped_rows"] == 2


def test_what_no_table_has(project: Project) -> None:
    """A model that asks an API is appended once a run; one that reads a ref whole is not."""
    project.write("numbers.txt", "1\n2\n")
    api = f"""\
    import pandas as pd

    def model(dbt, session):
        lines = open({str(project.root / "numbers.txt")!r}).read().split()
        return pd.DataFrame({{"id": [int(line) for line in lines]}})
    """
    streaming(project, "down", api)
    project.run()
    project.write("numbers.txt", "3\n")
    project.run()
    assert ids(project, "down") == [1, 2, 3]

    streaming(project, "up", FEED)
    streaming(project, "whole", 'def model(dbt, session):\n    return dbt.ref("up")\n')
    load(project, *events(1))
    run = project.dbt("run")
    has(run.messages["whole"], "append all of it again", 'stream("up")', "append_all")


def test_a_model_that_fails(project: Project) -> None:
    """Nothing is written or read, and nothing is left behind; the next run reads it all."""
    streaming(project, "up", FEED)
    broken = 'raise ValueError("not today")'
    text = """\
    def model(dbt, session):
        dbt.ref("up")
        rows = stream("up")
        {}
        return rows
    """
    streaming(project, "down", text.format(broken))
    load(project, *events(1))
    run = project.dbt("run")
    has(run.messages["down"], "not today")
    assert [name for name in project.relations("lake_sluice") if "python" in name] == []
    streaming(project, "down", text.format(""))
    load(project, *events(2))
    project.run()
    assert ids(project, "down") == [1, 2]
    assert [name for name in project.relations("lake_sluice") if "python" in name] == []


def test_columns_without_a_value(project: Project) -> None:
    """A frame's column of nulls has no type: it gets the one that it has elsewhere."""
    streaming(project, "up", "select id, v, op, seq, cast(null as date) as d from raw.events")
    streaming(
        project,
        "down",
        """\
        def model(dbt, session):
            dbt.ref("up")
            rows = stream("up").df()
            rows["note"] = None if len(rows) < 2 else "two"
            rows["v"] = rows["v"].astype(object).where(rows["v"].notna(), None)
            return rows
        """,
    )
    load(project, (1, None, "U", 1))
    project.run()
    assert project.columns("down")["v"] == project.columns("up")["v"]
    load(project, *events(2, 3))
    project.run()
    load(project, (4, None, "U", 4))
    project.run()
    assert found(project, "down", "id, v, note") == [
        (1, None, None),
        (2, "v2", "two"),
        (3, "v3", "two"),
        (4, None, None),
    ]


def test_types_that_a_frame_does_not_keep(project: Project) -> None:
    """Numbers with a null among them, decimals and structs keep the table's type if they fit."""
    up = "select *, cast(1.5 as decimal(10, 2)) as price, {'a': id} as s from raw.events"
    streaming(project, "up", up)
    streaming(project, "down", READS.format(suffix=".df()"))
    types = {"id": "bigint", "n": "bigint"}
    load(project, (1, 1), **types)
    project.run()
    before = project.columns("down")
    load(project, (2, None), (3, 3), **types)
    project.run()
    assert project.columns("down") == before
    assert before["s"] == project.columns("up")["s"]
    assert found(project, "down", "id, n, s.a") == [(1, 1, 1), (2, None, 2), (3, 3, 3)]
    halved = 'rows = stream("up").df()\n    rows["n"] = rows["n"] / 2\n    return rows\n'
    streaming(project, "down", f'def model(dbt, session):\n    dbt.ref("up")\n    {halved}')
    load(project, (4, 4), **types)
    project.run()
    load(project, (5, 5), **types)
    run = project.dbt("run")
    has(run.messages["down"], "'n'", "can lose values")
    assert found(project, "down", "id, n")[-1] == (4, 2)


def test_full_refresh_and_a_rebuilt_stream(project: Project) -> None:
    """A rebuild reads all again; a stream that was rebuilt alone is an error, as in SQL."""
    streaming(project, "up", FEED)
    streaming(project, "down", READS.format(suffix=".df()"))
    for key in (1, 2):
        load(project, *events(key))
        project.run()
    project.run("--full-refresh", "--select", "down")
    assert ids(project, "down") == [1, 2]
    load(project, *events(7))
    project.run("--full-refresh", "--select", "up")
    run = project.dbt("run", "--select", "down")
    has(run.messages["down"], "was rebuilt", "--full-refresh")
    project.run("--full-refresh", "--select", "down")
    assert ids(project, "down") == [7]


def test_targets_read_new_rows(project: Project) -> None:
    """A target in Python has the words too; its events are kept, and a rebuilt stream joins on."""
    streaming(project, "up", FEED)
    text = READS.format(suffix=".df()")
    project.apply_changes("current", text, **SCD1)
    project.apply_changes("history", text, stored_as_scd_type=2, **SCD1)
    load(project, (1, "a", "U", 1), (2, "b", "U", 2))
    project.run()
    load(project, (1, "late", "U", 0), (2, "", "D", 3))
    project.run()
    assert project.flows()["current"]["num_input_rows"] == 2
    assert found(project, "current") == [(1, "a")]
    assert len(found(project, "history")) == 3
    load(project, (1, "c", "U", 9))
    project.run("--full-refresh", "--select", "up")
    project.run("--select", "current", "history")
    assert found(project, "current") == [(1, "c")]
    project.run()
    assert project.flows()["current"]["num_input_rows"] == 1


def test_targets_read_files(project: Project) -> None:
    """From a folder to a table in one Python model."""
    source(project, project.root / "landing/*.json")
    project.apply_changes("current", FILES.format(suffix=".df()"), **SCD1)
    row = {"id": 1, "v": "a", "op": "U", "seq": 2}
    land(project.root / "landing", "a.json", row)
    project.run()
    land(project.root / "landing", "b.json", {**row, "seq": 1, "v": "late"}, {**row, "id": 2})
    project.run()
    assert found(project, "current") == [(1, "a"), (2, "a")]
    assert project.flows()["current"]["num_input_rows"] == 2


# --- what can be wrong ----------------------------------------------------------------------------

WRONG = {
    "variable": ('dbt.ref("up")\n    return stream("u" + "p")', ["written out", "dbt.ref"]),
    "unknown": ('return stream("upp")', ["upp", "names no model", "up"]),
    "no_stream": ('dbt.ref("plain")\n    return stream("plain")', ["plain", "table", "dbt.ref"]),
    "itself": ('return stream("itself")', ["itself", "own batches"]),
    "no_source": ('return read_files("files", "event")', ["files.event", "files.events"]),
}


def test_errors(project: Project) -> None:
    """Each says what, where and what to do; nothing is written."""
    source(project, project.root / "landing/*.json")
    streaming(project, "up", FEED)
    project.model("plain", FEED, materialized="table")
    load(project, *events(1))
    project.run()
    for name, (body, _) in WRONG.items():
        streaming(project, name, f"def model(dbt, session):\n    {body}\n")
    run = project.dbt("run")
    for name, (_, words) in WRONG.items():
        assert run.statuses[name] == "error"
        has(run.messages[name], *words)
    assert sorted(project.relations("lake")) == ["plain", "up"]


def test_a_stream_that_dbt_does_not_know_of(project: Project) -> None:
    """Without dbt.ref() dbt has no order: an error where nothing is there, else a warning."""
    streaming(project, "zz_up", FEED)
    streaming(project, "down", 'def model(dbt, session):\n    return stream("zz_up")\n')
    load(project, *events(1))
    run = project.dbt("run")
    has(run.messages["down"], "zz_up is not there yet", 'dbt.ref("zz_up")')
    run = project.run()
    assert told(run, 'stream("zz_up")', 'dbt.ref("zz_up")')
    assert ids(project, "down") == [1]


def test_a_dry_run(project: Project) -> None:
    """`--empty` calls the model with empty relations, and reads nothing."""
    source(project, project.root / "landing/*.json")
    streaming(project, "up", FEED)
    streaming(project, "down", READS.format(suffix=".df()"))
    streaming(project, "of_files", FILES.format(suffix=".df()"))
    load(project, *events(1))
    land(project.root / "landing", "a.json", {"id": 100})
    project.run("--select", "up")
    project.run("--empty", "--select", "down", "of_files")
    assert ids(project, "down") == ids(project, "of_files") == []
    project.run("--select", "down", "of_files")
    assert ids(project, "down") == [1]
    assert ids(project, "of_files") == [100]


def test_it_runs_where_something_is_new(project: Project) -> None:
    """A model that reads a stream is not run without news; one that reads none is."""
    streaming(project, "up", FEED)
    text = """\
    def model(dbt, session):
        dbt.ref("up")
        open({log!r}, "a").write("ran ")
        return stream("up").df()
    """
    ran = project.write("ran.txt", "")
    streaming(project, "down", text.format(log=str(ran)))
    project.apply_changes("current", text.format(log=str(ran)), **SCD1)
    for keys, runs in (([1], 2), ([], 2), ([2], 4), ([], 4)):
        load(project, *events(*keys))
        project.run()
        assert ran.read_text().count("ran") == runs
        assert project.flows()["down"]["num_input_rows"] == len(keys)
    assert ids(project, "down") == ids(project, "current") == [1, 2]
    project.run("--full-refresh", "--select", "down", "current")
    assert ran.read_text().count("ran") == 6
    assert ids(project, "down") == ids(project, "current") == [1, 2]


def test_a_file_that_cannot_be_read(project: Project) -> None:
    """It is in the ledger with its error, and no reason to run the model."""
    source(project, project.root / "landing/*")
    text = """\
    def model(dbt, session):
        open({log!r}, "a").write("ran ")
        return read_files("files", "events").df()
    """
    ran = project.write("ran.txt", "")
    streaming(project, "down", text.format(log=str(ran)))
    land(project.root / "landing", "a.json", {"id": 1})
    project.run()
    (project.root / "landing/b.json.gz").write_bytes(b"no archive")
    for _ in range(2):
        project.run()
    assert ran.read_text().count("ran") == 1
    ledger = project.query('select * from "lake_sluice".files order by path')
    assert [(Path(row["path"]).name, row["status"]) for row in ledger] == [
        ("a.json", "INGESTED"),
        ("b.json.gz", "FAILED"),
    ]
    assert ids(project, "down") == [1]


def test_words_in_comments_and_twice(project: Project) -> None:
    """A comment reads nothing; what is asked for twice is one batch."""
    streaming(project, "up", FEED)
    streaming(
        project,
        "down",
        """\
        def model(dbt, session):
            # stream("nothing of that name")
            dbt.ref("up")
            assert stream("up").fetchall() == stream("up").fetchall()
            return stream(
                'up',
            )
        """,
    )
    for key in (1, 2):
        load(project, *events(key))
        project.run()
    assert ids(project, "down") == [1, 2]
