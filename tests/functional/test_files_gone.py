"""Files that are gone are told, no refresh forgets their rows, and only read ones are let go.

The kind is "no row and no file vanishes"; the cases of that kind are in test_files_vanish.py and
test_recipes_cases.py.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from feeds import land, ledger, lines, reads, rows, same, told
from landing import put
from project import Project, Row

ID = {"columns": {"id": "bigint"}}
AT_ONCE = {"clean_source_after": "0 seconds"}
WAYS: dict[str, dict[str, Any]] = {
    "delete": {"clean_source": "delete", **AT_ONCE},
    "move": {"clean_source": "move", "move_to": "archive", **AT_ONCE},
}


def ids(*numbers: int) -> list[Row]:
    """Rows with an id only."""
    return [{"id": number} for number in numbers]


# --- a location without files ---------------------------------------------------------------------


@pytest.mark.parametrize("location", ["landing", "landing/*.json", "landing/a.json"])
def test_a_location_that_had_files_and_has_none_is_told_on_every_run(
    project: Project, location: str
) -> None:
    """Kind 6: an unmounted disk or a renamed folder looks like a quiet day."""
    reads(project, "bronze", location, **ID)
    land(project, {"landing/a.json": lines({"id": 1})})
    assert not told(project.run(), "bronze", "landing")
    assert not told(project.run(), "bronze", "landing")
    (project.root / "landing/a.json").unlink()
    for _ in range(2):
        assert told(project.run(), "bronze", location), project.last.warnings
    land(project, {"landing/a.json": lines({"id": 1})})
    assert not told(project.run(), "bronze", "landing")
    same(rows(project, "bronze"), ids(1))


@pytest.mark.dbt_v1("clean_source moves no files there")
@pytest.mark.parametrize("way", WAYS)
def test_a_location_that_clean_source_emptied_is_not_told(project: Project, way: str) -> None:
    """Kind 6: those files are where they should be."""
    reads(project, "bronze", "landing", **ID, **WAYS[way])
    land(project, {"landing/a.json": lines({"id": 1})})
    for _ in range(3):
        assert not told(project.run(), "bronze", "landing"), project.last.warnings
    assert not list((project.root / "landing").iterdir())


# --- a full refresh -------------------------------------------------------------------------------

LOST = 37
ALLOWED = ("--vars", "{sluice_allow_loss: true}")


def with_a_file_gone(project: Project, select: str = "*", **meta: Any) -> list[Row]:
    """A table made of two files, of which one is gone; the rows that it has."""
    first, second = range(LOST), range(LOST, LOST + 3)
    reads(project, "bronze", "landing", select, **ID, **meta)
    land(project, {"landing/gone.json": lines(*ids(*first))})
    project.run()
    (project.root / "landing/gone.json").unlink(missing_ok=True)
    reads(project, "bronze", "landing", select, **ID)  # without clean_source from now on
    land(project, {"landing/there.json": lines(*ids(*second))})
    project.run()
    return ids(*first, *second)


@pytest.mark.parametrize("how", ["by_hand", *WAYS])
def test_a_full_refresh_that_would_lose_rows_is_an_error(project: Project, how: str) -> None:
    """Kind 6: the number of rows and the ways out are told, and nothing is written.

    Chosen: an archive counts as gone too, for a refresh does not read it.
    """
    whole = with_a_file_gone(project, **WAYS.get(how, {}))
    before = project.contents("bronze"), ledger(project, "bronze")
    error = project.run_expecting_error("--full-refresh", command="run")
    for word in ("bronze", f"{LOST} rows", "full_refresh: false", "sluice_allow_loss: true"):
        assert word in error, error
    assert (project.contents("bronze"), ledger(project, "bronze")) == before
    project.run()  # an ordinary run goes on as if nothing had been asked
    same(rows(project, "bronze"), whole)


def test_a_loss_that_is_allowed_is_taken(project: Project) -> None:
    """Kind 6: the var sluice_allow_loss: true rebuilds the table from what is there."""
    whole = with_a_file_gone(project)
    project.run("--full-refresh", *ALLOWED)
    same(rows(project, "bronze"), whole[LOST:])
    project.run("--full-refresh")  # what is gone for good is not missed again
    same(rows(project, "bronze"), whole[LOST:])


def test_a_protected_table_loses_nothing(project: Project) -> None:
    """Kind 6: full_refresh: false is a way out that keeps the rows."""
    whole = with_a_file_gone(project)
    reads(project, "bronze", "landing", config={"full_refresh": False}, **ID)
    project.run("--full-refresh")
    same(rows(project, "bronze"), whole)


def test_a_loss_is_told_where_the_rows_of_files_are_not_counted(project: Project) -> None:
    """Kind 6: a model without _metadata does not know how many rows a file gave, but which."""
    with_a_file_gone(project, "id")
    error = project.run_expecting_error("--full-refresh", command="run")
    for word in ("gone.json", "full_refresh: false", "sluice_allow_loss: true"):
        assert word in error, error


def test_a_full_refresh_with_all_files_is_ordinary(project: Project) -> None:
    """Kind 6: a file that could never be read has no rows that could be lost."""
    reads(project, "bronze", "landing", **ID)
    land(project, {"landing/a.json": lines({"id": 1}), "landing/b.json.gz": b"no gzip"})
    project.run()
    (project.root / "landing/b.json.gz").unlink()
    project.run("--full-refresh")
    same(rows(project, "bronze"), ids(1))


# --- clean_source ---------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_clean_source_spares_another_file_of_the_same_size(project: Project, way: str) -> None:
    """Kind 6: size and time tell whether it is the file that was read; any other stays."""
    reads(project, "bronze", "landing", **ID)
    file = put(project.root / "landing/a.json", '{"id": 1}\n')
    os.utime(file, (1_700_000_000, 1_700_000_000))
    project.run()
    put(file, '{"id": 2}\n')
    os.utime(file, (1_700_000_001, 1_700_000_001))
    reads(project, "bronze", "landing", **ID, **WAYS[way])
    project.run()
    assert file.read_text() == '{"id": 2}\n'
    assert not list((project.root).glob("archive/*"))


@pytest.mark.dbt_v1("clean_source moves no files there")
@pytest.mark.parametrize("way", WAYS)
def test_clean_source_takes_a_file_that_was_read_again(project: Project, way: str) -> None:
    """Kind 6: with allow_overwrites the newest reading counts, also that of a smaller file."""
    reads(project, "bronze", "landing", allow_overwrites=True, **ID)
    file = put(project.root / "landing/a.json", lines(*ids(1, 2, 3)))
    project.run()
    put(file, lines({"id": 4}))
    project.run()
    reads(project, "bronze", "landing", allow_overwrites=True, **ID, **WAYS[way])
    project.run()
    assert not file.exists()
    same(rows(project, "bronze"), ids(1, 2, 3, 4))


@pytest.mark.dbt_v1("clean_source moves no files there")
@pytest.mark.parametrize("overwrites", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_under_the_name_of_a_cleaned_one_is_new(
    project: Project, way: str, overwrites: bool
) -> None:
    """Kind 6: `latest.json` comes every day and is let go every day; each is read.

    Chosen: also one of the same size and time, for what was cleaned away cannot lie there.
    """
    reads(project, "bronze", "landing", allow_overwrites=overwrites, **ID, **WAYS[way])
    file = project.root / "landing/latest.json"
    for day in (1, 2, 3):
        put(file, lines({"id": day}))
        os.utime(file, (1_700_000_000, 1_700_000_000))
        project.run()
        assert not file.exists()
        same(rows(project, "bronze"), ids(*range(1, day + 1)))
    archived = sorted(path.name for path in project.root.glob("archive/*"))
    names = ["latest.2.json", "latest.3.json", "latest.json"]
    assert archived == (names if way == "move" else [])
