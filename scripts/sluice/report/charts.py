"""The charts of the page: Vega-Lite specifications, and the tables of rows that they draw.

Field names and titles are ours; what comes from the project or its data stands in rows only, where
Vega reads no expression.
"""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]

GRADES = ("none", "under 1 %", "1 to 10 %", "over 10 %")
"""Of a rule in an update, by the share of rows that broke it."""
LONG_GRADES = 40
"""Rules in the overview of all, at most; those that were broken come first."""

UPDATE: Spec = {
    "field": "update",
    "type": "ordinal",
    "title": "update, oldest to newest",
    "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 12, "ticks": False},
}


def tip(field: str, title: str, spec: str | None = None) -> Spec:
    """Return a line of a tooltip; spec: d3's format of a number."""
    kind = {"type": "quantitative", "format": spec} if spec else {"type": "nominal"}
    return {"field": field, "title": title, **kind}


WHEN = [tip("update", "update"), tip("at", "started (UTC)")]


def count(title: str, field: str = "rows") -> Spec:
    """Return the axis of a number of rows."""
    axis = {"format": "~s", "tickMinStep": 1, "tickCount": 5}
    return {"field": field, "type": "quantitative", "title": title, "axis": axis}


def colored(names: dict[str, str], field: str = "kind") -> Spec:
    """Return colours of kinds: name -> one of the page's colours, which the page fills in."""
    scale = {"domain": list(names), "range": [f"--{color}" for color in names.values()]}
    return {"field": field, "type": "nominal", "scale": scale, "title": None}


def folded(kinds: dict[str, str]) -> list[Spec]:
    """Return the transform of columns to rows of (kind, rows), under the names that are shown."""
    return [{"calculate": f"datum['{column}']", "as": name} for column, name in kinds.items()] + [
        {"fold": list(kinds.values()), "as": ["kind", "rows"]},
        {"filter": "isValid(datum.rows)"},
    ]


SECONDS: Spec = {
    "mark": {"type": "bar", "cornerRadiusEnd": 2},
    "encoding": {
        "x": UPDATE,
        "y": {"field": "seconds", "type": "quantitative", "title": "seconds"},
        "color": colored(
            {"completed": "calm", "failed": "bad", "skipped": "faint", "running": "warn"}, "status"
        ),
        "tooltip": [*WHEN, tip("status", "status"), tip("seconds", "seconds", ",.1f")],
    },
}
ROWS: Spec = {
    "transform": folded({"rows_in": "read", "dropped": "to the quarantine"}),
    "mark": {"type": "line", "point": {"size": 28}},
    "encoding": {
        "x": UPDATE,
        "y": count("rows"),
        "color": colored({"read": "calm", "to the quarantine": "warn"}),
        "tooltip": [*WHEN, tip("kind", "rows"), tip("rows", "count", ",d")],
    },
}
DATASET_ROWS: Spec = {
    "transform": folded({"rows_in": "in", "rows_out": "out", "dropped": "to the quarantine"}),
    "mark": {"type": "line", "point": {"size": 28}},
    "encoding": {
        "x": UPDATE,
        "y": count("rows"),
        "color": colored({"in": "calm", "out": "cool", "to the quarantine": "warn"}),
        "tooltip": [*WHEN, tip("kind", "rows"), tip("rows", "count", ",d")],
    },
}
ORDER: Spec = {
    "transform": folded({"late": "late", "duplicate": "duplicate", "conflicts": "conflicting"}),
    "mark": {"type": "bar"},
    "encoding": {
        "x": UPDATE,
        "y": {**count("events"), "aggregate": "sum"},
        "color": colored({"late": "cool", "duplicate": "faint", "conflicting": "bad"}),
        "tooltip": [*WHEN, tip("kind", "events"),
                    {**tip("rows", "count", ",d"), "aggregate": "sum"}],
    },
}  # fmt: skip
PASSED: Spec = {
    "mark": {"type": "line", "point": {"size": 28}},
    "encoding": {
        "x": UPDATE,
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": "rows that passed",
            "axis": {"format": ".1~%", "tickCount": 5},
            "scale": {"zero": False, "nice": True},
        },
        "color": {"field": "name", "type": "nominal", "title": None, "sort": None},
        "tooltip": [*WHEN, tip("name", "rule"), tip("share", "passed", ".2%"),
                    tip("failed", "rows that broke it", ",d")],
    },
}  # fmt: skip
GRADED: Spec = {
    "mark": {"type": "rect", "cornerRadius": 1},
    "height": 20,
    "encoding": {
        "x": {**UPDATE, "scale": {"paddingInner": 0.08}},
        "y": {
            "field": "label",
            "type": "nominal",
            "title": None,
            "sort": None,
            "scale": {"paddingInner": 0.12},
        },
        "color": colored(
            dict(zip(GRADES, ("good-soft", "warn-soft", "warn", "bad"), strict=True)), "grade"
        ),
        "tooltip": [*WHEN, tip("label", "rule"), tip("share", "passed", ".2%"),
                    tip("failed", "rows that broke it", ",d")],
    },
}  # fmt: skip
FREQUENCY: Spec = {
    "mark": {"type": "bar", "cornerRadiusEnd": 2, "color": "--calm"},
    "encoding": {
        "x": {
            "field": "changes",
            "type": "ordinal",
            "sort": None,
            "title": "changes of a key",
            "axis": {"labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8},
        },
        "y": count("keys", "keys"),
        "tooltip": [tip("changes", "changes"), tip("keys", "keys", ",d")],
    },
}
CHARTS: dict[str, Spec] = {
    "seconds": {"table": "updates", "spec": SECONDS},
    "rows": {"table": "updates", "spec": ROWS},
    "order": {"table": "runs", "spec": ORDER},
    "graded": {"table": "rules", "spec": GRADED},
    "frequency": {"table": "frequency", "spec": FREQUENCY},
    "dataset_rows": {"table": "runs", "spec": DATASET_ROWS},
    "dataset_seconds": {"table": "runs", "spec": SECONDS},
    "dataset_order": {"table": "runs", "spec": ORDER},
    "dataset_passed": {"table": "rules", "spec": PASSED},
}
"""A chart's table, of which one that is of a dataset gets the dataset's rows."""


def payload(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's script draws: charts, and tables as {columns, rows}."""
    frequency = data["frequency"] or {"bars": []}
    return {
        "written_at": data["written_at"],
        "charts": CHARTS,
        "tables": {
            "updates": table(
                ("update", "at", "status", "seconds", "rows_in", "dropped"),
                [
                    {
                        **row,
                        "update": row["number"],
                        "at": moment(row),
                        "status": row["status"].lower(),
                    }
                    for row in data["updates"]
                ],
            ),
            "runs": table(
                (
                    "update",
                    "dataset",
                    "status",
                    "rows_in",
                    "rows_out",
                    "dropped",
                    "late",
                    "duplicate",
                    "conflicts",
                    "seconds",
                ),
                [{**row, "status": row["status"].lower()} for row in data["runs"]],
            ),
            "rules": table(
                ("update", "dataset", "name", "label", "share", "failed", "grade", "shown"),
                graded(data["rules"]),
            ),
            "frequency": table(
                ("changes", "keys"),
                [{"changes": label, "keys": keys} for label, keys in frequency["bars"]],
            ),
        },
    }


def table(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return rows without their keys, for many repeat them."""
    found = [[row[column] for column in columns] for row in rows]
    return {"columns": columns, "rows": found}


def moment(update: dict[str, Any]) -> str:
    """Return when an update started, to the second."""
    return (update["started_at"] or "")[:19].replace("T", " ")


def worst_first(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules, those that most rows broke first, then by dataset and name."""
    return sorted(rules, key=lambda rule: -sum(failed for _, _, failed in rule["runs"]))


def graded(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each rule and update that judged rows; shown: whether in the overview."""
    found = []
    for place, rule in enumerate(worst_first(rules)):
        for update, passed, failed in rule["runs"]:
            if not passed + failed:
                continue
            share = failed / (passed + failed)
            found.append(
                {
                    "update": update,
                    "dataset": rule["dataset"],
                    "name": rule["name"],
                    "label": f"{rule['name']} · {rule['dataset_name']}",
                    "share": 1 - share,
                    "failed": failed,
                    "grade": grade(share),
                    "shown": place < LONG_GRADES,
                }
            )
    return found


def grade(share: float) -> str:
    """Return the grade of a share of rows that broke a rule."""
    return GRADES[(share > 0) + (share >= 0.01) + (share > 0.1)]
