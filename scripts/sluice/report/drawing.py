"""The pipeline as boxes and arrows, with the words and figures that stand on them."""

from __future__ import annotations

from typing import Any

from sluice.report.picture import HEIGHT, WIDTH, picture

NAME_LENGTH = 25
"""Characters that a box has room for."""
MANY = 1000
"""From so many rows on, arrows have thousands and millions."""


def drawing(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the picture's template draws: width, height, columns, boxes, arrows."""
    boxes = {row["unique_id"]: source_box(row) for row in data["sources"]}
    boxes |= {row["unique_id"]: dataset_box(row, data) for row in data["datasets"]}
    edges = [(read, row["unique_id"]) for row in data["datasets"] for read in row["inputs"]]
    found = picture(list(boxes), edges)
    place = {unique_id: found.columns.index(x) for unique_id, (x, _) in found.boxes.items()}
    layers: list[list[str]] = [[] for _ in found.columns]
    for unique_id, box in boxes.items():
        if box["layer"] and box["layer"] not in layers[place[unique_id]]:
            layers[place[unique_id]].append(box["layer"])
    rows = {row["unique_id"]: row for row in data["datasets"]}
    return {
        "width": found.width,
        "height": found.height,
        "box": (WIDTH, HEIGHT),
        "columns": list(zip(found.columns, map(", ".join, layers), strict=True)),
        "boxes": [{**boxes[key], "x": x, "y": y} for key, (x, y) in found.boxes.items()],
        "arrows": [
            {"path": path, "label": arrow_rows(rows[end], boxes[end]), "x": x, "y": y,
             "state": "earlier" if boxes[end]["earlier"] else boxes[end]["state"]}
            for (_start, end), path, (x, y) in found.arrows
        ],
    }  # fmt: skip


def source_box(source: dict[str, Any]) -> dict[str, Any]:
    """Return the box of a source."""
    return {
        "link": None,
        "state": "source",
        "broken": False,
        "earlier": False,
        "layer": "sources",
        "name": short(source["name"]),
        "sign": "",
        "lines": [short(source["location"] or "a table", 29)],
        "title": f"Source {source['name']} {source['location']}".strip(),
    }


def dataset_box(row: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return the box of a dataset: its figures, and its rules kept or broken."""
    judged = [
        rule for rule in data["rules"]
        if rule["dataset"] == row["number"] and rule["passed"] is not None
    ]  # fmt: skip
    kept = sum(not rule["failed"] for rule in judged)
    figures = f"{row['kind']}"
    if row["rows_in"] is not None:
        figures = f"{row['rows_in']:,} in"
        figures += "" if row["rows_out"] is None else f", {row['rows_out']:,} out"
    notes = [f"{kept} of {len(judged)} rules kept"] if judged else []
    notes += [f"{row['dropped']:,} dropped"] if row["dropped"] else []
    notes += [f"{row['waiting']:,} waiting"] if row["waiting"] else []
    if row["status"] in ("FAILED", "SKIPPED", "NEW"):
        notes = [{"FAILED": "failed", "SKIPPED": "skipped", "NEW": "not run yet"}[row["status"]]]
    state = {"COMPLETED": "done", "FAILED": "bad", "SKIPPED": "skipped", "NEW": "new"}
    update = data["last"]
    return {
        "link": f"dataset-{row['number']}",
        "state": state.get(row["status"], "done"),
        "broken": kept < len(judged),
        "earlier": bool(update and row["update_id"] not in (None, update["id"])),
        "layer": row["layer"],
        "name": short(row["name"]),
        "lines": [figures, " · ".join(notes)],
        "title": f"{row['name']}: {row['status'].lower()}, {figures}, {', '.join(notes)}",
    }


def arrow_rows(row: dict[str, Any], box: dict[str, Any]) -> str:
    """Return the rows that went along the arrow into a dataset: where it reads one thing only."""
    if len(row["inputs"]) != 1 or row["rows_in"] is None or box["earlier"]:
        return ""
    count, unit = row["rows_in"], ""
    for larger in ("k", "M", "G"):
        if count >= MANY:
            count, unit = count / MANY, larger
    return f"{count:.3g}{unit}" if unit else str(count)


def short(text: str, length: int = NAME_LENGTH) -> str:
    """Return a text that fits, without its middle where it is too long: ends tell names apart."""
    if len(text) <= length:
        return text
    head = length * 3 // 5
    return f"{text[:head]}…{text[head + 1 - length :]}"
