"""What the page shows, as one dictionary that is ready for JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sluice.pipeline import event_log, history
from sluice.pipeline.database import Database
from sluice.pipeline.locations import flows, reads
from sluice.pipeline.quarantines import quarantines
from sluice.pipeline.status import status_of
from sluice.report.frequency import change_frequency

SAMPLES = 10
"""Rows of a quarantine."""
ORDER = ("late", "duplicate", "conflicts")


@dataclass
class Options:
    """What the page shows. updates: so many of the newest; values: those of rows, and messages.

    change_frequency: the model of how often keys change; after_update: whether it is written then.
    """

    updates: int = 100
    values: bool = True
    change_frequency: str | None = None
    after_update: bool = True


def report_data(database: Database, manifest: Any, options: Options) -> dict[str, Any]:
    """Return everything that the page shows.

    Without options.values no value of a row is in it, and no message of an error either, for those
    quote values. Raises ConfigurationError for a wrong change_frequency, and what connect() raises.
    """
    project = database.project
    status = status_of(database, manifest, options.updates)
    updates = list(reversed(status["updates"]))
    ids = [update["id"] for update in updates]
    nodes = flows(manifest)
    datasets = [
        {**row, "number": number, **described(nodes[row["unique_id"]], manifest)}
        for number, row in enumerate(status["datasets"])
    ]
    add_files(datasets, database, status["failed_files"])
    held = quarantines(database, manifest, (), SAMPLES if options.values else 0)
    done = history.last_done(database)
    for row in datasets:
        row["done_at"] = done.get(row["unique_id"])
        row["held"] = next(
            (found["rows"] for found in held if found["dataset"] == row["name"]), None
        )
    rules = joined_rules(datasets, status["expectations"], event_log.rules(database, ids), ids)
    runs = numbered_runs(datasets, history.runs(database, ids), ids)
    troubles = history.troubles(database, ids[-1]) if ids else []
    if not options.values:
        troubles = [{**trouble, "message": None} for trouble in troubles]
        status["failed_files"] = [{**file, "error": None} for file in status["failed_files"]]
    add_totals(updates, runs, first_readers(project, manifest, datasets))
    return {
        "project": project.config.project_name,
        "target": project.config.target_name,
        "written_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "with_values": options.values,
        "last": status["update"],
        "updates": updates,
        "datasets": datasets,
        "sources": sources(project, manifest, datasets),
        "rules": rules,
        "runs": runs,
        "order": [row for row in datasets if any(row[kind] is not None for kind in ORDER)],
        "troubles": troubles,
        "quarantines": held,
        "failed_files": status["failed_files"],
        "frequency": change_frequency(database, manifest, options.change_frequency, options.values),
    }


def described(node: Any, manifest: Any) -> dict[str, Any]:
    """Return what the project says of a dataset: kind, relation, description, inputs (ids)."""
    kind = node.resource_type.value
    return {
        "kind": node.config.materialized if kind == "model" else kind,
        "relation": f"{node.schema}.{node.alias or node.name}",
        "description": node.description or "",
        "path": node.original_file_path,
        "docs": f"{kind}/{node.unique_id}",
        "inputs": sorted(set(inputs_of(node, manifest))),
    }


def inputs_of(node: Any, manifest: Any) -> Iterator[str]:
    """Yield the ids of what a node reads; an ephemeral model is what it reads."""
    for unique_id in node.depends_on_nodes:
        read = manifest.nodes.get(unique_id)
        if read is not None and read.config.materialized == "ephemeral":
            yield from inputs_of(read, manifest)
        elif read is not None or unique_id in manifest.sources:
            yield unique_id


def add_files(
    datasets: list[dict[str, Any]], database: Database, failed: list[dict[str, Any]]
) -> None:
    """Give each dataset what it read from files, and how many of them it can't read."""
    read = history.files_read(database)
    for row in datasets:
        row["files"] = read.get(row["name"])
        row["failed_files"] = sum(file["dataset"] == row["name"] for file in failed)


def sources(project: Any, manifest: Any, datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sources that datasets read: unique_id, name, location (empty: a table)."""
    places = {source.unique_id: location for _node, source, location in reads(project, manifest)}
    read = sorted({unique_id for row in datasets for unique_id in row["inputs"]})
    return [
        {
            "unique_id": unique_id,
            "name": f"{source.source_name}.{source.name}",
            "location": places.get(unique_id, ""),
        }
        for unique_id in read
        if (source := manifest.sources.get(unique_id)) is not None
    ]


def first_readers(project: Any, manifest: Any, datasets: list[dict[str, Any]]) -> set[int]:
    """Return the numbers of the datasets where rows come in: readers of files, or of no dataset."""
    ids = {node.unique_id for node, _source, _location in reads(project, manifest)}
    known = {row["unique_id"] for row in datasets}
    return {row["number"] for row in datasets if row["unique_id"] in ids} or {
        row["number"] for row in datasets if not known & set(row["inputs"])
    }


def numbered_runs(
    datasets: list[dict[str, Any]], runs: list[dict[str, Any]], ids: list[str]
) -> list[dict[str, Any]]:
    """Return the runs with the numbers of their dataset and update, oldest first."""
    of_id = {row["unique_id"]: row["number"] for row in datasets}
    of_update = {update_id: number for number, update_id in enumerate(ids, 1)}
    found = [
        {
            "update": of_update[run["update_id"]],
            "dataset": of_id[run["unique_id"]],
            **{key: value for key, value in run.items() if not key.endswith("_id")},
        }
        for run in runs
        if run["unique_id"] in of_id
    ]
    return sorted(found, key=lambda run: (run["update"], run["dataset"]))


def joined_rules(
    datasets: list[dict[str, Any]],
    last: list[dict[str, Any]],
    logged: list[dict[str, Any]],
    ids: list[str],
) -> list[dict[str, Any]]:
    """Return the rules: number, dataset, name, on_violation, passed and failed of the last run.

    runs: (number of the update, passed, failed) of each run in these updates. passed and failed are
    None where the dataset's last run did not judge the rule.
    """
    of_update = {update_id: number for number, update_id in enumerate(ids, 1)}
    counts: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    kinds: dict[tuple[str, str], str] = {}
    for row in logged:
        pair = row["dataset"], row["name"]
        kinds[pair] = row["on_violation"]
        counts[pair].append((of_update[row["update_id"]], row["passed"], row["failed"]))
    newest = {(row["dataset"], row["name"]): row for row in last}
    numbers = {row["name"]: row["number"] for row in reversed(datasets)}
    pairs = sorted({pair for pair in (*newest, *counts) if pair[0] in numbers})
    return [
        {
            "number": number,
            "dataset": numbers[pair[0]],
            "dataset_name": pair[0],
            "name": pair[1],
            "on_violation": newest.get(pair, {}).get("on_violation") or kinds.get(pair),
            "passed": newest.get(pair, {}).get("passed"),
            "failed": newest.get(pair, {}).get("failed"),
            "runs": sorted(counts[pair]),
        }
        for number, pair in enumerate(pairs)
    ]


def add_totals(
    updates: list[dict[str, Any]], runs: list[dict[str, Any]], readers: set[int]
) -> None:
    """Give each update its number, the rows that it read and dropped, and what failed."""
    for number, update in enumerate(updates, 1):
        own = [run for run in runs if run["update"] == number]
        update["number"] = number
        update["rows_in"] = sum(run["rows_in"] or 0 for run in own if run["dataset"] in readers)
        update["dropped"] = sum(run["dropped"] or 0 for run in own)
        update["failed"] = [run["dataset"] for run in own if run["status"] == "FAILED"]
