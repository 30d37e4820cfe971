"""Files that are gone, that changed, or that were read wrongly as a whole: never without a word."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine_cases import has, ids, land, rewrite, source, streaming, told
from landing import put
from project import Project, Run

ID = {"columns": {"id": "bigint"}}
AT_ONCE = {"clean_source_after": "0 seconds"}


def bronze(project: Project, folder: Path | str, **meta: Any) -> None:
    """The table over the files."""
    streaming(project, "bronze", source(project, folder, **{**ID, **meta}))


def cleaning(project: Project, how: str) -> dict[str, Any]:
    """The options that let a file go as soon as it was read."""
    archive = {"move_to": str(project.root / "archive")} if how == "move" else {}
    return {"clean_source": how, **AT_ONCE, **archive}


# --- clean_source ------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["delete", "move"])
def test_a_file_that_was_written_again_and_not_read_is_not_cleaned(
    project: Project, how: str
) -> None:
    """Of the same size, too: the ledger knows when it was written.

    Choice: the file stays where it is. Only what was read goes.
    """
    folder = project.root / "landing"
    bronze(project, folder)
    file = land(folder, "a.json", {"id": 1, "t": "aaaa"})
    project.build()
    rewrite(file, '{"id": 2, "t": "bbbb"}\n')
    bronze(project, folder, **cleaning(project, how))
    project.build()
    assert file.read_text() == '{"id": 2, "t": "bbbb"}\n'
    assert ids(project, "bronze") == [1]


@pytest.mark.parametrize("how", ["delete", "move"])
@pytest.mark.parametrize("second", ['{"id": 2, "t": "bbbb"}\n', '{"id": 2}\n'])
@pytest.mark.dbt_v1("clean_source moves no files there")
def test_a_file_that_was_written_again_and_read_again_is_cleaned(
    project: Project, how: str, second: str
) -> None:
    """40.18, with `allow_overwrites`: of the same size, or smaller."""
    folder = project.root / "landing"
    bronze(project, folder, allow_overwrites=True)
    file = land(folder, "a.json", {"id": 1, "t": "aaaa"})
    project.build()
    rewrite(file, second)
    project.build()
    assert ids(project, "bronze") == [1, 2]
    bronze(project, folder, allow_overwrites=True, **cleaning(project, how))
    project.build()
    assert not file.exists()
    archived = [path.read_text() for path in (project.root / "archive").rglob("*.json")]
    assert archived == ([second] if how == "move" else [])
    project.build()
    assert ids(project, "bronze") == [1, 2]


@pytest.mark.parametrize("how", ["delete", "move"])
@pytest.mark.dbt_v1("clean_source moves no files there")
def test_a_new_file_under_the_name_of_a_cleaned_one_is_read(project: Project, how: str) -> None:
    """`latest.json` of every day. The ledger knows that the old one went.

    Choice: it is read, as a new file; a file that lies there unread for ever loses most.
    """
    folder = project.root / "landing"
    bronze(project, folder, **cleaning(project, how))
    for number in (1, 2, 3):
        land(folder, "latest.json", {"id": number})
        project.build()
        project.build()
        assert ids(project, "bronze") == list(range(1, number + 1))
        assert not (folder / "latest.json").exists()
    archived = list((project.root / "archive").rglob("*.json"))
    assert len(archived) == (3 if how == "move" else 0)


# --- a full refresh after files went -----------------------------------------------------------


def orders(project: Project, folder: Path, **meta: Any) -> None:
    """A pipeline over files of 7 and of 3 rows, after its first run."""
    bronze(project, folder, **meta)
    read = "select * from {{ sluice.stream(ref('bronze')) }}"
    streaming(project, "silver", read)
    project.apply_changes("orders", read, keys=["id"], sequence_by="id")
    land(folder, "o1.json", *({"id": number} for number in range(1, 8)))
    land(folder, "o2.json", *({"id": number} for number in range(11, 14)))
    project.build()


def whole(project: Project) -> dict[str, list[tuple]]:
    """The rows of the pipeline."""
    return {name: project.contents(name) for name in ("bronze", "silver", "orders")}


def lose(project: Project, folder: Path, how: str) -> None:
    """What tidied the files away: `o1.json`, or all of them."""
    if how == "a file":
        (folder / "o1.json").unlink()
    elif how == "the folder":
        shutil.rmtree(folder)
    else:
        bronze(project, folder, **cleaning(project, how))
        project.build()


@pytest.mark.parametrize("how", ["a file", "the folder", "move", "delete"])
@pytest.mark.dbt_v1("clean_source moves no files there")
def test_a_full_refresh_that_would_lose_rows_is_an_error(project: Project, how: str) -> None:
    """With the number of rows that would be lost, and with the two ways on.

    Choice: files that `clean_source` let go are gone as well, moved ones too: they lie outside of
    the location. Nothing that reads the table is rebuilt either.
    """
    folder = project.root / "landing"
    orders(project, folder)
    lose(project, folder, how)
    before = whole(project)
    run = project.dbt("build", "--full-refresh")
    assert not run.success
    has(run.messages["bronze"], "bronze", "o1.json", "full_refresh: false", "sluice_allow_loss")
    assert re.search(r"\b7\b" if how == "a file" else r"\b10\b", run.messages["bronze"])
    assert whole(project) == before
    assert {run.statuses[name] for name in ("silver", "orders")} == {"skipped"}
    project.build()
    assert whole(project) == before


def test_a_full_refresh_may_lose_rows_where_that_is_said(project: Project) -> None:
    """`sluice_allow_loss: true`."""
    folder = project.root / "landing"
    orders(project, folder)
    lose(project, folder, "a file")
    allowed = ["--vars", "{sluice_allow_loss: false}"]
    assert not project.dbt("build", "--full-refresh", *allowed).success
    allowed = ["--vars", "{sluice_allow_loss: true}"]
    run = project.dbt("build", "--full-refresh", *allowed)
    assert run.success, run.error
    assert ids(project, "bronze") == ids(project, "silver") == [11, 12, 13]


def test_a_full_refresh_without_known_row_counts_names_the_files(project: Project) -> None:
    """A model that drops `_metadata` leaves its rows uncounted; the files are known."""
    folder = project.root / "landing"
    text = source(project, folder, **ID).replace("*", "id")
    streaming(project, "bronze", text)
    land(folder, "o1.json", {"id": 1})
    land(folder, "o2.json", {"id": 2})
    project.build()
    (folder / "o1.json").unlink()
    has(project.run_expecting_error("--full-refresh"), "bronze", "o1.json", "sluice_allow_loss")
    assert ids(project, "bronze") == [1, 2]


def test_a_full_refresh_that_loses_nothing_is_none_of_it(project: Project) -> None:
    """All files are there; a file that could not be read is gone; the table is kept."""
    folder = project.root / "landing"
    orders(project, folder)
    bad = put(folder / "bad.json.gz", b"this is no gzip file")
    project.build()
    bad.unlink()
    project.build("--full-refresh")
    assert len(ids(project, "bronze")) == 10
    text = source(project, folder, **ID)
    streaming(project, "bronze", text, full_refresh=False)
    lose(project, folder, "a file")
    project.build("--full-refresh")
    assert len(ids(project, "bronze")) == 10 == len(ids(project, "silver"))


# --- a location without files ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["folder", "glob", "typo", "files"])
def test_a_location_that_had_files_and_has_none_is_told(project: Project, how: str) -> None:
    """An unmounted share, a slip on the second day; in every run, until it is mended."""
    folder = project.root / "landing"
    location = f"{folder}/*.json" if how == "glob" else folder
    bronze(project, location)
    land(folder, "a.json", {"id": 1})
    assert not told(project.build(), "bronze")
    if how == "folder":
        shutil.rmtree(folder)
    elif how == "typo":
        location = project.root / "londing"
        bronze(project, location)
    else:
        (folder / "a.json").rename(project.root / "a.json")
    for _ in range(2):
        (warning,) = told(project.build(), "bronze", str(location))
        has(warning, "files.events")
        assert ids(project, "bronze") == [1]


@pytest.mark.dbt_v1("clean_source moves no files there")
def test_a_location_whose_files_were_cleaned_is_an_ordinary_day(project: Project) -> None:
    """`clean_source` let them go, and nothing is missing."""
    folder = project.root / "landing"
    bronze(project, folder, **cleaning(project, "delete"))
    land(folder, "a.json", {"id": 1})
    for _ in range(3):
        assert not told(project.build(), "bronze")
    assert not list(folder.iterdir())


# --- a file that is read wrongly as a whole -----------------------------------------------------

HINTS = {"op": "varchar", "seq": "bigint", "id": "bigint"}
CSV = "op;seq;id\nU;1;7\nU;2;8\n"
JSON = '{"op": "U", "seq": 1, "id": 7}\n'
WRONG = {
    "csv as json": ("json", {}, CSV, ["corrupt", "format", "csv"]),
    "another delimiter": ("csv", {}, CSV, ["op;seq;id", "delimiter", ";"]),
    "no header": ("csv", {}, "U,1,7\nU,2,8\n", ["header"]),
    "an array of objects": (
        "json",
        {},
        f"[\n{JSON.strip()},\n{JSON.strip()}\n]\n",
        ["corrupt", "multi_line"],
    ),
}
RIGHT = {
    "json": ("json", {}, JSON * 2),
    "csv": ("csv", {}, CSV.replace(";", ",")),
    "semicolons": ("csv", {"delimiter": ";"}, CSV),
    "array": ("json", {"multi_line": True}, f"[{JSON.strip()},{JSON.strip()}]"),
    "a corrupt line": ("json", {}, f"{JSON}{JSON}no json\n{JSON}"),
    "an empty file": ("json", {}, ""),
    "other fields as well": ("json", {}, '{"op": "U", "seq": 1, "id": 7, "more": true}\n'),
    "a header alone": ("csv", {}, "op,seq,id\n"),
}


def read(project: Project, form: str, options: dict[str, Any], *contents: str) -> Run:
    """A run over files with these contents."""
    folder = project.root / "landing"
    for number, content in enumerate(contents, start=1):
        put(folder / f"x{number}.{form}", content)
    text = source(project, folder, format=form, columns=HINTS, **options)
    streaming(project, "bronze", text)
    return project.build()


@pytest.mark.parametrize("name", WRONG)
def test_a_file_read_wrongly_as_a_whole_is_told_once_with_what_was_meant(
    project: Project, name: str
) -> None:
    """One warning at the ingest, with the file, what was found in it, and the option.

    Choice: a warning, for the rows are kept; it comes in the run that reads the file, and names the
    file even where good ones came with it.
    """
    form, options, content, words = WRONG[name]
    run = read(project, form, options, content)
    told_of = told(run, "bronze", f"x1.{form}")
    assert len(told_of) == 1, run.warnings
    has(told_of[0], *words)
    assert not told(project.build(), "bronze")


def test_a_file_read_wrongly_among_good_ones_is_told(project: Project) -> None:
    """Counted per file."""
    run = read(project, "json", {}, JSON, CSV, JSON)
    (warning,) = told(run, "bronze", "corrupt")
    has(warning, "x2.json")
    assert "x1.json" not in warning and "x3.json" not in warning


@pytest.mark.parametrize("name", RIGHT)
def test_a_file_that_is_read_well_is_not_told(project: Project, name: str) -> None:
    """A corrupt line, a new field or an empty file is no wrong format."""
    form, options, content = RIGHT[name]
    run = read(project, form, options, content)
    assert not told(run, "bronze"), run.warnings


def test_the_ledger_says_that_a_file_was_read_wrongly(project: Project) -> None:
    """The warning stands in the event log, too, for who was not there."""
    read(project, "json", {}, CSV)
    events = project.query(
        "select message, details from lake_sluice.event_log"
        " where level = 'WARN' and dataset = 'bronze'"
    )
    assert len(events) == 1
    has(events[0]["message"], "x1.json", "csv")
