"""What a run says at its end: what somebody should look at, with the command that shows it."""

from __future__ import annotations

import re
import subprocess

from nodes import EVENTS, STREAM, load, node, streaming
from orders import expectation
from project import Project, Run
from sources import NO_GZIP, source

HEADER = "sluice: to look at after this run"


def summary(run: Run) -> list[tuple[str, str]]:
    """The items of the block at the end of a run: what it says, and the command."""
    lines = [text for level, text in run.lines if level == "info"]
    heads = [place for place, text in enumerate(lines) if text.startswith(HEADER)]
    if not heads:
        return []
    (begin,) = heads
    rest = lines[begin + 1 :]
    told = [text for text in rest if text.startswith("  ") and not re.match(r" *\w+ +\[", text)]
    items = list(zip(told[::2], told[1::2], strict=True))
    assert all(re.match(r"  \S", what) and re.match(r" {6}dbt ", how) for what, how in items), told
    return [(what.strip(), how.strip()) for what, how in items]


def shown(project: Project, command: str) -> str:
    """What a command of the block says, typed as it stands there."""
    typed = command.replace("dbt ", "printf '%s\\0' ", 1)
    words = subprocess.run(["sh", "-c", typed], capture_output=True, text=True, check=True).stdout
    run = project.dbt(*words.split("\0")[:-1])
    assert run.success, run.error
    return run.log


def test_nothing_to_say(project: Project) -> None:
    """A run in which all went well ends without a block, also one that reads nothing."""
    streaming(project, "up", EVENTS)
    load(project, (1, "a", 1))
    assert summary(project.run()) == []
    load(project)
    assert summary(project.run()) == []
    assert summary(project.dbt("compile")) == []


def test_rows_files_and_conflicts(project: Project) -> None:
    """Quarantined rows by rule, conflicts, files that failed and files that wait."""
    landing = project.root / "landing"
    landing.mkdir()
    for number in range(4):
        (landing / f"{number}.json").write_text(f'{{"id": {number}}}\n')
    (landing / "0.json.gz").write_bytes(NO_GZIP)
    source(project, "files", landing, max_files_per_run=2)
    streaming(project, "up", EVENTS)
    rules = [
        expectation("has_name", "name is not null", "drop"),
        expectation("small", "seq < 10", "drop"),
        expectation("even", "seq % 2 = 0", "warn", severity="warn"),
    ]
    config = {"materialized": "streaming_table"}
    node(project, "clean", STREAM, config=config, data_tests=rules)
    reader = "select * from {{ sluice.stream(ref('clean')) }}"
    project.apply_changes("current", reader, keys=["id"], sequence_by="seq")
    load(project, (1, "a", 1), (1, "b", 1), (2, None, 2), (3, None, 12), (4, "c", 12))
    items = dict(summary(project.run()))
    assert set(items) == {
        "clean: 3 quarantined (has_name 2, small 2)",
        "current: 1 conflict (key and sequence alike, and other values)",
        f"files: 1 file that cannot be read, {landing}/0.json.gz",
        "files: 3 files wait for the next run (max_files_per_run)",
    }
    by_dataset = {what.partition(" (")[0]: command for what, command in items.items()}
    quarantine = shown(project, by_dataset["clean: 3 quarantined"])
    assert "has_name" in quarantine and "small" in quarantine  # within the columns that are shown
    assert "The upserts differ in name" in shown(project, by_dataset["current: 1 conflict"])
    failed = next(command for what, command in items.items() if "cannot" in what)
    assert "cannot be read to its end as json packed with gzip" in shown(project, failed)

    waiting = [command for what, command in items.items() if "wait" in what]
    assert waiting == ["dbt build --select files+"]

    # each run has its own: the next two read 1 and 2, then 3 and once more what failed
    load(project)
    told = [[what for what, _ in summary(project.run())] for _ in range(2)]
    assert told == [
        ["files: 2 files wait for the next run (max_files_per_run)"],
        [f"files: 1 file that cannot be read, {landing}/0.json.gz"],
    ]
    (landing / "0.json.gz").unlink()
    assert summary(project.run()) == []


def test_the_var_switches_it_off(project: Project) -> None:
    """`run_summary: false`; anything but true and false ends the run before it begins."""
    node(
        project,
        "up",
        EVENTS,
        config={"materialized": "streaming_table"},
        data_tests=[expectation("has_name", "name is not null", "drop")],
    )
    load(project, (1, None, 1))
    assert summary(project.run("--vars", "run_summary: false")) == []
    error = project.run_expecting_error("--vars", "{run_summary: maybe}", command="run")
    assert 'run_summary must be true or false; it is "maybe"' in error
    assert [what for what, _ in summary(project.run())] == ["up: 1 quarantined (has_name 1)"]


def test_names_that_a_shell_would_read(project: Project) -> None:
    """A model under a name with blanks: its command can be typed as it stands."""
    node(
        project,
        "up",
        EVENTS,
        config={"materialized": "streaming_table", "alias": "Up $HOME's"},
        data_tests=[expectation("has_name", "name is not null", "drop")],
    )
    load(project, (1, None, 1))
    ((_, command),) = summary(project.run())
    assert "has_name" in shown(project, command)
