"""The quarantine beside a streaming table: it follows the model, and takes no name of others."""

from __future__ import annotations

from orders import OURS, TYPES, expectation, load, write_orders
from project import Project


def test_rules_and_columns_come_and_go(project: Project) -> None:
    """The quarantine follows the model: rules that come later, new columns, an idle first run."""
    write_orders(project, [], {})
    good = {"id": 2, "status": "new", "code": 1, "amount": 5.0, "Order No": "a"}
    load(project, [good])
    project.run()
    write_orders(project, [expectation("cheap", "amount < 10", "drop")], {})
    load(project, [good, {**good, "amount": 11.0}])
    project.run()
    types = {**TYPES, "extra": "text"}
    rows = [{**good, "extra": "x"}, {**good, "amount": 12.0, "extra": "y"}]
    project.load("events", rows, **types)
    project.run()
    assert len(project.rows("orders")) == 3
    quarantine = project.query("select * from lake.orders__quarantine order by amount")
    assert [(row["amount"], row["extra"]) for row in quarantine] == [(11.0, None), (12.0, "y")]
    assert all(row["_sluice_violations"] == ["cheap"] for row in quarantine)
    assert set(quarantine[0]) == {*types, *OURS}
    # without the rule its rows come through again, and the old ones stay where they are
    write_orders(project, [expectation("cheap", "amount < 10", "warn", severity="warn")], {})
    project.load("events", [{**good, "amount": 13.0}], **types)
    project.run()
    assert len(project.rows("orders")) == 4
    assert len(project.rows("orders__quarantine")) == 2


def test_the_name_of_a_quarantine_is_taken(project: Project) -> None:
    """What bears the name and is no quarantine is neither written nor dropped: the run says so."""
    drops = [expectation("cheap", "amount < 10", "drop")]
    write_orders(project, drops, {})
    project.model("orders__quarantine", "select 7 as kept", materialized="table")
    load(project, [{"id": 1, "amount": 5.0}, {"id": 2, "amount": 50.0}])
    project.run("--exclude", "orders")

    def refused(*args: str) -> str:
        error = project.run_expecting_error("--select", "orders", *args, command="run")
        assert "orders" not in project.relations()
        assert [row["kept"] for row in project.rows("orders__quarantine")] == [7]
        assert "orders__quarantine" in error and "way out: rename one of the two" in error
        return error

    assert "is the model model.consumer.orders__quarantine, expected" in refused()
    project.remove("models/orders__quarantine.sql")
    project.remove("models/orders__quarantine.yml")
    assert "a table without _sluice_violations, expected" in refused("--full-refresh")
    project.query("drop table lake.orders__quarantine")
    copied = "select 7 as kept, [] as _sluice_violations"  # as a copy of a quarantine has
    project.query(f"create view lake.orders__quarantine as {copied}")
    assert "exists as a view, expected" in refused()

    # a model that drops no rows needs no quarantine, so the name is free
    write_orders(project, [], {})
    project.run("--select", "orders", "--full-refresh")
    project.query("drop view lake.orders__quarantine")
    project.model("orders__quarantine", copied, materialized="table")
    project.run("--select", "orders__quarantine")
    project.run("--select", "orders", "--full-refresh")
    run = project.dbt("run-operation", "sluice.release", "--args", "{dataset: orders}")
    assert run.success and "no quarantine" in run.log
    assert [row["kept"] for row in project.rows("orders__quarantine")] == [7]
    # one of its own is made anew
    project.query("drop table lake.orders__quarantine")
    project.remove("models/orders__quarantine.sql")
    project.remove("models/orders__quarantine.yml")
    write_orders(project, drops, {})
    project.run("--select", "orders", "--full-refresh")
    assert [row["id"] for row in project.rows("orders__quarantine")] == [2]
    write_orders(project, [], {})
    project.run("--select", "orders", "--full-refresh")
    assert "orders__quarantine" not in project.relations()


def test_an_older_quarantine_keeps_its_order(project: Project) -> None:
    """The reasons come first in a new one only; one that has them last goes on so."""
    write_orders(project, [expectation("cheap", "amount < 10", "drop")], {})
    load(project, [{"id": 1, "amount": 50.0}])
    project.run()
    assert next(iter(project.columns("orders__quarantine"))) == "_sluice_violations"
    project.query(
        "create table lake.older as select * exclude (_sluice_violations), _sluice_violations"
        " from lake.orders__quarantine"
    )
    project.query("drop table lake.orders__quarantine")
    project.query("alter table lake.older rename to orders__quarantine")
    before = list(project.columns("orders__quarantine"))
    load(project, [{"id": 2, "amount": 60.0}, {"id": 3, "amount": 1.0}])
    project.run()
    assert list(project.columns("orders__quarantine")) == before
    rows = project.rows("orders__quarantine")
    found = sorted((row["id"], row["_sluice_violations"]) for row in rows)
    assert found == [(1, ["cheap"]), (2, ["cheap"])]
