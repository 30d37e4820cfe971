"""A command in a process of its own: wall seconds, CPU seconds, peak memory.

Called as a script, this file is the small process between the benchmark and the command. On Linux
a process begins with the peak memory of the one that started it, and the benchmark itself is
large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Measured(NamedTuple):
    """Wall and CPU seconds (user and system, child processes too), the peak in MB, and stdout."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def measure(command: Sequence[Any], cwd: Path, env: Mapping[str, str] | None = None) -> Measured:
    """Run a command in a folder. Raises RuntimeError, with the end of what it said, if it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        figures, said = Path(scratch) / "figures.json", Path(scratch) / "said"
        between = [sys.executable, "-S", "-E", Path(__file__).resolve(), figures, *command]
        with said.open("w") as errors:
            ran = subprocess.run(
                [str(word) for word in between],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                check=False,
            )
        found = json.loads(figures.read_text()) if figures.exists() else {"code": ran.returncode}
        if found["code"] != 0:
            tail = (ran.stdout + said.read_text())[-3000:]
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {found['code']}:\n{tail}")
    return Measured(found["seconds"], found["cpu"], found["megabytes"], ran.stdout)


def between(figures: str, *command: str) -> None:
    """Run a command and write its figures to a file."""
    began = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    found = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        # KiB on Linux, bytes on macOS.
        "megabytes": usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    }
    Path(figures).write_text(json.dumps(found))


if __name__ == "__main__":
    between(*sys.argv[1:])
