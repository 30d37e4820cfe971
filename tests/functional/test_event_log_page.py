"""docs/event-log.md, query by query, and the figures of the log against plain Python.

One pipeline for the whole module: it has run five times, once with an error; a sixth file waits.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

import dbts
from landing import CUSTOMERS, RULES, Landed, make_files, read_landed
from pipeline import WITHOUT_TESTS, Pipeline
from project import PACKAGE, Row, Run

BRONZE, SILVER = "customers_cdc_bronze", "customers_cdc_silver"
SEED = "operations"
DERIVED = ("customers", "customers_history", "customer_change_frequency")
BOOM = """\
{% macro boom() %}{{ "select error('boom')" if execute and env_var('BOOM', '') }}{% endmacro %}
"""
PAGE = (PACKAGE / "docs" / "event-log.md").read_text(encoding="utf-8")
QUERIES = {
    title: sql
    for title, text in re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    for sql in re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
}


@dataclass
class Step:
    """A run, and what plain Python finds in the files that landed before it."""

    run: Run
    landed: Landed


class Told(Pipeline):
    """The tutorial's pipeline with its runs."""

    steps: list[Step]

    def step(self, files: dict[str, Path], *args: str) -> None:
        """Land files under these names, and run."""
        paths = [self.land(path, name) for name, path in files.items()]
        run = self.dbt("build", *(args or WITHOUT_TESTS))
        self.steps.append(Step(run, read_landed(paths)))

    def answer(self, title: str) -> list[Row]:
        """What a query of the page finds here."""
        return self.query(QUERIES[title].replace("landing/customers_cdc", str(self.landing)))

    def flow(self, step: Step, dataset: str) -> Row:
        """A row of `flows`."""
        (row,) = self.query(
            "select * from main_sluice.flows "
            f"where update_id = '{step.run.invocation_id}' and dataset = '{dataset}'"
        )
        return row


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Runs with dirt, an error, what was left behind, a replay, late and conflicting events."""
    scratch = tmp_path_factory.mktemp("told")
    copied = Pipeline(scratch).copy(scratch / "copy")
    copied.write("macros/boom.sql", BOOM)
    model = (copied.root / "models/gold/customers.sql").read_text(encoding="utf-8")
    copied.write(
        "models/gold/customers.sql", f'{{{{ config(post_hook="{{{{ boom() }}}}") }}}}\n{model}'
    )
    told = Told(scratch, copied.root)
    told.steps = []
    files = make_files(scratch / "events", 500, 4, seed=3, dirt=0.1, late=0.1)
    event = {"id": 1, "email": "a@example.org", "operation": "UPDATE"}
    early = {**event, "operation_date": "2025-01-01T00:00:00.000000"}
    conflict = [early, {**early, "email": "b@example.org"}]
    strange = scratch / "strange.json"
    strange.write_text("".join(json.dumps(line) + "\n" for line in conflict), encoding="utf-8")

    told.step({"1.json": files[0]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOM", "yes")
        told.step({"2.json": files[1]})
    told.step({"3.json": files[2]}, "--select", BRONZE, SILVER)
    told.step({"4.json": files[0]})  # a replay
    told.step({"5.json": strange})
    told.land(files[3], "6.json")
    assert [step.run.success for step in told.steps] == [True, False, True, True, True]
    return told


def test_every_query_is_tested() -> None:
    """A query that is added to the page gets a test here."""
    tested = Path(__file__).read_text(encoding="utf-8")
    assert len(QUERIES) == PAGE.count("```sql") == 12
    for title in QUERIES:
        assert tested.count(f'"{title}"') == 1, title


def test_streaming_tables_count_what_python_counts(told: Told) -> None:
    """Rows in, out and dropped, and passed and failed of each rule, in each run."""
    for step in told.steps:
        landed = step.landed
        lines, clean = landed.lines, len(landed.clean)
        names = ("num_input_rows", "num_output_rows", "num_dropped_rows")
        assert [told.flow(step, BRONZE)[name] for name in names] == [lines, lines, 0]
        assert [told.flow(step, SILVER)[name] for name in names] == [lines, clean, landed.dropped]
        found = told.query(
            "select expectation, passed_records, failed_records from main_sluice.data_quality "
            f"where update_id = '{step.run.invocation_id}'"
        )
        assert {tuple(row.values()) for row in found} == {
            (rule, lines - landed.failed(rule), landed.failed(rule)) for rule in RULES
        }
        assert len(found) == len(RULES)
    assert all(step.landed.dropped for step in told.steps[:4])


def versions(events: list[Row]) -> list[Row]:
    """The rows of customers_history, each with the moment of the last event that it holds."""
    moments: dict[int, list[datetime]] = {}
    for event in events:
        moments.setdefault(event["id"], []).append(event["operation_date"])
    rows = CUSTOMERS.scd2(events)
    for row in rows:
        end = row["valid_to"] or datetime.max
        row["last"] = max(at for at in moments[row["id"]] if row["valid_from"] <= at < end)
    return rows


def test_change_feeds_count_what_python_counts(told: Told) -> None:
    """Rows read, written, removed, late, double and in conflict; a failed run counts later."""
    for dataset, table in (("customers", CUSTOMERS.scd1), ("customers_history", versions)):
        before: list[Row] = []
        waiting: list[Row] = []
        for number, step in enumerate(told.steps):
            waiting = waiting + step.landed.clean
            if number == 2:  # it was not selected
                continue
            flow = told.flow(step, dataset)
            if number == 1 and dataset == "customers":
                assert flow["status"] == "FAILED"
                assert (flow["num_input_rows"] is None) is not dbts.is_v2()
                if not dbts.is_v2():  # there the hook that fails stands behind the rows
                    continue
            counts = CUSTOMERS.counts(before, waiting)
            names = ("num_input_rows", "num_duplicate_rows", "num_late_rows", "num_conflicts")
            assert tuple(flow[name] for name in names) == tuple(counts), (dataset, number)
            was = {(row["id"], row.get("valid_from")): row for row in table(before)}
            becomes = {(row["id"], row.get("valid_from")): row for row in table(before + waiting)}
            upserted = sum(was.get(key) != row for key, row in becomes.items())
            assert flow["num_upserted_rows"] == upserted, (dataset, number)
            assert flow["num_deleted_rows"] == len(was.keys() - becomes.keys())
            before, waiting = before + waiting, []
        assert CUSTOMERS.counts([], before).rows == told.count(SILVER)


def test_queries_on_flows(told: Told) -> None:
    """The last update, and the sums over all of them."""
    last = told.steps[-1]
    found = {row["dataset"]: row for row in told.answer("What did the last update do")}
    assert set(found) == {BRONZE, SILVER, SEED, *DERIVED}
    for dataset, row in found.items():
        assert row == {name: told.flow(last, dataset)[name] for name in row}
    assert [found[SILVER]["num_input_rows"], found["customers_history"]["num_upserted_rows"]] == [
        2,
        1,
    ]

    found = {row["dataset"]: row for row in told.answer("How many rows went through each flow")}
    lines = sum(step.landed.lines for step in told.steps)
    dropped = sum(step.landed.dropped for step in told.steps)
    times = {name: (row["times_completed"], row["times_not"]) for name, row in found.items()}
    assert times == {
        BRONZE: (5, 0),
        SILVER: (5, 0),
        "customers": (3, 1),
        "customers_history": (4, 0),
        "customer_change_frequency": (4, 0),
        SEED: (4, 0),
    }
    sums = [found[SILVER][f"num_{kind}_rows"] for kind in ("input", "output", "dropped")]
    assert sums == [lines, lines - dropped, dropped]
    assert found["customers"]["num_input_rows"] == lines - dropped


def test_queries_on_quality(told: Told) -> None:
    """Each rule in each run; the last week; the files that brought the bad rows."""
    found = told.answer("How good was the data, rule by rule, over time")
    expected = [
        (SILVER, rule, step.landed.lines - step.landed.failed(rule), step.landed.failed(rule))
        for rule in sorted(RULES)
        for step in told.steps
    ]
    assert [tuple(row.values())[1:5] for row in found] == expected
    for row in found:
        rows = row["passed_records"] + row["failed_records"]
        assert row["failed_percent"] == pytest.approx(100 * row["failed_records"] / rows, abs=0.01)

    found = told.answer("Which rules are broken more often than a week ago")
    assert {row["expectation"]: (row["last_week"], row["week_before"]) for row in found} == {
        rule: (sum(step.landed.failed(rule) for step in told.steps), 0) for rule in RULES
    }

    found = told.answer("Which files brought the rows of a quarantine")
    assert {Path(row["path"]).name: (row["rows"], row["quarantined"]) for row in found} == {
        f"{number}.json": (step.landed.lines, step.landed.dropped)
        for number, step in enumerate(told.steps, start=1)
        if step.landed.dropped
    }


def test_query_on_lineage(told: Told) -> None:
    """What dbt says of the graph."""
    found = told.answer("What comes from what")
    assert [tuple(row.values()) for row in found] == [
        ("customer_change_frequency", SILVER),
        ("customer_change_frequency", "customers_history"),
        ("customers", SILVER),
        (BRONZE, "landing.customers_cdc"),
        (SILVER, BRONZE),
        (SILVER, SEED),
        ("customers_history", SILVER),
    ]


def test_queries_on_time(told: Told) -> None:
    """An update takes as long as all of its flows one after the other on two threads, or longer."""
    found = told.answer("How long do updates take")
    assert [row["status"] for row in found] == [
        "COMPLETED" if step.run.success else "FAILED" for step in told.steps
    ]
    assert {row["command"] for row in found} == {"build"}
    for row, step in zip(found, told.steps, strict=True):
        (spent,) = told.query(
            "select sum(seconds) as seconds from main_sluice.flows "
            f"where update_id = '{step.run.invocation_id}'"
        )
        assert spent["seconds"] / 2 <= row["seconds"] < 600
    found = {row["dataset"]: row for row in told.answer("How long do flows take")}
    assert {name: row["times"] for name, row in found.items()} == {
        BRONZE: 5,
        SILVER: 5,
        "customers": 3,
        "customers_history": 4,
        "customer_change_frequency": 4,
        SEED: 4,
    }
    assert all(0 < row["median_seconds"] <= row["most_seconds"] for row in found.values())


def test_queries_on_backlog(told: Told) -> None:
    """The file that landed last; a hidden one does not count. All readers have read all batches."""
    told.land(told.landing / "6.json", "_hidden.json")
    waiting = told.landing / "6.json"
    found = told.answer("Which files wait to be read")
    assert [(row["path"], row["size"]) for row in found] == [(str(waiting), waiting.stat().st_size)]
    found = told.answer("Which rows wait in a streaming table")
    readers = [
        ("customers", SILVER, 5),
        ("customers_history", SILVER, 5),
        (SILVER, BRONZE, 5),
        ("customer_change_frequency", SILVER, 5),
        # its first run opened an epoch, and one brought nothing that was new
        ("customer_change_frequency", "customers_history", 3),
    ]
    assert Counter(tuple(row.values()) for row in found) == Counter(
        (f"main.{reader}", f"main.{source}", number, number) for reader, source, number in readers
    )


def test_queries_on_trouble(told: Told) -> None:
    """The run that failed with its error, and the runs with late, double and conflicting events."""
    found = told.answer("Which updates failed, and why")
    assert [row["dataset"] for row in found] == ["customers", None]
    assert "boom" in found[0]["message"] and found[1]["message"].endswith("FAILED: customers")
    assert len({row["started_at"] for row in found}) == 1

    found = told.answer("Where do events come late, twice, or in conflict")
    history = [tuple(row.values())[2:] for row in found if row["dataset"] == "customers_history"]
    feeds = [told.steps[0], told.steps[1], told.steps[3], told.steps[4]]
    flows = [told.flow(step, "customers_history") for step in feeds]
    names = ("num_late_rows", "num_duplicate_rows", "num_conflicts")
    counts = [tuple(flow[name] for name in names) for flow in flows]
    assert history == [count for count in counts if sum(count)]
    assert history[-1] == (2, 0, 1)  # a moment before all others, and two different events at it
