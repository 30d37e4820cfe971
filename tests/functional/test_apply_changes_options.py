"""What each option does, and all that is said at once of options that are wrong or misspelt.

dbt starts slowly, so many models share a project: it runs once, and each test looks at one model.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from examples import at
from project import Project
from targets import FILL, FILL_EXCEPT, GOOD, OPTIONS, SCD2, TRACK, TRACK_EXCEPT, TYPES, given

# --- what the options do --------------------------------------------------------------------------

FEED = [
    at(1, a="x", b=1),
    at(2, a=None, b=1),
    at(3, a="y", b=2),
    at(1, a="z", b=9, k=2),
    at(4, "D", k=2),
]
BEHAVIOURS: dict[str, tuple[dict[str, Any], list[tuple]]] = {
    # name -> (change of the good options, the rows of the table)
    "default_is_type_1": ({}, [(1, "y", 2)]),
    "type_1": ({"stored_as_scd_type": 1}, [(1, "y", 2)]),
    "type_1_as_text": ({"stored_as_scd_type": "1"}, [(1, "y", 2)]),
    "type_2_as_text": (
        {"stored_as_scd_type": "2", "column_list": ["k", "b"], "except_column_list": None},
        [(1, 1, 1, 3), (1, 2, 3, None), (2, 9, 1, 4)],
    ),
    "a_name_for_a_list": ({"keys": "k", "except_column_list": "op"}, [(1, 3, "y", 2)]),
    "names_in_any_case": (
        {"keys": ["K"], "sequence_by": "N", "except_column_list": ["N", "OP"]},
        [(1, "y", 2)],
    ),
    "the_order_is_the_query's": (
        {"column_list": ["b", "K"], "except_column_list": None},
        [(1, 2)],
    ),
    "only_keys": ({"except_column_list": ["n", "op", "a", "b"]}, [(1,)]),
    "no_conditions": (
        {"apply_as_deletes": None, "apply_as_truncates": None},
        [(1, "y", 2), (2, None, 0)],
    ),
    "null_is_unset": (
        {
            **SCD2,
            "start_at": "null",
            "end_at": "null",
            TRACK: "null",
            TRACK_EXCEPT: ["a"],
            "column_list": "null",
            "ignore_null_updates": "null",
            FILL: "null",
            FILL_EXCEPT: "null",
            "apply_as_truncates": "null",
        },
        [(1, None, 1, 1, 3), (1, "y", 2, 3, None), (2, "z", 9, 1, 4)],
    ),
    "a_comment_at_the_end": (
        {"sequence_by": "n -- the order", "apply_as_deletes": "op = 'D' -- gone"},
        [(1, "y", 2)],
    ),
    "parts_with_comments": (
        {**SCD2, "sequence_by": ["n -- the order", "b"], "except_column_list": ["n", "op", "b"]},
        [
            (1, "x", (1, 1), (2, 1)),
            (1, None, (2, 1), (3, 2)),
            (1, "y", (3, 2), None),
            (2, "z", (1, 9), (4, 0)),
        ],
    ),
    "a_struct_of_its_own": (
        {"sequence_by": "struct_pack(x := n, y := b)"},
        [(1, "y", 2)],
    ),
    "conditions_of_dropped_columns": (
        {"apply_as_deletes": "changes.op = 'D' and n = (select max(n) from raw.events)"},
        [(1, "y", 2)],
    ),
    "lists_beside_false": (
        {"ignore_null_updates": False, FILL: ["a"], "sequence_by": "-n", "apply_as_deletes": None},
        [(1, "x", 1), (2, "z", 9)],
    ),
    "start_at_of_a_dropped_column": (
        {**SCD2, "start_at": "n", "end_at": "op", TRACK: ["b"]},
        [(1, None, 1, 1, 3), (1, "y", 2, 3, None), (2, "z", 9, 1, 4)],
    ),
}


@pytest.fixture(scope="module")
def behaving(template: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a model for each option that does something."""
    project = Project(tmp_path_factory.mktemp("behaving"), template=template)
    for name, (change, _rows) in BEHAVIOURS.items():
        meta = {option: None if v == "null" else v for option, v in given(change).items()}
        project.apply_changes(name.replace("'", ""), **meta)
    events = [{**event, "b": 0} if event["op"] == "D" else event for event in FEED]
    project.load("events", events, **TYPES)
    project.run()
    return project


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_what_an_option_does(behaving: Project, name: str) -> None:
    """The rows of the table, its columns in the order of the query."""
    rows = [tuple(row.values()) for row in behaving.rows(name.replace("'", ""))]
    assert sorted(rows, key=repr) == sorted(BEHAVIOURS[name][1], key=repr)


# --- what is wrong with options -------------------------------------------------------------------


def test_all_errors_are_raised_at_once(project: Project) -> None:
    """Options checked at once: one error with everything that is wrong; for a snapshot too."""
    wrong = {
        "sequence_by": {"n": 1},
        "apply_as_deletes": 5,
        "column_list": ["k"],
        "except_column_list": ["k"],
        "ignore_null_updates": "maybe",
    }
    project.apply_changes("model", stored_as_scd_type=3, **wrong)
    project.snapshot("snap", unique_key="k", **wrong)
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    names = ["sequence_by", "apply_as_deletes", "ignore_null_updates", "maybe"]
    names += ["column_list", "except_column_list"]
    told = {"model": [*names, "keys", "stored_as_scd_type", "3"], "snap": names}
    for target, fragments in told.items():
        message = project.run_expecting_error("--select", target)
        for fragment in [target, *fragments]:
            assert re.search(rf"(?<!\w){fragment}\b", message), (fragment, message)


def test_a_misspelt_option_is_a_warning(project: Project) -> None:
    """meta is free-form; what looks like an option of ours is told with the right name."""
    project.apply_changes(
        "now", **GOOD, sequence_buy="n", owner="somebody", ignore_null_update=True
    )
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    warnings = "\n".join(project.run().warnings)
    for wrong, right in (
        ("sequence_buy", "sequence_by"),
        ("ignore_null_update", "ignore_null_updates"),
    ):
        assert re.search(rf"\b{wrong}\b", warnings), warnings
        assert re.search(rf"\b{right}\b", warnings), warnings
    assert "now" in warnings
    assert "owner" not in warnings
    assert project.rows("now") == [{"k": 1, "a": "x", "b": 1}]


def test_a_misspelt_option_that_is_needed_is_in_the_error(project: Project) -> None:
    """Not only that an option is missing: the key of meta that was probably meant to be it."""
    project.apply_changes("now", kyes=["k"], sequense_by="n")
    project.snapshot("then", unique_key="k", sequnce_by="n")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    told = {
        "now": {"kyes": "keys", "sequense_by": "sequence_by"},
        "then": {"sequnce_by": "sequence_by"},
    }
    for name, options in told.items():
        message = project.run_expecting_error("--select", name)
        for wrong, right in options.items():
            line = f"- meta key '{wrong}' is no option of sluice; did you mean '{right}'?"
            assert line in message, message


MISSPELT = {
    "key": "keys",
    "sequenceby": "sequence_by",
    "SEQUENCE_BY": "sequence_by",
    "apply_as_delete": "apply_as_deletes",
    "apply_as_truncate": "apply_as_truncates",
    "columns_list": "column_list",
    "except_column": None,
    "exept_column_list": "except_column_list",
    "stored_as_scd_typ": "stored_as_scd_type",
    "track_history_columns_list": TRACK,
    "track_history_except_columns_list": TRACK_EXCEPT,
    "ignore_nulls_updates": "ignore_null_updates",
    "ignore_null_update_column_list": FILL,
    "ignore_null_update_except_column_list": FILL_EXCEPT,
    "start-at": "start_at",
    "endat": "end_at",
    "owner": None,
    "team": None,
}


def test_misspelt_and_misplaced_keys_of_meta_are_warnings(project: Project) -> None:
    """Both names are told; keys that are like none of ours are the user's own."""
    project.apply_changes("now", **GOOD, **dict.fromkeys(MISSPELT, "n"), hard_deletes="ignore")
    project.snapshot("snap", unique_key="k", **OPTIONS, hard_deletes="new_record", endat="x")
    project.load("events", [at(1, a="x", b=1)], **TYPES)
    told = "\n".join(project.build().warnings)
    for wrong, right in MISSPELT.items():
        start = f"model.consumer.now: meta key '{wrong}' is no option of sluice"
        assert (start in told) == (right is not None), wrong
        assert right is None or f"{start}; did you mean '{right}'?" in told
    assert (
        "snapshot.consumer.snap: meta key 'endat' is no option of sluice; did you mean 'end_at"
        in told
    )
    assert (
        "model.consumer.now: meta key 'hard_deletes' is no option of sluice; "
        "only snapshots have hard_deletes"
    ) in told
    assert (
        "snapshot.consumer.snap: meta key 'hard_deletes' is no option of sluice; "
        "hard_deletes is a configuration of dbt and stands beside meta"
    ) in told
    assert project.rows("now") == [{"k": 1, "a": "x", "b": 1}]
