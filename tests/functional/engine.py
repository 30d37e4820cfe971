"""Engines: all that the tests need of the database under them, one class for each.

`pytest --engine NAME` chooses one of ENGINES for the session, and `new` makes a database of it for
a project. The other helpers and the tests speak to `Engine` only: a further engine is one more
class here, and its line in ENGINES.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

import dbts

Row = dict[str, Any]
Batch = tuple[Iterable[Mapping[str, Any]], Mapping[str, str]]
"""The rows of a raw table and its columns: name -> SQL type."""


class Relation(NamedTuple):
    """A table or a view of the database."""

    schema: str
    name: str
    is_view: bool


class Engine(ABC):
    """The database of one project: where its profile leads, and what is in it between the runs."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.attached: list[str] = []
        self.settings: dict[str, Any] = {}
        """The names of further databases."""

    # --- for dbt ----------------------------------------------------------------------------

    @abstractmethod
    def profile(self, schema: str, threads: int) -> dict[str, Any]:
        """An output of profiles.yml that leads to the database from a project in its folder."""

    def project_yml(self, text: str) -> str:
        """A dbt_project.yml with what a project on this database has to say there."""
        return text

    @abstractmethod
    def variables(self, prefix: str) -> dict[str, str]:
        """The environment that leads a profiles.yml of this repository to the database."""

    @abstractmethod
    def close(self) -> None:
        """Close what dbt left open in this process."""

    # --- the database -----------------------------------------------------------------------

    @abstractmethod
    def query(self, sql: str, database: str | None = None) -> list[Row]:
        """Run SQL, in an attached database if one is named; the rows as dictionaries."""

    @abstractmethod
    def load(self, tables: Mapping[str, Batch]) -> None:
        """Make these tables of schema `raw` anew, with these rows."""

    @abstractmethod
    def drop(self) -> None:
        """Leave nothing in the database."""

    @abstractmethod
    def save(self) -> None:
        """Remember all that is in the database, and in the attached ones."""

    @abstractmethod
    def restore(self) -> None:
        """Go back to what was saved."""

    def forget_claims(self) -> None:
        """Half an hour goes by: who has claimed a dataset and not said that it ended is dead."""
        return

    @abstractmethod
    def relations(self) -> list[Relation]:
        """All tables and views."""

    @abstractmethod
    def columns(self, relation: str) -> dict[str, str]:
        """The columns of a relation, which is named as SQL has it, in their order, with types."""

    @abstractmethod
    def comments(self, schema: str, name: str) -> tuple[str | None, dict[str, str]]:
        """The comment of a table, and those of its columns that have one."""

    def location(self, path: Path | str) -> str:
        """A location of files as a source names it; a relative one counts from the project."""
        return str(path)

    # --- SQL --------------------------------------------------------------------------------

    @abstractmethod
    def quote(self, name: str) -> str:
        """A name as an identifier, whatever is in it."""

    def spoken(self, schema: str, name: str) -> str:
        """A relation as dbt writes it into messages."""
        return f"{self.quote(schema)}.{self.quote(name)}"

    def told(self, message: str) -> str:
        """The beginning of a message of ours, with types and the reasons that the engine gives."""
        return message

    @abstractmethod
    def fails(self, message: str) -> str:
        """A query that is an error with this message."""

    @abstractmethod
    def waits(self, pipe: str) -> str:
        """A query that stands still until something is written into a named pipe."""

    def words(self, text: str) -> str:
        """An expression or the text of a model, written in DuckDB's SQL, in the engine's."""
        return text

    def plain(self, value: Any) -> Any:
        """A value as the reference has it: structs are tuples of their values, instants are UTC."""
        if isinstance(value, dict):
            return tuple(self.plain(part) for part in value.values())
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(timezone.utc)
        return value


ENGINES = {
    "duckdb": "engine_duckdb.DuckDB",
    "ducklake": "engine_duckdb.DuckLake",
    "spark": "engine_spark.Spark",
}
"""The choices of `pytest --engine`, each with its class; the first is the default."""

_chosen = next(iter(ENGINES))


def is_duckdb_1() -> bool:
    """Whether dbt runs on DuckDB 1.5; v2 brings it."""
    return dbts.is_v2() or duckdb.__version__.startswith("1.")


def choose(name: str) -> None:
    """Let `new` make databases of this engine."""
    global _chosen
    _chosen = name


def new(folder: Path, name: str) -> Engine:
    """A database of the chosen engine, for the project of that name in a folder."""
    module, _, engine = ENGINES[_chosen].partition(".")
    return getattr(import_module(module), engine)(folder, name)


def is_spark() -> bool:
    """Whether the tests run on Spark."""
    return _chosen == "spark"


def is_lake() -> bool:
    """Whether the tests run in a DuckLake."""
    return _chosen == "ducklake"
