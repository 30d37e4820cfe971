"""Rules of every kind, groups of rules, rules that read a seed, and what is refused."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from project import Project, Row
from test_expectations import (
    STREAM,
    TYPES,
    builtin,
    expectation,
    load,
    quality,
    users_rows,
    write_orders,
)

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
    tables = project.query("select table_name as n from information_schema.tables")
    assert "orders" not in {row["n"] for row in tables}

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


def group(rules: Any, on_violation: str, name: str | None = None, **config: Any) -> dict:
    """The YAML of a `sluice.expectations`."""
    config["meta"] = {"on_violation": on_violation}
    test: dict[str, Any] = {"arguments": {"rules": rules}, "config": config}
    return {"sluice.expectations": test | ({"name": name} if name else {})}


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


def test_wrong_arguments(project: Project) -> None:
    """A rule that makes no sense is refused when dbt reads the project, with what came."""
    load(project, [])
    for kind, arguments, parts in [
        ("sluice.in_range", {"column_name": "id"}, ("min_value", "max_value", "in_range on id")),
        ("sluice.in_range", {"column_name": "id", "min_value": [1]}, ("a number or", "[1]")),
        ("sluice.in_range", {"column_name": "id", "min_value": 5, "max_value": 1}, ("no value",)),
        (
            "sluice.in_range",
            {"column_name": "id", "min_value": 5, "max_value": 5, "inclusive": False},
            ("no value", "inclusive False"),
        ),
        ("sluice.in_range", {"column_name": "id", "min_value": 5, "inclusive": "no"}, ("no",)),
        ("sluice.matches_pattern", {"column_name": "id", "pattern": 5}, ("regular", "5")),
        ("sluice.expectations", {"rules": {}}, ("mapping of names", "{}")),
        ("sluice.expectations", {"rules": ["id > 0"]}, ("mapping of names", "id > 0")),
        ("sluice.expectations", {"rules": {"one": 5}}, ("rule one", "5")),
    ]:
        write_orders(project, [builtin(kind, "wrong", "drop", **arguments)], {})
        error = project.run_expecting_error(command="parse")
        for part in (*parts, "wrong"):
            assert part in error, (kind, arguments, error)


def test_refused_declarations(project: Project) -> None:
    """Tests that do not look at single rows, wherever they stand, and names that come twice."""
    empty = "select 1 where 1 = 0"
    project.write("tests/generic/mine.sql", f"{{% test mine(model) %}}{empty}{{% endtest %}}")
    project.write(
        "tests/generic/in_range.sql",
        "{% test in_range(model, column_name) %}select 1 where 1 = 0{% endtest %}",
    )
    project.write(
        "tests/no_order_twice.sql",
        "{{ config(meta={'on_violation': 'fail'}) }} select id from {{ ref('orders') }} limit 0",
    )
    project.write(
        "tests/plain.sql", "select id from {{ ref('orders') }} where id < 0"
    )  # no expectation: nothing is wrong with it
    off = builtin("unique", "switched_off", "drop", column_name="id")
    off["unique"]["config"]["enabled"] = False
    beside = {"not_null": {"name": "beside_meta", "config": {"on_violation": "drop"}}}
    ours = expectation("ours_beside_meta", "id > 0", None)
    ours["sluice.expectation"]["config"] = {"on_violation": "drop"}
    of_ours = {"name": "group_beside_meta", "arguments": {"rules": {"some": "id > 0"}}}
    write_orders(
        project,
        [
            builtin("mine", "of_my_own", "drop"),
            builtin("unique", "unique_rows", "fail", column_name="id"),
            builtin("in_range", "same_name_as_ours", "drop", column_name="id"),
            off,
            ours,
            {"sluice.expectations": {**of_ours, "config": {"on_violation": "fail"}}},
            group({"positive": "id > 0"}, "drop"),
            expectation("positive", "id >= 0", "drop"),
            {
                "sluice.nothing_lost": {
                    "name": "whole_table",
                    "arguments": {"input": "ref('orders_bronze')"},
                    "config": {"meta": {"on_violation": "warn"}},
                }
            },
        ],
        {"id": [builtin("unique", "unique_id", "drop"), beside]},
    )
    load(project, [{"id": 1}])
    run = project.dbt("run")
    assert run.statuses["orders"] == "error"
    message = run.messages["orders"]
    for name, kind in {
        "no_order_twice": "a singular test",
        "of_my_own": "mine",
        "unique_rows": "unique",
        "unique_id": "unique",
        "same_name_as_ours": "in_range",
        "whole_table": "sluice.nothing_lost",
    }.items():
        assert re.search(rf"- {name}: on_violation needs .* found: {kind};", message), message
    assert "model.consumer.orders" in message and "sluice.expectation, " in message
    assert "- positive: two expectations" in message
    for name, found in {
        "beside_meta": "drop",
        "ours_beside_meta": "drop",
        "group_beside_meta": "fail",
    }.items():
        assert f"- {name}: on_violation ({found}) belongs under config: meta:" in message
    assert "switched_off" not in message and "plain" not in message
    tables = project.query("select table_name as n from information_schema.tables")
    assert "orders" not in {row["n"] for row in tables}


SUBQUERY = (
    "(select count(*) from raw.events as e where e.id = batch.id) = 1 "
    "and id in (select row_number() over (order by id) from raw.events) "
    "and id in (select unnest([1, 2]))"
)
"""A condition whose subqueries do what a condition itself must not."""


def test_conditions_that_cannot_be_read(project: Project) -> None:
    """Every such rule is named with its condition and what is wrong; nothing is written."""
    write_orders(
        project,
        [
            expectation("unfinished", "id >", "drop"),
            expectation("misspelt", "amuont > 0", "warn"),
            expectation("text", "status", "drop"),
            expectation("aggregate", "count(*) > 0", "drop"),
            expectation("two_rows", "unnest([true, id is not null])", "drop"),
            expectation("window", "row_number() over (order by id) = 1", "drop"),
            expectation("all_columns", "columns(*) is not null", "drop"),
            expectation("fine", "id > 0 -- a comment", "drop"),
            expectation("subquery", SUBQUERY, "drop"),
            expectation("two", "id > 0) or (id < 5", "drop"),  # odd, but it can be read
        ],
        {"status": [builtin("sluice.matches_pattern", "open_bracket", "drop", pattern="[")]},
    )
    load(project, [{"id": 1}])
    for _ in range(2):
        message = project.run_expecting_error(command="run")
        assert re.search(r"- unfinished \(id >\): .*syntax error", message), message
        assert re.search(r"- misspelt \(amuont > 0\): .*amuont.*not found", message), message
        assert re.search(r"- open_bracket \(regexp_matches.*\): missing \]", message), message
        assert re.search(r"- text \(status\): .*VARCHAR", message), message
        assert re.search(r"- aggregate \(count.*\): .*aggregates", message), message
        assert re.search(r"- two_rows \(unnest.*\): UNNEST not supported", message), message
        assert re.search(r"- window \(row_number.*\): .*window functions", message), message
        assert re.search(r"- all_columns \(columns.*\): STAR expression", message), message
        assert "- expected of each: an SQL condition" in message
        assert not re.search("- (fine|two|subquery) ", message), message
    names = "select table_name as n from information_schema.tables"
    assert "orders" not in {row["n"] for row in project.query(names)}

    # each of them is found where it is the only one, and a rule with no condition at all
    for expression, words in {
        "unnest([true, id is not null])": "UNNEST not supported",
        "count(*) > 0": "aggregates",
        "status": "VARCHAR",
        "": 'expected an SQL condition as arguments: {expression: ...}, found: ""',
    }.items():
        rules = [
            expectation("alone", expression, "drop"),
            expectation("subquery", SUBQUERY, "drop"),
        ]
        write_orders(project, rules, {})
        message = project.run_expecting_error("--select", "orders", command="run")
        assert re.search(rf"- alone.*: .*{re.escape(words)}", message), message
        assert "- subquery" not in message
    missing = expectation("missing", "", "drop")
    del missing["sluice.expectation"]["arguments"]
    write_orders(project, [missing], {})
    message = project.run_expecting_error("--select", "orders", command="run")
    assert "- missing: expected an SQL condition as" in message, message
    assert "orders" not in {row["n"] for row in project.query(names)}

    # beside files, which the engine does not plan ahead, the rules are found all the same
    project.write("landing/1.json", '{"id": 1}\n')
    project.write(
        "models/orders.yml",
        """
        sources:
          - name: landing
            tables:
              - name: files
                config: {meta: {external_location: landing}}
        models:
          - name: orders
            config: {materialized: streaming_table}
            data_tests:
              - sluice.expectation:
                  name: misspelt
                  arguments: {expression: idd > 0}
                  config: {meta: {on_violation: drop}}
              - sluice.expectation:
                  name: fine
                  arguments: {expression: id > 0}
                  config: {meta: {on_violation: drop}}
        """,
    )
    project.write(
        "models/orders.sql", "select * from {{ sluice.read_files(source('landing', 'files')) }}"
    )
    message = project.run_expecting_error(command="run")
    assert re.search(r"- misspelt \(idd > 0\): .*idd.*not found", message), message
    assert "- fine" not in message
    yml = (project.root / "models/orders.yml").read_text()
    project.write("models/orders.yml", yml.replace("idd > 0", "id > 1"))
    project.run()
    assert [row["id"] for row in project.rows("orders__quarantine")] == [1]


def test_limit_and_where_of_a_test(project: Project) -> None:
    """`where` limits the rule; `limit` is a matter of the test alone."""
    rule = expectation("cheap", "amount < 10  -- euros", "drop", where="status = 'paid'", limit=1)
    write_orders(project, [rule], {})
    rows = [
        {"id": 1, "amount": 20.0, "status": "paid"},
        {"id": 2, "amount": 20.0, "status": "paid"},
        {"id": 3, "amount": 20.0, "status": "new"},
        {"id": 4, "amount": 20.0, "status": None},
        {"id": 5, "amount": None, "status": "paid"},
        {"id": 6, "amount": 2.0, "status": "paid"},
    ]
    load(project, rows)
    run = project.build()
    assert run.statuses["cheap"] == "pass"
    assert sorted(row["id"] for row in project.rows("orders")) == [3, 4, 6]
    assert quality(project) == {"cheap": ("drop", 3, 3)}


def test_a_rule_that_warns_is_a_test_that_warns(project: Project) -> None:
    """dbt build goes on behind it, unless the declaration has a severity of its own."""
    write_orders(
        project,
        [
            expectation("cheap", "amount < 10", "warn"),
            expectation("strict", "amount < 10", "warn", severity="error"),
            expectation("silent", "amount < 10", None),
            group({"low": "amount < 10"}, "warn", name="grouped"),
        ],
        {
            "amount": [
                builtin("sluice.in_range", "ranged", "warn", max_value=9),
                builtin("not_null", "there", "warn"),
                {
                    "accepted_values": {
                        "name": "known",
                        "arguments": {"values": [1], "quote": False},
                        "config": {"severity": "warn", "meta": {"on_violation": "warn"}},
                    }
                },
            ],
            "status": [builtin("sluice.matches_pattern", "worded", "warn", pattern="^w")],
        },
    )
    project.model("after", "select * from {{ ref('orders') }}", materialized="view")
    load(project, [{"id": 1, "amount": 50.0, "status": "x"}, {"id": 2}])
    run = project.dbt("build")
    statuses = {**run.statuses}
    assert {name: statuses[name] for name in ("cheap", "ranged", "worded", "grouped", "known")} == {
        "cheap": "warn",
        "ranged": "warn",
        "worded": "warn",
        "grouped": "warn",
        "known": "warn",
    }
    assert statuses["strict"] == "fail" and statuses["there"] == "fail"
    # those that fail without a word about it are said to
    told = [text for text in run.warnings if "severity: warn" in text]
    assert sorted(text.split(":")[0] for text in told) == ["silent", "there"]
    assert statuses["after"] == "skipped"

    write_orders(project, [expectation("cheap", "amount < 10", "warn")], {})
    load(project, [{"id": 3, "amount": 70.0}])
    run = project.build()
    assert run.statuses["cheap"] == "warn" and run.statuses["after"] == "success"


def test_on_violation_without_effect(project: Project) -> None:
    """A misspelt key, and a rule of a table that nobody judges, are warned of."""
    wrong = expectation("cheap", "amount < 10", None)
    wrong["sluice.expectation"]["config"] = {"meta": {"on_violations": "drop"}, "severity": "warn"}
    write_orders(project, [wrong], {})
    project.model("plain", "select * from {{ ref('orders') }}", materialized="table")
    project.write(
        "models/plain_tests.yml",
        "models: [{name: plain_too, config: {materialized: view}, data_tests: ["
        + str(expectation("idle", "id > 0", "drop"))
        + ", "
        + str(expectation("of_a_view", "id > 0", None))
        + "]}]",
    )
    project.write("models/plain_too.sql", "select * from {{ ref('orders') }}")
    load(project, [{"id": 1, "amount": 50.0}])
    run = project.build()
    (misspelt,) = [text for text in run.warnings if "'on_violations'" in text]
    assert "cheap" in misspelt and "'on_violation'" in misspelt
    (idle,) = [text for text in run.warnings if text.startswith("idle")]
    assert "no effect" in idle and "model.consumer.plain_too" in idle
    assert not [text for text in run.warnings if "of_a_view" in text]
    assert run.statuses["of_a_view"] == "pass"
    assert len(project.rows("orders")) == 1


def test_a_plain_test_of_apply_changes(project: Project) -> None:
    """Without on_violation a sluice.expectation is a test like any other, on any model."""
    project.apply_changes("current", keys=["id"], sequence_by="code")
    yml = project.root / "models/current.yml"
    project.write(
        "models/current.yml",
        yml.read_text().replace(
            '"name": "current",',
            '"name": "current", "data_tests": ['
            + str(expectation("positive", "id > 1", None)).replace("'", '"')
            + "],",
        ),
    )
    load(project, [{"id": 1, "code": 1}, {"id": 2, "code": 1}])
    run = project.dbt("build")
    assert run.statuses["current"] == "success" and run.statuses["positive"] == "fail"


def test_the_name_of_a_quarantine_is_taken(project: Project) -> None:
    """What bears the name and is no quarantine is neither written nor dropped: the run says so."""
    drops = [expectation("cheap", "amount < 10", "drop")]
    write_orders(project, drops, {})
    project.model("orders__quarantine", "select 7 as kept", materialized="table")
    load(project, [{"id": 1, "amount": 5.0}, {"id": 2, "amount": 50.0}])
    project.run("--exclude", "orders")

    def refused(*args: str) -> str:
        error = project.run_expecting_error("--select", "orders", *args, command="run")
        tables = project.query("select table_name as n from information_schema.tables")
        assert "orders" not in {row["n"] for row in tables}
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
    tables = project.query("select table_name as n from information_schema.tables")
    assert "orders__quarantine" not in {row["n"] for row in tables}
