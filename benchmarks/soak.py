"""A soak of `sluice watch`: files land at random, it is killed at random, readers look in.

    python benchmarks/soak.py --updates 500 --kills 25

The README's pipeline over files of the benchmark's events. A reader opens the database read-only
every second. At the end the tables are compared with the truth in plain Python. Latency is from
the moment when a file has its name in the landing folder to the line that says that the update
which read it is done; files that were on their way when the process was killed do not count.
Prints a line a minute, then the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import duckdb

from compare import score
from events import Feed
from project import write_files
from side_sluice import files_of
from sides import SIDES
from truth import read_truth

COMMAND = Path(sys.executable).with_name("sluice")
SLUICE = next(side for side in SIDES if side.name == "sluice")


class Watch:
    """The process that updates; it is started again after each kill."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.landed: list[tuple[float, int]] = []  # (moment, lines of all files so far)
        self.read = 0
        self.updates = 0
        self.failures: list[dict[str, Any]] = []
        self.idle = True  # nothing is on its way that a kill could have made unknown
        self.latencies: list[float] = []
        self.memory: list[float] = []
        self.changed = threading.Condition()
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        """Start the process, and a thread that hears its lines."""
        words = ["watch", "--quiet", "--log-format", "json", "--project-dir", self.root]
        process = subprocess.Popen(
            [COMMAND, *words, "--profiles-dir", self.root],
            stdout=subprocess.PIPE,
            stderr=(self.root / "watch.err").open("a"),
            text=True,
        )
        self.hearing = threading.Thread(target=self.listen, args=(process,), daemon=True)
        self.hearing.start()
        return process

    def listen(self, process: subprocess.Popen[str]) -> None:
        """Take the outcomes of a process until it ends."""
        for line in process.stdout or ():
            with self.changed:
                self.take(time.monotonic(), json.loads(line))
                self.changed.notify_all()

    def take(self, now: float, outcome: dict[str, Any]) -> None:
        """Count an update, and the latency of each file that it read."""
        self.updates += 1
        if outcome["code"]:
            self.failures.append(outcome)
        if self.idle:
            self.read += outcome["rows_in"]
            while self.landed and self.landed[0][1] <= self.read:
                self.latencies.append(now - self.landed.pop(0)[0])

    def land(self, staged: Path, landing: Path, lines: int) -> None:
        """Give a file its name in the landing folder."""
        with self.changed:
            self.landed.append((time.monotonic(), lines))
            staged.rename(landing / staged.name)

    def kill(self, lines: int) -> None:
        """Kill it, start it again, and wait until all that landed is read."""
        self.process.kill()
        self.process.wait()
        self.hearing.join()
        with self.changed:
            self.idle, self.landed = False, []
            self.process = self.start()
            before = self.updates
            # The first update reads all that is there; a second one follows no file.
            if not self.changed.wait_for(lambda: self.updates > before, 300):
                raise RuntimeError("no update within five minutes of a kill")
            self.idle, self.read = True, lines

    def caught_up(self) -> None:
        """Wait until all files are read."""
        with self.changed:
            if not self.changed.wait_for(lambda: not self.landed, 300):
                raise RuntimeError(f"{len(self.landed)} files were not read within five minutes")

    def resident(self) -> float:
        """Resident memory of the process in MB; Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(found[0].split()[1]) / 1024 if found else 0.0


def read_along(file: Path, waits: list[float], stop: threading.Event) -> None:
    """Open the database read-only every second until it is let in; note the seconds that took."""
    while not stop.wait(1):
        began = time.monotonic()
        while not stop.is_set():
            try:
                with duckdb.connect(file, read_only=True) as con:
                    con.execute("select count(*) from customers").fetchall()
            except duckdb.Error:
                time.sleep(0.02)
                continue
            waits.append(time.monotonic() - began)
            break


def soak(
    root: Path, updates: int, kills: int, events: int, chance: random.Random
) -> dict[str, Any]:
    """Run it; the figures."""
    landing, staging = root / "landing", root / "staged"
    feed = Feed(10 * events, events)
    write_files(root, files_of(landing))
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, "--quiet", "deps"], cwd=root, check=True)
    lines = sum(len(path.read_text().splitlines()) for path in feed.write(0, landing))
    watch = Watch(root)
    with watch.changed:
        watch.landed.append((time.monotonic(), lines))
    watch.caught_up()
    watch.latencies.clear()
    waits: list[float] = []
    sizes: list[tuple[int, float]] = []
    stop = threading.Event()
    reader = threading.Thread(target=read_along, args=(root / "sluice.duckdb", waits, stop))
    reader.start()
    killed, load, told = 0, 0, time.monotonic()
    while watch.updates < updates:
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            load += 1
            (path,) = feed.write(load, staging)
            lines += len(path.read_text().splitlines())
            watch.land(path, landing, lines)
        if killed < kills and chance.random() < 2 * kills / updates:
            time.sleep(chance.uniform(0, 2))
            watch.kill(lines)
            killed += 1
        elif chance.random() < 0.8:  # else the next files come while these are read
            watch.caught_up()
        time.sleep(chance.uniform(0, 0.5))
        watch.memory.append(watch.resident())
        sizes.append((lines, (root / "sluice.duckdb").stat().st_size / 1e6))
        if time.monotonic() - told > 60:
            told = time.monotonic()
            print(f"{watch.updates} updates, {load} files, {killed} kills", flush=True)
    watch.caught_up()
    stop.set()
    reader.join()
    watch.process.send_signal(signal.SIGTERM)
    code = watch.process.wait()
    found = score(SLUICE, root, read_truth(sorted(landing.glob("*.json"))))
    ranked = sorted(watch.latencies)
    return {
        "updates": watch.updates,
        "failed": watch.failures,
        "kills": killed,
        "files": load,
        "lines": lines,
        "exit code": code,
        **found,
        "latency median": statistics.median(ranked),
        "latency p95": ranked[int(len(ranked) * 0.95)],
        "latency worst": ranked[-1],
        "latencies": len(ranked),
        "memory MB": [round(value) for value in thinned(watch.memory)],
        "database (lines, MB)": [(count, round(size, 1)) for count, size in thinned(sizes)],
        "reads": len(waits),
        "read waited median": statistics.median(waits),
        "read waited worst": max(waits),
    }


def thinned(values: list[Any], number: int = 12) -> list[Any]:
    """About so many of the values, evenly, and the last one."""
    return [*values[:: max(1, len(values) // number)], *values[-1:]]


def main() -> None:
    """Read the command line and soak in a scratch folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    for name, default in (("updates", 500), ("kills", 25), ("events", 1000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"(default: {default})")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as scratch:
        chance = random.Random(options.seed)
        found = soak(Path(scratch), options.updates, options.kills, options.events, chance)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
