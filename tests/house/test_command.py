"""The plan of scripts/sluice: a folder is a floor, a command calls no other, a file is short."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "scripts" / "sluice"
FLOORS = ["pipeline", "report", "commands", "options", "cli", "__main__"]
"""From the ground up."""
FILE_LINES = 300


def imports(file: Path) -> set[str]:
    """The modules of the command that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name for name in names if name.startswith("sluice.")}
    return found


def floor(module: str) -> int:
    """The height of a module."""
    return FLOORS.index(module.split(".")[1])


def test_arrows_run_down() -> None:
    """Nothing imports a floor above its own, and no command another."""
    wrong = []
    files = [file for file in SOURCE.rglob("*.py") if file.name != "__init__.py"]
    assert len(files) > 10
    for file in files:
        name = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
        for called in imports(file):
            sideways = floor(called) == floor(name) == FLOORS.index("commands")
            if floor(called) > floor(name) or sideways:
                wrong.append(f"{name} imports {called}")
    assert not wrong, "\n".join(wrong)


def test_files_are_short() -> None:
    """What does not fit is two subjects."""
    long = [
        file for file in SOURCE.rglob("*.py") if len(file.read_text().splitlines()) > FILE_LINES
    ]
    assert not long
