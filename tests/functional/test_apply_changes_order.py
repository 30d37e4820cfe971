"""Order: numbers in texts order as numbers or are told, and a tie is told whoever wins it."""

from __future__ import annotations

from typing import Any

import pytest

from engine_cases import told
from project import Project, Row, Run
from recipes import found as values

# --- texts that hold numbers ----------------------------------------------------------------------

# name: the sequences of two events of a key, of which the second came last
SORTED_WRONGLY: dict[str, tuple[str, str]] = {
    "digits": ("9", "10"),
    "postgres_lsn": ("0/9F0000", "0/10F0000"),
    "postgres_lsn_of_another_segment": ("9/A0", "10/A0"),
    "hexadecimal": ("0x9F", "0x10F"),
    "binlog": ("mysql-bin.999999", "mysql-bin.1000000"),
    "binlog_of_rds": ("mysql-bin-changelog.9", "mysql-bin-changelog.10"),
}
SORTED_RIGHTLY: dict[str, tuple[str, str]] = {
    "digits_of_one_length": ("00000009", "00000010"),
    "sql_server_lsn": ("00000027:00000758:0003", "00000027:00000758:0010"),
    "dates": ("2026-01-02T03:04:05Z", "2026-10-02T03:04:05Z"),
    "padded_lsn": ("00000000/009F0000", "00000000/010F0000"),
    "ulid": ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FB0"),
    "binlog": ("mysql-bin.000009", "mysql-bin.000010"),
}
TARGETS = ("t_now", "t_history", "t_snap")
TEXT = {"k": "integer", "v": "varchar", "the_position": "varchar", "the_part": "integer"}


def events_at(*positions: str) -> list[Row]:
    """An event of key 1 at each of these sequences."""
    return [{"k": 1, "v": f"at {p}", "the_position": p, "the_part": 1} for p in positions]


def write_targets(project: Project, text: str, key: str, **options: Any) -> None:
    """The SCD1 model, the SCD2 model and the snapshot with these options."""
    project.apply_changes("t_now", text, keys=key, **options)
    project.apply_changes("t_history", text, keys=key, stored_as_scd_type=2, **options)
    project.snapshot("t_snap", text, unique_key=key, **options)


def warned(run: Run, column: str = "the_position") -> list[str]:
    """The targets of which a run told that the order of this column is that of texts."""
    return [name for name in TARGETS if told(run, name, column)]


@pytest.fixture(scope="module")
def sorted_texts(shared_project: Project) -> Project:
    """A model for each pair of texts, wrong_<name> or right_<name>, each over its own table."""
    for kind, pairs in (("wrong", SORTED_WRONGLY), ("right", SORTED_RIGHTLY)):
        for name, positions in pairs.items():
            table = f"{kind}_{name}"
            shared_project.load_all({table: (events_at(*positions), TEXT)})
            shared_project.apply_changes(
                table,
                f"select * from raw.{table}",
                keys="k",
                sequence_by="the_position",
                column_list=["k", "v"],
            )
    shared_project.run()
    return shared_project


@pytest.mark.parametrize("name", SORTED_WRONGLY)
def test_numbers_that_sort_as_text_are_told(sorted_texts: Project, name: str) -> None:
    """A warning names the model, the column and what to write instead.

    Chosen: a warning, not an error, for the values are the user's and may be meant so. What to
    write instead is a macro of sluice or a cast.
    """
    texts = told(sorted_texts.last, f"wrong_{name}", "the_position")
    texts = [text for text in texts if f"wrong_{name}_" not in text]
    assert len(texts) == 1, sorted_texts.last.warnings
    assert f"{{{{ sluice.log_position('the_position', '{KINDS[name]}') }}}}" in texts[0]


@pytest.mark.parametrize("name", SORTED_RIGHTLY)
def test_texts_that_sort_rightly_are_not_told(sorted_texts: Project, name: str) -> None:
    """Fixed widths, dates and ids that are made to sort need no advice."""
    assert told(sorted_texts.last, f"right_{name}") == []
    last = SORTED_RIGHTLY[name][1]
    assert values(sorted_texts, f"right_{name}", "k", "v") == [(1, f"at {last}")]


def test_every_target_tells_when_the_longer_number_comes(project: Project) -> None:
    """9 was alone in its run, 10 is alone in the next one, and 10 is the older text."""
    options = {"sequence_by": "the_position", "column_list": ["k", "v"]}
    write_targets(project, "select * from raw.events", "k", **options)
    for position, expected in (("9", ()), ("10", TARGETS)):
        project.load_all({"events": (events_at(position), TEXT)})
        run = project.build()
        assert warned(run) == list(expected), run.warnings


def test_a_part_of_a_sequence_that_sorts_as_text_is_told(project: Project) -> None:
    """The column is named, not its neighbour."""
    options = {"sequence_by": ["the_part", "the_position"], "column_list": ["k", "v"]}
    write_targets(project, "select * from raw.events", "k", **options)
    project.load_all({"events": (events_at("9", "10"), TEXT)})
    run = project.build()
    assert warned(run) == list(TARGETS), run.warnings
    assert warned(run, "the_part") == []


def test_numbers_that_are_numbers_are_not_told(project: Project) -> None:
    """A sequence of a number's type orders as numbers do."""
    text = "select k, v, the_part, the_position::bigint as the_position from raw.events"
    options = {"sequence_by": "the_position", "column_list": ["k", "v"]}
    write_targets(project, text, "k", **options)
    project.load_all({"events": (events_at("9", "10"), TEXT)})
    assert warned(project.build()) == []
    assert values(project, "t_now", "k", "v") == [(1, "at 10")]


HELPED = SORTED_WRONGLY | {
    "sql_server_lsn": ("00000027:00000758:0009", "27:758:10"),
    "scn": ("9", "12345678901234567890123456789012345678"),
}
KINDS = {
    "digits": "number",
    "scn": "number",
    "postgres_lsn": "postgres_lsn",
    "postgres_lsn_of_another_segment": "postgres_lsn",
    "hexadecimal": "hexadecimal",
    "sql_server_lsn": "hexadecimal",
    "binlog": "mysql_file",
    "binlog_of_rds": "mysql_file",
}


def helped(project: Project, kind: str) -> None:
    """The three targets, over positions that sluice.log_position reads."""
    position = f"{{{{ sluice.log_position('the_position', '{kind}') }}}} as log_position"
    text = f"select k, v, {position} from raw.events"
    write_targets(project, text, "k", sequence_by="log_position", column_list=["k", "v"])


@pytest.mark.parametrize("name", HELPED)
def test_each_kind_of_position_has_a_helper(project: Project, name: str) -> None:
    """The second came last, in one run and in two, and nothing is told."""
    helped(project, KINDS[name])
    last = HELPED[name][1]
    for events in (events_at(*HELPED[name]), events_at(HELPED[name][0])):
        project.load_all({"events": (events, TEXT)})
        assert warned(project.build()) == []
        assert values(project, "t_now", "k", "v") == [(1, f"at {last}")]


@pytest.mark.parametrize("kind", ["number", "hexadecimal", "postgres_lsn"])
def test_a_position_of_another_kind_fails_the_batch(project: Project, kind: str) -> None:
    """What is none becomes null, and a null sequence is an error with its count."""
    helped(project, kind)
    project.load_all({"events": (events_at("not one"), TEXT)})
    assert "null" in project.run_expecting_error()


def test_an_unknown_kind_of_position_is_an_error(project: Project) -> None:
    """It names the kinds that there are."""
    helped(project, "lsn")
    project.load_all({"events": (events_at("0/1"), TEXT)})
    message = project.run_expecting_error()
    assert "postgres_lsn, mysql_file, hexadecimal, number" in message and '"lsn"' in message


# --- ties -----------------------------------------------------------------------------------------

SQL_SERVER = [
    {"__$start_lsn": "0x2A", "__$seqval": "0x01", "__$operation": 2, "id": 1, "v": "a"},
    {"__$start_lsn": "0x2B", "__$seqval": "0x02", "__$operation": 1, "id": 1, "v": "a"},
    {"__$start_lsn": "0x2B", "__$seqval": "0x02", "__$operation": 2, "id": 1, "v": "b"},
]
SQL_SERVER_TYPES = {
    "__$start_lsn": "varchar",
    "__$seqval": "varchar",
    "__$operation": "integer",
    "id": "integer",
    "v": "varchar",
}


def sql_server(project: Project, *parts: str) -> None:
    """The three targets over SQL Server's own change tables."""
    write_targets(
        project,
        "select * from raw.events",
        "id",
        sequence_by=list(parts),
        apply_as_deletes='"__$operation" = 1',
        column_list=["id", "v"],
    )


def build(project: Project, *events: Row) -> tuple[Run, dict[str, int]]:
    """Build the targets over these events; the conflicts that each reports."""
    project.load_all({"events": (events, SQL_SERVER_TYPES)})
    run = project.build()
    flows = project.flows()
    return run, {name: flows[name]["num_conflicts"] for name in TARGETS}


def every(count: int) -> dict[str, int]:
    """That many conflicts in each target."""
    return dict.fromkeys(TARGETS, count)


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_a_delete_beside_an_insert_at_one_sequence_is_a_conflict(
    project: Project, cut: int
) -> None:
    """The delete wins, as the rule says, and the pair is counted and told, in any cut.

    A replay of the delete, or of all, is no new conflict.
    """
    sql_server(project, "__$start_lsn", "__$seqval")
    if cut:
        assert build(project, *SQL_SERVER[:cut])[1] == every(0)
    run, conflicts = build(project, *SQL_SERVER[cut:])
    assert conflicts == every(1)
    for name in TARGETS:
        assert told(run, name, "conflict", "1"), (name, run.warnings)
    assert values(project, "t_now", "id", "v") == []
    for again in (SQL_SERVER[1:2], SQL_SERVER):
        run, conflicts = build(project, *again)
        assert (conflicts, told(run, "conflict")) == (every(0), [])


def test_a_conflict_that_arrives_the_other_way_round_is_one_too(project: Project) -> None:
    """The delete may come after the insert that has its sequence."""
    sql_server(project, "__$start_lsn", "__$seqval")
    assert build(project, SQL_SERVER[0], SQL_SERVER[2])[1] == every(0)
    assert values(project, "t_now", "id", "v") == [(1, "b")]
    run, conflicts = build(project, SQL_SERVER[1])
    assert conflicts == every(1)
    assert told(run, "t_now", "conflict"), run.warnings
    assert values(project, "t_now", "id", "v") == []


def test_a_finer_sequence_has_no_conflict(project: Project) -> None:
    """With the operation as the third part the insert comes after the delete."""
    sql_server(project, "__$start_lsn", "__$seqval", "__$operation")
    run, conflicts = build(project, *SQL_SERVER)
    assert (conflicts, told(run, "conflict")) == (every(0), [])
    assert values(project, "t_now", "id", "v") == [(1, "b")]


def test_a_delete_that_comes_twice_is_no_conflict(project: Project) -> None:
    """Copies of a delete say one thing, also where its other columns differ."""
    sql_server(project, "__$start_lsn", "__$seqval")
    copies = [SQL_SERVER[1], {**SQL_SERVER[1], "v": None}, SQL_SERVER[1]]
    run, conflicts = build(project, SQL_SERVER[0], *copies)
    assert (conflicts, told(run, "conflict")) == (every(0), [])
    run, conflicts = build(project, *copies)
    assert (conflicts, told(run, "conflict")) == (every(0), [])
