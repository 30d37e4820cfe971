"""What only snapshots have: how they are declared, dbt's own options, dbt's own strategies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from examples import at, feed, intervals
from project import Project
from reference import Event, canonical
from targets import EVENTS, OPTIONS, TYPES


def test_a_snapshot_declared_in_yaml(project: Project) -> None:
    """A snapshot without SQL, over a model."""
    project.model("feed", materialized="view")
    project.write(
        "snapshots/customers_history.yml",
        """\
        snapshots:
          - name: customers_history
            relation: ref('feed')
            config:
              strategy: sluice.apply_changes
              unique_key: k
              snapshot_meta_column_names: {dbt_valid_from: valid_from, dbt_valid_to: valid_to}
              meta:
                sequence_by: n
                apply_as_deletes: op = 'D'
                except_column_list: [n, op]
        """,
    )
    for batch in ([at(1, a="x", b=1), at(5, "D")], [at(3, a="y", b=3)]):
        project.load("events", batch, **TYPES)
        project.build()
    history = project.history("customers_history")
    assert intervals(history) == [(1, 3, "x"), (3, 5, "y")]
    assert set(history[0]) == {"k", "a", "b", "valid_from", "valid_to"}


def test_a_snapshot_declared_in_sql(project: Project) -> None:
    """A snapshot with its configuration inside, dbt's own column names, and a composite key."""
    project.write(
        "snapshots/snap.sql",
        """\
        {% snapshot snap %}
        {{ config(
            strategy='sluice.apply_changes',
            unique_key=['k', 'j'],
            meta={'sequence_by': 'n', 'except_column_list': ['n', 'op']},
        ) }}
        select * from raw.events
        {% endsnapshot %}
        """,
    )
    types = {"k": "integer", "j": "varchar", "n": "integer", "op": "varchar", "a": "varchar"}
    batches = [[at(2, j="1", a="y"), at(1, j="2", a="z")], [at(1, j="1", a="x")]]
    for batch in batches:
        project.load("events", batch, **types)
        project.run(command="snapshot")
    rows = project.rows("snap")
    found = sorted((r["j"], r["dbt_valid_from"], r["dbt_valid_to"] or 99, r["a"]) for r in rows)
    assert found == [("1", 1, 2, "x"), ("1", 2, 99, "y"), ("2", 1, 99, "z")]
    assert len({row["dbt_scd_id"] for row in rows} - {None}) == 3
    assert None not in [row["dbt_updated_at"] for row in rows]


def test_hard_deletes_as_rows(project: Project) -> None:
    """History: new_record adds the delete as a row with the last values; a truncate closes it."""
    project.snapshot("snap", unique_key="k", config={"hard_deletes": "new_record"}, **OPTIONS)
    seen: list[Event] = []
    for batch in (
        [at(1, a="x", b=1), at(5, "D"), at(1, "D", k=2)],
        [at(7, a="x", b=7), at(6, "D")],
        [at(3, a="y", b=3), at(2, "D")],
        [at(8, "D"), at(8, a="w", k=3)],
        [at(9, "T", k=None)],
    ):
        project.load("events", batch, **TYPES)
        project.build()
        seen += [{**dict.fromkeys(TYPES), **event} for event in batch]
        expected = feed().scd2(seen, new_record=True)
        assert canonical(project.history("snap")) == canonical(expected)
    found = sorted(
        (r["valid_from"], r["valid_to"] or 99, r["a"], r["dbt_is_deleted"])
        for r in project.history("snap")
    )
    assert found == [
        (1, 2, "x", "False"),
        (2, 3, "x", "True"),
        (3, 5, "y", "False"),
        (5, 7, "y", "True"),
        (7, 8, "x", "False"),
        (8, 9, "w", "False"),
        (8, 9, "x", "True"),
    ]


def test_valid_to_of_the_current_rows(project: Project) -> None:
    """dbt_valid_to_current stands where null would; closing and splitting go on as ever."""
    current = "cast(9999 as integer)"
    project.snapshot("snap", unique_key="k", config={"dbt_valid_to_current": current}, **OPTIONS)
    for batch, rows in (
        ([at(1, a="x")], [(1, 9999, "x")]),
        ([at(5, a="z")], [(1, 5, "x"), (5, 9999, "z")]),
        ([at(3, a="y")], [(1, 3, "x"), (3, 5, "y"), (5, 9999, "z")]),
        ([at(6, "D")], [(1, 3, "x"), (3, 5, "y"), (5, 6, "z")]),
    ):
        project.load("events", batch, **TYPES)
        project.build()
        assert intervals(project.history("snap")) == rows


def test_other_snapshot_strategies_stay_dbts_own(project: Project) -> None:
    """A consumer's check and timestamp snapshots work beside ours."""
    for name, config in (
        ("checked", {"strategy": "check", "check_cols": ["a"]}),
        ("stamped", {"strategy": "timestamp", "updated_at": "ts"}),
    ):
        text = f"{{% snapshot {name} %}}\nselect * from raw.rows\n{{% endsnapshot %}}"
        project.write(f"snapshots/{name}.sql", text)
        project.configure("snapshots", name, unique_key="k", **config)
    for day, a in ((1, "x"), (2, "y"), (2, "y")):
        row = {"k": 1, "a": a, "ts": datetime(2026, 1, day)}
        project.load("rows", [row], k="integer", a="varchar", ts="timestamp")
        project.build()
    for name in ("checked", "stamped"):
        rows = project.rows(name)
        assert sorted((r["a"], r["dbt_valid_to"] is None) for r in rows) == [
            ("x", False),
            ("y", True),
        ]


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"unique_key": None}, "unique_key"),
        ({"unique_key": []}, "unique_key"),
        ({"unique_key": 5}, "unique_key"),
    ],
    ids=["missing", "empty", "number"],
)
def test_what_dbt_itself_refuses_of_a_snapshot(
    project: Project, config: dict[str, Any], told: str
) -> None:
    """dbt checks its own keys when it parses; nothing of ours hides that."""
    config = {"unique_key": "k", **config}
    config = {name: came for name, came in config.items() if came is not None}
    project.write("snapshots/snap.sql", f"{{% snapshot snap %}}\n{EVENTS}\n{{% endsnapshot %}}")
    project.configure("snapshots", "snap", strategy="sluice.apply_changes", meta=OPTIONS, **config)
    project.load("events", [at(1)], **TYPES)
    assert told in project.run_expecting_error()


def test_a_project_without_the_dispatch_block_is_told_its_lines(project: Project) -> None:
    """Without it dbt's own merge would run; the error has what to add, and nothing is made."""
    text = (project.root / "dbt_project.yml").read_text(encoding="utf-8")
    project.write("dbt_project.yml", text[: text.index("dispatch:")])
    project.snapshot("snap", unique_key="k", **OPTIONS)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    message = project.run_expecting_error()
    assert (
        "Snapshot strategy apply_changes in snapshot.consumer.snap (snapshots/snap.sql)" in message
    )
    assert "dbt must find sluice's macros for snapshots, found its own" in message
    assert ("dispatch: [{macro_namespace: dbt, search_order: [consumer, sluice, dbt]}]") in message
    assert project.relations("lake") == []


def test_configurations_of_other_strategies_are_told(project: Project) -> None:
    """updated_at does nothing here; that a strategy lacks its package is said, too."""
    project.snapshot("snap", unique_key="k", config={"updated_at": "seq"}, **OPTIONS)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    (told,) = project.build().warnings
    assert "snapshot.consumer.snap: updated_at (seq) has no effect" in told
    assert "sequence_by says which event is later" in told

    project.write("snapshots/snap.sql", f"{{% snapshot snap %}}\n{EVENTS}\n{{% endsnapshot %}}")
    project.configure("snapshots", "snap", strategy="apply_changes", unique_key="k", meta=OPTIONS)
    run = project.dbt("build")
    assert run.statuses["snap"] == "error"
    (told,) = run.warnings
    assert "snapshot.consumer.snap: dbt looks for strategy apply_changes in project" in told
    assert "strategy: sluice.apply_changes" in told
