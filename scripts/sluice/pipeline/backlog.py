"""What waits to be read: files of a location that the ledger lacks, batches behind a checkpoint."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sluice.pipeline.database import Database
from sluice.pipeline.locations import flows, listed_files, reads
from sluice.pipeline.sql import literal


def waiting(database: Database, manifest: Any) -> dict[str, int | None]:
    """Return how much each dataset that keeps a checkpoint has not read: unique id -> count.

    Files for a reader of files, batches for a reader of streams, their sum for both; None where
    the location can't be listed. Other nodes have no entry. A file that could not be read counts:
    it is tried again. One that is rewritten in place (allow_overwrites) is not looked at.
    """
    counts: dict[str, int | None] = {}
    by_relation = {relation_id(node): unique_id for unique_id, node in flows(manifest).items()}
    for reader, batches in waiting_batches(database).items():
        if reader in by_relation:
            counts[by_relation[reader]] = batches
    has_ledger = database.has("files")
    for node, source, location in reads(database.project, manifest):
        known = None
        if has_ledger:
            known = (
                f"select path from {database.relation('files')}"
                f" where relation = {literal(relation_id(node))}"
                " and status in ('INGESTED', 'EXISTING') and cleaned_at is null"
            )
        files = listed_files(database, manifest, location, known, source)
        have = counts.get(node.unique_id, 0)
        counts[node.unique_id] = None if files is None or have is None else have + files
    return counts


def relation_id(node: Any) -> str:
    """Return what our tables call a dataset: `schema.name`, in small letters."""
    return f"{node.schema}.{node.alias or node.name}".lower()


def waiting_batches(database: Database) -> Counter[str]:
    """Return how many batches each reader is behind what it reads, by relation_id()."""
    behind: Counter[str] = Counter()
    if not database.has("checkpoints"):
        return behind
    reached: dict[tuple[str, str], tuple[int, int]] = {}
    for row in database.query(
        f"select dataset, source, epoch, max(batch) as batch"
        f" from {database.relation('checkpoints')} group by dataset, source, epoch"
    ):
        pair, position = (row["dataset"], row["source"]), (row["epoch"], row["batch"])
        reached[pair] = max(reached.get(pair, position), position)
    for (reader, source), (epoch, batch) in reached.items():
        if reader != source and (source, source) in reached:
            head_epoch, head = reached[source, source]
            behind[reader] += head - batch if epoch == head_epoch else head
    return behind
