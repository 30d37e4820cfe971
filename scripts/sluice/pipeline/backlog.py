"""What waits to be read: files of a location that the ledger lacks, batches behind a checkpoint."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

from sluice.pipeline.database import Database
from sluice.pipeline.errors import SluiceError

READS_FILES = "macro.sluice.read_files"


def flows(manifest: Any) -> dict[str, Any]:
    """Return the nodes that make a table or a view, of all packages: unique id -> node."""
    kinds = ("model", "snapshot", "seed")
    return {
        unique_id: node
        for unique_id, node in manifest.nodes.items()
        if node.resource_type.value in kinds and node.config.materialized != "ephemeral"
    }


def waiting(database: Database, manifest: Any) -> dict[str, int | None]:
    """Return how much each dataset that keeps a checkpoint has not read: unique id -> count.

    Files for a reader of files, batches for a reader of streams, their sum for both; None where
    the location can't be listed. Other nodes have no entry.
    """
    counts: dict[str, int | None] = {}
    by_relation = {relation_id(node): unique_id for unique_id, node in flows(manifest).items()}
    for reader, batches in waiting_batches(database).items():
        if reader in by_relation:
            counts[by_relation[reader]] = batches
    for unique_id, node in flows(manifest).items():
        if READS_FILES not in node.depends_on.macros:
            continue
        for source_id in node.depends_on.nodes:
            if source := manifest.sources.get(source_id):
                files = waiting_files(database, manifest, node, source)
                have = counts.get(unique_id, 0)
                counts[unique_id] = None if files is None or have is None else have + files
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


def waiting_files(database: Database, manifest: Any, node: Any, source: Any) -> int | None:
    """Return how many files of a source's location a node has not read; None if it can't be told.

    A file that could not be read counts: it is tried again. One that is rewritten in place
    (allow_overwrites) is not looked at.
    """
    location = location_of(database, source)
    if not location:
        return 0
    known = None
    if database.has("files"):
        known = (
            f"select path from {database.relation('files')}"
            f" where relation = {database.literal(relation_id(node))}"
            " and status = 'INGESTED' and cleaned_at is null"
        )
    return listed_files(database, manifest, location, known)


def listed_files(
    database: Database, manifest: Any, location: str, known: str | None = None
) -> int | None:
    """Return how many finished files are at a location; None if it can't be told.

    known: a query of paths that do not count.
    """
    listing = database.call(manifest, "listed_paths", location=location)
    name = database.call(manifest, "file_name_expression", path="path")
    new = f"and path not in ({known})" if known else ""
    try:
        return database.query(
            f"""
            select count(*) as files
            from ({listing}) as _sluice_listing
            where substr({name}, 1, 1) not in ('.', '_') {new}
            """
        )[0]["files"]
    except SluiceError:
        return None


def location_of(database: Database, source: Any) -> str:
    """Return where the files of a source are, as dbt's adapter has it; empty if it has none."""
    quoting = SimpleNamespace(quoting={})
    relation = database.adapter.Relation.create_from(quoting, source)
    return str(getattr(relation, "external", None) or "").strip("'")
