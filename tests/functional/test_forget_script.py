"""The script of sluice.forget may be cut off behind any statement: said again, it ends alike."""

from __future__ import annotations

import pytest

from engine_cases import SCD1, STREAM, judged, load
from people import everything, forget, traces
from project import Project
from scripts import CUT

EVENTS = [(1, "hers", "U", 1), (2, "his", "U", 1), (1, "hers too", "U", 2), (2, None, "U", 2)]
COUNTED = "select id, count(*) as n from {{ sluice.changed(ref('now')) }} group by id"


def test_it_may_be_cut_off_behind_any_statement(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the same call, and a run with another event: no trace, and all tables are right."""
    project.write("macros/cut.sql", CUT)
    project.model("up", materialized="streaming_table", meta={"append_all": True})
    judged(project, "silver", {"told": "v is not null"})
    options = {**SCD1, "keep_events": True}
    project.apply_changes("now", STREAM.replace("'up'", "'silver'"), **SCD1)
    project.apply_changes("kept", STREAM.replace("'up'", "'silver'"), **options)
    project.model("counted", COUNTED, materialized="keyed_table", meta={"keys": ["id"]})
    load(project, *EVENTS)
    project.run()
    load(project, (3, "theirs", "U", 1), (1, None, "U", 3))
    project.run()
    load(project)
    project.engine.save()

    def all_of_it() -> dict:
        assert traces(project, "hers", "('id', 1)") == []
        found = everything(project)
        # a version counts the scripts that wrote, where several processes may
        views = ("event_log", "updates", "flows", "data_quality", "forgotten_keys", "__version")
        hashes = project.query("select relation, key_columns from lake_sluice.forgotten_keys")
        assert len(hashes) == 2
        return {name: rows for name, rows in found.items() if not name.endswith(views)}

    def cut_off(stop: int) -> bool:
        monkeypatch.setenv("STOP_BEHIND", str(stop))
        run = forget(project, "up", "v = 'hers'")
        monkeypatch.delenv("STOP_BEHIND")
        assert run.success or "cut off behind" in run.error, run.error
        return not run.success

    assert not cut_off(1000)
    expected = all_of_it()
    load(project, (4, "late", "U", 1))
    project.run()
    assert sorted(row["id"] for row in project.rows("counted")) == [2, 3, 4]

    stop = 0
    project.engine.restore()
    while cut_off(stop):
        assert forget(project, "up", "v = 'hers'").success, project.last.error
        assert all_of_it() == expected, f"behind statement {stop}"
        project.engine.restore()
        stop += 1
    assert stop > 10
