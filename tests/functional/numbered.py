"""Rows with an id and a name: `load` gives `raw.events` the next ones, `ids` reads a table."""

from __future__ import annotations

from collections.abc import Iterable

from project import Project

CURRENT = {"keys": ["id"], "sequence_by": "id"}


def load(project: Project, ids: Iterable[int]) -> None:
    """The rows that the next run appends to `up`."""
    project.load("events", [{"id": id, "name": f"n{id}"} for id in ids], id="integer", name="text")


def ids(project: Project, name: str) -> list[int]:
    """The ids in a table, each as often as it is there."""
    return sorted(row["id"] for row in project.rows(name))
