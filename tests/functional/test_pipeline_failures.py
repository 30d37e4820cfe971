"""Twenty runs that fail, each in another way, with new files between them; then one that does not.

Whatever fails, be it a model's SQL, a rule, a hook, or the process, the tables are in the end what
plain Python makes of the landed files, and the event log adds up to the same rows.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from engine import is_lake
from landing import COLUMNS, make_files
from pipeline import (
    HOOKS,
    WITHOUT_TESTS,
    Gate,
    Pipeline,
    Processes,
    gate_macro,
    processes,
    same_rows,
)

SEED = int(os.environ.get("SLUICE_SEED", "7"))
POISON, STRANGE = "poison@example.org", "strange@example.org"
BRONZE, SILVER, EVENTS = "customers_cdc_bronze", "customers_cdc_silver", "customer_events"
MODELS = {
    BRONZE: "models/bronze/customers_cdc_bronze.sql",
    SILVER: "models/silver/customers_cdc_silver.sql",
    "customers": "models/gold/customers.sql",
    "customers_history": "snapshots/customers_history.sql",
    EVENTS: f"models/gold/{EVENTS}.sql",
}
TROUBLES = [
    *(("breaks", f"sql of {name}") for name in MODELS),
    *(("breaks", name) for name in (SILVER, "customers", "customers_history", EVENTS)),
    ("breaks", "customers after commit"),
    ("breaks", "on-run-start"),
    ("breaks", "on-run-end"),
    ("is killed", BRONZE),
    ("is killed", f"{SILVER} after commit"),
    ("is killed", "customers_history"),
    ("is killed", f"{EVENTS} after commit"),
    ("is killed", "at some moment"),
    ("is killed", "at some moment"),
    ("rule", "input is mended"),
    ("rule", "rule is relaxed"),
]
HEALTHY = """\
{% macro healthy() %}
    {%- set broken = execute and env_var('BREAK_AT', '') == 'sql of ' ~ this.name -%}
    {{ "error('broken sql') is null" if broken else 'true' }}
{%- endmacro %}
"""
RULES = {BRONZE: "no_poison", EVENTS: "nothing_strange"}
"""The expectations with on_violation: fail."""


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """A copy of the pipeline that fails on request, with a streaming table behind silver."""
    copy = Pipeline(tmp_path).copy(tmp_path / "copy")
    copy.write(
        f"models/gold/{EVENTS}.sql", f"select * from {{{{ sluice.stream(ref('{SILVER}')) }}}}\n"
    )
    head = f"  - name: {BRONZE}\n"
    text = (copy.root / "models/bronze/_bronze__models.yml").read_text(encoding="utf-8")
    assert head in text
    rule = expectation(BRONZE, f"email is distinct from '{POISON}'")
    text = text.replace(head, f"{head}    data_tests: [{rule}]\n")
    copy.write("models/bronze/_bronze__models.yml", text)
    node = f"{{name: {EVENTS}, config: {{materialized: streaming_table}}"
    database = "lake" if is_lake() else copy.name
    rule = expectation(EVENTS, f"{database}.main.allowed(email)")
    copy.write(f"models/gold/{EVENTS}.yml", f"models: [{node}, data_tests: [{rule}]}}]\n")
    copy.write("macros/gate.sql", gate_macro(copy.engine))
    copy.write("macros/healthy.sql", HEALTHY)
    for name, file in MODELS.items():
        text = (copy.root / file).read_text(encoding="utf-8")
        where = "where {{ healthy() }}\n"
        if name == "customers_history":
            head, end = "{% snapshot customers_history %}\n", "{% endsnapshot %}"
            text = text.replace(head, head + HOOKS).replace(end, where + end)
        else:
            text = f"{HOOKS}{text}{where}"
        assert text.count("gate(this.name)") == text.count("healthy()") == 1
        copy.write(file, text)
    project = (copy.root / "dbt_project.yml").read_text(encoding="utf-8")
    for moment, ours in (
        ("on-run-start", "sluice.on_run_start()"),
        ("on-run-end", "sluice.on_run_end(results)"),
    ):
        line = f'{moment}: "{{{{ {ours} }}}}"\n'
        assert line in project
        lines = f'{moment}:\n  - "{{{{ {ours} }}}}"\n  - "{{{{ gate(\'{moment}\') }}}}"\n'
        project = project.replace(line, lines)
    copy.write("dbt_project.yml", project)
    allow(copy, f"value is distinct from '{STRANGE}'")
    return copy


def expectation(name: str, expression: str) -> str:
    """The declaration of a model's rule."""
    meta = {"meta": {"on_violation": "fail"}}
    arguments = {"expression": expression}
    return json.dumps(
        {"sluice.expectation": {"name": RULES[name], "config": meta, "arguments": arguments}}
    )


def allow(pipeline: Pipeline, condition: str) -> None:
    """Change what the rule of the last streaming table allows."""
    pipeline.query(f"create or replace macro main.allowed(value) as ({condition})")


class Chaos:
    """Runs dbt and lets it fail."""

    def __init__(self, pipeline: Pipeline, started: Processes, gate: Gate) -> None:
        self.pipeline, self.started, self.gate = pipeline, started, gate
        self.rng = random.Random(SEED)
        self.survived = 0
        """Runs that were to be killed at some moment and were done by then."""

    def breaks(self, place: str) -> None:
        """Something in the run is an error."""
        self.started.start("build", *WITHOUT_TESTS, BREAK_AT=place)
        assert self.started.wait() != 0, f"nothing broke at {place}:\n{self.started.output()}"
        assert "broken" in self.started.output()

    def is_killed(self, place: str) -> None:
        """`kill -9`, at a known place or after a random time."""
        if place != "at some moment":
            self.started.start("build", *WITHOUT_TESTS, HANG_AT=place, GATE=str(self.gate.path))
            self.gate.wait_for_reader(self.started.output)
            self.started.kill()
            self.gate.forget()
            return
        self.started.start("build", *WITHOUT_TESTS)
        time.sleep(self.rng.uniform(0.3, 2.5))
        with suppress(ProcessLookupError):
            os.kill(self.started.child, signal.SIGKILL)
        self.survived += self.started.wait() == 0

    def rule(self, way_out: str) -> None:
        """A rule with on_violation: fail is broken, and then mended."""
        mend = way_out == "input is mended"
        email = POISON if mend else STRANGE
        fields = {"id": 1, "email": email, "operation": "UPDATE"}
        moment = "2026-01-01T00:00:00.00000" + ("1" if mend else "2")
        line = json.dumps({**dict.fromkeys(COLUMNS), **fields, "operation_date": moment})
        file = self.pipeline.landing / f"{way_out.replace(' ', '_')}.json"
        file.write_text(line + "\n", encoding="utf-8")
        self.started.start("build", *WITHOUT_TESTS)
        assert self.started.wait() != 0, self.started.output()
        assert f"{RULES[BRONZE if mend else EVENTS]} (" in self.started.output()
        if mend:
            file.write_text(line.replace(POISON, "well@example.org") + "\n", encoding="utf-8")
        else:
            allow(self.pipeline, "true")


def test_whatever_fails(pipeline: Pipeline, tmp_path: Path) -> None:
    """After all the troubles in a random order, one clean run: nothing lost, nothing twice."""
    order = random.Random(SEED).sample(TROUBLES, len(TROUBLES))
    files = iter(make_files(tmp_path / "events", 1000, len(order) + 1, seed=SEED, dirt=0.05))
    with processes(pipeline) as started:
        chaos = Chaos(pipeline, started, Gate(tmp_path / "gate"))
        for kind, place in order:
            pipeline.land(next(files))
            getattr(chaos, kind.replace(" ", "_"))(place)
        pipeline.land(next(files))
        started.start("build")
        assert started.wait() == 0, started.output()

    pipeline.equals_reference()
    landed = pipeline.landed()
    assert len(landed.clean) > 900 and landed.dropped > 20
    columns = (*COLUMNS, "operation", "operation_date")
    silver, events = (
        [{name: row[name] for name in columns} for row in pipeline.rows(table)]
        for table in (SILVER, EVENTS)
    )
    same_rows(EVENTS, events, silver)
    assert pipeline.count(SILVER) + pipeline.count(f"{SILVER}__quarantine") == landed.lines

    # the log: no update is open, and what was committed was counted, once. Another process may be
    # at a lake, so updates that were killed stay open there
    updates = pipeline.query("select status, finished_at from main_sluice.updates")
    still_open = [update for update in updates if update["finished_at"] is None]
    if is_lake():
        killed = sum(kind == "is killed" for kind, _place in order) - chaos.survived
        assert 0 < len(still_open) <= killed
        assert {update["status"] for update in still_open} == {"RUNNING"}
    else:
        assert still_open == []
    assert {update["status"] for update in updates if update["finished_at"]} == {
        "FAILED",
        "COMPLETED",
    }
    completed = sum(update["status"] == "COMPLETED" for update in updates)
    assert completed == 2 + chaos.survived  # the last one, and the one whose own last hook failed
    written = pipeline.query(
        "select dataset, sum(num_output_rows)::int as n, sum(num_dropped_rows)::int as dropped "
        "from main_sluice.flows where num_output_rows is not null group by dataset"
    )
    counted = {row["dataset"]: (row["n"], row["dropped"]) for row in written}
    assert counted == {
        BRONZE: (landed.lines, 0),
        SILVER: (len(landed.clean), landed.dropped),
        EVENTS: (len(landed.clean), 0),
    }
    ledger = pipeline.query("select count(*) as n, sum(rows)::int as rows from main_sluice.files")
    assert ledger == [{"n": len(list(pipeline.landing.iterdir())), "rows": landed.lines}]
