"""The customers pipeline of this repository, held against plain Python over the same files.

    SLUICE_EVENTS=100000 SLUICE_FILES=20 pytest -rP tests/functional/test_pipeline.py -k converges

is the full size; `-rP` shows the counts and seconds of each run.
"""

from __future__ import annotations

import importlib.util
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landing import CUSTOMERS, Landed, make_files, read_landed
from pipeline import HOOKS, WITHOUT_TESTS, Gate, Pipeline, Processes, gate_macro, processes
from project import PACKAGE

EVENTS = int(os.environ.get("SLUICE_EVENTS", "2000"))
FILES = int(os.environ.get("SLUICE_FILES", "3"))
DERIVED = ("customers", "customers_history", "customer_change_frequency")
STREAMING = ("customers_cdc_bronze", "customers_cdc_silver", "customers_cdc_silver__quarantine")
MODELS = {
    "customers_cdc_bronze": "models/bronze/customers_cdc_bronze.sql",
    "customers_cdc_silver": "models/silver/customers_cdc_silver.sql",
    "customers": "models/gold/customers.sql",
    "customers_history": "snapshots/customers_history.sql",
    "customer_change_frequency": "models/gold/customer_change_frequency.sql",
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The pipeline of this repository; every test of the module uses the same scratch folder."""
    return Pipeline(tmp_path_factory.mktemp("pipeline"))


@pytest.fixture
def pipeline(scratch: Pipeline) -> Pipeline:
    """The pipeline before its first run."""
    scratch.reset()
    return scratch


@pytest.fixture(scope="module")
def gated_project(scratch: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """A copy of the project that a test can break or stop at the end of each table's work."""
    copy = scratch.copy(tmp_path_factory.mktemp("copies") / "gated")
    copy.write("macros/gate.sql", gate_macro(copy.engine))
    for name, file in MODELS.items():
        text = (copy.root / file).read_text(encoding="utf-8")
        head = "{% snapshot customers_history %}"
        at = len(head) + 1 if name == "customers_history" else 0
        assert at == 0 or text.startswith(head)
        copy.write(file, text[:at] + HOOKS + text[at:])
    return copy


@pytest.fixture
def gated(gated_project: Pipeline) -> Pipeline:
    """The copy before its first run."""
    gated_project.reset()
    return gated_project


@pytest.fixture(scope="module")
def started(gated_project: Pipeline) -> Iterator[Processes]:
    """Processes that run dbt on the copy."""
    with processes(gated_project) as running:
        yield running


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Where a process of the copy stands still."""
    return Gate(tmp_path / "gate")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The events, in the order in which their files land."""
    return make_files(tmp_path_factory.mktemp("events"), EVENTS, FILES)


@pytest.fixture(scope="module")
def few_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Few events, for the tests that look at one trouble after the other."""
    return make_files(tmp_path_factory.mktemp("few"), 400, 8, seed=2)


def arrivals(files: list[Path], order: str) -> list[tuple[Path, str]]:
    """The files in their order of arrival, with names that sort in this order."""
    arriving = list(files)
    if order == "reversed":
        arriving.reverse()
    elif order == "shuffled":
        random.Random(3).shuffle(arriving)
        assert arriving != files
    return [(file, f"{number:04}.json") for number, file in enumerate(arriving)]


@pytest.mark.parametrize("batches", ["a run for each file", "one run"])
@pytest.mark.parametrize("order", ["landing order", "reversed", "shuffled"])
def test_converges(pipeline: Pipeline, files: list[Path], order: str, batches: str) -> None:
    """The tables are what plain Python makes of the files, whatever their order and the batches."""
    each = batches == "a run for each file"
    arriving = arrivals(files, order)
    seconds = 0.0
    for number, (file, name) in enumerate(arriving, start=1):
        pipeline.land(file, name)
        if each or number == len(arriving):
            tests = () if each and number == len(arriving) else WITHOUT_TESTS
            begin = time.monotonic()
            run = pipeline.build(*tests)
            seconds += time.monotonic() - begin
            # some customers of the feed are deleted at the very moment of an update
            assert not [text for text in run.warnings if "a delete beside an upsert" not in text]
    pipeline.equals_reference()
    landed = pipeline.landed()
    assert landed.dropped and len(landed.clean) > 0.9 * EVENTS  # the files are worth the test
    ledger = pipeline.query('select path from "main_sluice".files')
    assert {row["path"] for row in ledger} == {str(pipeline.landing / name) for _, name in arriving}
    report(landed, order, batches, len(arriving) if each else 1, seconds)


def report(landed: Landed, order: str, batches: str, runs: int, seconds: float) -> None:
    """Say what was compared; the assertions before it say that no key and no version differs."""
    print(
        f"{order}, {batches}: {landed.lines:,} lines, {landed.dropped:,} dropped, "
        f"{len(CUSTOMERS.scd1(landed.clean)):,} customers, "
        f"{len(CUSTOMERS.scd2(landed.clean)):,} versions; wrong keys 0, lost versions 0; "
        f"{runs} runs in {seconds:.1f} s"
    )


def test_idle_runs_and_replays_change_nothing(pipeline: Pipeline, few_files: list[Path]) -> None:
    """A run without new files writes nothing; the same lines under another name are copies."""
    for file in few_files:
        pipeline.land(file)
    pipeline.build(*WITHOUT_TESTS)
    before = {name: pipeline.contents(name) for name in (*DERIVED, *STREAMING)}

    pipeline.build()
    assert before == {name: pipeline.contents(name) for name in before}
    for name, flow in pipeline.flows().items():
        counts = {column: value for column, value in flow.items() if column.startswith("num_")}
        assert not any(counts.values()), f"{name} did something in an idle run: {counts}"

    again = read_landed([few_files[1], few_files[5]])
    pipeline.land(few_files[5], "again_1.json")
    pipeline.land(few_files[1], "again_2.json")
    pipeline.build(*WITHOUT_TESTS)
    assert {name: pipeline.contents(name) for name in DERIVED} == {
        name: before[name] for name in DERIVED
    }
    pipeline.equals_reference()
    flows = pipeline.flows()
    assert flows["customers_cdc_bronze"]["num_output_rows"] == again.lines
    for name in ("customers", "customers_history"):
        assert flows[name]["num_input_rows"] == len(again.clean)
        assert flows[name]["num_duplicate_rows"] == len(again.clean)
        assert not flows[name]["num_upserted_rows"] and not flows[name]["num_deleted_rows"]


@pytest.fixture(scope="module")
def land_cdc() -> Any:
    """The tutorial's own generator."""
    script = PACKAGE / "scripts" / "land_cdc.py"
    spec = importlib.util.spec_from_file_location("land_cdc_of_the_pipeline", script)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_dirt_of_land_cdc_is_what_silver_drops(pipeline: Pipeline, land_cdc: Any) -> None:
    """What the generator calls dirt goes to the quarantine, and nothing else."""
    options = ["--events=1000", "--files=2", "--seed=5", "--dirt-rate=0.12"]
    counts = land_cdc.land(land_cdc.read_options([f"--out={pipeline.landing}", *options]))
    dirty = sum(counts[kind] for kind in land_cdc.DIRT)
    clean = sum(counts[kind] for kind in (*land_cdc.OPERATIONS, land_cdc.DUPLICATE))
    assert all(counts[kind] for kind in land_cdc.DIRT)

    pipeline.build(*WITHOUT_TESTS)
    broken = pipeline.query(
        "select firstname, email, address from customers_cdc_silver "
        "where concat_ws('', firstname, email, address) similar to '.*[\\[{].*'"
    )
    assert broken == [], "fields that are no text passed as text"
    assert pipeline.count("customers_cdc_silver__quarantine") == dirty
    assert pipeline.count("customers_cdc_silver") == clean


@pytest.mark.not_on_spark("it has no Python models over Thrift")
@pytest.mark.dbt_v1("dbt v2 runs no Python model on DuckDB")
def test_addresses_in_python(pipeline: Pipeline, land_cdc: Any) -> None:
    """The tutorial's Python model, where it is asked for: each event once, its address in parts."""
    asked = ("--vars", "with_addresses: true", *WITHOUT_TESTS)
    for _ in range(2):
        options = ["--events=200", "--files=1", f"--out={pipeline.landing}", "--quiet"]
        land_cdc.land(land_cdc.read_options(options))
        pipeline.build(*asked)
    pipeline.build(*asked)
    assert pipeline.flows()["customer_addresses"]["num_input_rows"] == 0
    expected = sorted(
        row["address"]
        for row in pipeline.rows("customers_cdc_silver")
        if row["address"] is not None
    )
    rows = pipeline.rows("customer_addresses")
    assert sorted(row["address"] for row in rows) == expected
    whole = "{street}, {city}, {state} {zip}"
    for row in rows:
        number = f"{row['number']} " if row["number"] else ""
        assert row["zip"] is None or number + whole.format(**row) == row["address"]
    assert sum(row["zip"] is not None for row in rows) > len(rows) * 0.9 > 300


def test_a_full_refresh_gives_the_same_tables(pipeline: Pipeline, few_files: list[Path]) -> None:
    """The kept feed is replayed, also when the landed files are gone (bronze is protected)."""
    for file in few_files:
        pipeline.land(file)
    pipeline.build(*WITHOUT_TESTS)
    before = {name: pipeline.contents(name) for name in DERIVED}
    landed = pipeline.landed()
    for file in pipeline.landing.iterdir():
        file.unlink()

    pipeline.build("--full-refresh", *WITHOUT_TESTS)
    assert before == {name: pipeline.contents(name) for name in DERIVED}
    assert pipeline.count("customers_cdc_bronze") == landed.lines
    assert pipeline.count("customers_cdc_silver") == len(landed.clean)
    assert pipeline.count("customers_cdc_silver__quarantine") == landed.dropped


def test_a_failed_model_catches_up(
    gated: Pipeline, few_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table whose work failed has lost nothing and doubles nothing once it works again."""
    places = ["customers_cdc_silver", "customers", "customers_history", "customers after commit"]
    for place, file in zip(places, few_files, strict=False):
        gated.land(file)
        monkeypatch.setenv("BREAK_AT", place)
        error = gated.run_expecting_error(*WITHOUT_TESTS)
        assert f"broken at {place}" in error
        statuses = gated.last.statuses
        assert statuses[place.split()[0]] == "error"
        if place == "customers_cdc_silver":  # nothing is built on a table that failed
            assert {statuses[name] for name in DERIVED} == {"skipped"}
    monkeypatch.setenv("BREAK_AT", "")
    gated.build(*WITHOUT_TESTS)
    gated.equals_reference()


@pytest.mark.duckdb_file("others may build beside it, as test_state_two_updates.py does")
def test_processes_in_the_way(
    gated: Pipeline, started: Processes, few_files: list[Path], gate: Gate
) -> None:
    """Two builds at once, then `kill -9` in the middle of builds: nothing lost, nothing twice."""
    arriving = iter(few_files)

    # the second of two builds says who is in the way, and touches nothing; the first one ends well
    gated.land(next(arriving))
    started.start("build", *WITHOUT_TESTS, HANG_AT="customers_cdc_silver", GATE=str(gate.path))
    gate.wait_for_reader(started.output)
    gated.land(next(arriving))
    second = gated.dbt("build", *WITHOUT_TESTS)
    assert not second.success
    told = f"{second.error}\n{second.log}"
    assert re.search(rf"lock is held in .*PID {started.child}\b", told), told
    gate.open()
    assert started.wait() == 0, started.output()

    # killed at the end of each table's work, or after its commit; then `dbt build`
    chains = [
        ["customers_cdc_bronze", "customers_cdc_bronze after commit", "customers_cdc_silver"],
        ["customers", "customers_history"],
        ["customer_change_frequency after commit"],
    ]
    killed = 0
    for moments in chains:
        for moment in moments:
            gated.land(next(arriving))
            started.start("build", *WITHOUT_TESTS, HANG_AT=moment, GATE=str(gate.path))
            gate.wait_for_reader(started.output)
            started.kill()
            gate.forget()
        gated.build(*WITHOUT_TESTS)
        gated.equals_reference()

        killed += len(moments)
        updates = gated.query('select status, finished_at from "main_sluice".updates')
        assert sum(update["status"] == "FAILED" for update in updates) == killed
        assert {update["status"] for update in updates} == {"FAILED", "COMPLETED"}
        assert all(update["finished_at"] for update in updates)
