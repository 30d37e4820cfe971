"""What the tests on Spark need of the machine beside Python packages, and how it is got.

Java has to be there. PostgreSQL and its JDBC driver are taken as they are installed, else out of
Debian's packages, which are unpacked into a folder: that needs no root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

JAVA = "17"
"""The newest Java that Spark 3.5 runs on."""


class CannotBeHadError(Exception):
    """A part of an environment that this machine has no way to get; the message says which."""


def java_home() -> Path:
    """The folder of Java 17."""
    seen = []
    for home in homes_of_java():
        told = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True)
        number = re.search(r'version "([^"]*)"', told.stderr)
        if number and number[1].partition(".")[0] == JAVA:
            return home
        seen.append(f"{home} has {number[1] if number else 'none'}")
    found = f" Found: {'; '.join(seen)}." if seen else ""
    raise CannotBeHadError(
        f"Spark 3.5 needs Java {JAVA}, and it is neither in JAVA_HOME nor on the PATH nor below "
        f"/usr/lib/jvm.{found} On Debian and Ubuntu: apt install openjdk-{JAVA}-jre-headless"
    )


def homes_of_java() -> Iterator[Path]:
    """Where a Java may be, the one that the user chose first."""
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    if command := shutil.which("java"):
        yield Path(command).resolve().parents[1]
    yield from sorted(Path("/usr/lib/jvm").glob(f"*-{JAVA}-*"))


def postgresql(folder: Path) -> Path:
    """The folder of PostgreSQL's programs: the newest installed, else unpacked below `folder`."""
    places = [Path("/usr/lib/postgresql"), folder / "usr/lib/postgresql"]
    if not any(installed := [programs_of_postgresql(place) for place in places]):
        version = newest_postgresql()
        packages = [f"postgresql-{version}", f"postgresql-client-{version}", "libpq5"]
        unpack(folder, *packages)
        installed = [programs_of_postgresql(places[1])]
    bin_folder = next(filter(None, installed))
    for name in ("postgres", "psql"):
        program = bin_folder / name
        told = subprocess.run([program, "--version"], capture_output=True, text=True)
        if told.returncode:
            raise CannotBeHadError(
                f"{program} does not run: {told.stderr.strip()}\n"
                "On Debian and Ubuntu: apt install postgresql"
            )
    return bin_folder


def programs_of_postgresql(place: Path) -> Path | None:
    """The newest version below a folder of versions that has the server and the client."""
    found = [p.parent for p in place.glob("*/bin/postgres") if (p.parent / "psql").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def newest_postgresql() -> str:
    """The version that Debian's package `postgresql` stands for."""
    if apt := shutil.which("apt-cache"):
        asked = [apt, "depends", "postgresql"]
        told = subprocess.run(asked, capture_output=True, text=True)
        if number := re.search(r"Depends: postgresql-(\d+)", told.stdout):
            return number[1]
    raise CannotBeHadError(
        "the tests on Spark keep Iceberg's catalog in PostgreSQL, which is neither installed nor "
        "in the lists of apt. Install it (on Debian and Ubuntu: apt install postgresql)"
    )


def postgresql_jdbc(folder: Path) -> Path:
    """The JDBC driver of PostgreSQL, a jar: the installed one, else unpacked below `folder`."""
    places = [root / "usr/share/java/postgresql.jar" for root in (Path("/"), folder)]
    if not any(place.exists() for place in places):
        unpack(folder, "libpostgresql-jdbc-java")
    return next(place for place in places if place.exists())


def unpack(folder: Path, *packages: str) -> None:
    """Unpack Debian's packages, in the version that apt would install, below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as downloads:
        for package in packages:
            why = download(package, downloads)
            if why and os.getuid() == 0 and shutil.which("apt-get"):
                # an image that was made small has no lists
                subprocess.run(["apt-get", "update", "--quiet"], capture_output=True)
                why = download(package, downloads)
            if why:
                raise CannotBeHadError(
                    f"{package} is not installed, and apt-get does not bring it: {why}\n"
                    f"On Debian and Ubuntu: apt update, then apt install {package}"
                )
        for archive in Path(downloads).glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True)


def download(package: str, folder: str) -> str:
    """Download one of Debian's packages into a folder; why that cannot be, or nothing."""
    try:
        command = ["apt-get", "download", "--quiet", package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return (done.stderr.strip() or f"code {done.returncode}") if done.returncode else ""
