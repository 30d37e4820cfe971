"""Inside `dbt build` the test of a rule takes what its update measured; `dbt test` looks at rows.

It may do so only where the measure proves the table: never is a failure hidden that the rows show.
"""

from __future__ import annotations

import json

from orders import builtin, expectation, group, load, write_orders
from project import Project

SEED = "-- depends_on: {{ ref('codes') }}\nselect * from {{ sluice.stream(ref('orders_bronze')) }}"
GOOD = {"id": 2, "status": "new", "code": 1, "amount": 2.0}


def looks(project: Project, *names: str) -> list[str]:
    """The tests whose SQL of the last command looks at rows of the table."""
    files = project.root / "target" / "compiled"
    compiled = {path.stem: path.read_text() for path in files.rglob("*.sql")}
    return [name for name in names if "where false" not in compiled[name]]


def test_a_measured_rule_is_not_looked_for_again(project: Project) -> None:
    """In the update that measured it, if it holds for all rows; a group as a whole."""
    rules = [
        expectation("small", "amount < 900", "drop"),
        expectation("sane", "code is null or code < 99", "fail"),
        expectation("even", "id % 2 = 0", "warn"),
        group({"has_id": "id is not null", "known": "status in ('new', 'paid')"}, "drop", "whole"),
        expectation("plain_clock", "id < year(now())", "drop"),
    ]
    ranged = [builtin("sluice.in_range", "ranged", "drop", min_value=0)]
    write_orders(project, rules, {"amount": ranged})
    rules_of_rows = ("small", "sane", "whole", "ranged")
    every = (*rules_of_rows, "even", "plain_clock")
    load(project, [GOOD, {**GOOD, "amount": 1000.0}, {**GOOD, "id": None}])
    project.build()
    assert looks(project, *every) == ["even", "plain_clock"]
    load(project, [{**GOOD, "id": 4}])
    run = project.build()
    assert looks(project, *every) == ["plain_clock"]
    assert {run.statuses[name] for name in every} == {"pass"}

    # without a new row the newest batch is an older one; what is known of all rows still is
    load(project, [])
    project.build()
    assert looks(project, *every) == ["even", "plain_clock"]

    # another update, and dbt test, look: what another hand has done is found
    project.query("update lake.orders set amount = 5000 where id = 4")
    run = project.dbt("test", "--select", "orders")
    assert looks(project, *every) == list(every)
    assert run.statuses["small"] == "fail" and run.statuses["sane"] == "pass"
    run = project.dbt("build", "--select", "small")  # its model does not run
    assert run.statuses["small"] == "fail"


def test_a_later_rule_is_looked_for_until_no_row_breaks_it(project: Project) -> None:
    """What older rows break fails at each build, and what was released under another rule, too."""
    write_orders(project, [expectation("small", "amount < 900", "drop")], {})
    load(project, [GOOD, {**GOOD, "code": 7}])
    project.build()
    load(project, [])
    coded = expectation("coded", "code = 1", "drop")
    fine = expectation("fine", "id = 2", "drop")
    write_orders(project, [coded, fine], {})
    for _ in range(2):
        run = project.dbt("build")
        assert (run.statuses["coded"], run.statuses["fine"]) == ("fail", "pass")
        assert looks(project, "coded", "fine") == ["coded"]
    # moved away, the next update looks once, and knows
    project.run("sluice.quarantine", "--args", "{dataset: orders}", command="run-operation")
    project.build()
    assert looks(project, "coded", "fine") == []
    assert len(project.rows("orders")) == 1

    # a rule that is eased, a release, and the rule as it was
    write_orders(project, [expectation("coded", "code < 9", "drop"), fine], {})
    project.run("sluice.release", "--args", "{dataset: orders}", command="run-operation")
    assert len(project.rows("orders")) == 2
    write_orders(project, [coded, fine], {})
    run = project.dbt("build")
    assert run.statuses["coded"] == "fail"

    # a rule that kept what broke it, and drops from now on
    write_orders(project, [expectation("warned", "code = 1", "warn")], {})
    project.build()
    write_orders(project, [expectation("warned", "code = 1", "drop")], {})
    run = project.dbt("build")
    assert run.statuses["warned"] == "fail"


def test_a_rule_that_looks_elsewhere_is_looked_for(project: Project) -> None:
    """What another table says may be another thing tomorrow."""
    project.write("seeds/codes.csv", "code\n1\n2\n")
    known = expectation("known", "code in (select code from {{ ref('codes') }})", "drop")
    write_orders(project, [known], {})
    project.write("models/orders.sql", SEED)
    load(project, [GOOD, {**GOOD, "code": 2}])
    project.build()
    assert looks(project, "known") == ["known"]
    project.write("seeds/codes.csv", "code\n1\n")
    load(project, [])
    run = project.dbt("build")
    assert run.statuses["known"] == "fail"


TOLD = {
    "amount < 900": True,
    "status in ('new', 'paid') and (code between 1 and 9 or not (code is null))": True,
    "coalesce(trim(status), '') <> '' and regexp_matches(status, '^n')": True,
    "id in (select id from raw.events)": False,
    "amount < random()": False,
    "made_at <= current_timestamp": False,
    "made_at <= now ()": False,
    'made_at <= "now"()': False,
    "made_at <= now/**/()": False,
    "made_at <= now -- x\n()": False,
    "code < my_macro(code)": False,
    "amount.my_macro() > 0": False,
}


def test_what_a_row_tells_by_itself(project: Project) -> None:
    """Only conditions that are certain to look at nothing else."""
    text = """
    {% macro told(conditions) %}
        {% for condition in conditions %}
            {% set is_told = sluice.is_told_by_the_row(condition) %}
            {% do log('told ' ~ loop.index ~ ': ' ~ is_told, info=true) %}
        {% endfor %}
    {% endmacro %}
    """
    project.write("macros/told.sql", text)
    args = json.dumps({"conditions": list(TOLD)})
    run = project.run("told", "--args", args, command="run-operation")
    for number, (condition, is_told) in enumerate(TOLD.items(), 1):
        assert f"told {number}: {is_told}".lower() in run.log.lower(), condition
