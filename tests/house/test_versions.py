"""Docs name the versions that are tested: those of pyproject.toml, uv.lock and environments.py."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from environments import DRIVER, LAKE, ROOT, SPARK, V1_12, V2

WHICH_DBT = (ROOT / "docs" / "which-dbt.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = ("dbt-core", "dbt-duckdb", "duckdb")
NUMBER = r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?"


def toml(file: str) -> dict:
    """What a file of the root holds."""
    return tomllib.loads((ROOT / file).read_text(encoding="utf-8"))


def locked(names: tuple[str, ...] = NAMES) -> dict[str, str]:
    """The versions of uv.lock; of DuckDB the newest, the other one is for Python 3.10."""
    pairs = [(package["name"], package["version"]) for package in toml("uv.lock")["package"]]
    return {
        name: max((number for each, number in pairs if each == name), key=Version) for name in names
    }


def versions() -> dict[str, dict[str, str]]:
    """What the tests run on: column of docs/which-dbt.md -> package -> version."""
    duckdb = {"duckdb": locked()["duckdb"]}
    library = {"duckdb": DRIVER[1].partition("-")[0]}
    return {"1.11": locked(), "1.12": {**V1_12, **duckdb}, "v2": {**V2, **library}}


def asked() -> dict[str, SpecifierSet]:
    """What pyproject.toml asks for, in an environment of its own for DuckDB: the development's."""
    project = toml("pyproject.toml")
    texts = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    found = {}
    for need in map(Requirement, texts):
        is_today = need.marker is None or need.marker.evaluate({"python_version": "3.13"})
        if need.name in NAMES and is_today:
            found[need.name] = need.specifier
    return found


def test_the_table_names_what_is_tested() -> None:
    """Its row `tested with`, column by column."""
    (head,) = re.findall(r"^\| \|(.*)\|$(?=\n\|-+\|-+\|-+\|-+\|\n\| tested)", WHICH_DBT, re.M)
    (row,) = re.findall(r"^\| tested with \|(.*)\|$", WHICH_DBT, re.M)
    columns, cells = ([part.strip() for part in line.split("|")] for line in (head, row))
    told = {
        column: ", ".join(f"{name} {number}" for name, number in each.items())
        for column, each in versions().items()
    }
    assert dict(zip(columns, cells, strict=True)) == {
        column: text.replace(" duckdb ", " DuckDB ") for column, text in told.items()
    }


@pytest.mark.parametrize("column", ["1.11", "1.12", "v2"])
def test_the_pip_line_is_the_one_of_the_tests(column: str) -> None:
    """dbt 1.11 as pyproject.toml asks for it, the others pinned as their environments are."""
    (line,) = re.findall(rf"^\*\*{re.escape(column)}\*\*: `pip install (.*?)`", WHICH_DBT, re.M)
    told = {need.name: need.specifier for need in map(Requirement, re.findall(r"'(.*?)'", line))}
    pinned = {"1.11": {}, "1.12": V1_12, "v2": V2}[column]
    wanted = {name: SpecifierSet(f"=={number}") for name, number in pinned.items()}
    assert told == (wanted if column == "v2" else {**asked(), **wanted})
    for name, specifier in told.items():
        assert specifier.contains(versions()[column][name], prereleases=True), name


def test_the_library_of_v2_is_the_one_of_the_tests() -> None:
    """The lines that fetch it."""
    name, number = DRIVER
    archive = f"{name.removeprefix('@').replace('/', '-')}-{number}.tgz"
    assert f"npm pack {name}@{number}\ntar xzf {archive} " in WHICH_DBT


def test_spark_is_tested_with_what_the_extra_brings() -> None:
    """The adapter as uv.lock has it for the extra `spark`."""
    (need,) = map(Requirement, toml("pyproject.toml")["project"]["optional-dependencies"]["spark"])
    (tested,) = (number for name, number in SPARK.items() if Requirement(name).name == need.name)
    assert {need.name: tested} == locked((need.name,))
    assert need.specifier.contains(tested)


def test_no_page_names_another_version() -> None:
    """On the page about dbt any number; on others one behind a package's name.

    Lines that begin with a date say what was measured on that day.
    """
    numbers = {number for each in versions().values() for number in each.values()}
    assert set(re.findall(rf"\b{NUMBER}\b", WHICH_DBT)) <= numbers
    behind = rf"\b(?:{'|'.join(NAMES)})(?:==| v?)({NUMBER})\b"
    wrong = [
        f"{page.relative_to(ROOT)}:{line}: {number}"
        for page in PAGES
        for line, text in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if not re.match(r"\d{4}-\d\d-\d\d:", text)
        for number in re.findall(behind, text, re.IGNORECASE)
        if number not in {*numbers, *LAKE.values()}
    ]
    assert not wrong
