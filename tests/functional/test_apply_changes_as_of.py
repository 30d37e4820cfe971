"""Time travel: as_of() and is_current() over every kind of history."""

from __future__ import annotations

import json
from typing import Any

import pytest

from project import Project

EVENTS = [
    {"id": 1, "name": "a", "op": "U", "n": 1},
    {"id": 1, "name": "b", "op": "U", "n": 5},
    {"id": 2, "name": "c", "op": "U", "n": 2},
    {"id": 2, "name": None, "op": "D", "n": 4},
    {"id": 3, "name": "d", "op": "U", "n": 3},
    {"id": 3, "name": None, "op": "D", "n": 4},
    {"id": 3, "name": "e", "op": "U", "n": 6},
]
THEN = {
    0: [],
    1: [(1, "a")],
    2: [(1, "a"), (2, "c")],
    3: [(1, "a"), (2, "c"), (3, "d")],
    4: [(1, "a")],
    5: [(1, "b")],
    6: [(1, "b"), (3, "e")],
    99: [(1, "b"), (3, "e")],
}
"""The rows that held at each moment; the last are current."""

FEED = {"sequence_by": "n", "apply_as_deletes": "op = 'D'", "except_column_list": ["op", "n"]}
MODELS: dict[str, dict[str, Any]] = {
    "plain": {},
    "renamed": {"start_at": "Since When", "end_at": "until"},
    "composite": {"sequence_by": ["n", "op"]},
}
NAMES = {"dbt_valid_from": "since", "dbt_valid_to": "until", "dbt_is_deleted": "gone"}
SNAPSHOTS: dict[str, dict[str, Any]] = {
    "of_dbt": {"snapshot_meta_column_names": {}},
    "open_end": {"dbt_valid_to_current": "9999"},
    "new_record": {"hard_deletes": "new_record"},
    "all_of_it": {
        "snapshot_meta_column_names": NAMES,
        "dbt_valid_to_current": "9999",
        "hard_deletes": "new_record",
    },
}


@pytest.fixture(scope="module")
def histories(shared_project: Project) -> Project:
    """A project with one history of each kind, all of the same events."""
    project = shared_project
    for name, meta in MODELS.items():
        project.apply_changes(name, keys=["id"], stored_as_scd_type=2, **(FEED | meta))
    for name, config in SNAPSHOTS.items():
        project.snapshot(name, unique_key="id", **FEED)
        defaults = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
        config = {"snapshot_meta_column_names": defaults, **config, "meta": FEED}
        strategy = {"strategy": "sluice.apply_changes", "unique_key": "id"}
        project.configure("snapshots", name, **strategy, **config)
    project.apply_changes("scd1", keys=["id"], **FEED)
    project.model("stream", materialized="streaming_table")
    project.model("copy", "select * from {{ ref('plain') }}", materialized="table")
    for name in (*MODELS, *SNAPSHOTS):
        moments = {n: f"{{n: {n}, op: 'Z'}}" if name == "composite" else n for n in THEN}
        moments = {n: tojson(moment) for n, moment in moments.items()}
        if name == "composite":
            moments |= {n: tojson(f"{{n: {n}, op: 'U'}}") for n in (1, 2, 3, 5, 6)}
        selects = [
            f"select {n} as moment, id, name from {{{{ sluice.as_of(ref('{name}'), {moment}) }}}}"
            for n, moment in moments.items()
        ]
        project.model(f"then_{name}", " union all ".join(selects))
        project.model(
            f"now_{name}",
            f"select h.* from {{{{ ref('{name}') }}}} as h cross join (select 1 as until) as other "
            f"where {{{{ sluice.is_current(ref('{name}'), 'h') }}}}",
        )
        project.model(f"current_{name}", f"select * from {{{{ sluice.current(ref('{name}')) }}}}")
        project.model(
            f"whole_{name}",
            f"select * from {{{{ sluice.as_of(ref('{name}'), {moments[99]}) }}}} as x",
        )
    types = {"id": "integer", "name": "text", "op": "text", "n": "integer"}
    project.load("events", EVENTS, **types)
    project.build()
    return project


def tojson(moment: int | str) -> str:
    """A moment as an argument of a macro."""
    return json.dumps(moment)


@pytest.mark.parametrize("name", [*MODELS, *SNAPSHOTS])
def test_as_of(histories: Project, name: str) -> None:
    """The rows of every moment, with the columns of the history."""
    then: dict[int, list[tuple]] = {n: [] for n in THEN}
    for row in histories.rows(f"then_{name}"):
        then[row["moment"]].append((row["id"], row["name"]))
    assert {n: sorted(rows) for n, rows in then.items()} == THEN
    assert histories.columns(f"whole_{name}") == histories.columns(name)
    assert not [column for column in histories.columns(name) if column.startswith("_sluice")]


@pytest.mark.parametrize("name", [*MODELS, *SNAPSHOTS])
def test_is_current(histories: Project, name: str) -> None:
    """The rows that SCD type 1 has, whatever marks them."""
    now = sorted((row["id"], row["name"]) for row in histories.rows(f"now_{name}"))
    assert now == THEN[99]
    assert now == sorted((row["id"], row["name"]) for row in histories.rows("scd1"))


@pytest.mark.parametrize("name", [*MODELS, *SNAPSHOTS])
def test_current_is_scd_type_1(histories: Project, name: str) -> None:
    """The same rows, and the same columns."""
    assert histories.contents(f"current_{name}") == histories.contents("scd1")


MISUSE = {
    "as_of(ref('scd1'), 1)": [
        "relation must be a history: ref() of a snapshot, or of an apply_changes model with "
        "stored_as_scd_type: 2; found: scd1, an apply_changes model with "
        "stored_as_scd_type 1, which keeps the current rows only"
    ],
    "as_of(ref('stream'), none)": [
        "moment must be an SQL expression of the interval's type, "
        "such as \"timestamp '2026-01-01'\", found: None",
        "found: stream, materialized as streaming_table (way out: ",
    ],
    "as_of('plain', '1')": ["found: plain, which is no model or snapshot of this project"],
    "as_of(source('raw', 'events'), 1)": ["which is no model or snapshot of this project"],
    "as_of(ref('plain'), 1, start_at='x')": [
        "start_at and end_at must both be column names, or be left out, found: x, None"
    ],
    "as_of(ref('plain'), \"timestamp '2026-01-01'\")": [
        "moment must be an SQL expression of the type of valid_from, which is INTEGER, "
        "found: timestamp '2026-01-01' (Cannot compare"
    ],
    "as_of(ref('copy'), 5, 'since', 'valid_to')": [
        "start_at must name a column of",
        "found: since",
    ],
    "current(ref('copy'))": ["found: copy, materialized as table (way out: "],
    "is_current(ref('copy'))": ["found: copy, materialized as table (way out: "],
}


@pytest.mark.parametrize("call", MISUSE)
def test_misuse(histories: Project, call: str) -> None:
    """Every error of a call, in one message that says where."""
    histories.write("models/src.yml", "sources: [{name: raw, tables: [{name: events}]}]")
    histories.model("misuse", f"select * from {{{{ sluice.{call} }}}}")
    error = histories.run_expecting_error("--select", "misuse")
    histories.remove("models/misuse.sql")
    histories.remove("models/misuse.yml")
    assert (
        f"{call.partition('(')[0]}() error in model.consumer.misuse (models/misuse.sql):" in error
    )
    for message in MISUSE[call]:
        assert message in error


def test_everywhere(histories: Project) -> None:
    """In tests, unit tests and operations, with --empty, and over a copy whose names are given."""
    histories.model(
        "named", "select id from {{ sluice.as_of(ref('copy'), 5, 'valid_from', 'valid_to') }}"
    )
    histories.model(
        "joined",
        """\
        select old.id, now.name
        from {{ sluice.as_of(ref('plain'), 1) }} as old
        inner join {{ ref('plain') }} as now using (id)
        where {{ sluice.is_current(ref('plain'), alias='now') }}
        """,
    )
    histories.write(
        "tests/nobody_is_new.sql",
        "select * from {{ sluice.as_of(ref('open_end'), 99) }} where name = 'new'",
    )
    histories.write(
        "macros/ask.sql",
        "{% macro ask() %}{% do print(sluice.as_of(ref('renamed'), 3)) %}{% endmacro %}",
    )
    rows = [
        {"id": 1, "name": "x", "valid_from": 1, "valid_to": 2},
        {"id": 1, "name": "y", "valid_from": 2, "valid_to": None},
        {"id": 2, "name": "z", "valid_from": 2, "valid_to": None},
    ]
    test = {
        "name": "joins_then_and_now",
        "model": "joined",
        "given": [{"input": "ref('plain')", "rows": rows}],
        "expect": {"rows": [{"id": 1, "name": "y"}]},
    }
    histories.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    histories.build("--select", "named", "joined", "nobody_is_new")
    assert histories.rows("named") == [{"id": 1}]
    assert histories.rows("joined") == [{"id": 1, "name": "b"}]
    histories.run("--select", "joined", "--empty")
    assert histories.rows("joined") == []
    histories.run("ask", command="run-operation")
