"""`sluice validate`: one list of what is wrong, and nothing written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from command import land, locked, orders, sluice
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline, of which nothing was built yet, and one landed file."""
    orders(project)
    land(project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    return project


def problems(project: Project, code: int = 2) -> list[dict]:
    """What is wrong."""
    answer = sluice(project, "validate", "--json")
    assert answer.code == code, answer
    assert answer.json["valid"] == (code == 0)
    return answer.json["problems"]


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a folder with what they hold; but for what dbt keeps of parsing."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("partial_parse.msgpack", "perf_info.json")
    }


def test_nothing_is_wrong_and_nothing_is_written(shop: Project) -> None:
    """Exit code 0 before the first update and after it; no file is another than before.

    Files that an update would delete, because they were read, stay.
    """
    text = (shop.root / "models" / "source_orders_bronze.yml").read_text()
    node = json.loads(text)
    meta = node["sources"][0]["tables"][0]["config"]["meta"]
    meta |= {"clean_source": "delete", "clean_source_after": "0 days"}
    shop.write("models/source_orders_bronze.yml", json.dumps(node))
    for _ in range(2):
        before = everything(shop.root)
        answer = sluice(shop, "validate")
        assert answer.code == 0, answer
        assert answer.out == "3 datasets checked: 0 errors, 0 warnings\n"
        assert everything(shop.root) == before
        sluice(shop, "update")
        land(shop, 2, [(3, 1.0)])


def test_all_that_is_wrong_at_once(shop: Project) -> None:
    """Options, sources and rules of several datasets, each with its file."""
    node = json.loads((shop.root / "models" / "source_orders_bronze.yml").read_text())
    node["sources"][0]["tables"][0]["config"]["meta"] |= {"format": "jsonl", "multi_line": "no"}
    shop.write("models/source_orders_bronze.yml", json.dumps(node))
    shop.query("create or replace table raw.events as select 1 as id, 1 as n")
    shop.model("stream", materialized="streaming_table", meta={"append_all": True})
    shop.apply_changes("target", keys=["idd"], sequence_by="n", stored_as_scd_type=3)

    found = problems(shop)

    told = [(problem["level"], problem["dataset"]) for problem in found]
    assert told.count(("error", "orders_bronze")) == 3
    assert told.count(("error", "target")) == 2
    texts = "\n".join(problem["message"] for problem in found)
    formats = "json, csv, parquet, text, binary"
    for part in (f"format must be one of [{formats}], found: jsonl", "multi_line", "idd"):
        assert part in texts
    assert {problem["where"] for problem in found} == {
        "models/orders_bronze.sql", "models/target.sql"
    }  # fmt: skip
    unchecked = sluice(shop, "validate", "--json").json["unchecked"]
    assert sorted(unchecked) == ["orders", "orders_silver"]


def test_a_rule_with_a_mistake(shop: Project) -> None:
    """Is found by the database, without a row."""
    text = (shop.root / "models" / "orders_silver.yml").read_text()
    shop.write("models/orders_silver.yml", text.replace("amount > 0", "amuont > 0"))

    (problem,) = problems(shop)

    assert problem["dataset"] == "orders_silver"
    assert "positive (amuont > 0)" in problem["message"]


def test_what_the_tables_do_not_bear(shop: Project) -> None:
    """The state is looked at: other keys than those that the target was made with."""
    assert sluice(shop, "update").code == 0
    rows = shop.rows("orders")
    shop.configure(
        "models",
        "orders",
        materialized="apply_changes",
        meta={"keys": ["id", "amount"], "sequence_by": "seq"},
    )

    (problem,) = problems(shop)

    assert "keys" in problem["message"] and "--full-refresh" in problem["message"]
    assert shop.rows("orders") == rows


def test_a_test_with_a_mistake(shop: Project) -> None:
    """The SQL of a test is run, but that rows are missing in the scratch copy breaks nothing."""
    shop.write(
        "tests/some.sql", "select 1 as x where (select count(*) from {{ ref('orders') }}) = 0"
    )
    assert problems(shop, 0) == []
    shop.write("tests/wrong.sql", "select nothing from {{ ref('orders') }}")
    (problem,) = problems(shop)
    assert problem["where"] == "tests/wrong.sql"


def test_a_project_that_does_not_parse(shop: Project) -> None:
    """Is one problem, with dbt's words."""
    shop.write("models/broken.yml", "models: [")

    (problem,) = problems(shop)

    assert "broken.yml" in problem["message"]


@pytest.mark.parametrize("gone", ["files", "folder"])
def test_no_file_at_a_location(shop: Project, gone: str) -> None:
    """Is a warning: the first may be on its way."""
    shutil.rmtree(shop.root / "landing")
    if gone == "files":
        (shop.root / "landing").mkdir()

    found = problems(shop, 0)

    assert {problem["level"] for problem in found} == {"warning"}
    kind = "an empty place" if gone == "files" else "no folder landing"
    assert f"no file is at landing/*.json, found: {kind}" in found[0]["message"]


def test_an_option_that_looks_misspelt(shop: Project) -> None:
    """Is a warning that names both."""
    shop.apply_changes(
        "orders",
        "select * from {{ sluice.stream(ref('orders_silver')) }}",
        keys=["id"],
        sequence_by="seq",
        aply_as_deletes="amount < 0",
    )

    (problem,) = problems(shop, 0)

    assert problem["level"] == "warning"
    assert "aply_as_deletes" in problem["message"] and "apply_as_deletes" in problem["message"]


def test_for_people(shop: Project) -> None:
    """A line a problem, and one that counts them."""
    shop.apply_changes("orders", "select * from {{ sluice.stream(ref('orders_silver')) }}")

    answer = sluice(shop, "validate")

    assert answer.code == 2
    lines = answer.out.splitlines()
    assert all(line.startswith("error: orders (models/orders.sql): ") for line in lines[:-1])
    assert lines[-1].endswith("errors, 0 warnings")


def test_a_locked_database(shop: Project) -> None:
    """Exit code 75, and who has it open."""
    with locked(shop) as process:
        answer = sluice(shop, "validate", "--json")

    assert answer.code == 75, answer
    assert f"(process {process})" in answer.err
