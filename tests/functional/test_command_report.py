"""`sluice report`: the page's figures are the event log's, and what it holds stays text."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from command import land, locked, orders, sluice
from pages import Page
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")

SECRET = "Xanthippe"
"""A value that stands nowhere but in rows."""
FREQUENCY = "select name, count(*) as change_count from {{ ref('orders_silver') }} group by name"


@pytest.fixture(scope="module")
def shop(shared_project: Project) -> Project:
    """A project after three updates: rows held back, a file that can't be read, a failed model."""
    orders(shared_project)
    for name in ("orders_bronze", "orders_silver"):
        path = f"models/{name}.sql"
        text = (shared_project.root / path).read_text()
        shared_project.write(path, text.replace("select id,", "select id, name,"))
    source = (shared_project.root / "models" / "source_orders_bronze.yml").read_text()
    source = source.replace('"id": "bigint"', '"id": "bigint", "name": "varchar"')
    shared_project.write("models/source_orders_bronze.yml", source.replace("*.json", "*.json*"))
    shared_project.model("changes", FREQUENCY, materialized="table", meta={"keys": ["name"]})
    shared_project.model(
        "wrong",
        "select cast(name as integer) as n from {{ ref('orders_silver') }} where name = 'none'",
        materialized="table",
    )
    configure(shared_project, change_frequency="changes")
    named(land(shared_project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)]))
    assert sluice(shared_project, "update").code == 0
    named(land(shared_project, 2, [(None, 1.0), (4, 1.0), (4, 2.0)]))
    assert sluice(shared_project, "update").code == 0
    (shared_project.root / "landing" / "9.json.gz").write_bytes(b"no gzip")
    shared_project.write(
        "models/wrong.sql", "select cast(name as integer) as n from {{ ref('orders_silver') }}"
    )
    assert sluice(shared_project, "update").code == 1
    return shared_project


def named(file: Path) -> None:
    """Give the rows of a file names."""
    lines = file.read_text().splitlines()
    rows = [{**json.loads(line), "name": f"{SECRET} {n}"} for n, line in enumerate(lines)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def configure(project: Project, **options: Any) -> None:
    """Set options of the page in dbt_project.yml."""
    text = (project.root / "dbt_project.yml").read_text().split("vars:")[0]
    project.write("dbt_project.yml", f"{text}vars: {json.dumps({'sluice': {'report': options}})}\n")


def written(project: Project, *arguments: str) -> Page:
    """Write the page, and take it apart."""
    answer = sluice(project, "report", "--output", "page.html", *arguments)
    assert answer.code == 0, answer
    assert answer.out.strip() == str(project.root / "page.html")
    return Page(project.root / "page.html")


def test_updates_equal_the_event_log(shop: Project) -> None:
    """Each update, with its status and its rows."""
    logged = shop.query(
        """
        select
            status,
            (select sum(num_input_rows) from lake_sluice.flows
                where flows.update_id = updates.update_id and dataset = 'orders_bronze') as rows_in,
            (select sum(num_dropped_rows) from lake_sluice.flows
                where flows.update_id = updates.update_id) as dropped,
            round(date_diff('microsecond', started_at, finished_at) / 1000000, 3) as seconds
        from lake_sluice.updates order by started_at
        """
    )
    page = written(shop)

    assert [row["status"] for row in logged] == ["COMPLETED", "COMPLETED", "FAILED"]
    drawn = page.rows("updates")
    assert [row["update"] for row in drawn] == [1, 2, 3]
    for key in ("rows_in", "dropped", "seconds"):
        assert [row[key] for row in drawn] == [pytest.approx(row[key] or 0) for row in logged], key
    table = page.table("Newest first")
    assert [row[0] for row in table] == ["3", "2", "1"]
    assert [(row[4], row[5]) for row in table] == [("0", "0"), ("3", "1"), ("3", "1")]
    assert table[0][2] == "✕ failed" and table[0][7] == "wrong"
    assert [row["update"] for row in written(shop, "--updates", "2").rows("updates")] == [1, 2]


def test_runs_equal_the_event_log(shop: Project) -> None:
    """Each run of a dataset, with all its counts."""
    ids = shop.query("select update_id from lake_sluice.updates order by started_at")
    number = {row["update_id"]: place for place, row in enumerate(ids, 1)}
    logged = shop.query(
        """
        select
            update_id, dataset, lower(status) as status, num_input_rows as rows_in,
            coalesce(num_output_rows, num_upserted_rows + num_deleted_rows) as rows_out,
            num_dropped_rows as dropped, num_late_rows as late, num_duplicate_rows as duplicate,
            num_conflicts as conflicts, seconds
        from lake_sluice.flows
        """
    )
    page = written(shop)
    datasets = page.table("Each as it last ran")
    names = [row[0] for row in datasets]

    expected = sorted(
        (number[row.pop("update_id")], row.pop("dataset"), *row.values()) for row in logged
    )
    drawn = [{**row, "dataset": names[row["dataset"]]} for row in page.rows("runs")]
    assert sorted(tuple(row.values()) for row in drawn) == expected
    assert len(expected) == 3 * len(names)
    assert [
        cell
        for place, cell in enumerate(datasets[names.index("orders_silver")])
        if place not in (3, 8)
    ] == ["orders_silver", "", "✓ completed", "0", "0", "0", "0"]
    assert datasets[names.index("wrong")][2] == "✕ failed"


def test_rules_equal_the_event_log(shop: Project) -> None:
    """Rows that passed and that broke each rule, in each update and over all."""
    logged = shop.query(
        """
        select
            expectation as name, cast(sum(passed_records) as bigint) as passed,
            cast(sum(failed_records) as bigint) as failed
        from lake_sluice.data_quality group by expectation order by failed desc, expectation
        """
    )
    page = written(shop)

    table = page.table("In the last run of each dataset")
    assert [row[0] for row in table] == [row["name"] for row in logged] == ["has_id", "positive"]
    assert [row[6] for row in table] == ["66.7 %", "83.3 %"]
    shares = [(row["update"], row["name"], round(row["share"], 4)) for row in page.rows("rules")]
    assert sorted(shares) == [
        (1, "has_id", 0.6667), (1, "positive", 0.6667), (2, "has_id", 0.6667), (2, "positive", 1.0)
    ]  # fmt: skip


def test_what_is_held_back_and_what_waits(shop: Project) -> None:
    """Samples with their reasons, files that can't be read, keys that change most often."""
    page = written(shop)

    assert "orders_silver: 2 rows held back" in " ".join(page.text.split())
    samples = page.table("The newest rows of")
    assert len(samples) == 2 and {row[0] for row in samples} == {"has_id"}
    assert all("null" in row and any(SECRET in cell for cell in row) for row in samples)
    ((path, dataset, error),) = page.table("Files that can't be read")
    assert (path.endswith("9.json.gz"), dataset) == (True, "orders_bronze") and error
    assert page.table("What was read")[0][1:3] == ["2", "6"]
    counts = shop.query("select name, change_count from lake.changes order by 2 desc, 1")
    top = [tuple(row) for row in page.table("Keys that changed most often")]
    assert top == [(row["name"], str(row["change_count"])) for row in counts]
    assert sum(row["keys"] for row in page.rows("frequency")) == len(counts)
    assert "wrong failed when it last ran" in page.text


def test_without_values(shop: Project) -> None:
    """No value of a row is left, in an error's message either; counts are."""
    assert SECRET in written(shop).html
    assert shop.query(f"select 1 as n from lake_sluice.event_log where message like '%{SECRET}%'")

    page = written(shop, "--no-values")
    assert SECRET not in page.html
    assert "2 rows held back" in page.text and page.rows("frequency")
    assert "wrong failed when it last ran" in page.text

    configure(shop, values=False, change_frequency="changes")
    assert SECRET not in written(shop).html
    configure(shop, change_frequency="changes")


def test_nothing_is_fetched(shop: Project) -> None:
    """Every link leads into the page or to a file beside it, and the policy forbids the rest."""
    (shop.root / "target" / "static_index.html").write_text("the docs site")
    page = written(shop)
    (shop.root / "target" / "static_index.html").unlink()

    links = {attributes["href"] for tag, attributes in page.tags if "href" in attributes}
    own = {attributes["id"] for tag, attributes in page.tags if "id" in attributes}
    assert {link for link in links if not link.startswith("#")} >= {"target/static_index.html"}
    for link in links:
        assert link.startswith("target/static_index.html") or link[1:] in own, link
    loading = {"src", "srcset", "data", "poster", "action", "background"}
    assert not [tag for tag, attributes in page.tags if loading & set(attributes)]
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & {
        tag for tag, _ in page.tags
    }
    assert "url(" not in page.html.split("</style>")[0] and "@import" not in page.html
    policy = page.policy()
    assert "default-src 'none'" in policy and "connect-src 'none'" in policy
    assert "unsafe-eval" not in policy and "script-src 'unsafe" not in policy
    for script in page.scripts[1:]:
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert len(page.scripts) == 3


def test_a_busy_database(shop: Project) -> None:
    """Exit code 75; a reader is no hindrance."""
    with locked(shop) as process:
        answer = sluice(shop, "report")
    assert answer.code == 75 and f"(process {process})" in answer.err
    with locked(shop, read_only=True):
        written(shop)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"change_frequency": "nothing_of_that_name"}, "is no model of the project"),
        ({"change_frequency": "orders"}, "has no column change_count"),
        ({"updates": 0}, "a whole number from 1 on"),
        ({"values": "no"}, "true or false"),
        ({"valuse": False}, "one of [updates, values, change_frequency, after_update]"),
    ],
)
def test_a_wrong_option(shop: Project, options: dict[str, Any], said: str) -> None:
    """Exit code 2, and what would do; the page that is there stays."""
    before = written(shop).html
    answer = sluice(
        shop,
        "report",
        "--output",
        "page.html",
        "--vars",
        json.dumps({"sluice": {"report": options}}),
    )

    assert answer.code == 2 and said in answer.err, answer
    assert (shop.root / "page.html").read_text() == before
    assert not list(shop.root.glob(".page.html*"))


def test_a_place_that_cannot_be_written(shop: Project) -> None:
    """One line that says where."""
    (shop.root / "taken").write_text("a file")
    answer = sluice(shop, "report", "--output", "taken/page.html")

    assert answer.code != 0 and len(answer.err.splitlines()) == 1
    assert "taken" in answer.err
