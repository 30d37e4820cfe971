"""What failed, in words, and for how long it has."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path
from typing import Any

from sluice.pipeline.troubles import first_line

DATASETS = ("model", "snapshot", "seed")


def kind_of(result: Any) -> str:
    """Return what a result of dbt is of: model, snapshot, seed, or test for all else."""
    kind = result.node.unique_id.partition(".")[0]
    return kind if kind in DATASETS else "test"


def what_failed(message: str) -> str:
    """Return the line of an error of dbt that says it; the first one says only where it was."""
    lines = message.strip().splitlines()
    head = len(lines) > 1 and re.match(r"\w+ Error in \w+ ", lines[0])
    return first_line("\n".join(lines[1:] if head else lines))


def logged_failures(log: Path) -> tuple[str, int] | None:
    """Return (moment of the first, number) of the failures in a row that `update.log` ends with.

    None where it ends with a good update, or can't be read.
    """
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    row = list(takewhile(lambda line: " COMPLETED " not in line, reversed(lines)))
    return (row[-1].partition(" ")[0], len(row)) if row else None
