"""The order of feeds: MySQL's log files by their numbers, Oracle within a transaction."""

from __future__ import annotations

import pytest

from feeds import debezium, land, lines, told, values
from project import Project, Row

COLUMNS = {"id": "integer", "v": "varchar"}


def message(op: str, source: Row, id: int, v: str | None = None) -> Row:
    """What Debezium writes for a change."""
    image = {"id": id, "v": v}
    return {"op": op, "source": source, ("before" if op == "d" else "after"): image}


def binlog(file: str, pos: int = 4, row: int = 0) -> Row:
    """The position of an event in MySQL's log."""
    return {"file": file, "pos": pos, "row": row}


# --- MySQL ----------------------------------------------------------------------------------------

BINLOGS = [
    message("c", binlog("mysql-bin.999999"), 1, "old"),
    message("u", binlog("mysql-bin.1000000"), 1, "new"),
    message("c", binlog("mysql-bin-changelog.9"), 2, "old"),
    message("d", binlog("mysql-bin-changelog.10"), 2, "old"),
    message("c", binlog("bin.000009", 900), 3, "old"),
    message("u", binlog("bin.000010", 4), 3, "new"),
    message("c", binlog("bin.000011", 900, 1), 4, "old"),
    message("u", binlog("bin.000011", 1000, 0), 4, "new"),
]


@pytest.mark.parametrize("order", ["given", "turned", "one_by_one"])
def test_binlog_files_order_by_their_numbers(project: Project, order: str) -> None:
    """Mysql-bin.1000000 is after mysql-bin.999999, and changelog.10 after changelog.9.

    Chosen: right rows without a change of the recipe, and so without a warning.
    """
    sequence = ["source.file", "source.pos", "source.row"]
    debezium(project, COLUMNS, sequence)
    text = "select * from {{ sluice.stream(ref('changes')) }}"
    project.apply_changes(
        "t_history",
        text,
        keys="id",
        sequence_by=["__source_file", "__source_pos", "__source_row"],
        apply_as_deletes="__op = 'd'",
        column_list=["id", "v"],
        stored_as_scd_type=2,
    )
    batches = {
        "given": [BINLOGS],
        "turned": [BINLOGS[::-1]],
        "one_by_one": [BINLOGS[::2], BINLOGS[1::2]],
    }
    for number, batch in enumerate(batches[order]):
        land(project, {f"landing/cdc/{number}.json": lines(*batch)})
        run = project.run()
        assert not told(run, "t_now") and not told(run, "t_history"), run.warnings
    assert project.flows()["t_now"]["num_late_rows"] == 0
    assert values(project, "t_now", "id", "v") == [(1, "new"), (3, "new"), (4, "new")]
    found = project.query(
        "select id, v, valid_to is null as open from lake.t_history order by 1, 2"
    )
    assert [tuple(row.values()) for row in found] == [
        (1, "new", True),
        (1, "old", False),
        (2, "old", False),
        (3, "new", True),
        (3, "old", False),
        (4, "new", True),
        (4, "old", False),
    ]


# --- Oracle ---------------------------------------------------------------------------------------


def scn(scn: str, commit_scn: str | None, ssn: int) -> Row:
    """The position of an event in Oracle's log."""
    return {"scn": scn, "commit_scn": commit_scn, "rs_id": None, "ssn": ssn}


ORACLE = [
    message("r", scn("100", None, 0), 0, "snapshot"),
    message("d", scn("110", "130", 1), 1, "a"),
    message("c", scn("110", "130", 2), 1, "reinserted"),
    message("c", scn("115", "140", 0), 2, "z"),
    message("u", scn("115", "140", 1), 2, "b"),
    message("r", scn("100", None, 0), 3, "snapshot"),
    message("u", scn("99", "101", 0), 3, "changed"),
]
FINE = ["source.commit_scn", "source.scn", "source.ssn"]


@pytest.mark.parametrize("order", [1, -1])
def test_oracle_orders_within_a_transaction_and_after_the_initial_read(
    project: Project, order: int
) -> None:
    """Rows of the initial read have no commit_scn and are older than any change.

    Chosen: the macro fills it and knows source.ssn, so that the recipe is its three paths; a guide
    that tells how to write it in SQL would lose the initial read of all who do not read it.
    """
    debezium(project, COLUMNS, FINE)
    land(project, {"landing/cdc/a.json": lines(*ORACLE[::order])})
    run = project.build()
    assert told(run, "conflict") == []
    assert values(project, "t_now", "id", "v") == [
        (0, "snapshot"),
        (1, "reinserted"),
        (2, "b"),
        (3, "changed"),
    ]


def test_oracle_without_ssn_tells_of_its_ties(project: Project) -> None:
    """The two paths of old read the initial rows too; what they cannot order is told."""
    debezium(project, COLUMNS, FINE[:2])
    land(project, {"landing/cdc/a.json": lines(*ORACLE)})
    run = project.build()
    assert project.flows()["t_now"]["num_conflicts"] == 2
    assert told(run, "t_now", "conflict", "2"), run.warnings
    assert (0, "snapshot") in values(project, "t_now", "id", "v")
