"""Sends the alerts that wait in a folder; a process of its own, which no update waits for.

    python -m sluice.pipeline.alert_sender FOLDER

Its end is told in the log beside the folder. One sends at a time. What a sender that was killed
left is sent by the next one.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import tenacity
from filelock import FileLock

from sluice.pipeline.alert_settings import urls

TRIES = 3
LIMIT_SECONDS = 60.0
"""For all tries of one message at one receiver. apprise itself gives a connection four seconds, and
four to an answer; both can be set in an address (cto, rto)."""


def main(folder: Path) -> None:
    """Send each message of a folder, and delete it; a line in the log says what came of it."""
    try:
        receivers = open_receivers()
        with FileLock(folder / "alerts.lock"):
            while waiting := sorted(folder.glob("*.json")):
                message = json.loads(waiting[0].read_text(encoding="utf-8"))
                failed = failures(receivers, message)
                log(folder, message["update"], len(receivers) - len(failed), len(receivers), failed)
                waiting[0].unlink()
    except Exception as error:  # nobody sees what a process without outputs raises
        log(folder, "-", 0, len(urls()), [f"the sender failed: {type(error).__name__}"])
        raise


def open_receivers() -> list[tuple[str, Any]]:
    """Return (name, apprise's object) of each receiver; None for an address that is none.

    A name is a number and a scheme: all else in an address may be a secret.
    """
    import apprise

    logging.getLogger("apprise").disabled = True  # its messages have addresses in them
    receivers = []
    for number, url in enumerate(urls(), start=1):
        scheme = re.match(r"[a-z0-9]{1,20}(?=://)", url, re.IGNORECASE)
        name = f"receiver {number}" + (f" ({scheme[0].lower()})" if scheme else "")
        receiver = apprise.Apprise()
        receivers.append((name, receiver if receiver.add(url) else None))
    return receivers


def failures(receivers: list[tuple[str, Any]], message: dict[str, str]) -> list[str]:
    """Send a message to all at once; return who did not get it, and why."""
    reasons: dict[str, str] = {}

    def send(name: str, receiver: Any) -> None:
        if receiver is None:
            reasons[name] = "no address that apprise knows"
        else:
            try:
                took = sent(receiver, message)
                reasons[name] = f"it could not be reached or did not take it, {TRIES} tries"
            except Exception as error:  # its text may have the address in it
                took, reasons[name] = False, f"apprise failed: {type(error).__name__}"
            if took:
                del reasons[name]

    threads = []
    for name, receiver in receivers:
        reasons[name] = f"no answer within {LIMIT_SECONDS:.0f} seconds"
        # A daemon: one that hangs must not keep the process.
        threads.append(threading.Thread(target=send, args=(name, receiver), daemon=True))
        threads[-1].start()
    end = time.monotonic() + LIMIT_SECONDS
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [f"{name}: {reason}" for name, reason in list(reasons.items())]


def sent(receiver: Any, message: dict[str, str]) -> bool:
    """Return whether a receiver took a message, at one of some tries."""
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(TRIES),
        wait=tenacity.wait_exponential(multiplier=1, max=10),
        retry=tenacity.retry_if_result(lambda took: not took),
        retry_error_callback=lambda _state: False,
    )
    return retrying(
        receiver.notify,
        title=message["title"],
        body=message["body"],
        notify_type=message["type"],
    )


def log(folder: Path, update: str, reached: int, receivers: int, failed: list[str]) -> None:
    """Append a line: time (UTC), SENT or NOT_SENT, the update, how many have it, who has not."""
    line = (
        f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ} {'NOT_SENT' if failed else 'SENT'}"
        f" update={update} receivers={reached}/{receivers}"
    )
    with log_file(folder).open("a", encoding="utf-8") as file:
        file.write(" ".join([line, *([f"({'; '.join(failed)})"] if failed else [])]) + "\n")


def log_file(folder: Path) -> Path:
    """Return the log of a folder of alerts, which stands beside it."""
    return folder.with_name("alerts.log")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
