"""Once: no row comes a second time because of a forgotten word, or a new name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

from engine_cases import (
    SNAPSHOT,
    STREAM,
    each_way_leads_out,
    has,
    ids,
    land,
    load,
    source,
    streaming,
    told,
    ways_out,
)
from project import Project, Run

FEED = "select id, v, op, seq from raw.events"
READ = "select id, v, op, seq from {{ ref('%s') }}"
APPEND = {"append_all": True}

# --- a streaming table says what it reads once ---------------------------------------------------

FORGOTTEN = {
    "of_stream": (READ % "up", ["sluice.stream(ref('up'))", "append_all"]),
    "of_star": ("select * from {{ ref('up') }}", ["sluice.stream(ref('up'))"]),
    "of_two": (
        f"{READ % 'up'} union all {READ % 'up_too'}",
        ["sluice.stream(ref('up'))", "sluice.stream(ref('up_too'))"],
    ),
    "through_ephemeral": (READ % "passing", ["passing", "append_all"]),
    "of_files": (
        "select * from {{ source('files', 'events') }}",
        ["sluice.read_files(source('files', 'events'))", "append_all"],
    ),
    "of_source": ("select * from {{ source('raw', 'events') }}", ["raw", "events", "append_all"]),
    "of_table": (READ % "plain", ["plain", "append_all"]),
    "of_view": (READ % "looked", ["looked", "append_all"]),
    "of_seed": ("select * from {{ ref('seeded') }}", ["seeded", "append_all"]),
    "of_current": (READ % "current", ["current", "append_all"]),
    "of_snapshot": ("select id, v from {{ ref('snap') }}", ["snap", "append_all"]),
}
LEGAL = {
    "literal": "select 1 as id, 'x' as v",
    "unnamed": FEED,
    "joined": f"select s.id, s.v from ({STREAM}) as s left join {{{{ ref('plain') }}}} using (id)",
    "hinted": f"-- depends_on: {{{{ ref('seeded') }}}}\n{STREAM}",
}


def without_a_stream(project: Project) -> None:
    """What a streaming table could read, of each kind."""
    streaming(project, "up", FEED)
    streaming(project, "up_too", FEED)
    project.model("passing", READ % "up", materialized="ephemeral")
    project.model("plain", FEED, materialized="table")
    project.model("looked", FEED, materialized="view")
    project.write("seeds/seeded.csv", "id,v\n1,a\n")
    project.apply_changes("current", FEED, keys=["id"], sequence_by="seq")
    project.snapshot("snap", FEED, unique_key="id", **SNAPSHOT)
    source(project, project.root / "landing/*.json")
    raw = {"sources": [{"name": "raw", "tables": [{"name": "events"}]}]}
    project.write("models/tables.yml", json.dumps(raw))
    land(project.root / "landing", "a.json", {"id": 1, "v": "a", "op": "U", "seq": 10})
    load(project, (1, "a", "U", 10))


@pytest.fixture(scope="module")
def forgotten(shared_project: Project) -> Run:
    """One run of all that forgets its stream, and of what needs none."""
    project = shared_project
    without_a_stream(project)
    for name, (text, _words) in FORGOTTEN.items():
        streaming(project, name, text)
        streaming(project, f"meant_{name}", text.replace("*", "id, v"), meta=APPEND)
    for name, text in LEGAL.items():
        streaming(project, name, text)
    run = project.dbt("build")
    assert run.statuses, run.error
    return run


@pytest.mark.parametrize("name", FORGOTTEN)
def test_a_streaming_table_without_a_stream_is_told_what_was_probably_meant(
    forgotten: Run, shared_project: Project, name: str
) -> None:
    """It is an error, it names the word that is missing, and nothing is written.

    Choice: an error for every ref() and source(), of whatever kind, where the model has neither
    stream() nor read_files(); also through an ephemeral model. `select *` gets this message too,
    and not one about our column `_sluice_batch`, whose advice shuts the trap.
    """
    assert forgotten.statuses[name] == "error"
    has(forgotten.messages[name], name, *FORGOTTEN[name][1])
    assert name not in shared_project.relations()


@pytest.mark.parametrize("name", FORGOTTEN)
def test_append_all_says_that_each_run_appends_what_the_query_yields(
    forgotten: Run, shared_project: Project, name: str
) -> None:
    """`meta: {append_all: true}` is legal for whatever the query reads."""
    assert forgotten.statuses[f"meant_{name}"] == "success", forgotten.messages[f"meant_{name}"]
    assert not told(forgotten, f"meant_{name}")


@pytest.mark.parametrize("name", LEGAL)
def test_a_streaming_table_that_needs_no_stream_is_legal(forgotten: Run, name: str) -> None:
    """An API, a literal; a table joined to a stream, a seed named for a rule's sake."""
    assert forgotten.statuses[name] == "success", forgotten.messages[name]
    assert not told(forgotten, f".{name}") and not told(forgotten, f"{name}:")


def test_append_all_appends_at_each_run(project: Project) -> None:
    """What is meant is done, without a word."""
    without_a_stream(project)
    streaming(project, "meant", READ % "plain", meta=APPEND)
    for count in (1, 2, 3):
        run = project.build()
        assert ids(project, "meant") == [1] * count
        assert not told(run, "meant")


@pytest.mark.parametrize("value", ["always", 1, None, ["up"]])
def test_append_all_is_true_or_false(project: Project, value: Any) -> None:
    """Another value is an error that says what is legal; unset and false say nothing."""
    load(project, (1, "a", "U", 10))
    streaming(project, "up", FEED)
    streaming(project, "meant", READ % "up", meta={"append_all": value})
    message = project.run_expecting_error(command="run")
    has(message, "meant", "append_all", *(["true or false"] if value else ["sluice.stream"]))


def test_a_streaming_table_read_whole_beside_a_stream_is_told(project: Project) -> None:
    """All its rows come to each batch, which may be meant (a join).

    Choice: a warning that names the table and the word, for the model reads a stream as well.
    """
    streaming(project, "up", FEED)
    streaming(project, "names", FEED)
    joined = (
        f"select s.id, n.v from ({STREAM}) as s inner join {{{{ ref('names') }}}} as n using (id)"
    )
    streaming(project, "down", joined)
    load(project, (1, "a", "U", 10))
    run = project.build()
    assert ids(project, "down") == [1]
    assert len(told(run, "down", "stream(ref('names'))")) == 1


def test_a_stream_of_what_is_no_streaming_table_does_not_advise_the_trap(project: Project) -> None:
    """Read whole with a plain ref(), it doubles rows in a streaming table."""
    without_a_stream(project)
    streaming(project, "down", "select id, v from {{ sluice.stream(ref('current')) }}")
    message = project.run_expecting_error("--select", "+down")
    has(message, "current", "append_all")


def test_apply_changes_over_a_plain_ref_of_a_stream_is_told_its_word(project: Project) -> None:
    """`select *` brings our column; the message begins with what was meant."""
    streaming(project, "up", FEED)
    project.apply_changes("now", "select * from {{ ref('up') }}", keys=["id"], sequence_by="seq")
    load(project, (1, "a", "U", 10))
    has(project.run_expecting_error(), "now", "sluice.stream(ref('up'))")


@pytest.mark.parametrize("built", [False, True], ids=["first run", "later run"])
@pytest.mark.parametrize("materialized", ["streaming_table", "apply_changes"])
def test_a_stream_of_the_table_itself_is_refused(
    project: Project, materialized: str, built: bool
) -> None:
    """In every run, and nothing is written."""
    load(project, (1, "a", "U", 10))
    config = {"materialized": materialized}
    config |= {"meta": {"keys": ["id"], "sequence_by": "seq"}} if built else {}
    if built:
        project.model("up", FEED, **config)
        project.build()
    project.model("up", "select * from {{ sluice.stream(this) }}", **config)
    message = project.run_expecting_error(command="run")
    has(message, "up", "stream()")
    assert "Catalog Error" not in message
    if built:
        assert ids(project, "up") == [1]


# --- a source under another name ----------------------------------------------------------------


def bronze_and_silver(project: Project, name: str = "bronze", **config: Any) -> None:
    """A table over files, under some name, and a streaming table over it."""
    folder = project.root / "landing"
    streaming(project, name, source(project, folder, columns={"id": "bigint"}), **config)
    read = f"select * from {{{{ sluice.stream(ref('{name}')) }}}}"
    streaming(project, "other", "select id from raw.events")
    both = f"select id from ({read}) union all select id from {{{{ sluice.stream(ref('other')) }}}}"
    streaming(project, "silver", read)
    streaming(project, "mixed", both)
    project.apply_changes("current", read, keys=["id"], sequence_by="id")


MOVES = {
    "renamed": {"name": "bronze_new"},
    "moved": {"schema": "land"},
    "alias": {"alias": "bronze_two"},
}


@pytest.mark.parametrize("change", MOVES)
def test_a_renamed_or_moved_stream_doubles_no_row(project: Project, change: str) -> None:
    """A reader whose source is gone, and that reads another one from its start.

    Choice: an error, as for a rebuilt source, for it is the same harm; it names both tables and
    `mark_as_read`. apply_changes reads on: copies change nothing.
    """
    folder = project.root / "landing"
    bronze_and_silver(project)
    land(folder, "a.json", {"id": 1}, {"id": 2})
    load(project, (9,), id="bigint")
    project.build()
    load(project, id="bigint")
    if change == "renamed":
        for file in ("bronze.sql", "bronze.yml"):
            project.remove(f"models/{file}")
    bronze_and_silver(project, **MOVES[change])
    run = project.dbt("build")
    assert ids(project, "silver") == [1, 2] == ids(project, "current")
    assert ids(project, "mixed") == [1, 2, 9]
    new = {"renamed": "lake.bronze_new", "moved": "lake_land.bronze", "alias": "lake.bronze_two"}
    assert run.statuses["current"] == "success"
    for name, others in (("silver", []), ("mixed", [9])):
        assert run.statuses[name] == "error"
        message = run.messages[name].replace('"', "")
        has(message, new[change], "sluice.mark_as_read")
        assert re.search(r"lake\.bronze\b", message)

        def read_once(name: str = name, expected: Sequence[int] = (1, 2, *others)) -> None:
            assert ids(project, name) == list(expected)

        each_way_leads_out(project, message, read_once, then=["build", "--select", f"+{name}"])

    for name in ("silver", "mixed"):
        for command in ways_out(run.messages[name])[0]:
            assert project.dbt(*command).success, project.last.error
    land(folder, "b.json", {"id": 3})
    project.build()
    assert ids(project, "silver") == [1, 2, 3] == ids(project, "current")
    assert ids(project, "mixed") == [1, 2, 3, 9]


def test_a_source_that_is_added_or_taken_away_is_legal(project: Project) -> None:
    """Only both at once look like another name of one table."""
    for name in ("up", "too"):
        streaming(project, name, f"select id from raw.{name}")
        load(project, (1 if name == "up" else 2,), table=name, id="integer")
    read = "select * from {{ sluice.stream(ref('%s')) }}"
    streaming(project, "down", read % "up")
    project.build()
    for name in ("up", "too"):
        load(project, table=name, id="integer")
    streaming(project, "down", f"{read % 'up'} union all {read % 'too'}")
    project.build()
    assert ids(project, "down") == [1, 2]
    streaming(project, "down", read % "too")
    project.build()
    assert ids(project, "down") == [1, 2]


def test_a_renamed_source_of_files_is_read_once(project: Project) -> None:
    """A file is known by its path, whatever the source is called."""
    folder = project.root / "landing"
    land(folder, "a.json", {"id": 1})
    for called in ("files.events", "landing.events", "landing.orders"):
        streaming(project, "bronze", source(project, folder, called=called))
        project.build()
    assert ids(project, "bronze") == [1]


SPELLINGS = {
    "relative, absolute": ["landing", "{root}/landing"],
    "absolute, relative": ["{root}/landing/*.json", "landing/*.json"],
    "dots": ["landing/*.json", "models/../landing/*.json"],
    "folder, glob": ["landing", "{root}/landing/*.json"],
    "twice a slash": ["landing/*.json", "landing//*.json"],
}


@pytest.mark.parametrize("options", [{}, {"allow_overwrites": True}], ids=["", "overwrites"])
@pytest.mark.parametrize("name", SPELLINGS)
def test_one_folder_under_two_spellings_is_one_folder(
    project: Project, name: str, options: dict[str, Any]
) -> None:
    """A file is known by where it is, not by how the location is written.

    Choice: relative locations mean the folder that dbt runs in, so both spellings are the same
    files. A symbolic link stays a path of its own.
    """
    folder = project.root / "landing"
    land(folder, "a.json", {"id": 1}, {"id": 2})
    for number, location in enumerate(SPELLINGS[name], start=3):
        streaming(project, "bronze", source(project, location.format(root=project.root), **options))
        project.build()
        project.build()
        land(folder, f"{number}.json", {"id": number})
    project.build()
    assert ids(project, "bronze") == [1, 2, 3, 4]
