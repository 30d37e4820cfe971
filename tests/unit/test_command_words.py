"""What the command says of troubles, and the paths it works out, on Windows too."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from sluice.commands.init import package_entry
from sluice.pipeline.errors import BusyError, ConfigurationError, ConnectionLostError, SluiceError
from sluice.pipeline.files import format_of, reader_of
from sluice.pipeline.locations import folder_of
from sluice.pipeline.project import Project
from sluice.pipeline.troubles import RETRIED, first_line, known_trouble
from sluice.pipeline.writing import umask, write_whole

TEXTS = [
    (
        'IO Error: Could not set lock on file "/x/shop.duckdb": Conflicting lock is held in '
        "/usr/bin/python3.11 (PID 4711). See also https://duckdb.org/docs/connect/concurrency",
        BusyError,
        "open in /usr/bin/python3.11 (process 4711)",
    ),
    (
        'IO Error: Cannot open file "C:\\data\\shop.duckdb": The process cannot access the file '
        "because it is being used by another process.",
        BusyError,
        "open in another process",
    ),
    (
        "another update (8f2c-41) is writing main.customers, since 12 seconds, and has not",
        BusyError,
        "another update wrote it at the same time, so this one wrote nothing there",
    ),
    (
        'Transaction conflict - attempting to insert into table with index "11" - but another '
        "transaction has deleted inlined data from it",
        BusyError,
        "another update wrote it at the same time, so this one wrote nothing there",
    ),
    (
        'IO Error: Cannot open file "C:\\data\\shop.duckdb": Access is denied.',
        ConfigurationError,
        "may not be written",
    ),
    (
        'IO Error: Cannot open file "/x/shop.duckdb": Permission denied',
        ConfigurationError,
        "may not be written",
    ),
    (
        'IO Error: Could not write file "/x/shop.duckdb": No space left on device',
        SluiceError,
        "the disk is full",
    ),
    (
        'IO Error: Could not write file "C:\\x": There is not enough space on the disk.',
        SluiceError,
        "the disk is full",
    ),
    (
        "IO Error: Trying to read a database file with version number 69, but we can only read "
        "versions between 64 and 68.\n"
        "The database file was created with a newer version of DuckDB.",
        ConfigurationError,
        "written by another version of DuckDB",
    ),
    ("[Errno 104] Connection reset by peer", ConnectionLostError, "it does not answer"),
    ("HTTP 503 Slow Down", ConnectionLostError, "it does not answer"),
]
NONE = [
    "Expectations were broken, nothing was written in model.shop.silver",
    'Binder Error: Referenced column "timeout_seconds" not found in FROM clause!',
    "Compilation Error in model orders",
    "Conversion Error: Could not convert string 'timed' to INT32",
    "",
]


@pytest.mark.parametrize(("text", "kind", "what"), TEXTS)
def test_a_trouble_is_told(text: str, kind: type[SluiceError], what: str) -> None:
    """What, where, expected, found and a way out, in one line."""
    error = known_trouble(text, "shop.duckdb")

    assert type(error) is kind
    assert str(error).startswith(f"shop.duckdb: {what}, expected ")
    assert f"found: {first_line(text)}" in str(error) and "; way out: " in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("text", NONE)
def test_what_is_none(text: str) -> None:
    """A failed expectation and a mistake in SQL are no troubles of the machine."""
    assert known_trouble(text) is None


@pytest.mark.parametrize(("text", "kind", "what"), TEXTS)
def test_what_is_tried_again(text: str, kind: type[SluiceError], what: str) -> None:
    """Only who is in the way and what does not answer."""
    again = kind in (BusyError, ConnectionLostError)
    assert isinstance(known_trouble(text), RETRIED) == again


def test_exit_codes() -> None:
    """As documented."""
    assert (SluiceError.code, ConfigurationError.code, BusyError.code) == (1, 2, 75)


@pytest.mark.parametrize(
    ("location", "folder"),
    [
        ("landing/orders/*.json", "landing/orders"),
        ("/data/landing/**/*.csv", "/data/landing"),
        ("landing/orders", "landing/orders"),
        ("landing/orders.json", "landing"),
        ("landing/day=*/x.json", "landing"),
        ("*.json", "."),
    ],
)
def test_the_folder_of_a_location(location: str, folder: str) -> None:
    """What is before the first wildcard."""
    assert folder_of(location) == Path(folder)


@pytest.mark.parametrize(
    ("location", "folder"),
    [
        (r"C:\data\landing\*.json", r"C:\data\landing"),
        ("C:/data/landing/2026-??/x.json", "C:/data/landing"),
        (r"\\server\share\landing\*.csv", r"\\server\share\landing"),
    ],
)
def test_the_folder_of_a_location_on_windows(location: str, folder: str) -> None:
    """Drives and shares."""
    assert folder_of(location, PureWindowsPath) == PureWindowsPath(folder)


def test_files_on_windows_are_read_by_their_own_names() -> None:
    """A backslash is no escape in SQL; a quote is doubled."""
    paths = [r"C:\data\new\1.csv", r"\\server\share\it's.csv"]
    assert r"['C:\data\new\1.csv', '\\server\share\it''s.csv']" in reader_of("csv", paths)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\data.d\1.csv", "csv"),
        (r"\\server\share\1.json.gz", "json"),
        ("D:/x/1.PARQUET", "parquet"),
    ],
)
def test_the_format_of_a_file_on_windows(path: str, kind: str) -> None:
    """By its name, packed or not; dots in folders do not count."""
    assert format_of(path) == kind


def test_a_package_on_another_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no relative path to it; slashes are as dbt has them."""

    def other_drive(*_paths: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", other_drive)
    entry = package_entry(Project(tmp_path, tmp_path), str(tmp_path))
    assert entry == {"local": tmp_path.resolve().as_posix()}


def test_a_file_is_written_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays until the new text is complete; so do a link and its permissions."""
    file = tmp_path / "folder" / "dbt_project.yml"
    write_whole(file, "old\n")
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask()
    file.chmod(0o640)
    link = tmp_path / "link.yml"
    link.symlink_to(file)

    write_whole(link, "nëw\n")

    assert link.is_symlink() and file.read_text(encoding="utf-8") == "nëw\n"
    assert file.stat().st_mode & 0o777 == 0o640

    def full(*_arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "half of it")
    assert file.read_text(encoding="utf-8") == "nëw\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_store_has_no_folder() -> None:
    """It is not on this disk."""
    assert folder_of("s3://bucket/orders/*.json") is None


@pytest.mark.parametrize(
    ("path", "is_file"),
    [
        ("shop.duckdb", True),
        ("/data/shop.duckdb", True),
        (r"C:\data\shop.duckdb", True),
        ("D:/data/shop.duckdb", True),
        (":memory:", False),
        ("md:shop", False),
        ("motherduck:shop", False),
        ("s3://bucket/shop.duckdb", False),
        ("ducklake:metadata.sqlite", False),
    ],
)
def test_which_databases_are_files(tmp_path: Path, path: str, is_file: bool) -> None:
    """A drive is no scheme."""
    project = Project(tmp_path, tmp_path)
    project.config = SimpleNamespace(credentials=SimpleNamespace(type="duckdb", path=path))

    assert project.database_file == (tmp_path / path if is_file else None)


@pytest.mark.parametrize(
    ("path", "attached", "alias", "named"),
    [
        ("shop.duckdb", "other.duckdb", None, "shop.duckdb"),
        (":memory:", "ducklake:lake/shop.ducklake", None, "lake/shop.ducklake"),
        (":memory:", "ducklake:lake/catalog.ducklake", "shop", "lake/catalog.ducklake"),
        (":memory:", "shop.duckdb", None, "shop.duckdb"),
        (":memory:", "ducklake:postgres:dbname=x password=secret", "shop", "shop"),
        (":memory:", "ducklake:other.ducklake", None, "shop"),
    ],
)
def test_how_a_database_is_called(
    tmp_path: Path, path: str, attached: str, alias: str | None, named: str
) -> None:
    """By its file, also where a database in memory attaches it; never by a server's address."""
    project = Project(tmp_path, tmp_path)
    project.config = SimpleNamespace(
        credentials=SimpleNamespace(
            type="duckdb",
            path=path,
            database="shop",
            attach=[SimpleNamespace(path=attached, alias=alias)],
        )
    )

    assert project.database_name == named


def test_a_long_line_is_cut() -> None:
    """At so many characters; empty lines before it are left out."""
    assert first_line("\n\n  a line\nanother") == "a line"
    assert first_line("x" * 1000, 10) == "xxxxxxx..."
