"""sluice.forget: whose a row is, by keys of several parts and through several streams."""

from __future__ import annotations

from typing import Any

import pytest

from engine_cases import judged, load, streaming
from people import forget
from project import Project

TYPES = {"tenant": "varchar", "code": "varchar", "email": "varchar", "v": "integer"}
OPTIONS: dict[str, Any] = {"keys": ["tenant", "code"], "sequence_by": "v"}
EVENTS = [
    ("O'Neil", 'a"b', "x@x.org", 1),
    ("O'Neil", 'a"b', "later@x.org", 2),
    ("O'Neil", "a'b", "y@x.org", 1),
    ("O'Neil ", 'a"b', "y@x.org", 2),
    ("O'Neil", None, "x@x.org", 3),
    ("O'Neil", None, "y@x.org", 3),
    (None, 'a"b', "y@x.org", 4),
]
FROM = "select * from {{{{ sluice.stream(ref('{}')) }}}}"


def rows(project: Project, name: str) -> list[tuple]:
    """The user's columns of a table, sorted; null is the lowest."""
    found = [tuple(row.get(column) for column in TYPES) for row in project.rows(name)]
    return sorted(found, key=lambda row: tuple(str(value or "") for value in row))


def written(project: Project, *events: tuple) -> None:
    """`up` has the events, `silver` those with a whole key, `now` the current ones."""
    streaming(project, "up", "select * from raw.events", meta={"append_all": True})
    whole = {"whole": "tenant is not null and code is not null"}
    judged(project, "silver", whole, FROM.format("up"))
    project.apply_changes("now", FROM.format("silver"), **OPTIONS)
    load(project, *events, **TYPES)
    project.run()
    load(project, **TYPES)


def test_keys_of_two_parts(project: Project) -> None:
    """Quotation marks are part of a value; a row without a whole key goes by `where` alone."""
    written(project, *EVENTS)
    run = forget(project, "up", "email = 'x@x.org'")
    assert run.success, run.error
    hers = [EVENTS[0], EVENTS[1], EVENTS[4]]
    assert rows(project, "up") == sorted(
        (event for event in EVENTS if event not in hers),
        key=lambda row: tuple(str(value or "") for value in row),
    )
    assert rows(project, "silver") == rows(project, "now") == [EVENTS[2], EVENTS[3]]
    assert rows(project, "silver__quarantine") == [EVENTS[6], EVENTS[5]]
    load(project, EVENTS[0], EVENTS[4], ("O'Neil", "new", "z@x.org", 1), **TYPES)
    project.run()
    assert rows(project, "now") == [EVENTS[2], ("O'Neil", "new", "z@x.org", 1), EVENTS[3]]


def test_whose_email_it_is_too(project: Project) -> None:
    """With two keys it has to be said which one is a person; another's row with hers stays."""
    written(project, EVENTS[1], ("A", "1", "later@x.org", 1), EVENTS[2])
    by_email = FROM.format("silver")
    project.apply_changes("by_email", by_email, keys=["email"], sequence_by="v")
    project.run()
    assert ("O'Neil", 'a"b', "later@x.org", 2) in rows(project, "by_email")

    run = forget(project, "up", "tenant = 'O''Neil' and code = 'a\"b'")
    assert not run.success
    assert "keys: {up: [<column>]}" in run.error

    run = forget(project, "up", "code = 'a\"b'", keys=["tenant", "code"])
    assert run.success, run.error
    assert "by_email is worked out anew at its next run" in run.log
    project.run()
    assert rows(project, "by_email") == [("A", "1", "later@x.org", 1), EVENTS[2]]
    assert rows(project, "now") == rows(project, "up") == rows(project, "by_email")


def test_what_is_no_projection_has_to_be_told(project: Project) -> None:
    """An aggregate of the stream, and a table of dbt's own."""
    written(project, *EVENTS[:4])
    counted = f"select tenant || '/' || code as who, count(*) as n from ({FROM.format('silver')})"
    streaming(project, "counted", f"{counted} group by 1")
    project.model("copied", "select * from {{ ref('silver') }}", materialized="table")
    project.run()
    assert "O'Neil/a\"b" in [row["who"] for row in project.rows("counted")]

    run = forget(project, "up", "email = 'x@x.org'")
    assert not run.success
    for words in ("counted: ", "has a group by", "tenant, code", "keys: {counted: [<column>]}"):
        assert words in run.error
    assert rows(project, "up") == rows(project, "copied")

    keys = {"counted": ["split_part(who, '/', 1)", "split_part(who, '/', 2)"]}
    run = forget(project, "up", "email = 'x@x.org'", keys=keys)
    assert run.success, run.error
    assert "dbt build --full-refresh --select copied" in run.log
    left = ["O'Neil /a\"b", "O'Neil/a'b"]
    assert sorted(row["who"] for row in project.rows("counted")) == left


@pytest.mark.parametrize("named", ["code", "kode"])
def test_a_second_stream(project: Project, named: str) -> None:
    """What reads two streams brings the other one in; a key of another name has to be told."""
    written(project, *EVENTS[:4])
    types = {named if name == "code" else name: kind for name, kind in TYPES.items()}
    load(project, EVENTS[1], EVENTS[2], table="others", **types)
    streaming(project, "side", "select * from raw.others", meta={"append_all": True})
    other = f"select tenant, {named} as code, email, v from {{{{ sluice.stream(ref('side')) }}}}"
    project.apply_changes("both", f"{FROM.format('silver')} union all {other}", **OPTIONS)
    project.run()
    load(project, table="others", **types)
    keys = {"side": ["tenant", named]} if named == "kode" else None
    if keys:
        run = forget(project, "up", "email = 'x@x.org'")
        assert not run.success
        assert "side: " in run.error and "tenant, code" in run.error
    run = forget(project, "up", "email = 'x@x.org'", keys=keys)
    assert run.success, run.error
    assert [row["email"] for row in project.rows("side")] == ["y@x.org"]
    assert rows(project, "both") == [EVENTS[2], EVENTS[3]]
    project.run()
    assert rows(project, "both") == [EVENTS[2], EVENTS[3]]
