"""`clean_source`: what was read leaves the folder, and nothing else."""

from __future__ import annotations

import pytest

from landing import put
from project import Project
from sources import ID, NO_GZIP, ids, ledger, rows, same, source


@pytest.mark.dbt_v1("clean_source moves no files there")
@pytest.mark.parametrize("how", ["move", "delete"])
def test_clean_source(project: Project, how: str) -> None:
    """Files leave the folder when they were read long enough ago; failed and new ones stay."""
    folder, archive = project.root / "landing", project.root / "archive"
    put(folder / "deep" / "1.json", b'{"id": 1}\n')
    put(folder / "2.json.gz", NO_GZIP)
    options = {"clean_source": how, **({"move_to": str(archive)} if how == "move" else {})}
    source(project, "cleaned", folder, **options, **ID)
    project.build()
    assert (folder / "deep" / "1.json").exists()  # 30 days, if nothing else is said

    source(project, "cleaned", folder, clean_source_after="0 seconds", **options, **ID)
    put(folder / "3.json", b'{"id": 3}\n')
    project.build()
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == ["2.json.gz"]
    moved = sorted(str(path.relative_to(archive)) for path in archive.rglob("*.json"))
    assert moved == (["3.json", "deep/1.json"] if how == "move" else [])
    for entry in ledger(project, "cleaned"):
        cleaned = entry["status"] == "INGESTED"
        assert (entry["cleaned_at"] is not None) == cleaned
        assert (entry["moved_to"] is not None) == (cleaned and how == "move")

    before = project.contents("cleaned")
    project.build()
    assert project.contents("cleaned") == before
    same(rows(project, "cleaned"), ids(1, 3))


@pytest.mark.dbt_v1("clean_source moves no files there")
def test_clean_source_overwrites_nothing(project: Project) -> None:
    """What lies in the archive under the same name stays there."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    put(project.root / "archive" / "a.json", b"precious")
    archive = str(project.root / "archive")
    options = {"clean_source": "move", "move_to": archive, "clean_source_after": "0 seconds"}
    source(project, "cleaned", project.root / "landing", **options, **ID)
    project.build()
    assert (project.root / "archive" / "a.json").read_bytes() == b"precious"
    assert (project.root / "archive" / "a.2.json").read_bytes() == b'{"id": 1}\n'
    assert ledger(project, "cleaned")[0]["moved_to"] == f"{archive}/a.2.json"


def test_clean_source_spares_a_file_that_changed(project: Project) -> None:
    """What was written into a file after it was read has been read by nobody."""
    folder = project.root / "landing"
    file = put(folder / "1.json", b'{"id": 1}\n')
    source(project, "cleaned", folder, **ID)
    project.build()
    with file.open("ab") as more:
        more.write(b'{"id": 2}\n')
    source(project, "cleaned", folder, clean_source="delete", clean_source_after="0 seconds", **ID)
    project.build()
    assert file.read_bytes() == b'{"id": 1}\n{"id": 2}\n'
