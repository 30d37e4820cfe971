"""Tables that other hands wrote meanwhile: another materialization, another target, a person."""

from __future__ import annotations

import shutil
from datetime import datetime

import pytest

from engine_cases import (
    SCD1,
    SCD2,
    SNAPSHOT,
    STREAM,
    TYPES,
    each_way_leads_out,
    found,
    has,
    load,
    streaming,
)
from project import Project

FEED = "select id, v, op, seq from raw.events"

KINDS = {"now": SCD1, "history": SCD2, "snap": SNAPSHOT, "rows": None}
HANDS = [(kind, how) for kind in KINDS for how in ("table", "incremental")] + [("snap", "snapshot")]
FOREIGN = "select 2 as id, 'x' as v union all select 2, 'y'"


def ours(project: Project, kind: str) -> None:
    """A target under the name `target`, of a kind, over a stream."""
    for file in ("models/target.sql", "models/target.yml", "snapshots/target.sql"):
        (project.root / file).unlink(missing_ok=True)
    (project.root / "snapshots/target.yml").unlink(missing_ok=True)
    streaming(project, "up", FEED)
    if kind == "snap":
        project.snapshot("target", STREAM, unique_key="id", **SNAPSHOT)
    elif kind == "rows":
        streaming(project, "target")
    else:
        project.apply_changes("target", STREAM, **KINDS[kind])


@pytest.mark.parametrize(("kind", "how"), HANDS)
def test_a_table_that_another_materialization_wrote_meanwhile_is_not_ours(
    project: Project, kind: str, how: str
) -> None:
    """Its rows are foreign; the error says so, and its way out leads out.

    Choice: the same for a streaming table, and for a snapshot that had dbt's own strategy for a
    while. Rows that a person adds to a table of ours are another case (40.25).
    """
    ours(project, kind)
    types = {**TYPES, "seq": "timestamp"}  # as dbt's own snapshots have it
    load(project, (1, "a", "U", datetime(2026, 1, 1)), **types)
    project.build()
    load(project, **types)
    usual = found(project, "target")
    if how == "snapshot":
        names = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
        text = "{% snapshot target %}select 2 as id, 'x' as v{% endsnapshot %}"
        project.write("snapshots/target.sql", text)
        check = {"strategy": "check", "check_cols": ["v"], "unique_key": "id"}
        project.configure("snapshots", "target", snapshot_meta_column_names=names, **check)
    else:
        for suffix in (".sql", ".yml"):
            (project.root / f"snapshots/target{suffix}").unlink(missing_ok=True)
        config = {"on_schema_change": "append_new_columns"} if how == "incremental" else {}
        project.model("target", FOREIGN, materialized=how, **config)
    project.build("--select", "target")
    foreign = found(project, "target", "id, v")
    assert (2, "x") in foreign
    ours(project, kind)
    message = project.run_expecting_error()
    has(message, "target", *([] if kind == "rows" else ["made by something else"]))
    assert found(project, "target", "id, v") == foreign

    def is_ours() -> None:
        assert [row[:2] for row in found(project, "target")] == [row[:2] for row in usual]

    each_way_leads_out(project, message, is_ours)


def test_a_deferred_table_that_was_rebuilt_in_production_is_noticed(project: Project) -> None:
    """`--defer`, and production rebuilds the table with one more row in one batch.

    Choice: as for a rebuilt source of the own target. apply_changes gets the row; a streaming
    table stops and says so, for reading on would double its rows.
    """
    project.write_profiles(dev="dev")
    streaming(project, "up", FEED)
    streaming(project, "down")
    project.apply_changes("now", STREAM, **SCD1)
    load(project, (1, "a", "U", 10))
    assert project.dbt("--write-json", "run").success
    (project.root / "state").mkdir()
    shutil.copy(project.root / "target/manifest.json", project.root / "state")
    deferred = ["run", "--state", "state", "--defer", "--favor-state", "--select", "down", "now"]
    deferred += ["--target", "dev", "--vars", "{}"]
    assert project.dbt(*deferred).success, project.last.error
    load(project, (1, "a", "U", 10), (2, "b", "U", 10))
    project.run("--full-refresh", "--select", "up")
    run = project.dbt(*deferred)
    rows = {
        name: [row["id"] for row in project.query(f"select id from dev.{name} order by id")]
        for name in ("down", "now")
    }
    assert rows == {"down": [1], "now": [1, 2]}
    assert (run.statuses["now"], run.statuses["down"]) == ("success", "error")
    has(run.messages["down"], "up", "rebuilt")


@pytest.mark.parametrize("kind", ["now", "history", "snap"])
def test_rows_added_by_hand_go_with_the_next_event_of_their_key(
    project: Project, kind: str
) -> None:
    """A copy of a row that the next run touches, and a row of a key without events.

    Choice: the target is a function of the events, so what a run touches is right afterwards, a
    copy included. A run works on its batch: the row of another key stays until sluice.rebuild,
    which heals everything.
    """
    ours(project, kind)
    load(project, (1, "a", "U", 10), (2, "b", "U", 10))
    project.build()
    project.query("insert into lake.target select * from lake.target where id = 1")
    project.query(
        "insert into lake.target select * replace (9 as id) from lake.target where id = 2"
    )
    load(project, (1, "c", "U", 20))
    project.build()
    load(project)
    columns = "id, v" if kind == "now" else "id, v, valid_from, valid_to"
    versions = [(1, "a", 10, 20), (1, "c", 20, None), (2, "b", 10, None)]
    expected = [(1, "c"), (2, "b")] if kind == "now" else versions
    healed = [row for row in found(project, "target", columns) if row[0] != 9]
    assert healed == expected
    project.run("sluice.rebuild", "--args", "{dataset: target}", command="run-operation")
    assert found(project, "target", columns) == expected
