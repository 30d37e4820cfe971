"""Different is what is not identical, not what the engine's `=` says.

DuckDB calls 30 days and 1 month equal, -0.0 and 0.0, and under a collation `bob` and `BOB`. For
updates, ties, copies and the identity of rows they are different values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from engine import is_lake
from engine_cases import SCD1, SCD2, SNAPSHOT, found, land, settings, source, streaming, told
from project import Project

VALUES = {
    "days": ("interval", "interval '30 days'", "interval '1 month'"),
    "hours": ("interval", "interval '24 hours'", "interval '1 day'"),
    "days_struct": ("struct(a interval)", "{'a': interval '30 days'}", "{'a': interval '1 month'}"),
    "days_list": ("interval[]", "[interval '30 days']", "[interval '1 month']"),
    "days_map": (
        "map(varchar, interval)",
        "map {'a': interval '30 days'}",
        "map {'a': interval '1 month'}",
    ),
    "zero": ("double", "'-0.0'::double", "'0.0'::double"),
    "zero_float": ("float", "'-0.0'::float", "'0.0'::float"),
    "zero_list": ("double[]", "['-0.0'::double]", "['0.0'::double]"),
    "zero_struct": ("struct(a double)", "{'a': '-0.0'::double}", "{'a': '0.0'::double}"),
    "case": ("varchar collate nocase", "'bob'", "'BOB'"),
    "accent": ("varchar collate noaccent", "'rene'", "'rené'"),
}
"""Type, and two values that are equal to DuckDB and yet not the same."""

SAME = {
    "nan": ("double", "'nan'::double", "'nan'::double"),
    "nan_list": ("double[]", "['nan'::double]", "['nan'::double]"),
    "nan_struct": ("struct(a float)", "{'a': 'nan'::float}", "{'a': 'nan'::float}"),
    "instant": (
        "timestamptz",
        "'2026-01-01 00:00:00+00'::timestamptz",
        "'2025-12-31 19:00:00-05'::timestamptz",
    ),
}
"""Type, and one value in two spellings."""

ZEROS = "DuckDB 1.5 stores a column of only 0.0 and -0.0 as one of them"
COLLATED = ("case", "accent")

COLUMNS = "id, v::varchar as v"
VERSIONS = f"{COLUMNS}, valid_from, valid_to"


def each(names: Iterable[str], *, also_on_v2: bool = False) -> list[Any]:
    """The names as parameters of a test."""
    zeros = [pytest.mark.duckdb_file(ZEROS)] + [pytest.mark.dbt_v1(ZEROS)] * (not also_on_v2)
    collated = [pytest.mark.duckdb_file("it has no collations")]
    return [
        pytest.param(name, marks=zeros * name.startswith("zero") + collated * (name in COLLATED))
        for name in names
    ]


def put(project: Project, table: str, kind: str, *events: tuple[int, str | None, str, int]) -> None:
    """Replace a raw table by events whose value is SQL."""
    project.query(
        f"create or replace table raw.{table} (id integer, v {kind}, op varchar, seq integer)"
    )
    for key, value, op, seq in events:
        values = f"{key}, {value or 'null'}, '{op}', {seq}"
        project.query(f"insert into raw.{table} values ({values})")


def targets(project: Project, name: str) -> None:
    """A type 1 table and a history of a raw table, and a type 1 table of a stream of it."""
    feed = f"select * from raw.{name}"
    project.apply_changes(f"now_{name}", feed, **SCD1)
    project.apply_changes(f"history_{name}", feed, **SCD2)
    streaming(project, f"up_{name}", feed)
    stream = f"select * from {{{{ sluice.stream(ref('up_{name}')) }}}}"
    project.apply_changes(f"streamed_{name}", stream, **SCD1)


def batches(first: str, second: str) -> list[list[tuple[int, str, str, int]]]:
    """1: updated; 2: the other way round; 3 and 4: a tie over two runs, each first; 5: in one."""
    return [
        [
            (1, first, "U", 10),
            (2, second, "U", 10),
            (3, first, "U", 10),
            (4, second, "U", 10),
            (5, first, "U", 10),
            (5, second, "U", 10),
        ],
        [(1, second, "U", 20), (2, first, "U", 20), (3, second, "U", 10), (4, first, "U", 10)],
    ]


@pytest.fixture(scope="module")
def told_apart(
    template: Project, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What became of each pair of values: in two batches, and in one."""
    project = Project(tmp_path_factory.mktemp("identity"), template=template)
    values = {
        name: value
        for name, value in (VALUES | SAME).items()
        if not (is_lake() and name in COLLATED)
    }
    for name in values:
        targets(project, name)
    outcome: dict[str, dict[str, Any]] = {name: {} for name in values}

    def run(number: int | None) -> None:
        for name, (kind, first, second) in values.items():
            events = batches(first, second)
            chosen = [*events[0], *events[1]] if number is None else events[number]
            put(project, name, kind, *chosen)
        project.dbt("run")

    def tables(name: str) -> dict[str, list[tuple]]:
        return {
            f"{kind}_{name}": found(project, f"{kind}_{name}", columns)
            for kind, columns in (
                ("now", COLUMNS),
                ("history", VERSIONS),
                ("streamed", COLUMNS),
            )
            if project.last.statuses[f"{kind}_{name}"] == "success"
        }

    for number in (0, 1):
        run(number)
        flows = project.flows()
        for name in outcome:
            outcome[name][number] = flows.get(f"now_{name}") or {}
    for name, (_kind, first, second) in values.items():
        texts = project.query(f"select ({first})::varchar as a, ({second})::varchar as b")[0]
        outcome[name] |= {"texts": tuple(texts.values()), "tables": tables(name)}
    project.drop_database()
    run(None)
    for name in outcome:
        outcome[name]["at once"] = tables(name)
    return outcome


@pytest.mark.parametrize("name", each(VALUES))
@pytest.mark.parametrize("kind", ["now", "streamed"])
def test_an_update_to_an_equal_value_is_an_update(
    told_apart: dict[str, dict[str, Any]], kind: str, name: str
) -> None:
    """The highest sequence wins, whatever the engine's `=` says of its values."""
    first, second = told_apart[name]["texts"]
    assert first != second
    rows = dict(told_apart[name]["tables"][f"{kind}_{name}"])
    assert (rows[1], rows[2]) == (second, first)


@pytest.mark.parametrize("name", each(VALUES))
def test_an_update_to_an_equal_value_is_a_version(
    told_apart: dict[str, dict[str, Any]], name: str
) -> None:
    """In a history, too: the old value ends where the new one begins."""
    first, second = told_apart[name]["texts"]
    rows = [row for row in told_apart[name]["tables"][f"history_{name}"] if row[0] in (1, 2)]
    assert sorted(rows, key=str) == sorted(
        [(1, first, 10, 20), (1, second, 20, None), (2, second, 10, 20), (2, first, 20, None)],
        key=str,
    )


@pytest.mark.parametrize("name", each(VALUES))
def test_a_tie_of_equal_values_ends_the_same_whichever_came_first(
    told_apart: dict[str, dict[str, Any]], name: str
) -> None:
    """A total order over the values decides, and each pair is counted as a conflict."""
    rows = dict(told_apart[name]["tables"][f"now_{name}"])
    assert len({rows[3], rows[4], rows[5]}) == 1
    counts = [told_apart[name][number]["num_conflicts"] for number in (0, 1)]
    copies = [told_apart[name][number]["num_duplicate_rows"] for number in (0, 1)]
    assert (counts, copies) == ([1, 2], [0, 0])


@pytest.mark.parametrize("name", each(VALUES | SAME))
def test_batches_never_change_the_table(told_apart: dict[str, dict[str, Any]], name: str) -> None:
    """One batch or two, the same tables (Convergence)."""
    assert len(told_apart[name]["tables"]) == 3
    assert told_apart[name]["tables"] == told_apart[name]["at once"]


@pytest.mark.parametrize("name", SAME)
def test_a_value_is_the_same_as_itself(told_apart: dict[str, dict[str, Any]], name: str) -> None:
    """NaN as well, and an instant in another zone: no version, no conflict, a copy."""
    text = told_apart[name]["texts"][0]
    expected = [(key, text, 10, None) for key in range(1, 6)]
    assert told_apart[name]["tables"][f"history_{name}"] == expected
    for number, copies in ((0, 1), (1, 2)):
        assert told_apart[name][number]["num_conflicts"] == 0
        assert told_apart[name][number]["num_duplicate_rows"] == copies


@pytest.mark.parametrize("name", each(VALUES, also_on_v2=True))
def test_a_conflict_names_its_column_whatever_the_engine_calls_equal(
    project: Project, name: str
) -> None:
    """Counted and named, with every event setting all columns, and with a list of what it sets."""
    kind, first, second = VALUES[name]
    put(project, "events", kind, (1, first, "U", 10), (1, second, "U", 10), (2, first, "U", 10))
    feed = "select *, 1 as w{} from raw.events"
    project.apply_changes("whole", feed.format(""), **SCD1)
    options = {**SCD1, "columns_to_update": "sets"}
    project.apply_changes("told", feed.format(", ['v'] as sets"), **options)
    run = project.build()
    for model in ("whole", "told"):
        assert project.flows()[model]["num_conflicts"] == 1
        assert told(run, model, "differ in v."), run.warnings


KEYS = {
    "case": ("varchar collate nocase", "'bob'", "'BOB'"),
    "accent": ("varchar collate noaccent", "'rene'", "'rené'"),
    "days": ("interval", "interval '30 days'", "interval '1 month'"),
    "days_struct": ("struct(a interval)", "{'a': interval '30 days'}", "{'a': interval '1 month'}"),
    "zero": ("double", "'-0.0'::double", "'0.0'::double"),
}


@pytest.mark.parametrize("name", each(KEYS))
@pytest.mark.parametrize("arrival", ["one run", "a run each"])
def test_keys_that_are_equal_and_not_the_same_are_two_keys(
    project: Project, name: str, arrival: str
) -> None:
    """Merge identity. A delete of one leaves the other.

    Choice: that holds for every type. Two rows lose nothing, one row loses a key.
    """
    kind, first, second = KEYS[name]
    feed = "select * from raw.keyed"
    project.apply_changes("now", feed, **SCD1)
    project.apply_changes("history", feed, **SCD2)
    project.snapshot("snap", feed, unique_key="id", **SNAPSHOT)

    def run(*events: tuple[str, str | None, str, int]) -> None:
        project.query(
            f"create or replace table raw.keyed (id {kind}, v varchar, op varchar, seq integer)"
        )
        for key, value, op, seq in events:
            text = f"'{value}'" if value else "null"
            project.query(f"insert into raw.keyed values ({key}, {text}, '{op}', {seq})")
        project.build()

    events = [(first, "x", "U", 10), (second, "y", "U", 10), (second, "z", "U", 20)]
    for batch in [events] if arrival == "one run" else [[event] for event in events]:
        run(*batch)
    a, b = project.query(f"select ({first})::varchar as a, ({second})::varchar as b")[0].values()
    columns = "id::varchar as id, v, valid_from, valid_to"
    versions = sorted([(a, "x", 10, None), (b, "y", 10, 20), (b, "z", 20, None)], key=repr)
    assert found(project, "now", "id::varchar as id, v") == sorted([(a, "x"), (b, "z")])
    assert found(project, "history", columns) == versions
    assert found(project, "snap", columns) == versions
    run((second, None, "D", 30))
    assert found(project, "now", "id::varchar as id, v") == [(a, "x")]
    versions = sorted([(a, "x", 10, None), (b, "y", 10, 20), (b, "z", 20, 30)], key=repr)
    assert found(project, "history", columns) == versions
    assert found(project, "snap", columns) == versions


@pytest.mark.parametrize("name", each(["days", "zero"]))
def test_extracts_that_are_equal_and_not_the_same_differ(project: Project, name: str) -> None:
    """In the comparison of full extracts."""
    kind, first, second = VALUES[name]
    streaming(project, "extracts", "select id, v, seq from raw.extracts")
    changes = "sluice.changes_from_snapshots(ref('extracts'), keys=['id'], version='seq')"
    options = {**SCD2, "apply_as_deletes": "__op = 'DELETE'", "except_column_list": ["__op", "seq"]}
    project.apply_changes("history", f"select * from {{{{ {changes} }}}}", **options)
    for seq, value in ((1, first), (2, second)):
        put(project, "extracts", kind, (1, value, "U", seq))
        project.build()
    a, b = project.query(f"select ({first})::varchar as a, ({second})::varchar as b")[0].values()
    assert found(project, "history", VERSIONS) == sorted([(1, a, 1, 2), (1, b, 2, None)])


@pytest.mark.parametrize("options", [{}, {"allow_overwrites": True}, {"max_files_per_run": 1}])
@pytest.mark.parametrize("collation", ["", "nocase"])
def test_files_whose_names_differ_in_case_are_two_files(
    project: Project, collation: str, options: dict[str, Any]
) -> None:
    """`A.json` landed after `a.json` is read, under any collation."""
    folder = project.root / "landing"
    settings(project, {"default_collation": collation} if collation else {})
    streaming(project, "up", source(project, f"{folder}/*.json", **options))
    for number, name in enumerate(("a.json", "A.json", "b.json", "B.json"), start=1):
        land(folder, name, {"id": number})
        project.build()
    project.build()
    assert [row[0] for row in found(project, "up", "id")] == [1, 2, 3, 4]


def test_names_that_differ_in_case_are_told_apart_under_a_default_collation(
    project: Project,
) -> None:
    """Keys, values and a text sequence under `default_collation: nocase`.

    Choice: the table is what it is without the setting. A refusal at the start of the run would be
    loud as well, but would shut out a project that needs the setting elsewhere.
    """
    settings(project, {"default_collation": "nocase"})
    for name, options in (("now", SCD1), ("history", SCD2)):
        project.apply_changes(name, **options)
    project.snapshot("snap", unique_key="id", **SNAPSHOT)
    types = {"id": "varchar", "v": "varchar", "op": "varchar", "seq": "varchar"}
    for batch in ([("k", "bob", "U", "B"), ("K", "x", "U", "B")], [("k", "Bob", "U", "b")]):
        rows = [dict(zip(types, event, strict=True)) for event in batch]
        project.load("events", rows, **types)
        project.build()
    assert found(project, "now") == [("K", "x"), ("k", "Bob")]
    versions = [("K", "x", "B", None), ("k", "Bob", "b", None), ("k", "bob", "B", "b")]
    columns = "id, v, valid_from, valid_to"
    assert found(project, "history", columns) == versions
    assert found(project, "snap", columns) == versions
