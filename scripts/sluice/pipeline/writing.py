"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a text in UTF-8; whoever reads the file meets the old text or the new one, no part.

    It is written beside the file and takes its place at the end; what a link leads to is replaced,
    and its permissions stay. Makes the folder. Raises OSError, and leaves the file as it was.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode if path.exists() else 0o666 & ~umask())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def umask() -> int:
    """Return which permissions new files do not get; there is no way to look without setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
