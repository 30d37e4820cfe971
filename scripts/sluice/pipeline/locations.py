"""The places of files: where a source's files are, and how many are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sluice.pipeline.database import Database
from sluice.pipeline.errors import SluiceError
from sluice.pipeline.project import Project

READS_FILES = "macro.sluice.read_files"


def flows(manifest: Any) -> dict[str, Any]:
    """Return the nodes that make a table or a view, of all packages: unique id -> node."""
    kinds = ("model", "snapshot", "seed")
    return {
        unique_id: node
        for unique_id, node in manifest.nodes.items()
        if node.resource_type.value in kinds and node.config.materialized != "ephemeral"
    }


def reads(project: Project, manifest: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield (node, source, location) of each source that a node reads by read_files()."""
    for node in flows(manifest).values():
        if READS_FILES not in node.depends_on.macros:
            continue
        for source_id in node.depends_on.nodes:
            source = manifest.sources.get(source_id)
            if source and (location := location_of(project, source)):
                yield node, source, location


def location_of(project: Project, source: Any) -> str:
    """Return where the files of a source are, as dbt's adapter has it; empty if it has none."""
    from dbt.adapters.factory import get_relation_class_by_name

    kind = get_relation_class_by_name(project.credentials.type)
    relation = kind.create_from(SimpleNamespace(quoting={}), source)
    return str(getattr(relation, "external", None) or "").strip("'")


def listed_files(
    database: Database, manifest: Any, location: str, known: str | None = None, source: Any = None
) -> int | None:
    """Return how many finished files are at a location; None if it can't be told.

    known: a query of paths that do not count. source: whose options say which files it reads; one
    that goes by their time can't be told.
    """
    meta = {**source.meta, **(source.config.meta or {})} if source else {}
    if meta.get("modified_after") or meta.get("modified_before"):
        return None
    listing = database.call(manifest, "listed_paths", location=location)
    name = database.call(manifest, "file_name_expression", path="path")
    new = f"and path not in ({known})" if known else ""
    if meta.get("path_glob_filter"):
        new += " and " + database.call(
            manifest, "file_name_condition", glob=meta["path_glob_filter"]
        )
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


def empty_locations(database: Database, manifest: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield (node, source, message) of each location where no file is, or that can't be listed."""
    for node, source, location in reads(database.project, manifest):
        files = listed_files(database, manifest, location)
        if files:
            continue
        folder = folder_of(location)
        found = "an empty place"
        if files is None:
            found = "a place that can't be listed"
        elif folder is not None and not folder.is_dir():
            found = f"no folder {folder}"
        message = (
            f"no file is at {location}, found: {found}; way out: land files there, bring the folder"
            f" back, or correct external_location of {source.source_name}.{source.name}"
        )
        yield node, source, message


def folder_of(location: str, kind: type[Path] = Path) -> Path | None:
    """Return the folder of a location, before its first wildcard; None if it is not on this disk.

    A location without wildcards that ends like a file is one. kind: of the system's paths.
    """
    if "://" in location:
        return None
    plain = []
    parts = kind(location).parts
    for part in parts:
        if any(sign in part for sign in "*?["):
            break
        plain.append(part)
    folder = kind(*plain)
    return folder.parent if folder.suffix and len(plain) == len(parts) else folder
