"""The page as text: one HTML file that needs no network and lets nothing in."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sluice.report.charts import payload, worst_first
from sluice.report.drawing import drawing

SIGNS = {"COMPLETED": "✓", "FAILED": "✕", "SKIPPED": "↷", "RUNNING": "…", "NEW": "○"}
"""A status has a sign and a word beside its colour."""
VALUE_LENGTH = 120
"""Characters of a value that are shown."""


def page(data: dict[str, Any], libraries: str, docs: str | None = None) -> str:
    """Return the page of report_data(). libraries: of chart_scripts(); docs: link to dbt's site.

    Only scripts whose hashes the page's own policy names run, so a script in a value could not even
    where it got in as one. Nothing may be fetched and no form be sent.
    """
    environment = templates()
    own = source("page.js")
    return environment.get_template("page.html").render(
        data=data,
        docs=docs,
        drawing=drawing(data),
        health=health(data),
        rules=worst_first(data["rules"]),
        style=Markup(source("page.css")),
        libraries=Markup(libraries),
        script=Markup(own),
        policy=policy(libraries, own),
        payload=as_json(payload(data)),
    )


@cache
def templates() -> Environment:
    """Return Jinja with our templates and filters; what it fills in is escaped."""
    environment = Environment(
        loader=PackageLoader("sluice.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=number,
        percent=percent,
        when=when,
        ago=ago,
        shown=shown,
        seconds=seconds,
        status=status,
    )
    return environment


def source(name: str) -> str:
    """Return a file of the templates' folder."""
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def policy(*scripts: str) -> str:
    """Return the page's Content-Security-Policy: these scripts, our style, and no connection."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; connect-src 'none';"
        " form-action 'none'; base-uri 'none'"
    )


def as_json(value: Any) -> Markup:
    """Return JSON that may stand in a script tag: no text of it can end the tag."""
    text = json.dumps(value, default=str, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def health(data: dict[str, Any]) -> dict[str, Any]:
    """Return how the pipeline is: state (bad, warn, good or new), word, and what needs a look.

    reasons: (text, id of the place on the page). Rows that break a rule which warns or drops are
    what the rule is for; they make no pipeline ill.
    """
    update = data["last"]
    if update is None:
        return {"state": "new", "word": "No update yet", "reasons": []}
    failed = [row for row in data["datasets"] if row["status"] == "FAILED"]
    reasons = [
        (f"{row['name']} failed when it last ran", f"dataset-{row['number']}") for row in failed
    ]
    if update["status"] == "FAILED" and not failed:
        reasons.append(("The last update failed", "last-update"))
    bad = bool(reasons)
    if count := sum(row["status"] == "SKIPPED" for row in data["datasets"]):
        reasons.append((f"{plural(count, 'dataset')} skipped in the last run", "datasets"))
    if count := len(data["failed_files"]):
        reasons.append((f"{plural(count, 'file')} can't be read", "files"))
    reasons += [
        (f"{row['name']}: {plural(row['conflicts'], 'conflict')}", "order")
        for row in data["order"]
        if row["conflicts"]
    ]
    if bad:
        return {"state": "bad", "word": "Failed", "reasons": reasons}
    if reasons:
        return {"state": "warn", "word": "Needs a look", "reasons": reasons}
    word = "Running" if update["status"] == "RUNNING" else "Healthy"
    return {"state": "good", "word": word, "reasons": []}


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def status(name: str) -> str:
    """Return a status as a sign and a word."""
    return f"{SIGNS.get(name, '·')} {'not run yet' if name == 'NEW' else name.lower()}"


def number(value: float | None) -> str:
    """Return a count as text, a dash for none."""
    return "-" if value is None else f"{value:,}"


def seconds(value: float | None) -> str:
    """Return seconds as text, a dash for none."""
    return "-" if value is None else f"{value:,.1f} s"


def percent(part: float, whole: float) -> str:
    """Return a share as text; only all is 100 %, and only nothing 0 %."""
    if not whole:
        return "-"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "under 0.1 %"
    if 99.9 < share < 100:
        return "over 99.9 %"
    return f"{share:.1f}".removesuffix(".0") + " %"


def when(moment: str | None) -> str:
    """Return a moment (ISO 8601, UTC) to the minute, a dash for none."""
    return moment[:16].replace("T", " ") if moment else "-"


def ago(moment: str | None, now: str) -> str:
    """Return how long before another moment it was, in the largest unit."""
    if not moment:
        return "never"
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(moment)
    for unit, length in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        if passed >= length:
            return f"{plural(passed // length, unit)} before"
    return "just before"


def shown(value: Any) -> str:
    """Return a value as a text of bearable length; of a file's metadata its name."""
    if isinstance(value, dict):
        value = value.get("file_name") or json.dumps(value, default=str, ensure_ascii=False)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= VALUE_LENGTH else text[:VALUE_LENGTH] + "…"
