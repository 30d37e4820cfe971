"""Batches larger than a row group of DuckDB (122,880 rows) reach the next model whole.

Guards docs/decisions/0002: rows that another connection could not see were lost without a word.
"""

from __future__ import annotations

from project import Project

ROWS = 300_000


def test_every_row_of_a_large_batch_is_seen_downstream(project: Project) -> None:
    """Each model runs on a connection of its own, and none may miss a row of the one before."""
    feed = f"select range as id, range as n, md5(range::varchar) as text from range({ROWS})"
    project.model("feed", feed, materialized="streaming_table")
    project.model(
        "clean", "select * from {{ sluice.stream(ref('feed')) }}", materialized="streaming_table"
    )
    for name, scd_type in (("now", 1), ("history", 2)):
        project.model(
            name,
            "select * from {{ sluice.stream(ref('clean')) }}",
            materialized="apply_changes",
            meta={"keys": ["id"], "sequence_by": "n", "stored_as_scd_type": scd_type},
        )
    project.run()
    for name in ("feed", "clean", "now", "history"):
        found = project.query(
            f"select count(*) as rows, count(distinct text) as texts from {project.table(name)}"
        )
        assert found == [{"rows": ROWS, "texts": ROWS}], name
