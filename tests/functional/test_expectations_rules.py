"""Rules of every kind, groups of rules, and rules that read a seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from orders import (
    STREAM,
    TYPES,
    builtin,
    expectation,
    group,
    load,
    quality,
    users_rows,
    write_orders,
)
from project import Project, Row

SEED = "code,label\n1,one\n2,two\n,nothing\n"
AFTER_SEED = "-- depends_on: {{ ref('codes') }}\n" + STREAM
KNOWN = {"to": "ref('codes')", "field": "code"}


def with_codes(project: Project, tests: list[dict], columns: dict[str, list[dict]]) -> None:
    """`orders` as a model that depends on the seed `codes`."""
    write_orders(project, tests, columns)
    project.write("macros/five.sql", "{% macro five() %}{% do return(5) %}{% endmacro %}")
    project.write("seeds/codes.csv", SEED)
    project.write("models/orders.sql", AFTER_SEED)


def kinds(on_violation: str | None) -> tuple[list[dict], dict[str, list[dict]]]:
    """The YAML of one rule of each kind, with every option that it has: model's and columns'."""

    def rule(kind: str, name: str, **arguments: Any) -> dict:
        return builtin(kind, name, on_violation, **arguments)

    tests = [
        expectation("paid_has_amount", "amount > {{ var('least', 0) }}", on_violation),
        # at the model, with the column as an argument
        rule("sluice.in_range", "at_most_id", column_name="amount", max_value="id * 2"),
    ]
    columns = {
        "id": [rule("not_null", "valid_id"), rule("sluice.in_range", "small", max_value=3)],
        "amount": [
            rule("sluice.in_range", "closed", min_value=0, max_value=5.5),
            rule("sluice.in_range", "opened", min_value=0, max_value=5.5, inclusive=False),
            rule("sluice.in_range", "by_var", min_value="{{ var('least', 0) }}"),
            rule("sluice.in_range", "by_macro", max_value="{{ five() }}"),
        ],
        "status": [
            rule("accepted_values", "valid_status", values="{{ var('known', ['new', 'paid']) }}"),
            rule("sluice.matches_pattern", "lower_case", pattern="^[a-z]{3,4}$"),
            rule("sluice.matches_pattern", "quoted", pattern=r"^\w+('s)?$"),
        ],
        "code": [rule("relationships", "known_code", **KNOWN)],
        "Order No": [rule("sluice.matches_pattern", "has_a", pattern="a")],
    }
    return tests, columns


def is_true(value: Any) -> bool:
    """What SQL's `is true` says, where None is null."""
    return value is not None and bool(value)


HOLDS: dict[str, Any] = {
    "paid_has_amount": lambda r: r["amount"] is not None and r["amount"] > 0,
    "at_most_id": lambda r: None not in (r["amount"], r["id"]) and r["amount"] <= r["id"] * 2,
    "valid_id": lambda r: r["id"] is not None,
    "small": lambda r: r["id"] is not None and r["id"] <= 3,
    "closed": lambda r: r["amount"] is not None and 0 <= r["amount"] <= 5.5,
    "opened": lambda r: r["amount"] is not None and 0 < r["amount"] < 5.5,
    "by_var": lambda r: r["amount"] is not None and r["amount"] >= 0,
    "by_macro": lambda r: r["amount"] is not None and r["amount"] <= 5,
    "valid_status": lambda r: r["status"] in ("new", "paid"),
    "lower_case": lambda r: r["status"] and re.search(r"^[a-z]{3,4}\Z", r["status"]),
    "quoted": lambda r: r["status"] and re.search(r"^\w+('s)?\Z", r["status"]),
    "known_code": lambda r: r["code"] in (1, 2),
    "has_a": lambda r: r["Order No"] and "a" in r["Order No"],
}
"""The rules of `kinds` in plain Python; null is a violation of each."""

LENIENT = {"valid_status": "status", "known_code": "code"}
"""dbt's own tests that let nulls pass, with their column."""


def some_orders(seed: int, count: int) -> list[Row]:
    """Orders at the edges of every rule."""
    rng = random.Random(seed)
    return [
        {
            "id": rng.choice([None, 1, 2, 3, 3, 4]),
            "status": rng.choice([None, "", "new", "paid", "paid", "NEW", "it's", "new\n", "a b"]),
            "code": rng.choice([None, 1, 2, 2, 3]),
            "amount": rng.choice([None, -0.5, 0.0, 0.5, 2.0, 5.5, 6.0]),
            "Order No": rng.choice([None, "a", "bab", "c"]),
        }
        for _ in range(count)
    ]


def test_every_kind_of_rule(project: Project) -> None:
    """Each kind filters and counts as plain Python does, in a fresh database that has a seed."""
    with_codes(project, *kinds("drop"))
    seen: list[Row] = []
    for seed in (1, 2):
        batch = some_orders(seed, 400)
        # enough rows that meet every rule
        good = {"id": 2, "status": "paid", "code": 1, "amount": 0.5 * seed, "Order No": "a"}
        batch += [good] * 20
        seen += batch
        load(project, batch)
        run = project.build()
        order = list(run.statuses)
        assert order.index("codes") < order.index("orders")
        # what was dropped is not in the table, so all tests of it pass
        assert {run.statuses[name] for name in HOLDS} == {"pass"}
        failed = {name: sum(not holds(row) for row in batch) for name, holds in HOLDS.items()}
        assert all(20 < count < 400 for count in failed.values())  # the rows are worth the test
        assert quality(project) == {
            name: ("drop", len(batch) - count, count) for name, count in failed.items()
        }
    expected: Counter[tuple] = Counter()
    for row in seen:
        broken = sorted(name for name, holds in HOLDS.items() if not holds(row))
        expected[(*row.values(), *broken)] += 1
    found = users_rows(project, "orders")
    for row in project.rows("orders__quarantine"):
        found[(*(row[name] for name in TYPES), *sorted(row["_sluice_violations"]))] += 1
    assert found == expected


def test_the_dbt_test_says_the_same(project: Project) -> None:
    """As plain dbt tests the rules find the rows that they would filter, null for null."""
    tests, columns = kinds(None)
    with_codes(project, tests, columns)
    project.write("models/orders.sql", "select * from raw.events")
    node = project.root / "models/orders.yml"
    project.write("models/orders.yml", node.read_text().replace("streaming_table", "table"))
    rows = some_orders(3, 300)
    load(project, rows)
    project.run("--exclude", "orders_bronze", command="seed")
    project.run("--select", "orders")
    run = project.dbt("test", "--select", "orders")
    found = {result.node.name: result.failures for result in run.result.results if result.failures}
    expected = {name: sum(not holds(row) for row in rows) for name, holds in HOLDS.items()}
    for name, column in LENIENT.items():
        expected[name] -= sum(row[column] is None for row in rows)
    grouped = {**expected}
    if "valid_status" in grouped:  # dbt's accepted_values counts values, not rows
        grouped["valid_status"] = len({row["status"] for row in rows} - {None, "new", "paid"})
    assert found == grouped


def test_a_reference_is_a_dependency(project: Project) -> None:
    """A rule that reads a seed needs it built first: the error has the line that says so."""
    known = [builtin("relationships", "known_code", "drop", **KNOWN)]
    write_orders(project, [], {"code": known})
    project.write("seeds/codes.csv", SEED)
    load(project, [{"id": 1, "code": 1}, {"id": 2, "code": 7}, {"id": 3}])
    error = project.run_expecting_error(command="build")
    for part in ("known_code", "codes", "orders", "-- depends_on: {{ ref('codes') }}"):
        assert part in error
    assert "orders" not in project.relations()

    project.drop_database()
    project.write("models/orders.sql", AFTER_SEED)
    load(project, [{"id": 1, "code": 1}, {"id": 2, "code": 7}, {"id": 3}])
    error = project.run_expecting_error(command="run")
    assert "known_code" in error and "not built yet" in error
    assert "dbt build --select codes orders" in error
    project.build("--select", "codes", "orders")
    assert [row["id"] for row in project.rows("orders")] == [1]
    assert quality(project) == {"known_code": ("drop", 1, 2)}

    # dbt run --empty judges nothing, and by the same rules
    project.run("--empty", "--select", "orders")
    assert quality(project) == {"known_code": ("drop", 0, 0)}

    # a field that the seed has not is an error, and not the column of the row itself
    wrong = builtin("relationships", "known_code", "drop", to="ref('codes')", field="id")
    write_orders(project, [], {"code": [wrong]})
    project.write("models/orders.sql", AFTER_SEED)
    load(project, [{"id": 9, "code": 7}])
    error = project.run_expecting_error(command="run")
    assert "known_code (code in (select reference.id from" in error
    assert [row["id"] for row in project.rows("orders")] == [1]


GROUP = {"has_id": "id is not null", "cheap": "amount < 10", "coded": "code in (1, 2)"}


def test_a_group_of_rules(project: Project) -> None:
    """One line applies a group to a model; each of its rules is counted under its own name."""
    project.write(
        "macros/groups.sql",
        f"{{% macro basics() %}}{{% do return({GROUP}) %}}{{% endmacro %}}",
    )
    shared = group("{{ basics() }}", "drop")
    write_orders(project, [shared, expectation("positive", "amount > 0", "drop")], {})
    project.write("models/others.sql", STREAM)
    project.write(
        "models/others.yml",
        "models: "
        + str(
            [
                {
                    "name": "others",
                    "config": {"materialized": "streaming_table"},
                    "data_tests": [group("{{ basics() }}", "warn", where="id < 3 or id is null")],
                }
            ]
        ),
    )
    rows = [
        {"id": 1, "amount": 5.0, "code": 1},
        {"id": None, "amount": 50.0, "code": 2},
        {"id": 2, "amount": None, "code": 3},
        {"id": 3, "amount": -1.0, "code": None},
    ]
    load(project, rows)
    run = project.build()
    assert quality(project) == {
        "has_id": ("drop", 3, 1),
        "cheap": ("drop", 2, 2),
        "coded": ("drop", 2, 2),
        "positive": ("drop", 2, 2),
    }
    assert [row["id"] for row in project.rows("orders")] == [1]
    quarantine = project.query("select * from lake.orders__quarantine order by id nulls first")
    assert [(row["id"], set(row["_sluice_violations"])) for row in quarantine] == [
        (None, {"has_id", "cheap"}),
        (2, {"cheap", "coded", "positive"}),
        (3, {"coded", "positive"}),
    ]
    others = project.query(
        "select expectation, passed_records, failed_records from lake_sluice.data_quality "
        "where dataset = 'others' order by expectation"
    )
    assert [tuple(row.values()) for row in others] == [
        ("cheap", 2, 2),
        ("coded", 3, 1),
        ("has_id", 3, 1),
    ]
    assert len(project.rows("others")) == 4
    # a test for each group: on the filtered table it passes, and it finds each kept row once
    tested = {
        result.node.attached_node: (str(result.status), result.failures)
        for result in run.result.results
        if result.node.resource_type == "test" and "basics" in result.node.name
    }
    assert tested == {"model.consumer.orders": ("pass", 0), "model.consumer.others": ("warn", 2)}


def test_a_group_by_var_or_in_place(project: Project) -> None:
    """The rules may stand in dbt_project.yml as a var, or in the YAML itself, also by an anchor."""
    text = (project.root / "dbt_project.yml").read_text()
    project.write("dbt_project.yml", text + f"vars: {{order_rules: {GROUP}}}\n")
    project.model("orders_bronze", materialized="streaming_table")
    for name in ("orders", "more", "most"):
        project.write(f"models/{name}.sql", STREAM)
    project.write(
        "models/orders.yml",
        """
        models:
          - name: orders
            config: {materialized: streaming_table}
            data_tests:
              - sluice.expectations:
                  arguments: {rules: "{{ var('order_rules') }}"}
                  config: {meta: {on_violation: drop}}
          - name: more
            config: {materialized: streaming_table}
            data_tests:
              - sluice.expectations: &basics
                  name: basics
                  arguments:
                    rules:
                      has_id: id is not null
                      cheap: amount < 10
                      coded: code in (1, 2)
                  config: {meta: {on_violation: drop}}
          - name: most
            config: {materialized: streaming_table}
            data_tests:
              - sluice.expectations:
                  <<: *basics
                  name: basics_again
        """,
    )
    load(project, [{"id": 1, "amount": 5.0, "code": 1}, {"id": 2, "amount": 50.0, "code": None}])
    project.build()
    for name in ("orders", "more", "most"):
        assert [row["id"] for row in project.rows(name)] == [1]
        (row,) = project.rows(f"{name}__quarantine")
        assert sorted(row["_sluice_violations"]) == ["cheap", "coded"]
