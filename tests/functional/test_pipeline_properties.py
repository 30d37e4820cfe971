"""Histories under names and settings that nobody would choose, against the plain-Python reference.

Hypothesis draws the names of the columns (those that the macros' own SQL uses among them), the
settings of the session, the spelling of a type hint, the events and how they are cut into batches.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import is_lake
from engine_cases import land, settings, source, streaming
from project import PACKAGE, Project
from reference import Feed, canonical

SETTINGS = {
    "default_order": ["ASC", "DESC"],
    "default_null_order": ["nulls_first", "nulls_last"],
    "TimeZone": ["UTC", "America/New_York", "Asia/Kathmandu"],
    "default_collation": ["", "nocase"],
    "integer_division": [False, True],
    "ieee_floating_point_ops": [True, False],
    "preserve_insertion_order": [True, False],
}
ALIASES = {
    "bigint": ["bigint", "int8", "long", "INT64"],
    "varchar": ["varchar", "text", "string", "char", "varchar(3)"],
}
TEXTS = ["a", "A", "b", "é", "e", "", "{", "x'y"]
RESERVED = re.compile("_sluice_|_metadata$|_rescued_data$|_corrupt_record$", re.IGNORECASE)


@cache
def identifiers() -> list[str]:
    """Every alias and CTE of the macros' SQL, and words that mean something to an engine."""
    found = {"select", "order", "Key", "a b", 'q"uote', "x.y", "ä", "batch", "changes", "path"}
    for file in (PACKAGE / "macros").rglob("*.sql"):
        found |= set(re.findall(r"\bas (\w+)", file.read_text(encoding="utf-8")))
        found |= set(re.findall(r"(\w+) as \(", file.read_text(encoding="utf-8")))
    once: dict[str, str] = {}
    for name in sorted(found):
        if not RESERVED.match(name):
            once.setdefault(name.lower(), name)
    return sorted(once.values())


def offered() -> dict[str, list[Any]]:
    """The settings of an engine: a DuckLake is refused with `default_order: DESC`."""
    return SETTINGS | ({"default_order": ["ASC"]} if is_lake() else {})


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Any]:
    """Names of key, value, sequence and operation; settings; types; batches of events."""
    names = draw(st.lists(st.sampled_from(identifiers()), min_size=4, max_size=4, unique=True))
    event = st.fixed_dictionaries(
        {
            names[0]: st.sampled_from(["k", "K", "l"]),
            names[1]: st.none() | st.sampled_from(TEXTS),
            names[2]: st.integers(0, 6),
            names[3]: st.sampled_from(["U", "U", "U", "D"]),
        }
    )
    return {
        "names": names,
        "settings": {name: draw(st.sampled_from(values)) for name, values in offered().items()},
        "types": {name: draw(st.sampled_from(values)) for name, values in ALIASES.items()},
        "batches": draw(st.lists(st.lists(event, min_size=1, max_size=8), min_size=1, max_size=3)),
    }


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


@given(run=runs())
def test_names_settings_and_spellings_change_no_table(shared_project: Project, run: Any) -> None:
    """Convergence: the current rows and the history are those of the set of events."""
    project = shared_project
    key, value, seq, op = run["names"]
    settings(project, run["settings"])
    project.drop_database()
    landing = project.root / "landing"
    for file in landing.glob("*"):
        file.unlink()
    text, whole = run["types"]["varchar"], run["types"]["bigint"]
    hints = {key: text, value: text, seq: whole, op: text}
    streaming(project, "up", source(project, landing, columns=hints))
    read = "select * from {{ sluice.stream(ref('up')) }}"
    options = {
        "keys": [key],
        "sequence_by": seq,
        "apply_as_deletes": f"{quoted(op)} = 'D'",
        "column_list": [key, value],
        "start_at": "_begin",
        "end_at": "_end",
    }
    current = {name: option for name, option in options.items() if name[-3:] != "_at"}
    project.apply_changes("now", read, **current)
    project.apply_changes("history", read, stored_as_scd_type=2, **options)
    feed = Feed(
        keys=[key],
        sequence_by=seq,
        deletes=lambda event: event[op] == "D",
        columns=[key, value],
    )
    events: list[dict[str, Any]] = []
    for number, batch in enumerate(run["batches"]):
        land(landing, f"{number}.json", *batch)
        events += batch
        project.run()
        assert canonical(project.rows("now")) == canonical(feed.scd1(events))
        versions = [
            {
                {"valid_from": "_begin", "valid_to": "_end"}.get(name, name): v
                for name, v in row.items()
            }
            for row in feed.scd2(events)
        ]
        assert canonical(project.rows("history")) == canonical(versions)
