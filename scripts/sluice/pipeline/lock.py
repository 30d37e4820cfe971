"""One update at a time: a lock on a file in the project's folder of logs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from sluice.pipeline.errors import BusyError, ConfigurationError
from sluice.pipeline.troubles import known_trouble

POLL_SECONDS = 0.2


@contextmanager
def lock(folder: Path, deadline: float) -> Iterator[None]:
    """Hold the lock of updates.

    Only the system's lock on the file counts, so a killed update leaves nothing behind; its process
    id stands in a file beside it, for messages. deadline: of time.monotonic(), in seconds.
    Raises BusyError that names the holder, ConfigurationError if the folder can't be written.
    """
    path, note = folder / "update.lock", folder / "update.pid"
    file = FileLock(path, poll_interval=POLL_SECONDS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.acquire(timeout=max(0.0, deadline - time.monotonic()))
    except Timeout:
        holder = "unknown"
        with suppress(OSError):
            holder = note.read_text(encoding="utf-8").strip() or holder
        raise BusyError(
            f"another update is running (process {holder})",
            where=path,
            expected="one update at a time",
            way="let it end, or wait longer for it: --wait SECONDS",
        ) from None
    except OSError as error:
        raise known_trouble(str(error), path) or ConfigurationError(
            str(error), where=path, expected="a folder that can be written"
        ) from error
    try:
        with suppress(OSError):
            note.write_text(str(os.getpid()), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        file.release()
