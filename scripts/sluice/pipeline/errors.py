"""How the command fails: an error says what, where, what was expected, what came, and a way out."""

from __future__ import annotations

DONE = 0
FAILED = 1
WRONG = 2
BUSY = 75
"""Exit codes. 75 is EX_TEMPFAIL of sysexits.h: the same command may do in a moment."""


class SluiceError(Exception):
    """Something ended a command; `code` is its exit code.

    The text is one line. where: a file, a model or a relation.
    """

    code = FAILED
    known = False
    """Whether it is one of the troubles of troubles.py."""

    def __init__(
        self, what: str, *, where: object = None, expected: str = "", found: str = "", way: str = ""
    ) -> None:
        parts = [f"{where}: {what}" if where else what]
        parts += [f"expected {expected}"] if expected else []
        parts += [f"found: {found}"] if found else []
        text = ", ".join(parts)
        super().__init__(f"{text}; way out: {way}" if way else text)


class ConfigurationError(SluiceError):
    """The project, the profile, the installation or the command line is wrong."""

    code = WRONG


class BusyError(SluiceError):
    """Another process is in the way. Trying again later may do."""

    code = BUSY


class ConnectionLostError(SluiceError):
    """The database or a service did not answer. Trying again may do."""
