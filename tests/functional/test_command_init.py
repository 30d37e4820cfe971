"""`sluice init`: an existing project and a folder of files, and nothing written by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Answer, asked, sluice
from project import PACKAGE, Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")

DBT_PROJECT = (
    "name: shop\nprofile: shop\n# the author's own words\nmodels:\n  +materialized: view\n"
)


@pytest.fixture
def shop(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A dbt project of two models that has never heard of sluice."""
    root = tmp_path_factory.mktemp("shop")
    project.root, project.engine.folder, project.schema = root, root, "main"
    project.engine.name = "shop"
    output = project.engine.profile("main", 1)
    profile = {"shop": {"target": "dev", "outputs": {"dev": output}}}
    project.write("dbt_project.yml", DBT_PROJECT)
    project.write("profiles.yml", json.dumps(profile))
    project.write("models/one.sql", "select 1 as id")
    project.write("models/two.sql", "select * from {{ ref('one') }}")
    return project


def init(project: Project, *arguments: str) -> Answer:
    """Run `sluice init` without questions; the package is that under test."""
    location = ["--source", "orders", "--location", "landing/orders/*", "--yes"]
    return sluice(project, "init", *location, "--package", str(PACKAGE), *arguments)


def land(project: Project, name: str, text: str) -> None:
    """Let a file arrive."""
    project.write(f"landing/orders/{name}", text)


def contents(folder: Path) -> dict[str, str]:
    """The text of each file that a person may have written."""
    kinds = (".yml", ".sql")
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.suffix in kinds and "dbt_packages" not in path.parts and "target" not in path.parts
        and path.name != "package-lock.yml"
    }  # fmt: skip


def test_from_csv_to_a_table(shop: Project) -> None:
    """`init` and `update`, and the current state is right; with what its author wrote before."""
    land(shop, "1.csv", "order_id,status,amount,updated_at\n1,new,5.5,2026-01-01 10:00:00\n"
         "2,new,7,2026-01-01 11:00:00\n")  # fmt: skip
    before = contents(shop.root)

    answer = init(shop)

    assert answer.code == 0, answer
    assert "key: order_id; sequence: updated_at" in answer.out
    after = contents(shop.root)
    assert after["dbt_project.yml"].startswith(before.pop("dbt_project.yml").rstrip())
    assert before.items() <= after.items()
    assert "columns:\n    - name: order_id\n      data_type: bigint" in str(
        after["models/bronze/_orders__sources.yml"]
    )
    assert sluice(shop, "validate").code == 0
    assert sluice(shop, "update").code == 0
    land(shop, "2.csv", "order_id,status,amount,updated_at\n1,paid,5.5,2026-01-02 10:00:00\n"
         ",lost,1,2026-01-02 10:00:00\n")  # fmt: skip
    assert sluice(shop, "update").code == 0
    rows = {row["order_id"]: row["status"] for row in shop.rows("orders")}
    assert rows == {1: "paid", 2: "new"}
    assert len(shop.rows("orders_silver__quarantine")) == 1
    assert len(shop.rows("two")) == 1
    assert sluice(shop, "doctor").code == 0


def test_deletes_of_a_change_feed(shop: Project) -> None:
    """A column of operations is found, and rows that it says are gone go; one has no key."""
    lines = [
        {"id": 1, "name": "a", "op": "I", "lsn": 1},
        {"id": 2, "name": "b", "op": "I", "lsn": 2},
        {"id": 1, "name": None, "op": "D", "lsn": 3},
        {"id": None, "name": "lost", "op": "I", "lsn": 4},
    ]
    land(shop, "1.json", "".join(json.dumps(line) + "\n" for line in lines))

    assert init(shop).code == 0
    assert sluice(shop, "update").code == 0
    assert [(row["id"], row["name"]) for row in shop.rows("orders")] == [(2, "b")]
    assert "op" not in shop.columns("orders")


def test_again_changes_nothing(shop: Project) -> None:
    """Nothing is overwritten, be it ours or the author's."""
    land(shop, "1.csv", "id,name,version\n1,a,1\n")
    shop.write("models/orders.sql", "select 'my own' as text")
    assert init(shop).code == 0
    before = contents(shop.root)
    assert before["models/orders.sql"] == "select 'my own' as text"
    assert "models/gold/orders.sql" not in before

    answer = init(shop)

    assert answer.code == 0, answer
    assert contents(shop.root) == before
    assert "models/orders.sql is left as it is" in answer.out
    assert " new " not in answer.out and " appended " not in answer.out


def test_a_list_of_packages_gets_one_more(shop: Project, tmp_path: Path) -> None:
    """What stands in packages.yml stays, comments too."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "dbt_project.yml").write_text("name: other\n")
    (tmp_path / "other" / "macros").mkdir()
    text = f"packages:\n  # ours\n  - local: {tmp_path / 'other'}\n"
    shop.write("packages.yml", text)
    land(shop, "1.csv", "id,name,version\n1,a,1\n")

    assert init(shop).code == 0

    after = (shop.root / "packages.yml").read_text()
    assert after.startswith(text.rstrip()) and after.count("- local:") == 2
    assert (shop.root / "dbt_packages" / "sluice").exists()


def test_keys_and_sequence_by_hand(shop: Project) -> None:
    """What is named is taken, whatever it looks like."""
    land(shop, "1.csv", "a,b,c\n1,1,x\n1,2,y\n")

    assert init(shop, "--keys", "a,b", "--sequence-by", "c").code == 0

    text = (shop.root / "models/gold/orders.sql").read_text()
    assert '"keys": ["a", "b"]' in text and '"sequence_by": "c"' in text


def test_without_a_sequence(shop: Project) -> None:
    """The file's own time stands in for it."""
    land(shop, "1.csv", "id,name\n1,a\n")
    assert init(shop).code == 0
    assert sluice(shop, "update").code == 0
    assert [(row["id"], row["name"]) for row in shop.rows("orders")] == [(1, "a")]


@pytest.mark.parametrize(
    ("name", "text", "arguments", "told"),
    [
        ("1.xml", "<x/>", [], "has no known ending"),
        ("1.csv", "name,price\nx,1\n", [], "no column looks like a key"),
        ("1.csv", "id,n\n1,1\n", ["--keys", "idd"], "idd is no column"),
        ("1.csv", "id,n\n1,1\n", ["--source", "my orders"], "won't do for a table"),
        ("_1.csv", "id,n\n1,1\n", [], "no file is there"),
        ("1.json", "no json", [], "can't be read"),
    ],
)
def test_what_will_not_do(
    shop: Project, name: str, text: str, arguments: list[str], told: str
) -> None:
    """Exit code 2 with what is expected; nothing is written."""
    land(shop, name, text)
    before = contents(shop.root)

    answer = init(shop, *arguments)

    assert answer.code == 2, answer
    assert told in answer.err and "expected" in answer.err
    assert contents(shop.root) == before


def test_questions(shop: Project) -> None:
    """On a terminal it asks for key and sequence, with what it found, and before it writes."""
    land(shop, "1.csv", "id,other,name,version\n1,7,a,1\n")
    arguments = ["init", "--source", "orders", "--location", "landing/orders/*"]
    arguments += ["--package", str(PACKAGE)]
    before = contents(shop.root)

    answer = asked(shop.root, ["", "", "n"], *arguments)

    assert answer.code == 1, answer
    for question in ("Key columns [id]", "Sequence (what is later) [version]", "Write these?"):
        assert question in answer.out
    assert contents(shop.root) == before

    answer = asked(shop.root, ["other", "", "y"], *arguments)

    assert answer.code == 0, answer
    assert "key: other; sequence: version" in answer.out
    assert '"keys": ["other"]' in (shop.root / "models/gold/orders.sql").read_text()


def test_any_name_of_a_file(shop: Project) -> None:
    """Signs that SQL has a use for are read, too."""
    land(shop, "it's new.csv", "id,name,version\n1,a,1\n")
    assert init(shop).code == 0


def test_nobody_can_be_asked(shop: Project) -> None:
    """Without a terminal `--yes` is needed."""
    answer = sluice(shop, "init", "--source", "orders", "--location", "landing/*.csv")
    assert answer.code == 2
    assert "--yes" in answer.err
