"""The `data_type` of a source's column is the type of its field, as dbt's users write it."""

from __future__ import annotations

import json
from typing import Any

from project import Project
from sources import rows, source


def declare(project: Project, fields: list[dict[str, Any]], **meta: Any) -> None:
    """A source with these columns, and a streaming table `orders` over it."""
    landing = project.root / "landing"
    landing.mkdir(exist_ok=True)
    source(project, "orders", landing)
    meta = {"external_location": str(landing), **meta}
    table = {"name": "orders", "columns": fields, "config": {"meta": meta}}
    sources = {"sources": [{"name": "landing_orders", "tables": [table]}]}
    project.write("models/source_orders.yml", json.dumps(sources))
    line = {"id": 1, "Total": "1.50", "day": "2026-01-01", "note": "n"}
    (landing / "a.json").write_text(json.dumps(line))


def test_data_types_are_hints(project: Project) -> None:
    """In their order; `meta.columns` overrules and names others; what has no type is found."""
    columns = [
        {"name": "day", "data_type": "date"},
        {"name": "total", "data_type": "varchar"},
        {"name": "note", "description": "free text"},
        {"name": "id", "data_type": "int8"},
    ]
    declare(project, columns, columns={"Total": "decimal(12, 2)", "more": "boolean"})
    project.run()
    found = project.columns("orders")
    names = ["day", "Total", "id", "more", "note"]
    assert [name for name in found if name in names] == names
    assert [found[name] for name in names] == [
        "DATE",
        "DECIMAL(12,2)",
        "BIGINT",
        "BOOLEAN",
        "VARCHAR",
    ]
    (row,) = rows(project, "orders")
    assert (str(row["Total"]), str(row["day"]), row["id"]) == ("1.50", "2026-01-01", 1)
    assert "_rescued_data" not in row


def test_a_data_type_that_is_none(project: Project) -> None:
    """The same error as for `meta.columns`."""
    declare(project, [{"name": "total", "data_type": "decimel"}])
    error = project.run_expecting_error()
    assert "the type of total must be an SQL type, found: decimel" in error
