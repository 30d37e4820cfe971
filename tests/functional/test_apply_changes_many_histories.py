"""Hundreds of random histories in one go, on every engine: a history's number is a part of the key.

So one run of dbt takes a batch of each, and the tables are compared with the plain-Python reference
row by row: a current table, a history and a snapshot. The events come late, twice, tied and with
hostile texts; a truncate would end the histories of the others, so there is none. SLUICE_HISTORIES
is how many there are, SLUICE_SEED which.
"""

from __future__ import annotations

import os
import random

from project import Project
from random_events import HISTORY_TYPES, history
from reference import Event, Feed
from targets import Trio

NUMBER = int(os.environ.get("SLUICE_HISTORIES", "300"))
SEED = int(os.environ.get("SLUICE_SEED", "1"))
REFERENCE = Feed(
    keys=["h", "k"],
    sequence_by="n",
    deletes=lambda event: event["op"] == "D",
    except_columns=["n", "op"],
)


def test_many_histories(project: Project) -> None:
    """In three batches, each with events of the one before once more."""
    chance = random.Random(SEED)
    events = [event for number in range(NUMBER) for event in history(number, chance)]
    chance.shuffle(events)
    trio = Trio(project, HISTORY_TYPES)
    trio.write(
        keys=["h", "k"], apply_as_truncates=None, apply_as_deletes="op = 'D'", sequence_by="n"
    )
    third = len(events) // 3
    landed: list[Event] = []
    for first in (0, third, 2 * third):
        last = len(events) if first == 2 * third else first + third
        batch = events[first:last]
        run = trio.run(*batch, *chance.sample(landed, min(50, len(landed))))
        assert run.success, run.messages
        landed += batch
        trio.equals(REFERENCE, landed)
