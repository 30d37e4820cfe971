"""The package in another project: it brings its macros and its event log, and builds nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import dbts
from engine import new
from nodes import of_the_package
from pipeline import copy_package
from project import PACKAGE, Project, Run


class Shop(Project):
    """The project in integration_tests/, in a copy of the package, so that `../` is the package."""

    def __init__(self, folder: Path) -> None:
        copy_package(folder / "sluice")
        self.root = folder / "sluice" / "integration_tests"
        left_out = shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb*", "*.lock")
        shutil.copytree(PACKAGE / "integration_tests", self.root, ignore=left_out)
        self.landing = folder / "landing"
        self.name, self.schema = "shop", "shop"
        self.engine = new(folder, "elsewhere")

    def _invoke(self, args: list[str], manifest: Any = None) -> Run:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.engine.variables("SHOP").items():
                patch.setenv(name, value)
            patch.setenv("SHOP_LANDING", str(self.landing))
            return super()._invoke(args, manifest)

    def land(self, number: int) -> None:
        """Let one of the project's two files arrive."""
        (self.landing / "orders").mkdir(parents=True, exist_ok=True)
        shutil.copy(self.root / "landing" / "orders" / f"{number}.json", self.landing / "orders")


@pytest.mark.duckdb_file("the project has a profile of its own, which names a file")
def test_integration_project(tmp_path: Path) -> None:
    """`local: ../` brings what the project uses, and none of the tutorial."""
    shop = Shop(tmp_path)
    shop.land(1)
    run = shop.build()
    manifest = shop.manifest()
    for part in (
        "models/silver",
        "snapshots",
        "seeds/operations.csv",
    ):  # there is what to leave out
        assert (shop.root.parent / part).exists()
    assert of_the_package(manifest) == []
    assert any(macro["package_name"] == "sluice" for macro in manifest["macros"].values())
    hooks = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["package_name"] == "sluice" and node["resource_type"] == "operation"
    ]
    assert sorted(hooks) == ["sluice-on-run-end-0", "sluice-on-run-start-0"]
    python = set() if dbts.is_v2() else {"orders_by_customer"}
    own = {"orders", "orders_silver", "orders_history", "raw_orders", *python}
    assert own <= {name for name, status in run.statuses.items() if status == "success"}
    assert run.statuses["history_is_the_versions"] == "pass"

    shop.land(2)
    shop.build()
    assert sorted(row["order_id"] for row in shop.rows("orders")) == [1, 3, 5]
    days = [datetime(2026, 1, day, 10) for day in (1, 2, 3)]
    versions = shop.query(
        "select status, valid_from, valid_to from shop.orders_history where order_id = 1 "
        "order by valid_from"
    )
    assert [tuple(row.values()) for row in versions] == [
        ("new", days[0], days[1]),
        ("paid", days[1], days[2]),
        ("sent", days[2], None),
    ]
    for name in python:
        by_customer = {row["customer"]: row["order_id"] for row in shop.rows(name)}
        assert by_customer == {"Ann": 5, "Bob": 2, "Cid": 3}
    quarantine = shop.rows("orders_silver__quarantine")
    broken = sorted(tuple(sorted(row["_sluice_violations"])) for row in quarantine)
    both = ("amount_is_positive", "order_has_an_id")
    assert broken == [both[:1], both, both[1:]]
    assert len(shop.rows("orders_bronze")) == len(shop.rows("raw_orders")) == 10

    # the event log is the consumer's, in the schema beside its own
    updates = shop.query("select status from shop_sluice.updates")
    assert [row["status"] for row in updates] == ["COMPLETED", "COMPLETED"]
    assert shop.flows()["orders_bronze"]["num_output_rows"] == 4
    assert len(shop.query("select * from shop_sluice.files")) == 2
    assert {r.schema for r in shop.engine.relations()} == {"shop", "shop_sluice"}
    models = {p.stem for p in (shop.root / "models").iterdir() if p.suffix == ".sql"}
    expected = models | python | {"orders_history", "orders_silver__quarantine"}
    assert set(shop.relations("shop")) == expected
    assert not run.warnings


def test_installed_from_git(template: Project, tmp_path: Path) -> None:
    """`git:` brings the same: the package needs nothing that git does not hold."""
    package = copy_package(tmp_path / "package")
    bare = tmp_path / "sluice.git"
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    identity = dict.fromkeys(names, "sluice")
    for command in (
        ["git", "init", "--quiet", "--initial-branch", "main"],
        ["git", "add", "--all"],
        ["git", "commit", "--quiet", "--message", "The package"],
        ["git", "clone", "--quiet", "--bare", ".", str(bare)],
    ):
        subprocess.run(command, cwd=package, check=True, env={**os.environ, **identity})
    packages = f"packages:\n  - git: file://{bare}\n    revision: main\n    warn-unpinned: false\n"
    project = Project(tmp_path / "consumer", packages=packages)
    project.parsed_like(template)
    project.model("bronze", materialized="streaming_table")
    project.apply_changes(
        "current", "select * from {{ sluice.stream(ref('bronze')) }}", keys=["id"], sequence_by="n"
    )
    project.load("events", [{"id": 1, "n": 1}, {"id": 1, "n": 2}], id="integer", n="integer")
    project.build()
    assert project.rows("current") == [{"id": 1, "n": 2}]
    assert of_the_package(project.manifest()) == []
    assert not (project.root / "dbt_packages" / "sluice").is_symlink()
    assert project.flows()["current"]["num_upserted_rows"] == 1
