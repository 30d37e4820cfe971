"""The database of a project, through dbt's adapter: any engine that dbt has one for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import tenacity

from sluice.pipeline.errors import BusyError, SluiceError
from sluice.pipeline.project import Project, attached_file
from sluice.pipeline.troubles import RETRIED, first_line, known_trouble

Row = dict[str, Any]


class Database:
    """An open connection."""

    def __init__(self, project: Project, adapter: Any) -> None:
        self.project = project
        self.adapter = adapter

    def query(self, sql: str) -> list[Row]:
        """Return the rows of a query, as dictionaries. Raises SluiceError."""
        try:
            _connection, cursor = self.adapter.connections.add_query(sql, auto_begin=False)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        except Exception as error:
            raise told(error, self.project) from error

    def run(self, sql: str) -> None:
        """Run a statement that has no rows. Raises SluiceError."""
        try:
            self.adapter.connections.add_query(sql, auto_begin=False)
        except Exception as error:
            raise told(error, self.project) from error

    def relation(self, name: str, schema: str | None = None, database: str | None = None) -> str:
        """Return the quoted name of a relation; by default of ours, `<target schema>_sluice`."""
        return self.adapter.Relation.create(
            database=database or self.project.credentials.database,
            schema=schema or f"{self.project.credentials.schema}_sluice",
            identifier=name,
            quote_policy={"database": True, "schema": True, "identifier": True},
        ).render()

    def has(self, name: str, schema: str | None = None, database: str | None = None) -> bool:
        """Return whether a relation is there and can be read, by default one of ours."""
        try:
            self.query(f"select 1 as one from {self.relation(name, schema, database)} where 1 = 0")
        except SluiceError as error:
            if error.known:
                raise
            return False
        return True

    def call(self, manifest: Any, macro: str, **arguments: Any) -> Any:
        """Return what a macro of the package returns. Raises SluiceError."""
        from dbt.context.providers import generate_runtime_macro_context

        self.adapter.set_macro_resolver(manifest)
        self.adapter.set_macro_context_generator(generate_runtime_macro_context)
        try:
            return self.adapter.execute_macro(macro, project="sluice", kwargs=arguments)
        except Exception as error:
            raise told(error, self.project) from error


@contextmanager
def connect(project: Project, read_only: bool = False) -> Iterator[Database]:
    """Open the database of a project, and close it at the end.

    read_only: a DuckDB file is opened so that other readers get in, too; one that is missing is not
    made, but looks empty. So is a DuckLake, where its catalog is a file.
    Raises BusyError, ConnectionLostError or another SluiceError.
    """
    from dbt.adapters.factory import get_adapter, register_adapter, reset_adapters
    from dbt_common.events.event_manager_client import cleanup_event_logger

    config = project.config
    credentials = config.credentials
    before = vars(credentials).copy()
    if read_only and (file := project.database_file):
        if file.exists():
            given = credentials.config_options or {}
            credentials.config_options = {**given, "access_mode": "READ_ONLY"}
        else:
            credentials.path = ":memory:"
    if read_only:
        looked_at_only(project)
    cleanup_event_logger()  # what dbt says of a connection would stand among our own lines
    reset_adapters()
    register_adapter(config, get_context("spawn"))
    adapter = get_adapter(config)
    try:
        with adapter.connection_named("sluice"):
            try:
                adapter.connections.add_query("select 1", auto_begin=False)
            except Exception as error:
                raise told(error, project) from error
            yield Database(project, adapter)
    finally:
        reset_adapters()
        if vars(credentials) != before:
            close_file(adapter)
            vars(credentials).update(before)


def is_lake(attachment: Any) -> bool:
    """Return whether what a profile attaches is a DuckLake."""
    return attachment.type == "ducklake" or str(attachment.path).startswith("ducklake:")


def looked_at_only(project: Project) -> None:
    """Let no DuckLake be written to, or made: attaching one that is missing makes its catalog."""
    attached = getattr(project.credentials, "attach", None)
    if not attached:
        return
    seen = []
    for entry in attached:
        file = attached_file(entry.path)
        if not is_lake(entry):
            seen.append(entry)
        elif file is None or (project.root / file).exists():
            is_so = "read_only" in (entry.options or {})
            seen.append(entry if is_so else replace(entry, read_only=True))
        else:
            seen.append(replace(entry, path=":memory:", type=None, secret=None, options=None))
    project.credentials.attach = seen


def close_file(adapter: Any) -> None:
    """Close a DuckDB database that dbt-duckdb keeps for the next run in this process."""
    environment = adapter.connections._ENV
    if environment is not None:
        environment.close()
    adapter.connections.close_all_connections()


@contextmanager
def hold(project: Project, deadline: float) -> Iterator[None]:
    """Keep the database for this process: a DuckDB file that another process may not open.

    dbt closes the file between two models when no thread works, and another process could slip in.
    Other engines are only asked whether they answer. deadline: of time.monotonic(), in seconds;
    until then, who is in the way and what does not answer is waited for. Raises what connect()
    raises.
    """

    def open_handle() -> Any:
        with connect(project) as database:
            if project.database_file is None:
                return None, database.adapter
            return database.adapter.connections.env().handle(), database.adapter

    handle, adapter = until(deadline, open_handle, RETRIED)
    try:
        yield
    finally:
        if handle is not None:
            handle.close()
        if project.credentials.type == "duckdb":
            # also what a database in memory has attached: the catalog of a DuckLake may be a file
            close_file(adapter)


def until(deadline: float, call: Any, errors: Sequence[type[SluiceError]] = (BusyError,)) -> Any:
    """Call again while it raises one of these errors, ever more slowly; after that, let it through.

    deadline: of time.monotonic(), in seconds.
    """
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(tuple(errors)),
        wait=tenacity.wait_random_exponential(multiplier=0.1, max=2),
        stop=lambda _state: time.monotonic() >= deadline,
        reraise=True,
    )
    return retrying(call)


def told(error: Exception, project: Project) -> SluiceError:
    """Return an error of the database as one of ours."""
    if isinstance(error, SluiceError):
        return error
    where = project.database_name
    return known_trouble(str(error), where) or SluiceError(first_line(str(error)), where=where)
