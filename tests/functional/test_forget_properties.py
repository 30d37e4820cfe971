"""sluice.forget: the tables are those of all events but hers, whatever came when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine_cases import SCD1, SCD2, STREAM, found, load, streaming
from people import forget
from project import Project

COUNTED = "select id, count(*) as n from {{ sluice.changed(ref('history')) }} group by id"
TABLES = {
    "up": "id, v, op, seq",
    "now": "id, v",
    "history": "id, v, valid_from, valid_to",
    "kept": "id, v, valid_from, valid_to",
    "counted": "id, n",
}
HER_ID = 1
EVENTS = st.lists(
    st.tuples(
        st.integers(HER_ID, 3), st.sampled_from("abc"), st.sampled_from("UUD"), st.integers(1, 5)
    ),
    max_size=8,
)


def made_of(project: Project, *batches: list[tuple]) -> dict[str, list[tuple]]:
    """The tables, when these batches came one after another."""
    for batch in batches:
        load(project, *batch)
        project.run()
    return {table: found(project, table, columns) for table, columns in TABLES.items()}


@given(before=st.lists(EVENTS, min_size=1, max_size=2), after=EVENTS)
def test_as_if_she_had_never_been_there(
    shared_project: Project, before: list[list[tuple]], after: list[tuple]
) -> None:
    """Batches, then she is forgotten, then another batch; beside the same batches without her."""
    project = shared_project
    if not (project.root / "models" / "up.sql").exists():
        streaming(project, "up", "select * from raw.events", meta={"append_all": True})
        project.apply_changes("now", STREAM, **SCD1)
        project.apply_changes("history", STREAM, **SCD2)
        project.apply_changes("kept", STREAM, **SCD2, keep_events=True)
        project.model("counted", COUNTED, materialized="keyed_table", meta={"keys": ["id"]})
    project.drop_database()
    before = [[*before[0], (HER_ID, "a", "U", 1)], *before[1:]]
    made_of(project, *before)
    run = forget(project, "up", f"id = {HER_ID}")
    assert run.success, run.error
    tables = made_of(project, after)

    project.drop_database()
    others = [[event for event in batch if event[0] != HER_ID] for batch in [*before, after]]
    assert tables == made_of(project, *others)
