"""Contracts of streaming tables and apply_changes models, beside one of a built-in model."""

from __future__ import annotations

import pytest

from engine import is_lake
from nodes import CDC, EVENTS, STREAM, load, names, node, streaming
from project import Project, Row

CONTRACTS = {
    "kept_rows": {"materialized": "streaming_table"},
    "kept_current": {"materialized": "apply_changes", "meta": CDC},
    "kept_history": {"materialized": "apply_changes", "meta": {**CDC, "stored_as_scd_type": 2}},
    "builtin": {"materialized": "incremental", "on_schema_change": "append_new_columns"},
}
OURS = [name for name in CONTRACTS if name != "builtin"]
INTERVAL = [{"name": name, "data_type": "integer"} for name in ("valid_from", "valid_to")]


def contracts(project: Project, query: str = "price", **columns: str) -> None:
    """The same contract for every materialization: id, name, seq, and these columns."""
    not_null = {"type": "not_null", "warn_unsupported": False}
    checked = {"type": "check", "expression": "price >= 0", "warn_unsupported": False}
    declared = [
        {"name": "id", "data_type": "integer", "constraints": [not_null]},
        {"name": "name", "data_type": "varchar"},
        {"name": "seq", "data_type": "integer"},
        *({"name": name, "data_type": kind} for name, kind in columns.items()),
    ]
    for column in declared:
        if column["name"] == "price":
            column["constraints"] = [checked]
    for name, config in CONTRACTS.items():
        history = name == "kept_history"
        if name == "builtin" and is_lake():  # dbt's own statement fails there
            declared = [{**column, "constraints": []} for column in declared]
        key = {"type": "primary_key", "columns": ["id", "valid_from"] if history else ["id"]}
        text = EVENTS if name == "builtin" else STREAM
        node(
            project,
            name,
            text.replace("*", f"id, name, seq, {query}", 1),
            config={**config, "contract": {"enforced": True}},
            columns=declared + (INTERVAL if history else []),
            constraints=[]
            if is_lake() and name == "builtin"
            else [{**key, "warn_unsupported": False}],
        )


@pytest.fixture(scope="module")
def contracted(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose models have contracts, after its first run."""
    project = Project(tmp_path_factory.mktemp("contracts"), template=template)
    streaming(project, "up", EVENTS)
    contracts(project, price="integer")
    load(project, (1, "a", 1, 10), price="integer")
    assert not project.build().warnings
    return project


def described(project: Project) -> dict[str, dict[str, str]]:
    """The columns of the contracted tables, with neither ours nor the interval."""
    others = ("_sluice_batch", "valid_from", "valid_to")
    return {
        name: {c: kind for c, kind in project.columns(name).items() if c not in others}
        for name in CONTRACTS
    }


def constraints(project: Project, name: str) -> list[Row]:
    """DuckDB's own list: which constraints hold in a table is a matter of the engine."""
    return project.query(
        "select constraint_type as kind, constraint_column_names as columns "
        f"from duckdb_constraints() where schema_name = 'lake' and table_name = '{name}'"
    )


@pytest.mark.dbt_v1("it makes no check constraints")
@pytest.mark.duckdb_file("it has neither keys nor checks")
def test_contract_makes_the_tables(contracted: Project) -> None:
    """Every constraint that DuckDB has stands in the tables, and they hold later batches too."""
    for name in CONTRACTS:
        found = constraints(contracted, name)
        key = ["id", "valid_from"] if name == "kept_history" else ["id"]
        for kind, columns in {"PRIMARY KEY": key, "CHECK": ["price"], "NOT NULL": ["id"]}.items():
            assert {"kind": kind, "columns": columns} in found, (name, kind)

    load(contracted, (1, "again", 2, 11), price="integer")
    run = contracted.dbt("build")
    assert {name for name, status in run.statuses.items() if status == "error"} == {
        "kept_rows",
        "builtin",
    }
    assert "onstraint" in run.messages["kept_rows"]  # one id twice, in a table of events
    assert len(contracted.rows("kept_rows")) == 1
    load(contracted, (3, "c", 3, -1), price="integer")
    run = contracted.dbt("build", "--exclude", "builtin", "kept_rows")
    for name in ("kept_current", "kept_history"):
        assert "CHECK" in run.messages[name]
    assert names(contracted, "kept_current") == [(1, "again")]
    assert [row["valid_to"] for row in contracted.rows("kept_history")] == [2, None]


@pytest.mark.ducklake("where tables have not null of all constraints")
def test_contract_makes_what_a_lake_has(contracted: Project) -> None:
    """Keys and checks are left out, and hold nothing; not null does."""
    for name in OURS:
        found = constraints(contracted, name)
        assert found == [{"kind": "NOT NULL", "columns": ["id"]}], name
    load(contracted, (1, "again", 2, -1), price="integer")
    contracted.run("--exclude", "builtin")
    assert names(contracted, "kept_rows") == [(1, "a"), (1, "again")]
    assert names(contracted, "kept_current") == [(1, "again")]
    load(contracted, (None, "b", 3, 1), price="integer")
    run = contracted.dbt("run", "--select", "up", "kept_rows")
    assert "NOT NULL constraint failed" in run.messages["kept_rows"]
    assert len(contracted.rows("kept_rows")) == 2


@pytest.mark.dbt_v1("it does not compare the types of a contract")
def test_contract_holds_for_every_batch(contracted: Project) -> None:
    """A query that does not meet the contract is dbt's error, in a later run as in the first."""
    streaming(contracted, "up", EVENTS)
    load(contracted, (5, "e", 5, 50), price="integer")
    contracted.run("--full-refresh", "--exclude", "builtin")
    before = {name: contracted.contents(name) for name in OURS}
    for query, words in {
        "price::bigint as price": ["BIGINT", "INTEGER", "data type mismatch"],
        "price, 1 as extra": ["extra", "missing in contract"],
        "1 as other": ["price", "missing in definition"],
    }.items():
        contracts(contracted, query, price="integer")
        run = contracted.dbt("run", "--select", *CONTRACTS)
        for name in CONTRACTS:
            for word in ["This model has an enforced contract that failed", *words]:
                assert word in run.messages[name], (name, query)
    assert {name: contracted.contents(name) for name in OURS} == before


@pytest.mark.dbt_v1("it makes no check constraints")
def test_contract_that_changes(contracted: Project) -> None:
    """A column that came later is appended, a wider type widens, a column that goes stays."""
    load(contracted, (6, "f", 6, 60), price="integer")
    contracts(contracted, "price, 7 as extra", price="integer", extra="integer")
    contracted.run("--exclude", "builtin")
    contracts(contracted, "price, 8::bigint as extra", price="integer", extra="bigint")
    load(contracted, (7, "g", 7, 70), price="integer")
    contracted.run("--exclude", "builtin")
    for name in OURS:
        columns = {"id": "INTEGER", "name": "VARCHAR", "seq": "INTEGER", "price": "INTEGER"}
        assert described(contracted)[name] == {**columns, "extra": "BIGINT"}
        extras = {row["id"]: row["extra"] for row in contracted.rows(name)}
        # a target follows from its query as it is now, rows that were appended stay as they were
        is_appended = CONTRACTS[name]["materialized"] == "streaming_table"
        assert extras == ({5: None, 6: 7, 7: 8} if is_appended else dict.fromkeys((5, 6, 7), 8))

    # DuckDB does not change the type of a column with a constraint; a full refresh does
    contracts(contracted, "price::bigint as price", price="bigint")
    load(contracted, (8, "h", 8, 80), price="integer")
    run = contracted.dbt("run", "--exclude", "builtin")
    assert run.success is is_lake()  # where the check is left out
    for name in OURS if not is_lake() else ():
        for word in ("'price'", "BIGINT", "CHECK", f"dbt run --full-refresh --select {name}"):
            assert word in run.messages[name]
        assert len(contracted.rows(name)) == 3
    contracted.run("--full-refresh", "--select", *OURS)
    for name in OURS:
        assert described(contracted)[name] == {**columns, "price": "BIGINT"}
        assert len(contracted.rows(name)) == 4


def test_contract_of_kept_events(project: Project) -> None:
    """A full refresh from kept events makes the contract's table, without columns that are gone."""

    def write(**columns: str) -> None:
        declared = [{"name": name, "data_type": kind} for name, kind in columns.items()]
        config = {"materialized": "apply_changes", "meta": CDC, "contract": {"enforced": True}}
        text = f"select {', '.join(columns)} from raw.events"
        node(project, "current", text, config=config, columns=declared)

    write(id="integer", name="varchar", seq="integer")
    load(project, (1, "a", 1))
    project.run()
    write(id="integer", seq="integer")
    load(project, (2, "b", 2))
    for arguments in ([], ["--full-refresh"], []):
        project.run(*arguments)
        ids = sorted((row["id"], row["seq"]) for row in project.rows("current"))
        assert ids == [(1, 1), (2, 2)]
    assert project.columns("current") == {"id": "INTEGER", "seq": "INTEGER"}
