"""The files of docs/recipes.md in a project, and what comes of them.

`write` writes them, `land` lands their input, `found` and `history` read rows as tuples.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from landing import put
from project import PACKAGE, Project

BLOCK = re.compile(r"^```(?:yaml|sql)\n(?:#|--) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTED = dict(BLOCK.findall((PACKAGE / "docs/recipes.md").read_text(encoding="utf-8")))
"""The files of the recipes: path -> text."""


def write(project: Project, *names: str) -> None:
    """Write the documented files with these names, whatever their folder and suffix."""
    for path, text in DOCUMENTED.items():
        if Path(path).stem in names:
            project.write(path, text)


def land(project: Project, file: str, *lines: Any) -> None:
    """Land JSON lines; a text is a line as it is."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    put(project.root / "landing" / file, text + "\n")


def found(project: Project, name: str, *columns: str) -> list[tuple]:
    """The rows of a table as tuples of these columns, sorted; null last."""
    rows = [tuple(row[column] for column in columns) for row in project.rows(name)]
    return sorted(rows, key=lambda row: [(value is None, value) for value in row])


def history(project: Project, name: str, *columns: str) -> list[tuple]:
    """Like found, with the interval."""
    return found(project, name, *columns, "valid_from", "valid_to")
