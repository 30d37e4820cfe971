"""Options of a source: new fields, empty places, and what is said of misuse."""

from __future__ import annotations

from typing import Any

import pytest

from landing import put
from project import Project, Run
from sources import ID, ids, rows, same, source

# --- new fields -----------------------------------------------------------------------------------

EVOLUTION = {
    "add_new_columns": [
        {"id": 1},
        {"id": 2, "a": 5},
        {"id": 3, "b": "x"},
        {"id": 4, "_rescued_data": {"a": "y"}},
    ],
    "rescue": [
        {"id": 1},
        {"id": 2, "_rescued_data": {"a": 5}},
        {"id": 3, "_rescued_data": {"b": "x"}},
        {"id": 4, "_rescued_data": {"a": "y"}},
    ],
    "none": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
}


@pytest.mark.parametrize("mode", EVOLUTION)
def test_schema_evolution(project: Project, mode: str) -> None:
    """A field that is no column yet, in the first run and later."""
    folder = project.root / "landing"
    source(project, "evolving", folder, schema_evolution=mode, **ID)
    for number, line in enumerate(
        ['{"id": 1}', '{"id": 2, "a": 5}', '{"id": 3, "b": "x"}', '{"id": 4, "a": "y"}']
    ):
        put(folder / f"{number}.json", line)
        project.build()
    same(rows(project, "evolving"), EVOLUTION[mode])


def test_fail_on_new_columns(project: Project) -> None:
    """The run ends, again and again, until the schema or the file is changed."""
    folder = project.root / "landing"
    source(project, "strict", folder, schema_evolution="fail_on_new_columns", **ID)
    put(folder / "1.json", b'{"id": 1}\n')
    project.build()
    put(folder / "2.json", b'{"id": 2, "extra": 5}\n')
    for _ in range(2):
        message = project.run_expecting_error()
        for word in (
            "landing_strict.strict",
            "fail_on_new_columns",
            "extra (BIGINT)",
            "meta: columns",
        ):
            assert word in message
        same(rows(project, "strict"), ids(1))
    columns = {"columns": {"id": "bigint", "extra": "bigint"}}
    source(project, "strict", folder, schema_evolution="fail_on_new_columns", **columns)
    project.build()
    same(rows(project, "strict"), [{"id": 1}, {"id": 2, "extra": 5}])


def test_empty_makes_the_columns(project: Project) -> None:
    """`--empty` infers what a run would, so that a query may name the fields."""
    put(project.root / "landing" / "a.json", b'{"id": 1, "name": "a"}\n')
    source(project, "empty", project.root / "landing")
    text = (project.root / "models" / "empty.sql").read_text()
    text = text.replace("*", "id, name, _rescued_data")
    project.model("empty", text, materialized="streaming_table", on_schema_change="fail")
    project.run("--empty")
    assert rows(project, "empty") == []
    project.run()
    same(rows(project, "empty"), [{"id": 1, "name": "a"}])


# --- misuse ---------------------------------------------------------------------------------------


def test_only_what_notes_files_reads_them(project: Project) -> None:
    """Whatever else would read all files each time."""
    put(project.root / "landing" / "a.json", b'{"id": 1}\n')
    source(project, "inner", project.root / "landing", **ID)
    text = (project.root / "models" / "inner.sql").read_text()
    for materialized in ("view", "table", "ephemeral", "incremental"):
        project.model("inner", text, materialized=materialized)
        project.model("outer_", "select * from {{ ref('inner') }}", materialized="streaming_table")
        told = project.run_expecting_error()
        for word in ("read_files() notes", f"materialized as {materialized}", "way out"):
            assert word in told, told


def test_a_location_without_files(project: Project) -> None:
    """A warning when the table is made, for it may be a slip; later it is an ordinary day."""
    source(project, "lost", project.root / "londing", **ID)
    assert [text for text in project.build().warnings if "no file at" in text and "londing" in text]
    assert not [text for text in project.build().warnings if "no file at" in text]
    assert rows(project, "lost") == []


MISUSE: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no_location": (
        {"external_location": ""},
        ["external_location is missing", "{external_location: 'landing/orders/*.json'}"],
    ),
    "cut_type": (
        {"columns": {"id": "bigint", "total": "decimal(12", "2)": None}},
        ["the type of total ends at a comma", "decimal(12", "quotation marks"],
    ),
    "format": ({"format": "xml"}, ["format", "json, csv, parquet", "xml"]),
    "evolution": ({"schema_evolution": "add"}, ["schema_evolution", "rescue", "add"]),
    "columns": ({"columns": ["id"]}, ["columns", "mapping", "id"]),
    "hints": (
        {
            "columns": {
                "a": "no_type",
                "b": "int) as x, (1",
                "c": 1,
                "": "int",
                "D": "int",
                "d": "int",
            }
        },
        ["no_type", "type of b", "type of c", 'named ""', "d stands there twice"],
    ),
    "hints_of_ours": (
        {"columns": {"_metadata": "int", "_rescued_data": "int", "_sluice_x": "int"}},
        ["_metadata", "_rescued_data", "_sluice_x", "added by sluice"],
    ),
    "limit": ({"max_files_per_run": 0}, ["max_files_per_run", "from 1", "0"]),
    "limit_type": ({"max_files_per_run": "many"}, ["max_files_per_run", "many"]),
    "overwrites": ({"allow_overwrites": "yes"}, ["allow_overwrites", "true or false", "yes"]),
    "multi_line": ({"multi_line": 1}, ["multi_line", "true or false", "1"]),
    "multi_line_csv": ({"multi_line": True, "format": "csv"}, ["multi_line", "json", "csv"]),
    "header": ({"header": False}, ["header", "csv", "json"]),
    "delimiter": ({"format": "csv", "delimiter": "ab"}, ["delimiter", "one character", "ab"]),
    "choice": (
        {
            "path_glob_filter": "deep/*.json",
            "modified_after": "yesterday",
            "modified_before": "01.11.2026",
            "include_existing_files": "no",
            "max_bytes_per_run": "1g",
        },
        [
            "path_glob_filter must be a glob for names of files, such as '*.csv', found: deep/*",
            "modified_after must be a moment in UTC, such as '2026-11-01'",
            "found: yesterday",
            "modified_before must be a moment in UTC",
            "include_existing_files must be true or false, found: no",
            "max_bytes_per_run must be a number of bytes from 1 on, found: 1g",
        ],
    ),
    "reader": (
        {
            "format": "csv",
            "quote": "'",
            "reader_options": {
                "quote": '"',
                "nullValue": "x",
                "null_value": 1,
                "decimal_separator": ",",
                "thousands_separator": ",",
                "comment": "//",
                "skip_rows": -1,
                "names": ["a", "A"],
                "encoding": "koi8-r",
                "mode": "FAILFAST!",
                "date_format": "%d.%m.%Y",
                "timestamp_format": "dd.MM HH:mm",
            },
        },
        [
            "quote stands under reader_options and beside it",
            "nullValue is unknown, expected one of [header, delimiter",
            "null_value must be a list of texts in quotation marks, found: 1",
            "decimal_separator and thousands_separator must differ",
            "comment must be one character, found: //",
            "skip_rows must be a number of lines from 0 to 1000, found: -1",
            "names belongs to header: false",
            "names must be texts that differ in more than case",
            "encoding must be one of [utf-8, utf-16, latin-1, windows-1252], found: koi8-r",
            "mode must be one of [permissive, failfast], found: FAILFAST!",
            "iconv -f koi8-r -t utf-8",
            "date_format must be made of [yyyy, ",
            "such as dd.MM.yyyy, found: %d.%m.%Y (unknown: %",
            "timestamp_format must be made of",
            "with year, month and day, such as dd.MM.yyyy HH:mm:ss, found: dd.MM HH:mm",
        ],
    ),
    "reader_json": (
        {"reader_options": {"encoding": "latin-1"}},
        ["reader_options belongs to format: csv, found format: json"],
    ),
    "reader_list": (
        {"format": "csv", "reader_options": ["header"]},
        ["reader_options must be a mapping of option to value, found: ['header']"],
    ),
    "clean": ({"clean_source": "archive"}, ["clean_source", "move, delete", "archive"]),
    "after": (
        {"clean_source": "delete", "clean_source_after": "soon"},
        ["clean_source_after", "days", "soon"],
    ),
    "after_alone": ({"clean_source_after": "1 day"}, ["clean_source_after", "off"]),
    "move": ({"clean_source": "move"}, ["move_to", "folder"]),
    "move_within": (
        {"clean_source": "move", "move_to": "landing/old"},
        ["move_to", "outside", "landing/old"],
    ),
    "move_alone": ({"move_to": "x"}, ["move_to", "clean_source: move", "off"]),
    "remote": (
        {"external_location": "s3://bucket/x", "clean_source": "delete"},
        ["clean_source", "local", "s3://bucket/x"],
    ),
}


@pytest.fixture(scope="module")
def misuse(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of a model for each misuse."""
    project = Project(tmp_path_factory.mktemp("misuse"), template=template)
    for name, (meta, _words) in MISUSE.items():
        options = {**meta}
        source(project, name, options.pop("external_location", "landing"), **options)
    source(project, "several", "landing", format="xml", max_files_per_run=0)
    source(project, "misspelt", "landing", max_file_per_run=1)
    return project.dbt("run")


@pytest.mark.parametrize("name", MISUSE)
def test_misuse(misuse: Run, name: str) -> None:
    """What, where, the legal values, what came."""
    assert misuse.statuses[name] == "error"
    for word in (f"landing_{name}.{name}", *MISUSE[name][1]):
        assert word in misuse.messages[name]


def test_all_errors_at_once(misuse: Run) -> None:
    """And a misspelt option is a warning that names both."""
    assert "format" in misuse.messages["several"]
    assert "max_files_per_run" in misuse.messages["several"]
    assert any("max_file_per_run" in w and "max_files_per_run" in w for w in misuse.warnings)
