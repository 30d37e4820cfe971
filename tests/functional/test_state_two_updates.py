"""Several updates write one database: nothing is lost, nothing comes twice, and in a lake readers
see whole nodes.

`HYPOTHESIS_PROFILE=nightly` lets two updates run at once fifty times.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogs import NoServerError, postgres
from engine import is_spark
from engine_cases import judged
from landing import make_files
from nodes import CDC, EVENTS, KINDS, STREAM, load, names, node, streaming
from people import everything
from pipeline import WITHOUT_TESTS, Pipeline, Processes, processes
from project import NIGHTLY, Project

pytestmark = pytest.mark.several_writers("a DuckDB file has one process that writes")

ROUNDS = 50 if NIGHTLY else 2
CONFLICT = (
    r"Transaction conflict|another update has written main\.\w+ since this one read"
    r'|Table with name "operations" already exists'  # dbt's own seed
    r"|another update \([-0-9a-f]+\) is writing main\.\w+, since \d+ seconds"
    r"|Found conflicting files|Cannot commit|ALREADY_EXISTS|AlreadyExists|iceberg_\w+_pkey"
    r"|the table has been concurrently modified"
)

MEANWHILE = """
    {% macro meanwhile() %}
        {% if execute and this.name in env_var('MEANWHILE', '').split() %}
            update {{ this.schema }}_sluice.{{ this.name }}__version set version = version + 1
        {% endif %}
    {% endmacro %}
"""
AMID = """
    {% macro default__run_script(statements, name, in_transaction, answer) %}
        {% for name in env_var('MEANWHILE', '').split() %}
            {% set versions = target.schema ~ '_sluice."' ~ name ~ '__version"' %}
            {% do sluice.run_statement('update ' ~ versions ~ ' set version = version + 1') %}
        {% endfor %}
        {% do sluice.duckdb__run_script(statements, name, in_transaction, answer) %}
    {% endmacro %}
"""
"""Another update is done when an operation has planned what it sends."""
HOOK = {"pre_hook": [{"sql": "{{ meanwhile() }}", "transaction": False}]}


def versions(project: Project) -> dict[str, int]:
    """How often each dataset was written, by its name."""
    found = {}
    for relation in project.engine.relations():
        name, _, kind = relation.name.partition("__")
        if kind == "version":
            table = f'"{relation.schema}"."{relation.name}"'
            found[name] = project.query(f"select version from {table}")[0]["version"]
    return found


def test_a_script_on_an_older_state_writes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another update may have begun later and be done already; its hook stands for that."""
    project.write("macros/meanwhile.sql", MEANWHILE)
    streaming(project, "up", EVENTS, **HOOK)
    streaming(project, "down", **HOOK)
    project.model("now", STREAM, materialized="apply_changes", meta=CDC, **HOOK)
    # dbt's own materialization would send Spark a commit
    hook = {"pre_hook": [{**HOOK["pre_hook"][0], "transaction": is_spark()}]}
    snapshot = {"strategy": "sluice.apply_changes", "unique_key": "id", **hook}
    node(
        project,
        "past",
        STREAM,
        kind="snapshots",
        config={**snapshot, "meta": {"sequence_by": "seq"}},
    )
    tally = "select id, name from {{ sluice.changed(ref('now')) }}"
    project.model("tally", tally, materialized="keyed_table", meta={"keys": ["id"]}, **HOOK)
    load(project, (1, "a", 1))
    project.build()
    datasets = ["up", "down", "now", "past", "tally"]
    assert versions(project) == dict.fromkeys(datasets, 1)

    every = [(1, "a")]
    for number, others in enumerate((["up"], ["down", "now", "past"], ["tally"]), 2):
        load(project, (number, "b", number))
        monkeypatch.setenv("MEANWHILE", " ".join(others))
        error = project.run_expecting_error()
        for name in others:
            assert f"another update has written lake.{name} since this one read" in error
            assert names(project, name) == every
        assert "Nothing of this run was written to it, and nothing is lost" in error
        monkeypatch.delenv("MEANWHILE")
        if others != ["up"]:  # which has its rows, and would append them once more
            load(project)
        project.build()
        every.append((number, "b"))
        assert all(names(project, name) == every for name in datasets)

    # what writes nothing but its events is in nobody's way; an operation is
    before = versions(project)
    load(project, (9, "c", 9))
    project.run("--select", "up", "tally")
    assert versions(project) == before | {"up": before["up"] + 1}
    for operation, name in (("rebuild", "now"), ("mark_as_read", "down")):
        args = f"{{dataset: {name}}}"
        project.run(f"sluice.{operation}", "--args", args, command="run-operation")
        assert versions(project)[name] == before[name] + 1, operation


@pytest.mark.ducklake("its snapshots tell what a run did to each table")
def test_nodes_only_add_to_the_tables_that_they_share(project: Project) -> None:
    """DuckLake refuses an insert beside a delete in one table, so a full refresh with several
    threads would fail wherever two nodes meet. What a node had read beyond is forgotten, though.
    """
    streaming(project, "up", EVENTS)
    for name, properties in KINDS.items():
        node(project, name, STREAM, **properties)
    tally = "select id, name from {{ sluice.changed(ref('current_of')) }}"
    project.model("tally", tally, materialized="keyed_table", meta={"keys": ["id"]})
    load(project, (1, "a", 1), (2, "b", 1))
    project.build()
    tables = "select table_id, table_name from ducklake_table_info('consumer')"
    shared = {
        str(row["table_id"]): row["table_name"]
        for row in project.query(tables)
        if row["table_name"] in ("checkpoints", "event_log", "targets", "files")
    }
    assert len(shared) == 4

    def deleted_from(last: int) -> set[str]:
        """The shared tables out of which rows went since a snapshot of the lake."""
        later = f"from ducklake_snapshots('consumer') where snapshot_id > {last}"
        changes = [row["changes"] for row in project.query(later)]
        assert any("insert" in kind for change in changes for kind in change)
        gone = [change[kind] for change in changes for kind in change if "delete" in kind]
        return {shared[table] for tables in gone for table in tables if table in shared}

    newest = "select max(snapshot_id) as id from ducklake_snapshots('consumer')"
    last = project.query(newest)[0]["id"]
    project.build("--full-refresh")
    assert deleted_from(last) == set()
    assert names(project, "current_of") == names(project, "rows_of") == names(project, "tally")

    load(project, (3, "c", 1))
    project.build()
    last = project.query(newest)[0]["id"]
    project.run("--full-refresh", "--empty", "--select", "rows_of")
    assert deleted_from(last) == {"checkpoints"}
    assert names(project, "rows_of") == []
    load(project)
    project.build()
    assert names(project, "rows_of") == names(project, "current_of")


def test_an_operation_on_an_older_state_writes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said again, it does all that it was asked for."""
    project.write("macros/amid.sql", AMID)
    judged(project, "up", {"named": "name <> ''"}, EVENTS)
    project.model("now", STREAM, materialized="apply_changes", meta=CDC)
    load(project, (1, "a", 1), (2, "", 1), (3, "c", 1))
    project.build()
    old = "select 9 as id, 'z' as name, 0 as valid_from, 1 as valid_to"
    project.query(f"create table raw.old as {old}")
    operations: dict[str, tuple[str, dict[str, str]]] = {
        "release": ("up", {"dataset": "up", "where": "id = 2"}),
        "quarantine": ("up", {"dataset": "up", "where": "id = 3"}),
        "adopt": ("now", {"dataset": "now", "from": "raw.old"}),
        "rebuild": ("now", {"dataset": "now"}),
        "forget": ("now", {"source": "up", "where": "id = 1"}),
    }
    rules = {"release": "name is not null", "quarantine": "id < 3"}
    for operation, (other, given) in operations.items():
        if operation in rules:
            judged(project, "up", {"named": rules[operation]}, EVENTS)
        call = ["run-operation", f"sluice.{operation}", "--args", json.dumps(given)]
        before = everything(project)
        monkeypatch.setenv("MEANWHILE", other)
        error = project.run_expecting_error(*call[1:], command=call[0])
        assert f"another update has written lake.{other} since this one read" in error, operation
        monkeypatch.delenv("MEANWHILE")
        after = everything(project)
        changed = {name for name in after if after[name] != before.get(name)}
        assert changed <= {f"lake_sluice.{other}__version"}, operation
        project.run(*call[1:], command=call[0])
        assert versions(project)[other] > 1
    load(project)
    project.build()
    assert names(project, "up") == [(2, "")]
    assert names(project, "now") == [(2, "")]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Pipeline]:
    """The tutorial's pipeline on a database that several processes open."""
    pipeline = Pipeline(tmp_path)
    if is_spark():
        yield pipeline
        return
    try:
        with postgres() as catalog:
            pipeline.engine.server = catalog
            pipeline.query("call sluice.set_option('data_inlining_row_limit', 0)")
            yield pipeline
    except NoServerError as reason:
        pytest.skip(f"two updates at once were NOT tested: {reason}")


def test_two_updates_at_once(shared: Pipeline, tmp_path: Path) -> None:
    """The first of all, too. Whoever loses writes nothing and says so; the next run does it."""
    if is_spark():  # whose seed of dbt drops the table, then makes it: one after the other
        shared.run(command="seed")
    build = ("build", *WITHOUT_TESTS, *(["seed"] if is_spark() else []))
    files = make_files(tmp_path, 60 * ROUNDS, 2 * ROUNDS)
    with processes(shared) as one, processes(shared) as other, Reader(shared) as reader:
        other.log = tmp_path / "other.log"
        for number in range(ROUNDS):
            for file in files[2 * number : 2 * number + 2]:
                shared.land(file)
            for process in (one, other):
                own = {"DBT_TARGET_PATH": str(process.log.with_suffix(".target"))}
                process.start(*build, **own)
            for failed in [process for process in (one, other) if process.wait()]:
                conflicts_only(failed)
            if not number:
                one.start(*build)
                assert one.wait() == 0, one.output()
                if not is_spark():  # where what one query finds in two tables is of two moments
                    reader.start()
        one.start(*build)
        assert one.wait() == 0, one.output()
    shared.equals_reference()
    assert is_spark() or reader.polls > ROUNDS, reader.polls
    assert not reader.wrong, reader.wrong


def conflicts_only(process: Processes) -> None:
    """Every error of an update is a conflict with the other."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", process.output())
    title = r"(?:Runtime|Database|Compilation|Encountered an) [Ee]rror(?: in \w+ \w+ \(.+\))?"
    errors = re.split(title, said)[1:]
    told = [text for text in errors if text.strip(": \n")]
    assert told and all(re.search(CONFLICT, text) for text in told), said


class Reader(threading.Thread):
    """Polls again and again: it is never refused, and sees nodes before or after, never amid."""

    QUERY = """
        select
            (select count(*) from main.customers_cdc_silver)
            + (select count(*) from main.customers_cdc_silver__quarantine)
            - (select count(*) from main.customers_cdc_bronze where _sluice_batch <= (
                select max(batch) from main_sluice.checkpoints
                where dataset = 'main.customers_cdc_silver' and source = 'main.customers_cdc_bronze'
            )) as silver,
            (select count(*) from main.customers_cdc_bronze)
            - (select sum(rows) from main_sluice.files where status = 'INGESTED') as bronze
    """

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.pipeline = pipeline
        self.done = threading.Event()
        self.polls = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Until the updates are done."""
        with self.pipeline.engine.connect() as connection:
            while not self.done.wait(0.1):
                self.polls += 1
                try:
                    found = connection.execute(self.QUERY).fetchone()
                except Exception as error:
                    self.wrong.append(str(error))
                else:
                    self.wrong += [f"{found} rows too many"] if any(found) else []

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        if self.ident:
            self.join()
