"""The plan of macros/: a file is a subject, a folder is a floor (docs/architecture.md).

dbt's manifest says which macro calls which, dispatched ones too, so the plan is held against the
code itself.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MACROS = ROOT / "macros"

FLOORS = [
    ["utils"],
    ["state"],
    ["event_log"],
    ["streams", "files", "expectations"],
    ["python"],
    ["streaming_table", "apply_changes"],
    ["recipes", "snapshots", "keyed_table", "forget"],
    ["materializations"],
]
"""From the ground up. A macro calls its own folder and floors below: never up, never sideways."""

FILE_LINES = 300
MACRO_LINES = 100
LINE_LENGTH = 120


@pytest.fixture(scope="session")
def calls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The package's macros from the manifest: name -> {path, calls}.

    A materialization has dbt's long name (materialization_<name>_default), a test test_<name>.
    """
    scratch = tmp_path_factory.mktemp("house")
    env = {
        **os.environ,
        "SLUICE_DB": str(scratch / "house.duckdb"),
        "DBT_TARGET_PATH": str(scratch / "target"),
        "DBT_LOG_PATH": str(scratch / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    where = ["--project-dir", ROOT, "--profiles-dir", ROOT]
    command = [dbt, "--quiet", "--warn-error", "parse", "--no-partial-parse", *where]
    subprocess.run(command, check=True, env=env, cwd=scratch)
    manifest = json.loads((scratch / "target" / "manifest.json").read_text())
    return {
        macro["name"]: {
            "path": Path(macro["path"]).relative_to("macros"),
            "calls": [
                called.removeprefix("macro.sluice.")
                for called in macro["depends_on"]["macros"]
                if called.startswith("macro.sluice.")
            ],
        }
        for macro in manifest["macros"].values()
        if macro["package_name"] == "sluice"
    }


def files() -> list[Path]:
    """Every macro file."""
    return sorted(MACROS.rglob("*.sql"))


@cache
def asked_from() -> dict[str, str]:
    """What an engine implements -> the folder that asks for it."""
    found = {}
    for file in files():
        for name in re.findall(r"adapter\.dispatch\('(\w+)', 'sluice'\)", file.read_text()):
            found[name] = file.relative_to(MACROS).parts[0]
    return found


def folder(path: Path) -> str:
    """The folder whose floor a file is on.

    A file of an engine is on that of the folder or file that it is named after: files_readers.sql
    is of files/, json.sql of utils/json.sql.
    """
    if path.parts[0] != "adapters":
        return path.parts[0]
    word = path.stem.split("_")[0]
    names = {path.stem, word}
    for floor in FLOORS:
        for name in floor:
            if name in names:
                return name
    assert (MACROS / "utils" / f"{path.stem}.sql").exists(), f"{path} is named after no folder"
    return "utils"


def height(name: str) -> int:
    """The number of a folder's floor."""
    return next(number for number, floor in enumerate(FLOORS) if name in floor)


def bodies() -> Iterator[tuple[Path, str, str]]:
    """Each macro: its file, its name, its text from the first tag to the last."""
    tag = r"\{%-? (macro|materialization|test) (\w+).*?\{%-? end\1 -?%\}"
    for file in files():
        for found in re.finditer(tag, file.read_text(), re.DOTALL):
            yield file, found.group(2), found.group(0)


def public() -> dict[str, list[str]]:
    """What the first lines of files call public: file -> names, as a user writes them."""
    marks = {}
    for file in files():
        first = file.read_text().splitlines()[0]
        if found := re.fullmatch(r"\{# PUBLIC: (.*) #\}", first):
            marks[str(file.relative_to(MACROS))] = found.group(1).split(", ")
    return marks


def entries(file: str) -> list[str]:
    """The macros that a YAML file describes."""
    return [entry["name"] for entry in yaml.safe_load((MACROS / file).read_text())["macros"]]


def plain(name: str) -> str:
    """A macro's name as a user writes it."""
    return re.sub(r"^(materialization_(\w+)_default|test_(\w+))$", lambda m: m[2] or m[3], name)


def test_arrows_run_down(calls):
    """A folder is a floor: it calls only itself and floors below it."""
    wrong = []
    for name, macro in calls.items():
        here = folder(macro["path"])
        for called in macro["calls"]:
            there = folder(calls[called]["path"])
            if there != here and height(there) >= height(here):
                wrong.append(f"{here}: {name} calls {called} of {there}")
    assert not wrong, "\n".join(wrong)


def test_every_folder_has_a_floor():
    """No folder stands outside of the plan."""
    there = {path.name for path in MACROS.iterdir() if path.is_dir()}
    assert there == {name for floor in FLOORS for name in floor} | {"adapters"}


def test_every_private_macro_begins_with_a_sentence():
    """What is not described in YAML says in its first line what it gives."""
    yamls = ("_public.yml", "adapters/_engine.yml")
    described = {plain(name) for file in yamls for name in entries(file)}
    silent = []
    for file, name, text in bodies():
        implements = re.sub(r"^[a-z]+__", "", name)
        if name in described or ("adapters" in file.parts and implements in described):
            continue
        if not re.search(r"%\}\s*\{#-? [^#]{8,}", text):
            silent.append(f"{file.relative_to(ROOT)}: {name}")
    assert not silent, "\n".join(silent)


def test_public_names_are_marked_and_described(calls):
    """`{# PUBLIC: ... #}` in a file's first line, and _public.yml, name the same macros."""
    marked = {name for names in public().values() for name in names}
    assert marked == {plain(name) for name in entries("_public.yml")}
    for file, names in public().items():
        there = {plain(name) for name, macro in calls.items() if str(macro["path"]) == file}
        assert set(names) <= there, file


def test_what_an_engine_implements_is_described(calls):
    """adapters/_engine.yml names what is dispatched, once; DuckDB or a default implements it."""
    names = entries("adapters/_engine.yml")
    assert sorted(names) == sorted(set(names))
    assert set(names) == set(asked_from())
    missing = [name for name in names if not {f"duckdb__{name}", f"default__{name}"} & set(calls)]
    assert not missing


def test_public_page_names_all_of_them():
    """docs/what-you-can-call.md is the list of _public.yml."""
    page = (ROOT / "docs" / "what-you-can-call.md").read_text()
    assert not [plain(name) for name in entries("_public.yml") if f"`{plain(name)}`" not in page]


def test_engine_text_stands_under_adapters():
    """Outside of adapters/ nothing asks which engine it is, and nobody calls an engine's helper."""
    words = ("target.type", "duckdb_", "::", " exclude (", "read_blob", "struct_pack", "lambda ")
    wrong = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in files()
        if "adapters" not in file.relative_to(MACROS).parts
        for word in words
        if word in file.read_text()
    ]
    assert not wrong, "\n".join(wrong)


def test_files_macros_and_lines_are_short():
    """What does not fit a screen or two is two subjects."""
    wrong = [
        f"{file.relative_to(ROOT)}: {len(lines)} lines"
        for file in files()
        if len(lines := file.read_text().splitlines()) > FILE_LINES
    ]
    wrong += [
        f"{file.relative_to(ROOT)}: {name} has {text.count(chr(10)) + 1} lines"
        for file, name, text in bodies()
        if text.count("\n") + 1 > MACRO_LINES
    ]
    wrong += [
        f"{file.relative_to(ROOT)}:{number}: {len(line)} characters"
        for file in files()
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > LINE_LENGTH
    ]
    assert not wrong, "\n".join(wrong)


def test_private_macros_are_hidden_on_the_docs_site():
    """A reader of the docs finds what can be called; `make fix` writes what is hidden."""
    import private_macros

    assert private_macros.FILE.read_text() == private_macros.text(), "way out: make fix"
    engine = yaml.safe_load((MACROS / "adapters" / "_engine.yml").read_text())["macros"]
    assert [entry["name"] for entry in engine if entry.get("docs") != {"show": False}] == []
