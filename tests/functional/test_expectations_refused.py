"""What cannot be an expectation is refused with what is wrong; what has no effect is warned of."""

from __future__ import annotations

import json
import re

import pytest

import dbts
from orders import builtin, expectation, group, load, write_orders
from project import Project


def test_wrong_declarations(project: Project) -> None:
    """What cannot be an expectation is refused, all of it at once, before anything is written."""
    write_orders(
        project,
        [expectation("loud", "id > 0", "explode"), expectation("fine", "id > 0", "drop")],
        {
            "id": [
                builtin("unique", "one_row_each", "drop"),
                builtin("not_null", "shouted", "DROP"),
            ],
        },
    )
    load(project, [{"id": 1}])
    run = project.dbt("run")
    assert run.statuses["orders"] == "error" and run.statuses["orders_bronze"] == "success"
    message = run.messages["orders"]
    assert "Compilation Error" in message
    for part in ("loud", "explode", "shouted", "DROP", "warn", "drop", "fail"):
        assert part in message  # what, the legal values, what came
    for part in ("one_row_each", "unique", "relationships", "not_null"):
        assert part in message
    assert "orders" not in project.relations()


def test_a_rule_that_dbt_lost_is_told(project: Project) -> None:
    """dbt v2 keeps one of two tests of one name, which would let rows through without a word."""
    rule = expectation("known", "id > 0", "drop")
    for name in ("one", "two"):
        project.write(f"models/{name}.sql", "select * from raw.events")
        config = {"materialized": "streaming_table", "meta": {"append_all": True}}
        model = {"name": name, "config": config, "data_tests": [rule]}
        project.write(f"models/{name}.yml", json.dumps({"models": [model]}))
    project.load("events", [{"id": 0}, {"id": 1}], id="integer")
    run = project.dbt("run")
    done = [name for name in ("one", "two") if run.statuses[name] == "success"]
    assert len(done) == (1 if dbts.is_v2() else 2)
    assert len(done) == 2 or "has only one test of this name" in run.error
    for name in done:
        assert project.rows(name) == [{"id": 1, "_sluice_batch": 1}]


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


@pytest.mark.dbt_v1("it refuses keys that stand directly under config itself")
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
    assert "orders" not in project.relations()


SUBQUERY = (
    "(select count(*) from raw.events as e where e.id = batch.id) = 1 "
    "and id in (select row_number() over (order by id) from raw.events) "
    "and id in (select unnest([1, 2]))"
)
"""A condition whose subqueries do what a condition itself must not."""


@pytest.mark.not_on_spark("it raises what it cannot parse, before the others are looked at")
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
    assert "orders" not in project.relations()

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
    assert "orders" not in project.relations()

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
