"""`fail_above`: a rule that drops or warns, and ends the run when too many rows break it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orders import builtin, expectation, group, load, quality, users_rows, write_orders
from project import Project, Row


def rule(name: str, on_violation: str | None, limit: Any, expression: str = "code = 1") -> dict:
    """The YAML of a `sluice.expectation` with a limit."""
    made = expectation(name, expression, on_violation)
    made["sluice.expectation"]["config"].setdefault("meta", {})["fail_above"] = limit
    return made


def orders(bad: int, good: int, **values: Any) -> list[Row]:
    """So many rows without a code, and so many with one."""
    return [{"id": n, "code": None if n < bad else 1, **values} for n in range(bad + good)]


def test_a_batch_fails_above_the_limit_of_a_rule(project: Project) -> None:
    """Exactly so many rows pass, one more ends the run, as `fail` does: counted, and not written.

    323 of 500 rows are exactly 64.6 %; floating-point numbers say that they are more.
    """
    tests = [
        rule("coded", "drop", "64.6%"),
        rule("few_codes", "warn", 323),
        rule("by_itself", None, " 90 %"),
        group({"grouped": "code = 1", "idle": "id >= 0"}, "warn"),
        expectation("sane", "id < 4711", "fail"),
    ]
    tests[3]["sluice.expectations"]["config"]["meta"]["fail_above"] = "99.5%"
    write_orders(project, tests, {"code": [builtin("not_null", "there", "drop")]})
    kinds = {"coded": "drop", "there": "drop", "sane": "fail"}
    broken = ("coded", "few_codes", "by_itself", "grouped", "there")

    def counts(bad: int, rows: int) -> dict[str, tuple[str, int, int]]:
        """What `data_quality` is to say of a batch."""
        every = [*broken, "idle", "sane"]
        failed = {name: bad if name in broken else 0 for name in every}
        return {
            name: (kinds.get(name, "warn"), rows - failed[name], failed[name]) for name in every
        }

    # the first batch: above, so nothing is there
    load(project, orders(324, 176, status="told"))
    message = project.run_expecting_error(command="run")
    assert re.search(r"- coded \(code = 1\): 324 of 500 rows \(fail_above: 64.6%\).*told", message)
    assert re.search(r"- few_codes .*: 324 of 500 rows \(fail_above: 323\).*told", message)
    assert not re.search("- (by_itself|grouped|idle|sane|there) ", message), message
    assert "way out" in message and "still unread" in message
    assert not set(project.relations()) & {"orders", "orders__quarantine"}
    assert quality(project) == counts(324, 500)
    flow = project.flows()["orders"]
    assert flow["status"] == "FAILED" and not flow["num_output_rows"]

    # exactly the limit
    load(project, orders(323, 177))
    project.run("--full-refresh", "--select", "orders_bronze")
    project.run("--select", "orders")
    assert quality(project) == counts(323, 500)
    before = {name: project.contents(name) for name in ("orders", "orders__quarantine")}
    assert [len(rows) for rows in before.values()] == [177, 323]

    # an empty batch has no share, and a rule that fails is named beside the limits
    load(project, [])
    project.run()
    assert quality(project) == counts(0, 0)
    load(project, [*orders(199, 0), {"id": 4711, "code": 1}])
    message = project.run_expecting_error(command="run")
    assert re.search(r"- coded .*: 199 of 200 rows \(fail_above: 64.6%\)", message)
    assert re.search(r"- by_itself .*: 199 of 200 rows \(fail_above: 90 %\)", message)
    assert re.search(r"- sane .*: 1 of 200 rows, for example", message)
    assert not re.search("- (few_codes|grouped) ", message), message  # 99.5 % and 199 of 323
    assert before == {name: project.contents(name) for name in before}

    # the way out: other limits, and the batch is read, once
    write_orders(project, [rule("coded", "drop", "99.5%")], {})
    load(project, [])
    project.build()
    assert users_rows(project, "orders").total() == 177 + 1
    assert users_rows(project, "orders__quarantine").total() == 323 + 199

    # a release judges what was held back already: no limit ends it
    project.run("sluice.release", "--args", "{dataset: orders}", command="run-operation")
    assert project.flows()["orders"]["num_dropped_rows"] == 323 + 199


@pytest.mark.dbt_v1("it refuses keys that stand directly under config itself")
def test_a_limit_beside_meta(project: Project) -> None:
    """It has no effect there, which is an error."""
    beside = expectation("beside", "id > 0", "drop", fail_above="5%")
    write_orders(project, [beside], {})
    load(project, [{"id": 1}])
    message = project.run_expecting_error(command="run")
    assert "- beside: fail_above (5%) belongs under config: meta:" in message


def test_limits_that_cannot_be_meant(project: Project) -> None:
    """All of them at once, with the other errors of the rules; a misspelt key is a warning."""
    wrong = {"fraction": 0.05, "all": "100%", "below": -1, "word": "few", "flag": True}
    misspelt = expectation("misspelt", "id > 0", "drop")
    misspelt["sluice.expectation"]["config"]["meta"]["fail_abov"] = "5%"
    plain = builtin("not_null", "plain", None)
    plain["not_null"]["config"] = {"meta": {"fail_above": "5%"}}
    write_orders(
        project,
        [rule(name, "drop", limit) for name, limit in wrong.items()]
        + [rule("twice", "fail", "5%"), rule("fine", "drop", "5 %"), misspelt]
        + [expectation("loud", "id > 0", "explode")],
        {"id": [plain]},
    )
    project.write("models/plain_too.sql", "select * from {{ ref('orders') }}")
    yml = f"models: [{{name: plain_too, data_tests: [{rule('idle', None, 5, 'id > 0')}]}}]"
    project.write("models/plain_tests.yml", yml)
    load(project, [{"id": 1}])
    run = project.dbt("run")
    assert run.statuses["orders"] == "error"
    message = run.messages["orders"]
    for name in wrong:
        assert re.search(rf"- {name}: fail_above must be a number of rows .* found: ", message)
    place = "fail_above (5%) belongs beside on_violation: drop or warn, found: "
    assert f"- twice: {place}fail" in message and f"- plain: {place}no on_violation" in message
    assert "- loud: on_violation must be one of" in message
    assert not re.search("- (fine|misspelt|idle):", message)
    assert [text for text in run.warnings if "'fail_abov'" in text and "'fail_above'" in text]
    (idle,) = [text for text in run.warnings if text.startswith("idle: fail_above (5)")]
    assert "no effect" in idle and "plain_too" in idle
