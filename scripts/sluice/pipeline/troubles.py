"""Known troubles of a database and a disk: told by the text of the error, said in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sluice.pipeline.errors import BusyError, ConfigurationError, ConnectionLostError, SluiceError


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble. pattern: a regular expression of its text; its groups fill `what`."""

    pattern: str
    kind: type[SluiceError]
    what: str
    expected: str
    way: str


TROUBLES = (
    Trouble(
        r"lock is held in (?P<program>.*?)\s*\(PID (?P<process>\d+)\)",
        BusyError,
        "open in {program} (process {process})",
        "a database that no other process has open",
        "wait for that process or end it, or let the command wait longer: --wait SECONDS",
    ),
    Trouble(
        r"used by another process|Could not set lock on file|database is locked",
        BusyError,
        "open in another process",
        "a database that no other process has open",
        "wait for that process or end it, or let the command wait longer: --wait SECONDS",
    ),
    Trouble(
        r"another update (has written|has taken over|\(\S+\) is writing)|Found conflicting files"
        r"|Transaction conflict|retry count of \d+ set by the ducklake",
        BusyError,
        "another update wrote it at the same time, so this one wrote nothing there",
        "one update at a time",
        "run the same command again: it goes on behind what is there now",
    ),
    Trouble(
        r"newer version of DuckDB|(?:database file|storage).{0,40}version number",
        ConfigurationError,
        "written by another version of DuckDB",
        "a file that the installed DuckDB reads",
        "install the DuckDB that wrote it (pip install --upgrade duckdb), or export and import it",
    ),
    Trouble(
        r"not a valid DuckDB database file",
        ConfigurationError,
        "no DuckDB database",
        "a file that DuckDB wrote",
        "name another path in profiles.yml, or move the file away",
    ),
    Trouble(
        r"Corrupt database file",
        SluiceError,
        "the file is damaged",
        "a whole DuckDB file",
        "restore it from a copy; without one, move it away and run sluice update, which builds"
        " everything anew from the files that are there",
    ),
    Trouble(
        r"No space left on device|[Dd]isk.{0,20}full|not enough space on the disk",
        SluiceError,
        "the disk is full",
        "room for what is written",
        "make room, then run the same command again: what was committed stays, nothing was lost",
    ),
    Trouble(
        r"[Pp]ermission denied|[Rr]ead-only file system|opened in read-only mode|read-only mode!"
        r"|Access is denied",
        ConfigurationError,
        "may not be written",
        "a file and a folder that this user may write",
        "change the permissions (chmod u+w), run as their owner, or name another path",
    ),
    Trouble(
        r"directory.{0,80}does not exist|[Cc]annot open file.{0,200}No such file or directory",
        ConfigurationError,
        "its folder is missing",
        "a folder that exists",
        "make the folder, or name another path in profiles.yml",
    ),
    Trouble(
        r"[Cc]onnection (?:refused|reset|aborted|timed out|closed)|[Bb]roken pipe"
        r"|server closed the connection|[Cc]ould not connect|\b[Tt]imed? ?out\b|HTTP 5\d\d"
        r"|[Tt]emporary failure in name resolution",
        ConnectionLostError,
        "it does not answer",
        "a connection",
        "see whether the service runs and can be reached, then run the same command again",
    ),
)
RETRIED = (BusyError, ConnectionLostError)
"""What may be gone at the next try."""


def known_trouble(text: str, where: object = None) -> SluiceError | None:
    """Return the trouble that an error's text speaks of, or None if it is none of these.

    where: the database or the model. The line that tells it is in the message as what came.
    """
    for trouble in TROUBLES:
        if match := re.search(trouble.pattern, text):
            error = trouble.kind(
                trouble.what.format(**match.groupdict()),
                where=where,
                expected=trouble.expected,
                found=first_line(text[text.rfind("\n", 0, match.start()) + 1 :]),
                way=trouble.way,
            )
            error.known = True
            return error
    return None


def first_line(text: str, width: int = 300) -> str:
    """Return the first line that says something, cut at so many characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[0] if lines else ""
    return line if len(line) <= width else line[: width - 3] + "..."
