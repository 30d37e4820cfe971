"""DuckDB under the tests: a file, or a DuckLake."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

import dbts
from dbts import environments
from engine import Batch, Engine, Relation, Row


class DuckDB(Engine):
    """A file in the project's folder; further databases lie beside it."""

    def file(self, database: str | None = None) -> Path:
        """The file of a database."""
        return self.folder / f"{database or self.name}.duckdb"

    def connect(
        self, database: str | None = None, *, read_only: bool = False
    ) -> duckdb.DuckDBPyConnection:
        """A connection of its own; dbt v2 has a driver that opens no file as DuckDB 2.0 has it."""
        config = {"storage_compatibility_version": "v1.5.0"} if dbts.is_v2() else {}
        return duckdb.connect(str(self.file(database)), read_only=read_only, config=config)

    def profile(self, schema: str, threads: int) -> dict[str, Any]:
        """The path is relative, so that all profiles are alike and share what was parsed."""
        output = {
            "type": "duckdb",
            "path": f"{self.name}.duckdb",
            "schema": schema,
            "threads": threads,
        }
        attach = [{"path": str(self.file(name)), "alias": name} for name in self.attached]
        further = {"attach": attach, "settings": self.settings}
        return output | {key: value for key, value in further.items() if value}

    def variables(self, prefix: str) -> dict[str, str]:
        """As the profile of the pipeline has it: SLUICE_DB."""
        return {f"{prefix}_DB": str(self.file())}

    @staticmethod
    def close() -> None:
        """Close the database that dbt-duckdb keeps open.

        It goes on in it at the next run with an equal profile, which all the projects here have:
        without this, one could go on in the database of another.
        """
        environment = DuckDBConnectionManager._ENV
        if environment is not None:
            environment.close()
        DuckDBConnectionManager.close_all_connections()

    def query(self, sql: str, database: str | None = None) -> list[Row]:
        """On a connection of its own; no rows for a statement without a result."""
        with self.connect(database) as connection:
            result = connection.execute(sql)
            if result is None or not result.description:
                return []
            names = [column[0] for column in result.description]
            return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    def load(self, tables: Mapping[str, Batch]) -> None:
        """By way of Arrow, which is much faster than values in SQL."""
        with self.connect() as connection:
            for table, (rows, types) in tables.items():
                columns = ", ".join(f"{self.quote(name)} {kind}" for name, kind in types.items())
                name = f"raw.{self.quote(table)}"
                connection.execute(f"create or replace table {name} ({columns})")
                records = [{name: row.get(name) for name in types} for row in rows]
                if records:
                    batch = pyarrow.Table.from_pylist(records)
                    connection.register("batch", batch)
                    connection.execute(f"insert into {name} by name select * from batch")
                    connection.unregister("batch")

    def drop(self) -> None:
        """Delete the file, and what DuckDB wrote ahead."""
        for file in (self.file(), self.file().with_suffix(".duckdb.wal")):
            file.unlink(missing_ok=True)

    def save(self) -> None:
        """A copy of each file; no connection is open between the runs."""
        for name in (self.name, *self.attached):
            self.query("checkpoint", name)
            shutil.copyfile(self.file(name), self.file(f"{name}.saved"))

    def restore(self) -> None:
        """The copies take the places of the files."""
        self.drop()
        for name in (self.name, *self.attached):
            self.file(name).with_suffix(".duckdb.wal").unlink(missing_ok=True)
            shutil.copyfile(self.file(f"{name}.saved"), self.file(name))

    def relations(self) -> list[Relation]:
        """From information_schema, which has the attached databases, too; no lake's own catalog."""
        found = self.query(
            "select * from information_schema.tables"
            " where not starts_with(table_catalog, '__ducklake')"
        )
        return [
            Relation(row["table_schema"], row["table_name"], row["table_type"] == "VIEW")
            for row in found
        ]

    def columns(self, relation: str) -> dict[str, str]:
        """In DuckDB's own names of the types, such as VARCHAR."""
        described = self.query(f"describe {relation}")
        return {row["column_name"]: row["column_type"] for row in described}

    def comments(self, schema: str, name: str) -> tuple[str | None, dict[str, str]]:
        """From DuckDB's own lists."""
        of_table = f"where schema_name = '{schema}' and table_name = '{name}'"
        relation = self.query(f"select comment from duckdb_tables() {of_table}")
        columns = self.query(f"select column_name, comment from duckdb_columns() {of_table}")
        found = {row["column_name"]: row["comment"] for row in columns if row["comment"]}
        return relation[0]["comment"], found

    def quote(self, name: str) -> str:
        """In double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def fails(self, message: str) -> str:
        """By the function error."""
        return f"select error('{message}')"

    def waits(self, pipe: str) -> str:
        """The reader opens the pipe as any file."""
        columns = "columns = {'line': 'varchar'}, header = false, auto_detect = false"
        return f"select * from read_csv('{pipe}', {columns})"


class DuckLake(DuckDB):
    """A catalog and a folder of Parquet files beside it, attached to an empty DuckDB.

    server: the catalog that stands for that file, as DuckLake names it: of SQLite or PostgreSQL.
    """

    EXTENSIONS = str(environments.PLACE / "lake" / "extensions")
    """Where the extension is installed; `tests/environments.py lake` does that."""
    CONFIG: ClassVar = {"extension_directory": EXTENSIONS, "allow_unsigned_extensions": "true"}
    """To look at the extension's signature takes 0.1 s, and there are thousands of connections."""

    server: str | None = None

    def file(self, database: str | None = None) -> Path:
        """The file of a catalog."""
        return self.folder / f"{database or self.name}.ducklake"

    def files(self, database: str | None = None) -> Path:
        """The folder of the tables, where DuckLake has it by itself."""
        return self.folder / f"{database or self.name}.ducklake.files"

    def connect(
        self, database: str | None = None, *, read_only: bool = False
    ) -> duckdb.DuckDBPyConnection:
        """With the catalog as the current database."""
        connection = duckdb.connect(config=self.CONFIG)
        connection.execute("load ducklake")
        name = self.quote(database or self.name)
        catalog = self.server or self.file(database)
        options = "read_only" if read_only else f"data_path '{self.files(database)}/'"
        connection.execute(f"attach 'ducklake:{catalog}' as {name} ({options})")
        connection.execute(f"use {name}")
        return connection

    def variables(self, prefix: str) -> dict[str, str]:
        """As the profile of the pipeline has it, with its target."""
        return {
            "DBT_TARGET": "lake",
            f"{prefix}_LAKE": str(self.server or self.file()),
            f"{prefix}_EXTENSIONS": self.EXTENSIONS,
        }

    def profile(self, schema: str, threads: int) -> dict[str, Any]:
        """The own catalog's path is relative. A catalog knows where its files are."""
        own = {"path": f"ducklake:{self.name}.ducklake", "alias": self.name}
        output = super().profile(schema, threads)
        for attached in output.get("attach", []):
            attached["path"] = f"ducklake:{attached['path']}"
        return output | {
            "path": ":memory:",
            "database": self.name,
            "extensions": ["ducklake"],
            "config_options": self.CONFIG,
            "attach": [own, *output.get("attach", [])],
            "settings": {"schema": f"{self.name}.main", **self.settings},
        }

    def drop(self) -> None:
        """Delete the catalog and the files."""
        self.file().unlink(missing_ok=True)
        shutil.rmtree(self.files(), ignore_errors=True)

    def save(self) -> None:
        """A copy of the catalog and of the files."""
        for name in (self.name, *self.attached):
            shutil.copyfile(self.file(name), self.file(f"{name}.saved"))
            self.files(name).mkdir(exist_ok=True)  # which the first file of a table makes
            shutil.copytree(self.files(name), self.files(f"{name}.saved"), dirs_exist_ok=True)

    def restore(self) -> None:
        """The copies take their places."""
        for name in (self.name, *self.attached):
            shutil.copyfile(self.file(f"{name}.saved"), self.file(name))
            shutil.rmtree(self.files(name), ignore_errors=True)
            shutil.copytree(self.files(f"{name}.saved"), self.files(name))
