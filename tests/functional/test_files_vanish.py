"""No row and no file vanishes in silence: it is read, it is rescued, or it is told."""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import date
from typing import Any

import pytest

import dbts
from feeds import land, ledger, lines, parquet, reads, rows, same
from project import Project, Row

ID = {"columns": {"id": "bigint"}}
CSV = {"format": "csv"}


def ids(*numbers: int) -> list[Row]:
    """Rows with an id only."""
    return [{"id": number} for number in numbers]


# --- CSV as it comes ------------------------------------------------------------------------------

# name: (files, options of the source, rows)
ODD_CSV: dict[str, tuple[dict[str, str | bytes], dict[str, Any], list[Row]]] = {
    "hash": (
        {"a.csv": "id,v\n1,a\n2,b\n3,c\n#4,d\n5,e\n"},
        {"columns": {"id": "integer"}},
        [{"id": n, "v": v} for n, v in zip((1, 2, 3, 5), "abce", strict=True)]
        + [{"v": "d", "_rescued_data": {"id": "#4"}}],
    ),
    "hash_first": (
        {"a.csv": "id;v\n#1;a\n2;b\n"},
        {"columns": {"id": "integer"}, "delimiter": ";"},
        [{"v": "a", "_rescued_data": {"id": "#1"}}, {"id": 2, "v": "b"}],
    ),
    "hash_without_hints": (
        {"a.csv": "id,name\n#c,x\n1,a\n"},
        {},
        [{"id": "#c", "name": "x"}, {"id": "1", "name": "a"}],
    ),
    **{
        f"case_02_{name}": (
            {"a.csv": f"id,v\n1,a\n{mark}2,b\n3,c\n"},
            {},
            [{"id": "1", "v": "a"}, {"id": f"{mark}2", "v": "b"}, {"id": "3", "v": "c"}],
        )
        for name, mark in (("percent", "%"), ("slashes", "//"), ("dashes", "--"), ("excel", ";"))
    },
    "sep_of_excel": (
        {"a.csv": "sep=;\nid;name\n1;a\n"},
        {"delimiter": ";"},
        [{"id": 1, "name": "a"}],
    ),
    "names_that_come_twice": (
        {"a.csv": "id,amount,amount,ID\n1,10,20,7\n"},
        {},
        [{"id": 1, "amount": 10, "_rescued_data": {"amount": "20", "ID": "7"}}],
    ),
    "names_that_come_twice_and_hints": (
        {"a.csv": "ID,amount,amount\n1,x,20\n2,10,\n"},
        {"columns": {"id": "bigint", "amount": "bigint"}},
        [
            {"_rescued_data": {"amount": ["x", "20"], "ID": "1"}},
            {"amount": 10, "_rescued_data": {"amount": None, "ID": "2"}},
        ],
    ),
    "a_name_that_comes_three_times": (
        {"a.csv": "id,v,v,v\n1,a,b,c\n2,d,,e\n3,f,,\n"},
        {},
        [
            {"id": 1, "v": "a", "_rescued_data": {"v": ["b", "c"]}},
            {"id": 2, "v": "d", "_rescued_data": {"v": [None, "e"]}},
            {"id": 3, "v": "f", "_rescued_data": {"v": [None, None]}},
        ],
    ),
    "a_real_name_that_looks_made_up": (
        {"a.csv": "amount,amount_1,amount\n1,2,3\n", "b.csv": "amount,amount_1\n4,5\n"},
        {},
        [{"amount": 1, "amount_1": 2, "_rescued_data": {"amount": "3"}},
         {"amount": 4, "amount_1": 5}],
    ),
    "the_first_spelling_is_the_column": (
        {"a.csv": "id,Id,ID\n1,2,3\n", "b.csv": "ID\n4\n", "c.csv": "id\n5\n"},
        {},
        [{"id": 1, "_rescued_data": {"ID": "3", "Id": "2"}}, {"_rescued_data": {"ID": "4"}},
         {"id": 5}],
    ),
    "names_that_come_twice_in_one_of_the_files": (
        {"a.csv": "id,amount\n1,10\n", "b.csv": "amount,id,amount\n20,2,30\n",
         "c.csv": "id,amount,amount,more\n3,40,50,x\n"},
        {},
        [{"id": 1, "amount": 10}, {"id": 2, "amount": 20, "_rescued_data": {"amount": "30"}},
         {"id": 3, "amount": 40, "more": "x", "_rescued_data": {"amount": "50"}}],
    ),
    "names_that_come_twice_packed_and_in_crlf": (
        {"a.csv.gz": gzip.compress(b"id,v,V,v\r\n1,2,3,4\r\n"), "b.csv": "id,v,v\r\n5,6,7\r\n"},
        {},
        [{"id": 1, "v": 2, "_rescued_data": {"V": "3", "v": "4"}},
         {"id": 5, "v": 6, "_rescued_data": {"v": "7"}}],
    ),
    "names_that_come_twice_in_quotes": (
        {"a.csv": '"a;\nb";"ID";"a;\nb";id\n1;2;3;4\n', "b.csv": '\ufeff"ID";ID\n5;6\n',
         "c.csv": 'sep=;\nID;"id"\n7;8\n'},
        {"delimiter": ";"},
        [{"a;\nb": 1, "ID": 2, "_rescued_data": {"a;\nb": "3", "id": "4"}},
         {"ID": 5, "_rescued_data": {"ID": "6"}}, {"ID": 7, "_rescued_data": {"id": "8"}}],
    ),
    "names_that_come_twice_beside_an_empty_one": (
        {"a.csv": "id,,id,\n1,2,3,4\n"},
        {},
        [{"id": 1, "column1": 2, "column3": 4, "_rescued_data": {"id": "3"}}],
    ),
    "names_that_come_twice_and_no_new_columns": (
        {"a.csv": "id,amount,amount,AMOUNT,x,x\n1,10,20,30,4,5\n"},
        {"columns": {"id": "bigint", "amount": "bigint"}, "schema_evolution": "none"},
        [{"id": 1, "amount": 10, "_rescued_data": {"amount": "20", "AMOUNT": "30"}}],
    ),
    "names_that_come_twice_and_are_rescued": (
        {"a.csv": "id,amount,amount,x,x\n1,10,20,4,5\n"},
        {"columns": {"id": "bigint", "amount": "bigint"}, "schema_evolution": "rescue"},
        [{"id": 1, "amount": 10, "_rescued_data": {"amount": "20", "x": ["4", "5"]}}],
    ),
    "names_that_come_twice_and_a_folder": (
        {"id=1/a.csv": "id,v,id\n1,a,3\n2,b,4\n"},
        {},
        [{"id": 1, "v": "a", "_rescued_data": {"id": "3"}},
         {"id": 1, "v": "b", "_rescued_data": {"id": ["2", "4"]}}],
    ),
    "lf_and_crlf": (
        {"a.csv": "id,name\r\n1,a\n2,b\r\n3,c\n", "b.csv": "id,name\n4,d\r\n5,e\n"},
        {},
        [{"id": n, "name": v} for n, v in enumerate("abcde", start=1)],
    ),
    "only_line_ends": ({"a.csv": "\n\n", "b.csv": "id\n1\n"}, {}, ids(1)),
    "nothing_but_line_ends": ({"a.csv": "\n\n"}, {}, []),
}  # fmt: skip

GOOD = lines({"id": 1})
PACKED = gzip.compress(b'{"id": 9}\n')
ZSTD = b"\x28\xb5\x2f\xfd\x04\x58\x51\x00\x00"
# name: (files, options, patterns of the error of the one that fails, which is named b)
UNREADABLE: dict[str, tuple[dict[str, str | bytes], dict[str, Any], list[str]]] = {
    "an_empty_name_first": (
        {"a.csv": "id\n1\n", "b.csv": ",Op,id\nI,1\n"},
        CSV,
        [r"line 2\b", r"\b2\b", r"\b3\b"],
    ),
    "gzip_without_its_suffix": ({"a.json": GOOD, "b.json": PACKED}, ID, ["looks packed"]),
    "gzip_with_another_suffix": (
        {"a.json": GOOD, "b.json.gzip": PACKED},
        ID,
        ["looks packed"],
    ),
    "gzip_in_csv": ({"a.csv": "id\n1\n", "b.csv": PACKED}, CSV, ["looks packed"]),
    "zstd_without_its_suffix": ({"a.json": GOOD, "b.json": ZSTD}, ID, ["looks packed"]),
}
TABLE = {**ID, **CSV}
ARRAY = '[\n{"id": 1},\n{"id": 2}\n]\n'
NO_HEADER = {"a.csv": "id,name\n1,a\n2,b\n", "b.csv": "3,c\n4,d\n"}
# name: (files, options, words of the warning): every row is rescued or corrupt, or no hint is met
SUSPICIOUS: dict[str, tuple[dict[str, str | bytes], dict[str, Any], list[str]]] = {
    "csv_as_json": ({"a.json": "id,name\n1,a\n"}, ID, ["a.json", "format"]),
    "an_array_as_lines": ({"a.json": ARRAY}, ID, ["a.json", "multi_line"]),
    "parquet_as_json": ({"a.json": parquet("select 1 as id")}, ID, ["a.json", "format"]),
    "values_of_another_type": ({"a.json": lines({"id": "x"}, {"id": "y"})}, ID, ["a.json", "id"]),
    "no_hinted_field": ({"a.json": lines({"ident": 1}, {"ident": 2})}, ID, ["a.json", "id"]),
    "names_in_another_case": ({"a.json": lines({"ID": 1}, {"ID": 2})}, ID, ["a.json", "id"]),
    "another_delimiter": ({"a.csv": "id;name\n1;a\n2;b\n"}, TABLE, ["a.csv", "delimiter"]),
    "no_header": (NO_HEADER, TABLE, ["b.csv", "header"]),
    "no_header_and_no_hints": (NO_HEADER, CSV, ["b.csv", "header"]),
    "one_among_good_ones": ({"a.json": GOOD, "b.json": "id\n1\n"}, ID, ["b.json", "format"]),
}
ORDINARY: dict[str, tuple[dict[str, str | bytes], dict[str, Any]]] = {
    "a_good_row_among_bad_ones": ({"a.json": lines("broken", {"id": "x"}, {"id": 1})}, ID),
    "empty_files": ({"a.json": "", "b.csv": ""}, ID),
    "a_header_and_no_rows": ({"a.csv": "id,name\n"}, TABLE),
    "a_hint_that_is_not_there_yet": ({"a.json": GOOD}, {"columns": {"id": "int", "later": "text"}}),
    "columns_that_come_later": ({"a.csv": "id\n1\n", "b.csv": "id,name\n2,b\n"}, CSV),
}


@pytest.fixture(scope="module")
def landed(shared_project: Project) -> Project:
    """A bronze table for each of the tables above, named as its entry."""
    for entries, common in ((ODD_CSV, CSV), (UNREADABLE, {}), (SUSPICIOUS, {}), (ORDINARY, {})):
        for name, (files, meta, *_expected) in entries.items():
            table = f"v_{name}"
            land(shared_project, {f"landing/{table}/{file}": text for file, text in files.items()})
            reads(shared_project, table, f"landing/{table}", **common, **meta)
    shared_project.dbt("run")
    return shared_project


def warnings_of(project: Project, name: str) -> list[str]:
    """The warnings about one table."""
    return [text for text in project.last.warnings if re.search(rf"\bv_{name}\b", text)]


@pytest.mark.parametrize("name", ODD_CSV)
def test_every_row_of_a_csv_file_is_there(landed: Project, name: str) -> None:
    """Case 02, Case 25: no comment mark is guessed; oddities are read as they are meant.

    Chosen: `sep=;` is skipped; of columns with one name, or one name in another case, the first is
    the column and the others are rescued, as with JSON; a file of line ends only has no row.
    """
    assert landed.last.statuses[f"v_{name}"] == "success", landed.last.error
    same(rows(landed, f"v_{name}"), ODD_CSV[name][2])


@pytest.mark.parametrize("mode", ["add_new_columns", "fail_on_new_columns", "rescue", "none"])
def test_a_name_that_comes_twice_is_no_new_column(project: Project, mode: str) -> None:
    """In a later run, whose columns are known, and beside files that name it once."""
    hints = {"id": "bigint", "amount": "bigint"}
    reads(project, "bronze", "landing", **CSV, columns=hints, schema_evolution=mode)
    land(project, {"landing/1.csv": "id,amount\n1,10\n"})
    project.run()
    land(project, {"landing/2.csv": "id,amount\n2,20\n"})
    land(project, {"landing/3.csv": "id,amount,amount,ID\n3,30,31,7\n"})
    project.run()
    land(project, {"landing/4.csv": "amount,ID,amount\n40,4,41\n"})
    project.run()
    same(
        rows(project, "bronze"),
        [
            {"id": 1, "amount": 10},
            {"id": 2, "amount": 20},
            {"id": 3, "amount": 30, "_rescued_data": {"amount": "31", "ID": "7"}},
            {"amount": 40, "_rescued_data": {"amount": "41", "ID": "4"}},
        ],
    )


def test_the_header_of_a_large_file_is_found(project: Project) -> None:
    """Rows that other threads read first are not taken for it."""
    body = "".join(f"{number},{number},{'x' * 60}\n" for number in range(400_000))
    land(project, {"landing/1.csv": f"id,v,v\n{body}"})
    hook = {"pre_hook": "set preserve_insertion_order = false"}
    reads(project, "bronze", "landing", config=hook, **CSV)
    project.run()
    found = project.query(
        "select count(*) as n, count(id) as ids, count(v) as v from lake.bronze"
        " where _rescued_data = '{\"v\":\"' || repeat('x', 60) || '\"}'"
    )
    assert found == [{"n": 400_000, "ids": 400_000, "v": 400_000}]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_says_why(landed: Project, name: str) -> None:
    """Line and number of fields, or that the file looks packed; the others are read.

    Chosen: FAILED rather than a guess at the packing, for a suffix is what says it.
    """
    files, _meta, patterns = UNREADABLE[name]
    failed = max(files)
    assert landed.last.statuses[f"v_{name}"] == "success", landed.last.error
    entry = ledger(landed, f"v_{name}")[failed]
    assert entry["status"] == "FAILED", rows(landed, f"v_{name}")
    for pattern in ["does not tell why"] if dbts.is_v2() else patterns:
        assert re.search(pattern, entry["error"]), entry["error"]
    same(rows(landed, f"v_{name}"), ids(1))


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_a_file_without_a_good_row_is_told(landed: Project, name: str) -> None:
    """Each row is rescued or corrupt, or no hinted name is there: a likely cause is named.

    Chosen: a warning with the file and the option or the column to look at; the rows are kept.
    """
    texts = warnings_of(landed, name)
    words = SUSPICIOUS[name][2]
    assert [text for text in texts if all(word in text for word in words)], texts


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_file_is_not_told(landed: Project, name: str) -> None:
    """A warning that comes every day is read by nobody."""
    assert landed.last.statuses[f"v_{name}"] == "success", landed.last.error
    assert warnings_of(landed, name) == []


# --- the spelling of a location -------------------------------------------------------------------

SPELLINGS = {
    "plain": "landing/a",
    "a_slash_at_the_end": "landing/a/",
    "from_here": "./landing/a",
    "from_here_with_a_glob": "./landing/a/**/*.json",
    "two_slashes": "landing//a/",
    "up_and_down": "landing/../landing/a",
    "absolute": "{root}/landing/a",
    "absolute_up_and_down": "{root}/landing/../landing/a/",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_location_means_the_same_however_it_is_written(project: Project, spelling: str) -> None:
    """Folders of the path are columns, and moved files keep their names."""
    location = SPELLINGS[spelling].format(root=project.root)
    files = ["dt=2026-01-02/region=eu/f.json", "orders_1.json", "sub/orders_2.json", "x.json"]
    land(project, {f"landing/a/{file}": lines({"id": n}) for n, file in enumerate(files)})
    moves = {"clean_source": "move", "clean_source_after": "0 seconds", "move_to": "done/m"}
    reads(project, "bronze", location, **ID, **moves)
    project.run()
    same(
        rows(project, "bronze"),
        [{"id": 0, "dt": date(2026, 1, 2), "region": "eu"}, *ids(1, 2, 3)],
    )
    left, moved = (
        sorted(str(path.relative_to(folder)) for path in folder.rglob("*.json"))
        for folder in (project.root / "landing/a", project.root / "done/m")
    )
    # dbt v2 moves nothing
    assert [left, moved] == ([sorted(files), []] if dbts.is_v2() else [[], sorted(files)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("plain", "absolute"),
        ("absolute", "plain"),
        ("from_here_with_a_glob", "absolute_up_and_down"),
        ("up_and_down", "two_slashes"),
    ],
)
def test_a_file_is_known_however_its_folder_is_written(
    project: Project, before: str, after: str
) -> None:
    """The same folder, written otherwise, has no new files.

    Chosen: known files stay known, rather than a warning beside rows that are there twice.
    """
    land(project, {"landing/a/1.json": lines({"id": 1}), "landing/a/deep/2.json": lines({"id": 2})})
    reads(project, "bronze", SPELLINGS[before].format(root=project.root), **ID)
    project.run()
    reads(project, "bronze", SPELLINGS[after].format(root=project.root), **ID)
    project.run()
    same(rows(project, "bronze"), ids(1, 2))
    land(project, {"landing/a/3.json": lines({"id": 3})})
    project.run()
    same(rows(project, "bronze"), ids(1, 2, 3))


@pytest.mark.duckdb_file("the catalog knows where the files of its tables lie")
def test_a_project_that_moves_with_its_files_knows_them(project: Project) -> None:
    """A location that is relative means the files of the project, wherever that lies."""
    land(project, {"landing/1.json": lines({"id": 1})})
    reads(project, "bronze", "landing", **ID)
    project.run()
    moved = project.root.with_name("moved")
    shutil.move(project.root, moved)
    project.root = project.engine.folder = moved
    land(project, {"landing/2.json": lines({"id": 2})})
    project.run()
    same(rows(project, "bronze"), ids(1, 2))
