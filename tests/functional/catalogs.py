"""A PostgreSQL on the loopback, for the catalog of a DuckLake that several processes open."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OWNER = "postgres"
"""Whose server it is where the tests are root's: PostgreSQL does not run as root."""


class NoServerError(Exception):
    """This machine has no PostgreSQL that can be started; the message says why."""


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs, which Debian keeps off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: bin.parent.name)
    for folder in reversed(folders):
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "createdb")):
            return folder
    raise NoServerError("PostgreSQL is not installed (no initdb)")


@contextmanager
def postgres() -> Iterator[str]:
    """A server with a new database; yields that as DuckLake names a catalog."""
    place = programs()
    is_root = os.geteuid() == 0
    if is_root:
        try:
            pwd.getpwnam(OWNER)
        except KeyError:
            raise NoServerError(f"the tests run as root, and there is no user {OWNER}") from None
    folder = Path(tempfile.mkdtemp(prefix="postgres"))
    if is_root:
        shutil.chown(folder, OWNER, OWNER)

    def run(program: str, *arguments: str) -> None:
        as_owner = ["runuser", "-u", OWNER, "--"] if is_root else []
        done = subprocess.run(
            [*as_owner, place / program, *arguments],
            cwd=folder,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=(folder / "said").open("ab"),
            stderr=subprocess.STDOUT,
        )
        if done.returncode:
            raise NoServerError(f"{program} failed: {(folder / 'said').read_text()[-2000:]}")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    data = folder / "data"
    options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
    try:
        run("initdb", "-D", str(data), "-U", OWNER, "-A", "trust", "--no-sync")
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", port, "-U", OWNER, "lake")
            yield f"postgres:dbname=lake host=127.0.0.1 port={port} user={OWNER}"
        finally:
            with suppress(NoServerError):
                run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
