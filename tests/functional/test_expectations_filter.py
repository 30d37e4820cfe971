"""Expectations: dbt tests that filter, count and prove at once."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

import dbts
from dbts import node_name
from engine import is_spark
from orders import OURS, TYPES, builtin, expectation, group, load, quality, users_rows, write_orders
from project import Project, Row

RULES: dict[str, tuple[str, Any]] = {
    "paid_has_amount": ("drop", lambda r: r["status"] != "paid" or r["amount"] is not None),
    "small": ("drop", lambda r: r["amount"] is not None and r["amount"] < 900),
    "round": ("warn", lambda r: r["amount"] is not None and r["amount"] % 2 == 0),
    "even": ("warn", lambda r: r["id"] is not None and r["id"] % 2 == 0),
    "valid_id": ("drop", lambda r: r["id"] is not None),
    "valid_status": ("drop", lambda r: r["status"] in ("new", "paid")),
    "valid_code": ("drop", lambda r: r["code"] in (1, 2)),
    "valid_number": ("drop", lambda r: r["Order No"] is not None),
    "sane": ("fail", lambda r: r["code"] is None or r["code"] < 99),
}
"""What `test_one_declaration` declares: only true passes, so that null is a violation."""


def random_order(rng: random.Random) -> Row:
    """An order that may break any of the rules but the one that fails."""
    return {
        "id": rng.choice([None, 1, 2, 3]),
        "status": rng.choice([None, "new", "paid", "lost"]),
        "code": rng.choice([None, 1, 2, 2, 3]),
        "amount": rng.choice([None, 1.0, 2.0, 3.5, 1000.0]),
        "Order No": rng.choice([None, "a", "b", "c"]),
    }


def test_one_declaration(project: Project) -> None:
    """A rule keeps and counts, drops into the quarantine, or fails; its test holds afterwards."""
    warned = {"severity": "warn"}
    write_orders(
        project,
        [
            expectation("small", "amount < 900", "drop"),
            expectation("paid_has_amount", "amount is not null", "drop", where="status = 'paid'"),
            expectation("round", "amount % 2 = 0", None, **warned),  # warn is the default
            expectation("even", "id % 2 = 0", "warn", **warned),
            expectation("sane", "code is null or code < 99", "fail"),
        ],
        {
            "id": [builtin("not_null", "valid_id", "drop"), {"unique": {"config": warned}}],
            "status": [builtin("accepted_values", "valid_status", "drop", values=["new", "paid"])],
            "code": [
                builtin("accepted_values", "valid_code", "drop", values=[1, 2], quote=False),
            ],
            "amount": [{"not_null": {"name": "no_expectation", "config": warned}}],
            "Order No": [builtin("not_null", "valid_number", "drop")],
        },
    )
    rng = random.Random(4)
    seen: list[Row] = []
    spoiled: Counter[tuple] = Counter()
    for _ in range(2):
        # mostly good rows, or hardly any would stay
        good = {"id": 2, "status": "new", "code": 1, "amount": 2.0, "Order No": "a"}
        batch = [
            {**good, **{k: v for k, v in random_order(rng).items() if rng.random() < 0.3}}
            for _ in range(300)
        ]
        load(project, batch)
        run = project.build()
        assert not [name for name, status in run.statuses.items() if status in ("error", "fail")]

        verdicts = [
            {name: bool(holds(row)) for name, (_action, holds) in RULES.items()} for row in batch
        ]
        assert quality(project) == {
            name: (
                action,
                sum(verdict[name] for verdict in verdicts),
                sum(not verdict[name] for verdict in verdicts),
            )
            for name, (action, _holds) in RULES.items()
        }
        dropped = 0
        for row, verdict in zip(batch, verdicts, strict=True):
            broken = {name for name in RULES if not verdict[name]}
            if any(RULES[name][0] == "drop" for name in broken):
                spoiled[(*row.values(), *sorted(broken))] += 1
                dropped += 1
            else:
                seen.append(row)
        flow = project.flows()["orders"]
        counted = ("num_input_rows", "num_output_rows", "num_dropped_rows")
        assert [flow[name] for name in counted] == [300, 300 - dropped, dropped]
        assert 30 < dropped < 270  # the rows are worth the test

    assert users_rows(project, "orders") == Counter(tuple(row.values()) for row in seen)
    quarantine = project.query("select * from lake.orders__quarantine")
    assert list(quarantine[0]) == [OURS[0], *TYPES, *OURS[1:]]
    found: Counter[tuple] = Counter()
    for row in quarantine:
        assert len(set(row["_sluice_violations"])) == len(row["_sluice_violations"])
        found[(*(row[name] for name in TYPES), *sorted(row["_sluice_violations"]))] += 1
    assert found == spoiled
    both = users_rows(project, "orders") + users_rows(project, "orders__quarantine")
    assert both == users_rows(project, "orders_bronze")
    assert {row["_sluice_batch"] for row in quarantine} == {1, 2}
    assert len({row["_sluice_update_id"] for row in quarantine}) == 2
    assert project.last.invocation_id in {row["_sluice_update_id"] for row in quarantine}
    assert all(row["_sluice_quarantined_at"] for row in quarantine)

    # the tests prove the table now: all but the rules that keep their violations
    tested = project.dbt("test", "--select", "orders")
    assert tested.success
    for name, (action, _holds) in RULES.items():
        assert tested.statuses[name] == ("warn" if action == "warn" else "pass"), name

    # a full refresh judges everything again: still, clean + quarantine = input, once
    project.run("--full-refresh", "--select", "orders")
    assert users_rows(project, "orders") == Counter(tuple(row.values()) for row in seen)
    assert len(project.rows("orders__quarantine")) == len(quarantine)
    assert sum(quality(project)["small"][1:]) == 600

    # an idle run has nothing to judge
    project.run("--select", "orders")
    assert all(sum(counts[1:]) == 0 for counts in quality(project).values())


def test_fail_writes_nothing_and_names_everything(project: Project) -> None:
    """A broken `fail` rule stops the table; its error and the event log tell all of them."""
    tests = [
        expectation("sane_amount", "amount between 0 and 100", "fail"),
        expectation("known", "status <> 'secret'", "fail"),
        expectation("never_broken", "id <> 4711", "fail"),
        expectation("coded", "code is not null", "drop"),
        expectation("even", "id % 2 = 0", "warn", severity="warn"),
    ]
    write_orders(project, tests, {})
    project.model("after", "select * from {{ ref('orders') }}", materialized="view")
    good = {"id": 2, "status": "new", "code": 1, "amount": 5.0, "Order No": "a"}
    bad = [
        {**good, "id": 3, "amount": -77.25},
        {**good, "id": 5, "amount": None},  # null is a violation
        {**good, "id": 7, "status": "secret", "code": None},  # what another rule drops fails, too
    ]
    # at the very first run there is no table yet
    load(project, [bad[0]])
    assert "sane_amount" in project.run_expecting_error()
    assert not set(project.relations()) & {"orders", "orders__quarantine", "after"}
    assert quality(project)["sane_amount"] == ("fail", 0, 1)
    # the way out: mended input. The batch was not read, so bronze is made anew.
    load(project, [{**good, "id": 3}, good, {**good, "code": None}])
    project.run("--full-refresh")
    before = {name: project.contents(name) for name in ("orders", "orders__quarantine")}
    assert [len(rows) for rows in before.values()] == [2, 1]

    load(project, [*bad, good, {**good, "code": None}])
    run = project.dbt("build")
    assert not run.success
    assert run.statuses["orders"] == "error" and run.statuses["after"] == "skipped"
    message = run.messages["orders"]
    for part in ("sane_amount", "known", "-77.25", "secret", "amount between 0 and 100"):
        assert part in message
    assert re.search(r"sane_amount.*\b2 of 5\b", message), message
    assert re.search(r"known.*\b1 of 5\b", message), message
    assert "never_broken" not in message and "coded" not in message
    assert before == {name: project.contents(name) for name in before}
    failed = {"sane_amount": 2, "known": 1, "never_broken": 0, "coded": 2, "even": 3}
    actions = {"coded": "drop", "even": "warn"}
    assert quality(project) == {
        name: (actions.get(name, "fail"), 5 - count, count) for name, count in failed.items()
    }
    flow = project.flows()["orders"]
    assert flow["status"] == "FAILED"
    assert flow["num_input_rows"] == 5 and not flow["num_output_rows"]
    update = f"select status from lake_sluice.updates where update_id = '{run.invocation_id}'"
    assert project.query(update) == [{"status": "FAILED"}]

    # it stays unread until somebody mends the rule; then it is there once, with what came later
    load(project, [good])
    assert "known" in project.run_expecting_error(command="run")
    assert before == {name: project.contents(name) for name in before}
    tests[:2] = [
        expectation("sane_amount", "amount > -100 or amount is null", "fail"),
        expectation("known", "status <> 'secret'", "drop"),
    ]
    write_orders(project, tests, {})
    load(project, [])
    project.build()
    assert len(project.rows("orders")) == 2 + 4
    assert len(project.rows("orders__quarantine")) == 1 + 2
    both = users_rows(project, "orders") + users_rows(project, "orders__quarantine")
    assert both == users_rows(project, "orders_bronze")


def test_values_are_read_as_dbt_reads_them(project: Project) -> None:
    """accepted_values: dbt's test writes a value between quotes as it is, so a quote is escaped."""
    values = [r"it\'s" if is_spark() else "it''s", "%", "{ }"]
    write_orders(
        project,
        [],
        {"status": [builtin("accepted_values", "valid_status", "drop", values=values)]},
    )
    load(project, [{"id": n, "status": status} for n, status in enumerate(["it's", "%", "{ }"])])
    project.build()
    assert sorted(row["id"] for row in project.rows("orders")) == [0, 1, 2]
    assert project.rows("orders__quarantine") == []


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
    warned = ("cheap", "silent", "ranged", "worded", "grouped", "known")
    assert {name: statuses[name] for name in warned} == {
        "cheap": "warn",
        "silent": "warn",
        "ranged": "warn",
        "worded": "warn",
        "grouped": "warn",
        "known": "warn",
    }
    assert statuses["there"] == "fail"
    # dbt v2 does not tell a severity that was declared from its default
    assert statuses["strict"] == ("warn" if dbts.is_v2() else "fail")
    # those that fail without a word about it are said to
    told = [text for text in run.warnings if "severity: warn" in text]
    assert [text.split(":")[0] for text in told] == ["there"]
    assert statuses["after"] == "skipped"

    write_orders(project, [expectation("cheap", "amount < 10", "warn")], {})
    load(project, [{"id": 3, "amount": 70.0}])
    run = project.build()
    assert run.statuses["cheap"] == "warn" and run.statuses["after"] == "success"


def test_a_warning_speaks_of_the_newest_batch(project: Project) -> None:
    """A row that was kept is told when it comes; a plain test looks at the whole table."""
    rules = [
        expectation("cheap", "amount < 10", "warn"),
        expectation("silent", "amount < 10", None),
        expectation("some", "amount < 10", "warn", where="id > 0"),
        expectation("strict", "amount < 10", None, severity="error"),
        group({"low": "amount < 10"}, "warn", name="grouped"),
    ]
    ranged = [builtin("sluice.in_range", "ranged", None, max_value=9)]
    write_orders(project, rules, {"amount": ranged})
    everywhere = ["ranged"]
    by_batch = ["cheap", "silent", "some", "grouped", *([] if dbts.is_v2() else ["strict"])]

    def failures() -> dict[str, int]:
        results = project.dbt("test").result.results
        return {node_name(one): one.failures for one in results if one.failures is not None}

    load(project, [{"id": 1, "amount": 50.0}, {"id": 2, "amount": 60.0}, {"id": 3, "amount": 1.0}])
    project.run()
    assert {name: failures()[name] for name in by_batch} == dict.fromkeys(by_batch, 2)
    load(project, [{"id": 4, "amount": 70.0}, {"id": 5, "amount": 1.0}])
    project.run()
    found = failures()
    assert {name: found[name] for name in by_batch} == dict.fromkeys(by_batch, 1)
    assert {name: found[name] for name in everywhere} == dict.fromkeys(everywhere, 3)
    load(project, [{"id": 6, "amount": 1.0}])
    project.run()
    found = failures()
    assert {name: found[name] for name in by_batch} == dict.fromkeys(by_batch, 0)
    assert project.last.statuses["ranged"] == "fail"


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
