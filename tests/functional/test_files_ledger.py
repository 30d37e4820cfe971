"""The ledger of files: each is read once, failed ones again, and none of them stops the others."""

from __future__ import annotations

import gzip
import os
import re
import time
from datetime import datetime
from typing import Any

import pytest

from landing import put
from project import Project
from sources import CUT_OFF, CUT_OFF_IS_TOLD, ID, NO_GZIP, ids, ledger, parquet, rows, same, source

REASONS = {
    "lines/2.json.gz": "as json packed with gzip: .*"
    + ("Unexpected end of" if CUT_OFF_IS_TOLD else "Input is not a")
    + " GZIP stream",
    "lines/4.json.gz": "as json packed with gzip: .*Input is not a GZIP stream",
    "csv/2.csv": "as csv: .*a row that does not fit its header",
    "csv/4.csv": "as csv: .*has an open quote",
    "parquet/2.parquet": "as parquet: .*too small to be a Parquet file",
    "parquet/4.parquet": "as parquet: .*magic bytes",
}


@pytest.mark.dbt_v1("it does not tell why a file cannot be read")
def test_unreadable_files_fail_nothing_else(project: Project) -> None:
    """They are recorded and reported, and read again once repaired."""
    folder = project.root / "landing"
    good = {"1.json": b'{"id": 1}\n', "3.json": b'{"id": 3}\n'}
    for file, content in good.items():
        put(folder / "lines" / file, content)
    put(folder / "lines" / "2.json.gz", CUT_OFF if CUT_OFF_IS_TOLD else NO_GZIP)
    put(folder / "lines" / "4.json.gz", NO_GZIP)
    for number in (1, 3):
        put(folder / "csv" / f"{number}.csv", f"id\n{number}\n".encode())
        put(folder / "parquet" / f"{number}.parquet", parquet(f"select {number} as id"))
    put(folder / "csv" / "2.csv", b"id\n2,5\n")
    put(folder / "csv" / "4.csv", b'id\n"4\n')
    put(folder / "parquet" / "2.parquet", b"PAR1 no")
    put(folder / "parquet" / "4.parquet", parquet("select range as id from range(9)")[:-9])
    source(project, "lines", folder / "lines", **ID)
    source(project, "csv", folder / "csv", format="csv")
    source(project, "parquet", folder / "parquet", format="parquet")

    for _ in range(2):  # a second run tries again, and says so again
        run = project.build()
        for name in ("lines", "csv", "parquet"):
            same(rows(project, name), ids(1, 3))
            entries = ledger(project, name)
            statuses = ["INGESTED", "FAILED", "INGESTED", "FAILED"]
            assert [entry["status"] for entry in entries] == statuses
            for entry in entries:
                word = REASONS.get(f"{name}/{entry['file']}")  # DuckDB's own
                assert (entry["error"] is not None) == (entry["status"] == "FAILED")
                assert word is None or re.search(word, entry["error"]), entry
                assert (entry["batch"] is None) == (entry["status"] == "FAILED")
            told = [text for text in run.warnings if name in text]
            assert any("2." in text and "4." in text for text in told), run.warnings

    put(folder / "lines" / "2.json.gz", gzip.compress(b'{"id": 2}\n'))
    put(folder / "csv" / "2.csv", b"id\n2\n")
    put(folder / "parquet" / "2.parquet", parquet("select 2 as id"))
    for file in ("lines/4.json.gz", "csv/4.csv", "parquet/4.parquet"):
        (folder / file).unlink()
    run = project.build()
    for name in ("lines", "csv", "parquet"):
        same(rows(project, name), ids(1, 2, 3))
        statuses = {entry["file"][:2]: entry["status"] for entry in ledger(project, name)}
        assert statuses["2."] == "INGESTED"
        assert not [text for text in run.warnings if name in text]


def test_a_limit_never_stops_at_unreadable_files(project: Project) -> None:
    """Files by the order of their paths, those that failed before last."""
    folder = project.root / "landing"
    put(folder / "1.json.gz", NO_GZIP)
    for number in (2, 3, 4):
        put(folder / f"{number}.json", f'{{"id": {number}}}\n')
    source(project, "limited", folder, max_files_per_run=1, **ID)
    for expected in ([], [2], [2, 3], [2, 3, 4], [2, 3, 4]):
        project.build()
        same(rows(project, "limited"), ids(*expected))
    assert [entry["batch"] for entry in ledger(project, "limited")] == [None, 1, 2, 3]


@pytest.mark.dbt_v1("nothing listens to it while it runs")
def test_a_file_that_vanishes_between_listing_and_reading(project: Project) -> None:
    """The hook runs after the listing: the others are read, and this one when it is back."""
    folder = project.root / "landing"
    for number in (1, 2, 3):
        put(folder / f"{number}.json", f'{{"id": {number}}}\n')
    source(project, "vanishing", folder, **ID)
    file = folder / "2.json"

    def vanish(event: Any) -> None:
        """The listing is made when the model is compiled, and read when it is executed."""
        if event.info.name == "NodeExecuting" and file.exists():
            file.unlink()

    project.listeners = [vanish]
    run = project.build()
    project.listeners = ()
    same(rows(project, "vanishing"), ids(1, 3))
    statuses = [entry["status"] for entry in ledger(project, "vanishing")]
    assert statuses == ["INGESTED", "FAILED", "INGESTED"]
    assert "the file is not there" in ledger(project, "vanishing")[1]["error"]
    assert any("2.json" in text and "is not there" in text for text in run.warnings)

    put(file, b'{"id": 2}\n')
    project.build()
    same(rows(project, "vanishing"), ids(1, 2, 3))


@pytest.mark.parametrize("again", [False, True])
def test_a_file_rewritten_under_its_name(project: Project, again: bool) -> None:
    """Read once; with allow_overwrites read again, whole, as new rows, the old rows stay."""
    folder = project.root / "landing"
    file = put(folder / "a.json", b'{"id": 1}\n')
    put(folder / "b.json", b'{"id": 9}\n')
    source(project, "rewritten", folder, allow_overwrites=again, **ID)
    project.build()
    put(file, b'{"id": 1}\n{"id": 2}\n')
    project.build()
    project.build()
    os.utime(file, (1_700_000_000, 1_700_000_000))  # the same size, another time
    project.build()
    expected = [1, 1, 2, 1, 2, 9] if again else [1, 9]
    same(rows(project, "rewritten"), ids(*expected))
    found = [(entry["file"], entry["batch"]) for entry in ledger(project, "rewritten")]
    twice = [("a.json", 1), ("a.json", 2), ("a.json", 3), ("b.json", 1)]
    assert found == (twice if again else [("a.json", 1), ("b.json", 1)])


def test_the_time_of_a_file_is_utc(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every time zone, or allow_overwrites would read it again in the next one."""
    file = put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    os.utime(file, (1_800_000_000, 1_800_000_000))
    source(project, "zoned", project.root / "landing", allow_overwrites=True, **ID)
    for zone in ("Asia/Tokyo", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        project.build()
    monkeypatch.undo()
    time.tzset()
    (row,) = project.rows("zoned")
    assert row["_metadata"][3] == datetime(2027, 1, 15, 8, 0)


def test_a_source_read_twice_in_one_query(project: Project) -> None:
    """The ledger has its files once, also where _metadata is something else."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    source(project, "twice", project.root / "landing", **ID)
    read = (project.root / "models" / "twice.sql").read_text()
    text = f"{read} union all {read}".replace("*", "id, 5 as _metadata")
    project.model("twice", text, materialized="streaming_table")
    project.build()
    assert [row["id"] for row in project.rows("twice")] == [1, 1]
    assert [entry["rows"] for entry in ledger(project, "twice")] == [None]


def test_a_source_that_has_no_file_yet(project: Project) -> None:
    """Its first file is news also where the table has rows from elsewhere by then."""
    names = ("early", "late")
    for name in names:
        source(project, name, project.root / "landing" / name, **ID)
    read = "select * from {{{{ sluice.read_files(source('landing_{0}', '{0}')) }}}}"
    both = [read.format(name) for name in names]
    project.model("both", "\nunion all\n".join(both), materialized="streaming_table")
    put(project.root / "landing" / "early" / "1.json", b'{"id": 1}\n')
    for _ in range(2):
        project.run("--select", "both")
        same(rows(project, "both"), ids(1))
    put(project.root / "landing" / "late" / "2.json", b'{"id": 2}\n')
    for _ in range(2):
        project.run("--select", "both")
        same(rows(project, "both"), ids(1, 2))
    project.query("delete from lake_sluice.files where source = 'landing_late.late'")
    put(project.root / "landing" / "late" / "3.json", b'{"id": 3}\n')
    assert "knows none of them" in project.run_expecting_error("--select", "both")
