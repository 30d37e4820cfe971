"""Writing nodes: any model or snapshot with its YAML, a streaming table, a reader of one.

Most tests have a streaming table `up` over `raw.events` (the query EVENTS) and read it as a stream
(the query STREAM). `load` gives its next rows, `names` has the rows of a reader, and KINDS the
configuration of a reader of each kind.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from project import Project

EVENTS = "select * from raw.events"
STREAM = "select * from {{ sluice.stream(ref('up')) }}"
CDC = {"keys": ["id"], "sequence_by": "seq"}
TYPES = {"id": "integer", "name": "text", "seq": "integer"}

KINDS = {
    "rows_of": {"config": {"materialized": "streaming_table"}},
    "current_of": {"config": {"materialized": "apply_changes", "meta": CDC}},
    "history_of": {
        "kind": "snapshots",
        "config": {
            "strategy": "sluice.apply_changes",
            "unique_key": "id",
            "meta": {"sequence_by": "seq"},
        },
    },
}


EVENT_LOG = {
    f"source.sluice.sluice.{name}"
    for name in ("event_log", "updates", "flows", "data_quality", "files")
}
"""The event log as dbt sources, which every project gets."""


def load(project: Project, *rows: tuple[int, str | None, int], **types: str) -> None:
    """What the next run appends to `up`: id, name, seq."""
    types = {**TYPES, **types}
    project.load("events", [dict(zip(types, row, strict=True)) for row in rows], **types)


def node(
    project: Project, name: str, text: str, *, kind: str = "models", **properties: Any
) -> None:
    """Write a model or snapshot with all that YAML can say about it."""
    if kind == "snapshots":
        text = f"{{% snapshot {name} %}}\n{text}\n{{% endsnapshot %}}"
    project.write(f"{kind}/{name}.sql", text)
    project.write(f"{kind}/{name}.yml", json.dumps({kind: [{"name": name, **properties}]}))


def streaming(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write a streaming table."""
    project.model(name, text, materialized="streaming_table", **config)


def current(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write an apply_changes model."""
    meta = {**CDC, **config.pop("meta", {})}
    project.model(name, text, materialized="apply_changes", meta=meta, **config)


def names(project: Project, table: str) -> list[tuple]:
    """The rows of a table as (id, name), sorted."""
    return sorted((row["id"], row["name"]) for row in project.rows(table))


def of_the_package(manifest: Mapping[str, Any]) -> list[str]:
    """What a manifest holds of sluice besides macros, hooks, docs blocks and the event log."""
    kinds = ["nodes", "sources", "exposures", "metrics", "unit_tests", "saved_queries", "groups"]
    return [
        unique_id
        for kind in kinds
        for unique_id, node in manifest[kind].items()
        if node["package_name"] == "sluice"
        and node["resource_type"] != "operation"
        and unique_id not in EVENT_LOG
    ]
