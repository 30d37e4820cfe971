"""Full extracts: what is absent is deleted, so only an extract that is there whole is compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feeds import expectation, land, lines, reads, values
from project import Project

DAY = "try_cast(regexp_extract(_metadata.file_path, '[0-9]{4}-[0-9]{2}-[0-9]{2}') as date) as day"
KEY_AND_DAY = "id is not null and day is not null"


def extracts(project: Project, on_violation: str | None, **meta: Any) -> None:
    """The recipe over landing/products: a folder a day, the current table and the history."""
    hints = {"id": "integer", "name": "varchar"}
    reads(project, "extracts", "landing/products", f"*, {DAY}", **{"columns": hints, **meta})
    if on_violation:
        node = {
            "models": [
                {
                    "name": "extracts",
                    "data_tests": [expectation("whole", KEY_AND_DAY, on_violation)],
                }
            ]
        }
        source = json.loads((project.root / "models/extracts.yml").read_text())
        node["models"][0]["config"] = source["models"][0]["config"]
        project.write("models/extracts.yml", json.dumps({**source, **node}))
    text = "select * from {{ sluice.changes_from_snapshots(ref('extracts'), ['id'], 'day') }}"
    options = {
        "keys": "id",
        "sequence_by": "day",
        "apply_as_deletes": "__op = 'DELETE'",
        "except_column_list": ["__op", "day"],
    }
    project.apply_changes("products", text, **options)
    project.apply_changes("products_history", text, stored_as_scd_type=2, **options)


PARTS = {
    "2026-01-01/part-1.csv": "id,name\n1,a\n2,b\n",
    "2026-01-01/part-2.csv": "id,name\n3,c\n4,d\n",
    "2026-01-02/part-1.csv": "id,name\n1,a\n2,b2\n",
    "2026-01-02/part-2.csv": "id,name\n3,c\n4,d, with a comma\n",
    "2026-01-03/part-1.csv": "id,name\n1,a\n2,b2\n",
    "2026-01-03/part-2.csv": "id,name\n4,d\n",
}
REPAIRED = 'id,name\n3,c\n4,"d, with a comma"\n'


def land_day(project: Project, day: int) -> None:
    """Land the parts of a day."""
    chosen = {name: text for name, text in PARTS.items() if name.startswith(f"2026-01-0{day}")}
    land(project, {f"landing/products/{name}": text for name, text in chosen.items()})


def test_an_extract_with_an_unreadable_part_is_not_compared(project: Project) -> None:
    """The rows of the part that FAILED are not absent; they are not read yet: mode failfast.

    Chosen: the models that compare fail with the file and the way out, and what is good is in
    bronze. Their checkpoints stay, so once the file is repaired the next run goes on by itself: no
    --full-refresh, and no delete of that day.
    """
    extracts(project, "fail", format="csv", reader_options={"mode": "failfast"})
    land_day(project, 1)
    project.build()
    before = [project.contents(name) for name in ("products", "products_history")]
    land_day(project, 2)
    for _ in range(2):
        error = project.run_expecting_error()
        for word in ("products", "2026-01-02/part-2.csv", "way out"):
            assert word.lower() in error.lower(), error
        assert [project.contents(n) for n in ("products", "products_history")] == before
    land_day(project, 3)  # another day does not make the broken one whole
    project.run_expecting_error()
    assert [project.contents(n) for n in ("products", "products_history")] == before
    assert len(values(project, "extracts", "id")) == 9

    land(project, {"landing/products/2026-01-02/part-2.csv": REPAIRED})
    project.build()
    assert values(project, "products", "id", "name") == [(1, "a"), (2, "b2"), (4, "d")]
    found = project.query(
        "select id, name, valid_from::varchar as since, valid_to::varchar as until"
        " from lake.products_history order by id, valid_from"
    )
    days = ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert [tuple(row.values()) for row in found] == [
        (1, "a", days[0], None),
        (2, "b", days[0], days[1]),
        (2, "b2", days[1], None),
        (3, "c", days[0], days[2]),
        (4, "d", days[0], days[1]),
        (4, "d, with a comma", days[1], days[2]),
        (4, "d", days[2], None),
    ]


def test_a_first_extract_with_an_unreadable_part_is_not_compared(project: Project) -> None:
    """A first run that lacks a part would show its keys as new on the second day."""
    extracts(project, "fail", format="csv", reader_options={"mode": "failfast"})
    land_day(project, 2)
    error = project.run_expecting_error()
    assert "2026-01-02/part-2.csv" in error
    land(project, {"landing/products/2026-01-02/part-2.csv": REPAIRED})
    project.build()
    assert values(project, "products", "id") == [(1,), (2,), (3,), (4,)]


DROPPED = {
    "a_broken_line": '{"id": 2, "name": "b',
    "a_line_without_its_key": '{"name": "b"}',
    "a_key_of_another_type": '{"id": "two", "name": "b"}',
}


@pytest.mark.parametrize("name", DROPPED)
def test_an_extract_of_which_a_line_was_dropped_is_not_compared(
    project: Project, name: str
) -> None:
    """A rule that drops (the advice of old) must not make a delete of a bad line.

    Chosen: an error that names the model, the quarantine's table and the day. The way out is the
    corrected extract, read anew.
    """
    extracts(project, "drop")
    first = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    land(project, {"landing/products/2026-01-01.json": lines(*first)})
    project.build()
    before = [project.contents(name) for name in ("products", "products_history")]
    second = lines({"id": 1, "name": "a2"}, DROPPED[name])
    land(project, {"landing/products/2026-01-02.json": second})
    for _ in range(2):
        error = project.run_expecting_error()
        for word in ("products", "quarantine", "2026-01-02", "way out"):
            assert word.lower() in error.lower(), error
        assert [project.contents(n) for n in ("products", "products_history")] == before

    corrected = lines({"id": 1, "name": "a2"}, {"id": 2, "name": "b"})
    land(project, {"landing/products/2026-01-02.json": corrected})
    project.build("--full-refresh", "--select", "extracts+")
    assert values(project, "products", "id", "name") == [(1, "a2"), (2, "b")]


def test_no_error_advises_to_drop_the_rows_of_an_extract(project: Project) -> None:
    """Without a rule the broken line is an error; its way out is not to lose the line."""
    extracts(project, None)
    land(project, {"landing/products/2026-01-01.json": lines({"id": 1, "name": "a"})})
    project.build()
    broken = lines({"id": 1, "name": "a"}, DROPPED["a_broken_line"])
    land(project, {"landing/products/2026-01-02.json": broken})
    error = project.run_expecting_error()
    assert "key 'id' is null in 1 of 2 rows" in error
    assert "way out" in error.lower() and "on_violation: drop" not in error, error
