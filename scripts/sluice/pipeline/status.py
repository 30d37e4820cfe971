"""How the pipeline stands: its last updates, each dataset as it last ran, what waits."""

from __future__ import annotations

from typing import Any

from sluice.pipeline import event_log
from sluice.pipeline.backlog import waiting
from sluice.pipeline.database import Database
from sluice.pipeline.locations import flows

LAYERS = ("seeds", "bronze", "silver", "gold", "snapshots")
"""Datasets are shown in this order, then by layer and name."""


def status_of(database: Database, manifest: Any, limit: int) -> dict[str, Any]:
    """Return how the pipeline stands, ready for JSON.

    update: the newest, or None; updates: the newest, up to a limit; datasets; expectations;
    failed_files. A dataset's figures are those of its own last run, whichever update that was in;
    its status is NEW before the first.
    """
    nodes = flows(manifest)
    updates = event_log.updates(database, limit)
    last = [row for row in event_log.datasets(database) if row["unique_id"] in nodes]
    backlog = waiting(database, manifest)
    found = {row["unique_id"]: row for row in last}
    new = dict.fromkeys(event_log.FIGURES)
    datasets = [
        {
            "name": node.name,
            "status": "NEW",
            **new,
            **found.get(unique_id, {}),
            "unique_id": unique_id,
            "layer": layer(node),
            "waiting": backlog.get(unique_id),
        }
        for unique_id, node in nodes.items()
    ]
    rank = {name: number for number, name in enumerate(LAYERS)}
    datasets.sort(key=lambda row: (rank.get(row["layer"], len(rank)), row["layer"], row["name"]))
    return {
        "update": updates[0] if updates else None,
        "updates": updates,
        "datasets": datasets,
        "expectations": event_log.expectations(database, last),
        "failed_files": event_log.failed_files(database),
    }


def layer(node: Any) -> str:
    """Return the first folder below the project's models/, or the kind of a seed or snapshot."""
    if node.resource_type.value != "model":
        return f"{node.resource_type.value}s"
    folders = node.fqn[1:-1]
    return folders[0] if folders else ""
