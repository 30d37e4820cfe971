"""A target that reads files itself: from a folder to a table in one model, each file once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from feeds import land, ledger, lines, told
from landing import COLUMNS, CUSTOMERS, make_files, read_landed
from people import forget
from project import Project, Row
from reference import canonical
from scripts import CUT, cut_off

SOURCE = "{{ sluice.read_files(source('landing', 'events')) }}"
TYPES = {"id": "bigint", "v": "varchar", "op": "varchar", "seq": "bigint"}
OPTIONS: dict[str, Any] = {
    "keys": ["id"],
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "except_column_list": ["op", "seq"],
}
FIRST = [(1, "a", "U", 10), (2, "b", "U", 10), (1, "a2", "U", 20), (1, "a2", "U", 20)]
SECOND = [(1, "late", "U", 15), (2, None, "D", 20), (3, "c", "U", 10)]
NOW = [(1, "a2"), (3, "c")]
HISTORY = [(1, "a", 10, 15), (1, "late", 15, 20), (1, "a2", 20, None), (2, "b", 10, 20)]
BROKEN = '{"id": 9, "seq"'
ALLOWED = ("--vars", "{sluice_allow_loss: true}")


def source(project: Project, **meta: Any) -> None:
    """The source of files in `landing`."""
    given = {"external_location": "landing/*.json", "columns": TYPES, **meta}
    table = {"name": "events", "config": {"meta": given}}
    project.write(
        "models/landing.yml", json.dumps({"sources": [{"name": "landing", "tables": [table]}]})
    )


def shop(project: Project, where: str = "true", **meta: Any) -> None:
    """A current table and a history, each right over the files."""
    source(project, **meta)
    text = f"select * from {SOURCE} where {where}"
    project.apply_changes("now", text, **OPTIONS)
    project.apply_changes("history", text, **OPTIONS, stored_as_scd_type=2)


def events(*rows: tuple) -> str:
    """A file of events: id, v, op, seq."""
    return lines(*(dict(zip(TYPES, row, strict=True)) for row in rows))


def now(project: Project) -> list[tuple]:
    """The rows of the current table."""
    return sorted((row["id"], row["v"]) for row in project.rows("now"))


def history(project: Project) -> set[tuple]:
    """The versions of the history."""
    rows = project.rows("history")
    return {(row["id"], row["v"], row["valid_from"], row["valid_to"]) for row in rows}


def kept(project: Project) -> list[Row]:
    """The events that the current table keeps."""
    return project.query("select * from lake_sluice.now__events")


def test_a_folder_becomes_a_table_in_one_model(project: Project, tmp_path: Path) -> None:
    """Files in the wrong order, some at a time, lines that are wrong filtered: as the reference.

    The type 2 table reads the same files by itself.
    """
    files = make_files(tmp_path / "events", 400, 6, dirt=0.05)
    types = {"id": "bigint", "operation_date": "timestamp"}
    source(project, columns=types, max_files_per_run=2)
    text = f"""
        select * from {SOURCE}
        where _rescued_data is null and id is not null and operation_date is not null
            and operation in ('APPEND', 'UPDATE', 'DELETE')
    """
    options = {
        "keys": ["id"],
        "sequence_by": "operation_date",
        "apply_as_deletes": "operation = 'DELETE'",
        "column_list": list(COLUMNS),
    }
    project.apply_changes("now", text, **options)
    project.apply_changes("history", text, **options, stored_as_scd_type=2)
    project.model("seen", "select * from {{ sluice.current(ref('history')) }}", materialized="view")
    landing = project.root / "landing"
    landing.mkdir()
    for batch in (files[3:], files[:3]):
        for file in batch:
            shutil.copy(file, landing)
        project.run()
        project.run()
    landed = read_landed(files)
    assert landed.dropped
    assert canonical(project.rows("now")) == canonical(CUSTOMERS.scd1(landed.clean))
    assert canonical(project.rows("history")) == canonical(CUSTOMERS.scd2(landed.clean))
    assert project.contents("seen") == project.contents("now")
    before = project.contents("now"), project.contents("history")
    project.run()
    said = (
        "select message from lake_sluice.event_log"
        " where dataset = 'now' and level = 'METRICS' order by timestamp"
    )
    assert project.query(said)[-1]["message"] == "now COMPLETED: nothing new"
    project.run("--full-refresh")
    for _ in range(2):
        project.run()
    assert (project.contents("now"), project.contents("history")) == before


def test_what_is_noted_of_files(project: Project) -> None:
    """The ledger with rows by file and no batches, counts in the log, files that fail, new columns.

    An idle run looks at nothing but the listing; a rebuild replays the kept events without files.
    """
    shop(project)
    land(project, {"landing/1.json": events(*FIRST), "landing/bad.json.gz": b"no gzip"})
    source(project, external_location="landing/*")
    run = project.run()
    assert told(run, "now", "bad.json.gz"), run.warnings
    entries = ledger(project, "now")
    assert (entries["1.json"]["rows"], entries["1.json"]["batch"]) == (4, None)
    assert (entries["1.json"]["status"], entries["bad.json.gz"]["status"]) == ("INGESTED", "FAILED")
    (project.root / "landing/bad.json.gz").unlink()

    more = lines({"id": 4, "v": "d", "op": "U", "seq": 1, "phone": "555"})
    land(project, {"landing/2.json": events(*SECOND) + more})
    project.run()
    assert now(project) == [*NOW, (4, "d")]
    assert {row["phone"] for row in project.rows("now")} == {None, "555"}
    flows = project.query("select * from lake_sluice.flows where dataset = 'now'")
    counts = [(row["num_input_rows"], row["num_late_rows"]) for row in flows]
    assert sorted(counts) == [(4, 0), (4, 1)]

    before = project.contents("now"), project.contents("history"), kept(project)
    shutil.rmtree(project.root / "landing")
    project.query("delete from lake.now")
    project.run("sluice.rebuild", "--args", "{dataset: now}", command="run-operation")
    start_over = ["--args", "{dataset: now, start_over: true}"]
    error = project.run_expecting_error("sluice.rebuild", *start_over, command="run-operation")
    assert "dbt run --full-refresh --select now" in error  # which says what would be lost
    assert (project.contents("now"), project.contents("history"), kept(project)) == before


def test_a_line_without_a_key_stops_the_run_until_it_is_mended_or_left_out(
    project: Project,
) -> None:
    """Nothing is written, the file stays unread, and the message has line, file and ways out."""
    shop(project)
    land(project, {"landing/1.json": events(*FIRST)})
    project.run()
    land(project, {"landing/2.json": events(*SECOND) + BROKEN + "\n"})
    for _ in range(2):
        error = project.run_expecting_error(command="run")
        for word in (
            "key column 'id' is null in 1 of 4 events",
            "landing/2.json",
            "_corrupt_record",
            'where "id" is not null',
            "quarantine",
        ):
            assert word in error, error
        assert list(ledger(project, "now")) == ["1.json"]
    project.engine.save()
    shop(project, where="id is not null")  # the way out that the message names
    project.run()
    assert now(project) == NOW
    project.engine.restore()
    shop(project)
    land(project, {"landing/2.json": events(*SECOND)})  # the other one
    project.run()
    assert now(project) == NOW and history(project) >= set(HISTORY)


def test_a_full_refresh_reads_all_files_again(project: Project) -> None:
    """It forgets what no file says any more only if that is allowed; a table by hand comes back."""
    shop(project)
    land(project, {"landing/1.json": events(*FIRST)})
    project.run()
    land(project, {"landing/2.json": events(*SECOND)})
    project.run()
    (project.root / "landing/1.json").unlink()
    error = project.run_expecting_error("--full-refresh", command="run")
    for word in ("1 of 2 files", "4 rows", "sluice_allow_loss: true", "1.json"):
        assert word in error, error
    project.run()
    assert now(project) == NOW
    project.run("--full-refresh", *ALLOWED)
    assert now(project) == [(1, "late"), (3, "c")]
    assert len(kept(project)) == 3
    assert list(ledger(project, "now")) == ["2.json"]
    land(project, {"landing/1.json": events(*FIRST)})
    project.run()
    assert now(project) == NOW


def test_forgotten_keys_do_not_come_back_with_the_files(project: Project) -> None:
    """Not by a full refresh, nor by a new file; what the files still hold is said."""
    shop(project)
    land(project, {"landing/1.json": events(*FIRST), "landing/2.json": events(*SECOND)})
    project.run()
    run = forget(project, source="now")
    assert run.success, run.error
    assert "landing/*.json" in run.log and "reads no stream" not in run.log
    assert now(project) == [(3, "c")] and not [row for row in kept(project) if row["id"] == 1]
    land(project, {"landing/3.json": events((1, "again", "U", 99), (5, "e", "U", 1))})
    project.run("--select", "now")
    assert now(project) == [(3, "c"), (5, "e")]
    project.run("--full-refresh", "--select", "now")
    assert now(project) == [(3, "c"), (5, "e")]


@pytest.mark.parametrize("how", ["first load", "batch", "full refresh"])
def test_the_script_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The next run ends in the rows that it would have had; no event is lost, none doubled."""
    shop(project)
    project.write("macros/cut.sql", CUT)
    land(project, {"landing/1.json": events(*FIRST)})
    if how != "first load":
        project.run("--select", "now")
    land(project, {"landing/2.json": events(*SECOND)})
    if how == "full refresh":
        project.run("--select", "now")
    command = ["run", "--select", "now", *(["--full-refresh"] if how == "full refresh" else [])]
    project.engine.save()
    runs = 0
    for where in cut_off(project, monkeypatch, command):
        runs += 1
        project.run("--select", "now")
        assert now(project) == NOW, where
        assert len(kept(project)) == 6, where
        files = [row["file"] for row in ledger(project, "now").values()]
        assert sorted(files) == ["1.json", "2.json"], where
    assert runs > 4


def test_misuse_is_told(project: Project) -> None:
    """keep_events: false, another materialization, a snapshot."""
    source(project)
    land(project, {"landing/1.json": events(*FIRST)})
    text = f"select * from {SOURCE}"
    project.apply_changes("now", text, **OPTIONS, keep_events=False)
    project.model("changes", text, materialized="apply_change")
    project.model("plain", text, materialized="table")
    error = project.run_expecting_error(command="run")
    for words in (
        ("keep_events is false, but it reads files itself",),
        ("materialized as apply_change; did you mean apply_changes?",),
        ("materialized as table (way out:", "or an apply_changes model"),
    ):
        for word in words:
            assert word in error, error
