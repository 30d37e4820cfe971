"""`sluice watch`: updates as files land, in one process that parsed the project once."""

from __future__ import annotations

import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sluice.pipeline.errors import BUSY, DONE, ConfigurationError, SluiceError
from sluice.pipeline.locations import folder_of, reads
from sluice.pipeline.project import Project
from sluice.pipeline.update import Options, Outcome, update

REMOTE_SECONDS = 60.0
"""The interval where a location is no folder of this machine and none was given."""
PAUSE_SECONDS = 5.0
"""Before the next try, after another process was in the way."""
PAGE_SECONDS = 10.0
"""How old the page has to be to be written again, where nothing has landed for a second,"""
LATE_PAGE_SECONDS = 60.0
"""and where files land all the time, for they wait meanwhile."""
SILENCE_SECONDS = 3600.0
"""In which a failure that stays is told once."""
GROUP_MILLISECONDS = 50
"""Files that land within so short a time are one change."""
CODE = (".sql", ".py", ".yml", ".yaml", ".csv", ".md")
"""Endings of a project's files. A landed file may have one, too; then it is a change of both."""


def watch(
    project: Project,
    options: Options,
    interval: float | None,
    most: int | None,
    say: Callable[[Outcome], None],
    write_page: Callable[[Project, Any, float], None],
) -> int:
    """Update at once, then whenever files land, every `interval` seconds if that is given.

    most: updates after which it ends; None for no end. say: is given each outcome. write_page: is
    called behind updates with the project, its manifest, and the age from which on the page is
    written again, in seconds. Returns the exit code: of the last update that failed, else 0; an
    interrupt between updates is a good end. What failed is tried again when something changes, or
    when who was in the way may be gone. The project is parsed again when its files change; one that
    does not parse waits for the next change. Between updates no connection is open. Raises
    ConfigurationError at the start.
    """
    if find_spec("watchfiles") is None:
        raise ConfigurationError(
            "is not installed", where="watchfiles", way="pip install 'sluice[operate]'"
        )
    manifest = project.parse()
    options = replace(options, silence=SILENCE_SECONDS)
    code, done = DONE, 0
    with terminated(), watched(project, manifest) as (changes, remote):
        pause = interval or (REMOTE_SECONDS if remote else None)
        try:
            while True:
                if manifest is not None:
                    outcome = update(project, options, manifest)
                    say(outcome)
                    write_page(project, manifest, LATE_PAGE_SECONDS)
                    code = outcome.code or code
                    if outcome.code > 128:
                        return outcome.code
                    done += 1
                    if most is not None and done >= most:
                        return code
                busy = manifest is not None and outcome.code == BUSY
                rest = partial(write_page, project, manifest, PAGE_SECONDS)
                if changed(project, changes, PAUSE_SECONDS if busy else pause, rest):
                    project, manifest = parsed_again(project)
        except KeyboardInterrupt:
            return code
        finally:
            write_page(project, manifest, 0)


@contextmanager
def terminated() -> Iterator[None]:
    """Let a SIGTERM end the waiting as Ctrl-C does."""

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def parsed_again(project: Project) -> tuple[Project, Any]:
    """Return the project as it is now, and its manifest; without one, it is said why."""
    fresh = replace(project)
    try:
        return fresh, fresh.parse()
    except SluiceError as error:
        print(f"sluice: {error}; waiting for the next change", file=sys.stderr, flush=True)
        return fresh, None


@contextmanager
def watched(project: Project, manifest: Any) -> Iterator[tuple[queue.Queue[set[Path]], bool]]:
    """Watch the project's files and the folders of its sources, from now on.

    Yields the queue of changed paths, and whether a location can't be watched: a store, or a folder
    that is not there.
    """
    from watchfiles import watch as changes_of

    folders, remote = [project.root], False
    for _node, _source, location in reads(project, manifest):
        folder = folder_of(location)
        if folder is None or not (project.root / folder).is_dir():
            remote = True
        else:
            folders.append(project.root / folder)
    found: queue.Queue[set[Path]] = queue.Queue()
    stop, ready = threading.Event(), threading.Event()

    def listen() -> None:
        for group in changes_of(
            *folders,
            watch_filter=None,
            debounce=GROUP_MILLISECONDS,
            step=GROUP_MILLISECONDS // 2,
            stop_event=stop,
            rust_timeout=200,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            ready.set()
            if paths := {Path(path) for _kind, path in group if matters(project, Path(path))}:
                found.put(paths)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield found, remote
    finally:
        stop.set()
        thread.join(5)


def matters(project: Project, path: Path) -> bool:
    """Return whether a change may be news: not what an update itself writes, no unfinished file."""
    own = (project.log_path, project.target_path, project.packages_path)
    if any(folder in path.parents or folder == path for folder in own):
        return False
    # beside a database its log, or the folder of a DuckLake, which have longer names
    if any(
        place.parent == file.parent and place.name.startswith(file.name)
        for file in project.written_by_the_database
        for place in (path, *path.parents)
    ):
        return False
    hidden = any(part.startswith((".", "__")) for part in path.parts[len(project.root.parts) :])
    return (not hidden and not path.name.startswith("_")) or path.suffix in (".yml", ".yaml")


def is_code(project: Project, path: Path) -> bool:
    """Return whether a path is of the project, so that it has to be parsed again."""
    kinds = ("model", "snapshot", "seed", "test", "macro", "analysis", "asset")
    defaults = {"analysis": ["analyses"], "asset": []}
    folders = [
        project.root / folder
        for kind in kinds
        for folder in project.raw.get(f"{kind}-paths") or defaults.get(kind, [f"{kind}s"])
    ]
    if path.parent in (project.root, project.profiles_dir):
        return path.suffix in (".yml", ".yaml")
    return path.suffix in CODE and any(folder in path.parents for folder in folders)


def changed(
    project: Project,
    changes: queue.Queue[set[Path]],
    seconds: float | None,
    rest: Callable[[], None],
) -> bool:
    """Wait for a change, or so many seconds; return whether the project's own files changed.

    rest: is called about every second without a change. A KeyboardInterrupt gets through on
    Windows, too, where a wait without end can't be interrupted.
    """
    end = None if seconds is None else time.monotonic() + seconds
    while end is None or time.monotonic() < end:
        left = 1.0 if end is None else min(1.0, end - time.monotonic())
        try:
            paths = changes.get(timeout=max(0.01, left))
        except queue.Empty:
            rest()
            continue
        while not changes.empty():
            paths |= changes.get()
        return any(is_code(project, path) for path in paths)
    return False
