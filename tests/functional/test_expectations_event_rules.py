"""`sluice.event_rules`: the ready group of rules of a change feed."""

from __future__ import annotations

import json

from engine_cases import land, source
from orders import group, load, quality, write_orders
from project import Project


def test_the_rules_of_a_change_event(project: Project) -> None:
    """A key, a sequence, nothing rescued: each a rule of its own, with its name."""
    query = source(
        project, project.root / "landing", columns={"Order No": "text", "seq": "integer"}
    )
    project.write("models/events.sql", query)
    rules = "{{ sluice.event_rules(keys=['id', 'Order No'], sequence_by=['seq', 'seq % 7']) }}"
    node = {
        "name": "events",
        "config": {"materialized": "streaming_table"},
        "data_tests": [group(rules, "drop", name="event")],
    }
    project.write("models/events.yml", json.dumps({"models": [node]}))
    good = {"id": 1, "Order No": "a", "seq": 1}
    land(
        project.root / "landing",
        "1.json",
        good,
        {**good, "id": None},
        {**good, "Order No": None},
        {**good, "seq": None},
        {**good, "seq": "late"},
    )
    run = project.build()
    assert run.statuses["event"] == "pass"
    assert len(project.rows("events")) == 1
    broken = sorted(row["_sluice_violations"] for row in project.rows("events__quarantine"))
    assert broken == [
        ["has_Order No"],
        ["has_id"],
        ["has_seq", "has_sequence_2"],
        ["has_seq", "has_sequence_2", "nothing_rescued"],
    ]


def test_event_rules_of_a_table_without_rescued_data(project: Project) -> None:
    """Single names, and what is wrong with the arguments, all at once."""
    rules = "{{ sluice.event_rules('id', 'code', rescued=false) }}"
    write_orders(project, [group(rules, "warn", name="event")], {})
    load(project, [{"id": 1, "code": 1}, {"id": None, "code": 1}])
    project.run()
    assert quality(project) == {"has_id": ("warn", 1, 1), "has_code": ("warn", 2, 0)}
    rules = "{{ sluice.event_rules(keys=[], sequence_by=5, rescued='no') }}"
    write_orders(project, [group(rules, "warn", name="event")], {})
    message = project.run_expecting_error(command="run")
    for text in (
        "- keys must be a column or a list of them, found: []",
        "- sequence_by must be a column or an SQL expression, or a list of them, found: 5",
        '- rescued must be true or false, found: "no"',
    ):
        assert text in message
