"""Which files are read: by their names, times and sizes, and what was there before."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

from landing import put
from project import Project
from sources import ID, ids, ledger, rows, same, source


def land(path: Path, *numbers: int, at: str = "2026-11-01 12:00:00", size: int = 0) -> None:
    """A file with these ids, modified at a moment (UTC) and padded to a size in bytes."""
    text = "".join(f'{{"id": {number}}}\n' for number in numbers)
    put(path, text.replace("}\n", " " * max(size - len(text), 0) + "}\n", 1))
    moment = datetime.fromisoformat(at).replace(tzinfo=timezone.utc).timestamp()
    os.utime(path, (moment, moment))


def statuses(project: Project, name: str) -> dict[str, str]:
    """The status of each file in the ledger."""
    return {entry["file"]: entry["status"] for entry in ledger(project, name)}


def test_files_are_chosen_by_name_time_and_size(project: Project) -> None:
    """Each option alone; what is left out is left out again, and what waits has its turn."""
    named, timed, sized = (project.root / "landing" / name for name in ("named", "timed", "sized"))
    for number, file in enumerate(
        ["a.json", "deep/b.jsonl", "c.txt", "A.json", "json", "a[1].json"], start=1
    ):
        land(named / file, number)
    source(project, "named", named, path_glob_filter="[a-b]*.{json,jsonl}", **ID)
    for number, at in enumerate(["10-31 23:59:59", "11-01 00:00:00", "11-01 00:00:01"], start=1):
        land(timed / f"{number}.json", number, at=f"2026-{at}")
    land(timed / "4.json", 4, at="2026-11-02 06:00:00")
    window = {"modified_after": "2026-11-01", "modified_before": "2026-11-02T06:00:00Z"}
    source(project, "timed", timed, **window, **ID)
    for number, size in enumerate([60, 40, 300, 20, 20], start=1):
        land(sized / f"{number}.json", number, size=size)
    source(project, "sized", sized, max_bytes_per_run=100, **ID)

    project.run()
    same(rows(project, "named"), ids(1, 2, 6))
    same(rows(project, "timed"), ids(3))
    same(rows(project, "sized"), ids(1, 2))
    backlog = "select details ->> '$.flow_progress.metrics.backlog_files' as n from"
    told = project.query(f"{backlog} lake_sluice.event_log where dataset = 'sized'")
    assert "3" in {row["n"] for row in told}

    land(named / "b.json", 7)
    land(timed / "0.json", 5, at="2026-11-01 05:00:00")
    project.run()
    same(rows(project, "named"), ids(1, 2, 6, 7))
    same(rows(project, "timed"), ids(3, 5))
    same(rows(project, "sized"), ids(1, 2, 3))  # a file that is too large goes alone
    project.run()
    same(rows(project, "sized"), ids(1, 2, 3, 4, 5))

    # a narrower window would lose rows at a full refresh, and says so
    source(project, "timed", timed, modified_after="2026-11-01 06:00:00", **ID)
    told = project.run_expecting_error("--full-refresh", "--select", "timed")
    assert "2 of 2 files of source" in told
    assert "would lose 2 rows" in told


def test_files_that_were_there_before_are_passed_over(project: Project) -> None:
    """Once and for good: by the ledger, not by a clock, and beyond a full refresh."""
    old, empty = project.root / "landing" / "old", project.root / "landing" / "empty"
    for number in (1, 2):
        land(old / f"{number}.json", number)
    source(project, "old", old, include_existing_files=False)
    source(project, "empty", empty, include_existing_files=False, **ID)
    project.run()
    assert rows(project, "old") == rows(project, "empty") == []
    assert "id" in project.engine.columns("lake.old")
    assert statuses(project, "old") == {"1.json": "EXISTING", "2.json": "EXISTING"}

    land(old / "0.json", 3, at="2020-01-01 00:00:00")  # new, whatever its name and time say
    land(empty / "1.json", 4)
    project.run()
    for arguments in ([], ["--full-refresh"], []):
        same(rows(project, "old"), ids(3))
        same(rows(project, "empty"), ids(4))
        project.run(*arguments)

    source(project, "old", old)  # include_existing_files: true
    project.run("--select", "old")
    same(rows(project, "old"), ids(1, 2, 3))
    project.run("--select", "old")
    same(rows(project, "old"), ids(1, 2, 3))
