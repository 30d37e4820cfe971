"""What a machine lacks for the tests on Spark is said, with the way to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import machine


def program(folder: Path, name: str, text: str) -> Path:
    """Write a shell script that can be run."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def java(home: Path, version: str) -> Path:
    """A Java that says it has this version."""
    program(home / "bin", "java", f"echo 'openjdk version \"{version}\"' >&2")
    return home


def test_the_java_that_spark_runs_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer one that the user has chosen is passed over; where it is all, it is named."""
    newer = java(tmp_path / "newer", "21.0.2")
    fits = java(tmp_path / "fits", "17.0.9")
    monkeypatch.setattr(machine, "homes_of_java", lambda: iter([newer, fits]))
    assert machine.java_home() == fits
    monkeypatch.setattr(machine, "homes_of_java", lambda: iter([newer]))
    with pytest.raises(machine.CannotBeHadError, match=r"Java 17.*newer has 21\.0\.2") as told:
        machine.java_home()
    assert "apt install openjdk-17" in str(told.value)


def test_a_package_that_apt_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name, what apt-get said, and what to do."""
    program(tmp_path / "bin", "apt-get", "echo 'E: Unable to locate' >&2; exit 100")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    with pytest.raises(machine.CannotBeHadError, match="some-jar is not installed") as told:
        machine.unpack(tmp_path / "unpacked", "some-jar")
    assert "E: Unable to locate" in str(told.value)
    assert "apt install some-jar" in str(told.value)


def test_a_machine_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is asked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(machine.CannotBeHadError, match="apt install postgresql"):
        machine.newest_postgresql()
    with pytest.raises(machine.CannotBeHadError, match="some-jar is not installed"):
        machine.unpack(tmp_path / "unpacked", "some-jar")
