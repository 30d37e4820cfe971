"""A bar below dbt's lines on a terminal: how many nodes are done, and which run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress(wanted: bool) -> Iterator[Callable[[Any], None]]:
    """Draw the bar on stderr while this lasts; yields what is to be given each event of dbt.

    Nothing is drawn where it is not wanted or stderr is no terminal. A build that is tried again
    starts the bar anew.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda _event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    # dbt's lines go to stdout, which may be a file: then they are not for the bar to move
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    task = bar.add_task("", total=None)
    running: dict[str, None] = {}  # in the order in which they began

    def listen(event: Any) -> None:
        name = event.info.name
        if name == "ConcurrencyLine":
            running.clear()
            bar.reset(task, total=event.data.node_count)
        elif name == "NodeStart":
            running[event.data.node_info.node_name] = None
        elif name == "NodeFinished":
            running.pop(event.data.node_info.node_name, None)
            bar.advance(task)
        else:
            return
        bar.update(task, description=", ".join(running))

    with bar:
        yield listen
