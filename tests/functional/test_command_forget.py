"""`sluice forget`: counts first, then the erasure, then a file without what was erased."""

from __future__ import annotations

import pytest

from command import locked, sluice
from people import ANN, BOB, CID, HELD, everything, land, people, traces
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")

HERS = ["--source", "bronze", "--where", "email = 'ann@x.org'"]


@pytest.fixture(scope="module")
def built(shared_project: Project) -> Project:
    """Three people."""
    landing = people(shared_project)
    land(landing, "1.json", ANN + BOB + CID + HELD)
    shared_project.build()
    shared_project.engine.save()
    return shared_project


@pytest.fixture
def shop(built: Project) -> Project:
    """The same database for each test."""
    built.engine.restore()
    return built


def test_nothing_without_a_yes(shop: Project) -> None:
    """Where nobody can be asked it wants --yes, and touches nothing."""
    before = everything(shop)
    answer = sluice(shop, "forget", *HERS)
    assert answer.code == 2, answer
    assert "--yes" in answer.err
    assert everything(shop) == before


@pytest.mark.duckdb_file("it has a way out of its own")
def test_counts_then_erases(shop: Project) -> None:
    """Table by table, the files, what the database file still holds; her values are in no log."""
    for log in (shop.root / "logs").glob("dbt.log*"):
        log.unlink()
    answer = sluice(shop, "forget", *HERS, "--yes")
    assert answer.code == 0, answer
    for words in ("would be forgotten", '"customers": 1 row', "1.json", "sluice forget --rewrite"):
        assert words in answer.out
    assert traces(shop, "ann", "quill") == []
    logs = "".join(file.read_text() for file in (shop.root / "logs").iterdir())
    assert "ann@x.org" not in logs

    again = sluice(shop, "forget", *HERS, "--yes")
    assert (again.code, again.out.count("\n")) == (0, 1)
    assert "nothing to forget" in again.out


@pytest.mark.duckdb_file("its files are let go of by its own functions")
def test_the_file_is_rewritten(shop: Project) -> None:
    """No byte of her is in the file, everything else is, and it can be gone on with."""
    file = shop.engine.file()
    assert b"Ann Quill" in file.read_bytes()
    mode = file.stat().st_mode

    answer = sluice(shop, "forget", *HERS, "--yes", "--rewrite")

    assert answer.code == 0, answer
    assert "was rewritten" in answer.out
    content = file.read_bytes()
    assert b"Ann Quill" not in content and b"ann@x.org" not in content.lower()
    assert b"bob2@x.org" in content
    assert file.stat().st_mode == mode
    assert sorted(path.name for path in file.parent.glob("*consumer.duckdb*")) == [file.name]
    assert traces(shop, "bob2")
    shop.build()
    assert shop.flows()["customers"]["num_input_rows"] == 0


def test_what_is_in_the_way(shop: Project) -> None:
    """A database that another process has open: 75, and nothing was done."""
    with locked(shop):
        answer = sluice(shop, "forget", *HERS, "--yes", "--wait", "0")
    assert answer.code == 75, answer
    assert traces(shop, "ann@x.org")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "nobody", "--where", "id = 1"], ["nobody", "bronze", "silver"]),
        (["--source", "bronze", "--where", "idd = 1"], ["idd"]),
        (["--source", "bronze", "--where", "id = 1", "--keys", "{bronze"], ["--keys", "YAML"]),
        (["--source", "bronze"], ["--where"]),
    ],
)
def test_a_wrong_command_line(shop: Project, arguments: list[str], words: list[str]) -> None:
    """Exit code 2, with what would do."""
    answer = sluice(shop, "forget", *arguments, "--yes")
    assert answer.code == 2, answer
    for word in words:
        assert word in answer.err
