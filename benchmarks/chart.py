"""The chart of README.md: seconds of a batch and versions lost, a bar a side, as SVG text."""

from __future__ import annotations

from html import escape
from statistics import median
from typing import Any

ROW, BAR, TOP = 30, 16, 58  # pixels
LABELS, WIDE, GAP = 260, 220, 70
"""Widths of the labels, of a panel's longest bar, and of the room for its figures."""

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 }
.bar { fill: #8c959f }
.own { fill: #1f6feb }
@media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .bar { fill: #6e7681 }
    .own { fill: #58a6ff }
}
"""


def draw(found: dict[str, Any]) -> str:
    """The chart of a result."""
    sides = [(name, side) for name, side in found["sides"].items() if not side["skipped"]]
    steps = [(name, side["label"], side["steps"]["next batch"]) for name, side in sides]
    versions = found["truth"]["next batch"]["versions"]
    panels = [
        (
            "wall seconds of a batch, start-up too",
            [median(step["seconds"]) for _, _, step in steps],
            "{:.1f} s",
        ),
        (
            "versions lost from the history",
            [100 * step["lost_versions"] / versions for _, _, step in steps],
            "{:.0f} %",
        ),
    ]
    width, height = LABELS + 2 * (WIDE + GAP), TOP + ROW * len(steps) + 10
    title = f"{found['batch']:,} events after {found['events']:,}; shorter is better"
    parts = [f'<text class="head" x="0" y="16">{escape(title)}</text>']
    for at, (_, label, _) in enumerate(steps):
        parts.append(f'<text x="0" y="{TOP + ROW * at + 13}">{escape(label)}</text>')
    for panel, (head, values, form) in enumerate(panels):
        left = LABELS + panel * (WIDE + GAP)
        parts.append(f'<text x="{left}" y="{TOP - 18}">{escape(head)}</text>')
        longest = max(values) or 1
        for at, ((name, _, _), value) in enumerate(zip(steps, values, strict=True)):
            y, length = TOP + ROW * at, max(1, round(WIDE * value / longest))
            kind = "own" if name == "sluice" else "bar"
            parts.append(
                f'<rect class="{kind}" x="{left}" y="{y}" width="{length}" height="{BAR}" rx="2"/>'
            )
            shown = escape(form.format(value))
            parts.append(f'<text x="{left + length + 6}" y="{y + 13}">{shown}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f"{body}\n</svg>\n"
    )
