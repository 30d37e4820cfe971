"""AUTO CDC: what a run says of its events, what it leaves out, and what it leaves behind."""

from __future__ import annotations

import os
from typing import Any

import pytest

from engine_cases import (
    SCD1,
    SCD2,
    SNAPSHOT,
    STREAM,
    found,
    has,
    land,
    load,
    source,
    streaming,
    tables,
    told,
)
from project import Project

HINTS = {"id": "integer", "v": "varchar", "op": "varchar", "seq": "integer"}
KINDS = ("type1", "type2", "snapped")

# --- _metadata and _rescued_data ----------------------------------------------------------------


def targets(project: Project, text: str = STREAM, **meta: Any) -> None:
    """A target of each kind, all columns but the operation and the sequence, or as it is said."""
    for name, options in (("type1", SCD1), ("type2", SCD2)):
        project.apply_changes(name, text, **{**options, **meta})
    project.snapshot("snapped", text, unique_key="id", **{**SNAPSHOT, **meta})


def bronze(project: Project, **meta: Any) -> Any:
    """The table over files, and targets of its stream; the folder."""
    folder = project.root / "landing"
    streaming(project, "up", source(project, folder, columns=HINTS, schema_evolution="rescue"))
    targets(project, **meta)
    return folder


def test_a_file_that_is_delivered_twice_is_no_conflict(project: Project) -> None:
    """Copies differ in `_metadata` only, which is no column of the target.

    Lakeflow's users list `_metadata` where they want it; what is not listed stays out, and so does
    `_rescued_data`. The copies are counted as what they are.
    """
    folder = bronze(project)
    events = [{"id": 1, "v": "a", "op": "U", "seq": 1}, {"id": 2, "v": "b", "op": "U", "seq": 2}]
    first = land(folder, "o1.json", *events)
    project.build()
    second = land(folder, "o2.json", *events, {"id": 1, "v": "c", "op": "U", "seq": 3})
    os.utime(second, (first.stat().st_mtime + 60,) * 2)
    run = project.build()
    assert not told(run, "conflict")
    for name in KINDS:
        flow = project.flows()[name]
        assert (flow["num_duplicate_rows"], flow["num_conflicts"]) == (2, 0), name
        assert not {"_metadata", "_rescued_data"} & set(project.columns(name)), name
    assert found(project, "type1") == [(1, "c"), (2, "b")]
    versions = [(1, "a", 1, 3), (1, "c", 3, None), (2, "b", 2, None)]
    for name in ("type2", "snapped"):
        assert found(project, name, "id, v, valid_from, valid_to") == versions


def test_a_rescued_field_alone_makes_no_version(project: Project) -> None:
    """Another value of an unknown field is no change of the target."""
    folder = bronze(project)
    land(folder, "o1.json", {"id": 1, "v": "a", "op": "U", "seq": 1, "x": 1})
    land(folder, "o2.json", {"id": 1, "v": "a", "op": "U", "seq": 2, "x": 2})
    project.build()
    for name in ("type2", "snapped"):
        assert found(project, name, "id, v, valid_from, valid_to") == [(1, "a", 1, None)]


def test_column_list_names_what_shall_come_nevertheless(project: Project) -> None:
    """`column_list` with `_metadata` or `_rescued_data` has them in the target."""
    columns = ["id", "v", "_metadata", "_rescued_data"]
    folder = bronze(project, column_list=columns, except_column_list=None)
    land(folder, "o1.json", {"id": 1, "v": "a", "op": "U", "seq": 1, "x": 1})
    project.build()
    for name in KINDS:
        assert set(project.columns(name)) >= {"_metadata", "_rescued_data"}, name
        row = found(project, name, "_metadata.file_name, _rescued_data ->> '$.x'")
        assert row == [("o1.json", "1")]


@pytest.mark.parametrize("excepted", [["op", "seq", "_metadata", "_rescued_data"], None])
def test_a_list_of_what_stays_out_may_name_them_or_be_missing(
    project: Project, excepted: list[str] | None
) -> None:
    """The line that every model has today stays legal, and is not needed."""
    folder = bronze(project, except_column_list=excepted)
    land(folder, "o1.json", {"id": 1, "v": "a", "op": "U", "seq": 1})
    run = project.build()
    assert not run.warnings
    for name in KINDS:
        assert not {"_metadata", "_rescued_data"} & set(project.columns(name)), name


def test_conditions_and_the_sequence_may_use_what_stays_out(project: Project) -> None:
    """As they may use every column that a column list drops."""
    sequence = ["_metadata.file_modification_time", "seq"]
    folder = bronze(
        project,
        sequence_by=sequence,
        apply_as_deletes="_metadata.file_name like 'gone%' or _rescued_data is not null",
    )
    land(
        folder, "o1.json", *({"id": number, "v": "a", "op": "U", "seq": 1} for number in (1, 2, 3))
    )
    later = {"gone.json": {"id": 1, "seq": 0}, "o2.json": {"id": 2, "seq": 0, "x": 1}}
    for name, event in later.items():
        file = land(folder, name, event)
        os.utime(file, (4_000_000_000,) * 2)
    project.build()
    assert found(project, "type1", "id") == [(3,)]


# --- conflicts ----------------------------------------------------------------------------------


def test_a_conflict_names_the_columns_that_differ(project: Project) -> None:
    """No other, so that a wrong diagnosis is seen at once; nulls differ as well."""
    types = {"id": "integer", "price": "integer", "colour": "varchar", "size": "varchar"}
    types |= {"op": "varchar", "seq": "integer"}
    targets(project, "select * from raw.events")
    load(project, (1, 5, "red", "L", "U", 1), (1, 6, "red", "L", "U", 1), **types)
    first = project.build()
    load(project, (2, 5, "red", None, "U", 1), (2, 5, "red", "XL", "U", 1), **types)
    second = project.build()
    load(project, (1, 7, "blue", "L", "U", 1), **types)
    third = project.build()
    for run, differ in ((first, {"price"}), (second, {"size"}), (third, {"price", "colour"})):
        for name in KINDS:
            (warning,) = told(run, name, "conflict")
            named = {column for column in ("price", "colour", "size") if column in warning}
            assert named == differ, warning


# --- sequences of text --------------------------------------------------------------------------

TEXTS = {
    "dates": (["9/1/2026", "10/1/2026"], True),
    "numbers": (["9", "10"], True),
    "fractions": (["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z"], True),
    "iso": (["2026-01-01T00:00:00.000000", "2026-01-01T00:00:00.500000"], False),
    "positions": (["binlog.000009", "binlog.000010"], False),
}


@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_sequence_whose_values_are_not_of_one_length_is_told(
    project: Project, name: str, batches: int
) -> None:
    """Text sorts as text, so that "9/1/2026" is newer than "10/1/2026".

    Choice: one warning a target, with the option and the type, where the lengths differ among all
    events that it has seen; text of one length (ISO 8601, log positions) is silent. The rows are
    those of the order of text: a warning changes none.
    """
    values, is_told = TEXTS[name]
    targets(project, "select * from raw.events")
    types = {**HINTS, "seq": "varchar"}
    events = [(1, f"v{number}", "U", value) for number, value in enumerate(values)]
    for batch in [events] if batches == 1 else [[event] for event in events]:
        load(project, *batch, **types)
        run = project.build()
    for target in KINDS:
        warnings = told(run, target, "sequence_by")
        assert len(warnings) == is_told, run.warnings
        if is_told:
            has(warnings[0], "VARCHAR")
    newest = f"v{values.index(max(values))}"
    assert found(project, "type1", "v") == [(newest,)]


def test_a_text_part_of_a_sequence_is_told_and_a_number_is_not(project: Project) -> None:
    """The warning names the part."""
    types = {"id": "integer", "v": "varchar", "file": "varchar", "pos": "integer"}
    options = {"keys": ["id"], "sequence_by": ["file", "pos"]}
    project.apply_changes("composite", **options)
    project.apply_changes("counted", keys=["id"], sequence_by="pos")
    load(project, (1, "a", "log.9", 9), (1, "b", "log.10", 10), **types)
    run = project.build()
    (warning,) = told(run, "sequence_by")
    has(warning, "composite", "file")


# --- Python models ------------------------------------------------------------------------------

MODEL = """\
def model(dbt, session):
    {body}
    return session.sql("select * from raw.events")
"""
FAILING = {
    "an option": ({"keys": ["nope"]}, "pass", "nope"),
    "a null key": ({}, "pass", "null in 1 of 2"),
    "its own code": ({}, 'raise ValueError("broken by hand")', "broken by hand"),
    "a wrong type": ({"stored_as_scd_type": 3}, "pass", "stored_as_scd_type"),
}


@pytest.mark.dbt_v1("it runs no Python models on DuckDB")
@pytest.mark.parametrize("name", FAILING)
def test_a_python_model_that_fails_leaves_nothing_behind(project: Project, name: str) -> None:
    """Neither in the user's schema nor in ours, in the first run or a later one."""
    meta, body, words = FAILING[name]
    load(project, (1, "a", "U", 10))
    project.apply_changes("fed", MODEL.format(body="pass"), **SCD1)
    project.build()
    before, rows = tables(project), project.contents("fed")
    if name == "a null key":
        load(project, (None, "b", "U", 20), (2, "b", "U", 20))
    project.apply_changes("fed", MODEL.format(body=body), **{**SCD1, **meta})
    project.apply_changes("new", MODEL.format(body=body), **{**SCD1, **meta})
    run = project.dbt("build")
    for model in ("fed", "new"):
        has(run.messages[model], words)
    assert tables(project) == before
    assert project.contents("fed") == rows
