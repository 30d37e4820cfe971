"""A package stays in its own rooms: what is the user's is as the user wrote it.

Each project here parses from nothing, without the partial parse that the other tests copy: only a
first parse shows what a package takes over.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine_cases import found, tables
from nodes import EVENT_LOG, of_the_package
from project import DBT_PROJECT, Project

MODELS = [
    "customers",
    "customers_cdc_bronze",
    "customers_cdc_silver",
    "customer_change_frequency",
]
NAMES = {"models": MODELS, "snapshots": ["customers_history"], "seeds": ["operations"]}
KINDS = {"models": "model", "snapshots": "snapshot", "seeds": "seed"}
ALL = [(kind, name) for kind, names in NAMES.items() for name in names]
TEXT = "select 1 as customer_id, 'Ada' as name"
SNAPSHOT = """\
{{% snapshot {name} %}}
{{{{ config(unique_key='customer_id', strategy='check', check_cols='all') }}}}
select 1 as customer_id, 'Ada' as name
{{% endsnapshot %}}
"""


def write(project: Project, kind: str, name: str) -> None:
    """Write a resource with a name of the tutorial that is nothing but the user's."""
    if kind == "models":
        project.write(f"models/{name}.sql", TEXT)
    elif kind == "snapshots":
        project.write(f"snapshots/{name}.sql", SNAPSHOT.format(name=name))
    else:
        project.write(f"seeds/{name}.csv", "operation,rank\n007,1\n")


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A shop with the tutorial's names and no YAML; each has a twin of another name."""
    project = Project(tmp_path_factory.mktemp("namesakes"))
    for kind, name in ALL:
        write(project, kind, name)
        write(project, kind, f"my_{name}")
    assert not (project.root / "target").exists()
    project.dbt("build")
    return project


def as_written(project: Project, kind: str, name: str) -> dict[str, Any]:
    """All that dbt knows of a resource but its name, place and text."""
    node = project.manifest()["nodes"][f"{KINDS[kind]}.{project.name}.{name}"]
    # dbt v2 counts a snapshot among the macros that it uses
    itself = f"snapshot.{project.name}.snapshot_{name}"
    used = node["depends_on"]
    used["macros"] = [macro for macro in used["macros"] if macro != itself]
    own = ("name", "alias", "fqn", "unique_id", "path", "original_file_path", "relation_name")
    text = ("raw_code", "checksum", "created_at", "compiled_path", "build_path", "root_path")
    return {part: value for part, value in node.items() if part not in own + text}


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_resource_without_yaml_is_as_its_author_wrote_it(
    namesakes: Project, kind: str, name: str
) -> None:
    """B, whatever the tutorial says of a resource of that name."""
    mine, twin = (as_written(namesakes, kind, each) for each in (name, f"my_{name}"))
    assert [part for part in mine if mine[part] != twin[part]] == []


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_resource_without_yaml_is_built_as_its_author_wrote_it(
    namesakes: Project, kind: str, name: str
) -> None:
    """B and C, in the database: the columns, types and rows of the twin."""
    run = namesakes.last
    assert run.statuses.get(name) == "success", run.error
    assert namesakes.columns(name) == namesakes.columns(f"my_{name}")
    columns = "operation, rank" if kind == "seeds" else "customer_id, name"
    assert found(namesakes, name, columns) == found(namesakes, f"my_{name}", columns)


def test_a_snapshot_keeps_the_columns_of_its_own_strategy(namesakes: Project) -> None:
    """C, dbt's own strategy has dbt's own names."""
    columns = ["customer_id", "name", "dbt_scd_id", "dbt_updated_at", "dbt_valid_from"]
    assert list(namesakes.columns("customers_history")) == [*columns, "dbt_valid_to"]


@pytest.mark.parametrize("kind", NAMES)
def test_a_resource_with_yaml_of_its_own_parses_and_has_that_yaml(
    tmp_path: Path, kind: str
) -> None:
    """A, a first parse of a project that describes its own `customers`."""
    project = Project(tmp_path)
    described = [{"name": name, "description": f"our {name}"} for name in NAMES[kind]]
    for name in NAMES[kind]:
        write(project, kind, name)
    project.write(f"{kind}/_mine.yml", json.dumps({kind: described}))
    run = project.dbt("build")
    assert run.success, run.error
    nodes = project.manifest()["nodes"]
    for name in NAMES[kind]:
        node = nodes[f"{KINDS[kind]}.{project.name}.{name}"]
        assert node["description"] == f"our {name}"
        assert not node["columns"] and not node["config"].get("meta")
        assert node["patch_path"] == f"{project.name}://{kind}/_mine.yml"


def test_other_resources_of_the_same_name_stay_the_users(tmp_path: Path) -> None:
    """Source, exposure, unit test, group, docs block, generic and singular test.

    All bear a name of the tutorial or of one of our tests.
    """
    project = Project(tmp_path)
    project.write("models/mine.sql", f"{TEXT} from {{{{ source('landing', 'customers_cdc') }}}}")
    project.write("models/docs.md", "{% docs customer_id %}\nours\n{% enddocs %}\n")
    project.write("tests/customers.sql", "select 1 where false")
    own = "{% test matches_pattern(model, column_name, pattern) %}select 1 where false{% endtest %}"
    project.write("macros/matches_pattern.sql", own)
    given = [{"customer_id": 1}]
    unit_test = {
        "name": "change_frequency_counts_events_and_versions",
        "model": "mine",
        "given": [{"input": "source('landing', 'customers_cdc')", "rows": given}],
        "expect": {"rows": [{"customer_id": 1, "name": "Ada"}]},
    }
    pattern = {"matches_pattern": {"name": "valid_id", "arguments": {"pattern": "never"}}}
    column = {
        "name": "customer_id",
        "description": "{{ doc('customer_id') }}",
        "data_tests": [pattern],
    }
    project.write(
        "models/_mine.yml",
        json.dumps(
            {
                "models": [{"name": "mine", "columns": [column], "config": {"group": "sluice"}}],
                "sources": [
                    {"name": "landing", "schema": "raw", "tables": [{"name": "customers_cdc"}]}
                ],
                "groups": [{"name": "sluice", "owner": {"name": "me"}}],
                "exposures": [
                    {
                        "name": "run_summary",
                        "type": "dashboard",
                        "owner": {"name": "me"},
                        "depends_on": ["ref('mine')"],
                    }
                ],
                "unit_tests": [unit_test],
            }
        ),
    )
    project.load("customers_cdc", [{"customer_id": 1}], customer_id="integer")
    run = project.build()
    manifest = project.manifest()
    assert of_the_package(manifest) == []
    passed = {name for name, status in run.statuses.items() if status == "pass"}
    assert passed == {"change_frequency_counts_events_and_versions", "customers", "valid_id"}
    node = manifest["nodes"]["model.consumer.mine"]
    assert node["columns"]["customer_id"]["description"] == "ours"
    assert node["config"]["group"] == "sluice"
    assert not manifest["exposures"]["exposure.consumer.run_summary"]["description"]
    table = manifest["sources"]["source.consumer.landing.customers_cdc"]
    assert not table["columns"] and not table["meta"] and table["schema"] == "raw"


def test_the_packages_docs_blocks_are_no_blocks_of_the_user(tmp_path: Path) -> None:
    """A forgotten block is dbt's error, and the first page of the docs is the user's.

    Choice: the package may describe itself (`__sluice__`), and brings no other block: dbt looks a
    name up in every package, and an `__overview__` would take the first page of the docs site.
    """
    project = Project(tmp_path)
    project.write("models/mine.sql", TEXT)
    project.run(command="parse")
    docs = project.manifest()["docs"].values()
    blocks = [doc["name"] for doc in docs if doc["package_name"] == "sluice"]
    assert [name for name in blocks if name != "__sluice__"] == []


@pytest.mark.parametrize("place", ["dbt_project.yml", "command line"])
def test_a_consumer_whose_profile_is_called_sluice_builds_its_own_models_only(
    tmp_path: Path, place: str
) -> None:
    """The name of a profile is no gate, wherever it stands."""
    project = Project(tmp_path)
    profiles = json.loads(project.profiles())
    profiles["sluice"] = profiles["consumer"]
    project.write("profiles.yml", json.dumps(profiles))
    project.write("models/mine.sql", TEXT)
    options = ["--vars", "{}"]
    if place == "dbt_project.yml":
        text = DBT_PROJECT.format(name="consumer")
        project.write("dbt_project.yml", text.replace("profile: consumer", "profile: sluice"))
    else:
        options += ["--profile", "sluice"]
    listed = project.dbt("list", *options)
    assert listed.success, listed.error
    event_log = [unique_id.removeprefix("source.sluice.") for unique_id in EVENT_LOG]
    assert sorted(listed.result) == sorted(
        ["consumer.mine", *(f"source:sluice.{name}" for name in event_log)]
    )
    run = project.dbt("build", *options)
    assert run.success, run.error
    assert [name for place, name in tables(project) if place == "lake"] == ["mine"]


STRATEGIES = {
    "checked": {"strategy": "check", "check_cols": "all"},
    "checked_deletes": {"strategy": "check", "check_cols": ["v"], "hard_deletes": "invalidate"},
    "timed": {"strategy": "timestamp", "updated_at": "t", "hard_deletes": "new_record"},
    "timed_open": {
        "strategy": "timestamp",
        "updated_at": "t",
        "dbt_valid_to_current": "'infinity'",
    },
}


def snapshots_of_dbt(project: Project) -> dict[str, list[tuple]]:
    """Three runs of snapshots with dbt's own strategies; their rows, without times of a run."""
    for name, config in STRATEGIES.items():
        text = f"{{% snapshot {name} %}}select * from raw.events{{% endsnapshot %}}"
        project.write(f"snapshots/{name}.sql", text)
        project.configure("snapshots", name, unique_key="id", **config)
    types = {"id": "integer", "v": "varchar", "t": "timestamp"}
    day = "2026-01-0{} 00:00:00".format
    batches = [[(1, "a", 1), (2, "b", 1)], [(1, "c", 2)], [(1, "c", 2), (2, "d", 3)]]
    for batch in batches:
        rows = ", ".join(f"({i}, '{v}', timestamp '{day(n)}')" for i, v, n in batch)
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        project.query(f"create or replace table raw.events ({columns})")
        project.query(f"insert into raw.events values {rows}")
        project.build()
    return {
        name: found(
            project,
            name,
            "* exclude (dbt_scd_id, dbt_updated_at, dbt_valid_from, dbt_valid_to),"
            " dbt_valid_to is null or isinf(dbt_valid_to::timestamp) as is_open",
        )
        for name in STRATEGIES
    }


def test_snapshots_of_dbts_own_strategies_are_as_without_the_package(
    tmp_path: Path, template: Project
) -> None:
    """The macros that override dbt's leave every strategy but ours alone."""
    project = Project(tmp_path / "with", template=template)
    plain = Project(tmp_path / "without", packages="packages: []\n")
    text = DBT_PROJECT.format(name="consumer")
    plain.write("dbt_project.yml", text[: text.index("dispatch:")])
    assert snapshots_of_dbt(project) == snapshots_of_dbt(plain)
