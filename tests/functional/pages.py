"""The page of `sluice report`, taken apart: its tags, tables, links and the rows that it draws."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


class Page(HTMLParser):
    """tags: (name, attributes); tables: caption -> rows of texts; texts: what is read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.html = path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.scripts: list[str] = []
        self.text = ""
        self._rows: list[list[str]] = []
        self._caption: str | None = None
        self._open: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; begin a table, a row or a cell."""
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "script":
            self.scripts.append("")
        if tag in ("caption", "td", "th", "script", "style"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a table or a cell."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        if tag == "table":
            self.tables.setdefault((self._caption or "").strip(), []).extend(self._rows)

    def handle_data(self, data: str) -> None:
        """Note a text where it stands."""
        place = self._open[-1] if self._open else ""
        if place == "script":
            self.scripts[-1] += data
        elif place != "style":
            self.text += data
        if place == "caption":
            self._caption = (self._caption or "") + data
        elif place in ("td", "th"):
            self._rows[-1][-1] += " ".join(data.split())

    def table(self, caption: str) -> list[list[str]]:
        """The rows of the table whose caption begins so, without its head."""
        (rows,) = [rows for name, rows in self.tables.items() if name.startswith(caption)]
        return rows[1:]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows that charts draw, by the name of their table."""
        table = json.loads(self.scripts[0])["tables"][name]
        return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]

    def policy(self) -> str:
        """The page's Content-Security-Policy."""
        (found,) = [
            attributes["content"] or ""
            for tag, attributes in self.tags
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        return found
