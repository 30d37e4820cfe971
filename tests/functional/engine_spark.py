"""Spark with Iceberg under the tests: the Thrift server that SLUICE_SPARK names (host:port).

Each project has a catalog of its own, whose name its sessions bring along, so that projects can
have equal schemas on one server. What a catalog holds is a list in PostgreSQL, and Iceberg never
rewrites a file: to save that list is to save all tables.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import machine
import pyarrow
import pyarrow.parquet
import yaml
from pyhive import hive

import dbts
import spark_sql
import spark_types
from dbts import environments
from engine import Batch, Engine, Relation, Row

SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.debug.maxToStringFields": "100000",
}
"""What docs/spark.md asks of a profile."""

HAS_ROWS = ("select", "with", "show", "describe", "values", "explain", "call", "set", "(")
"""How statements begin that give rows; PyHive fails where the others are asked for them."""


DUCKDB_REASONS = 'Referenced column|column "|Scalar Function|it is a TUPLE'
"""How DuckDB begins to say why it does not take an expression."""


class Spark(Engine):
    """A catalog of Iceberg, whose files are in the project's folder."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.host, _, port = os.environ["SLUICE_SPARK"].partition(":")
        self.port = int(port)
        self.sessions: dict[str, hive.Connection] = {}
        self.begin()

    def catalog(self, database: str | None = None) -> str:
        """The name of a catalog: of this project's own, or of one that is attached."""
        place = hashlib.md5(str(self.folder).encode()).hexdigest()[:8]
        return re.sub(r"\W", "_", f"{database or self.name}_{place}")

    def warehouse(self, database: str | None = None) -> Path:
        """The folder of a catalog's tables."""
        return self.folder / f"{database or self.name}.warehouse"

    def begin(self, database: str | None = None) -> None:
        """Make a catalog, unless it is there; each connection looks for its namespace `default`."""
        if not self.warehouse(database).exists():
            catalog = self.catalog(database)
            postgresql(
                *(f"delete from {table} where catalog_name = '{catalog}'" for table in CATALOG),
                "insert into iceberg_namespace_properties "
                f"values ('{catalog}', 'default', 'exists', 'true')",
            )
            self.warehouse(database).mkdir(parents=True)

    def parameters(self, database: str | None = None) -> dict[str, str]:
        """The settings of a session that begins in a catalog."""
        settings = {**SESSION, **{name: str(value) for name, value in self.settings.items()}}
        for each in (None, *self.attached):
            catalog = f"spark.sql.catalog.{self.catalog(each)}"
            settings[catalog] = "org.apache.iceberg.spark.SparkCatalog"
            settings |= {f"{catalog}.{key}": value for key, value in catalog_options().items()}
            settings[f"{catalog}.warehouse"] = str(self.warehouse(each))
        settings["spark.sql.defaultCatalog"] = self.catalog(database)
        return {f"set:hiveconf:{name}": value for name, value in settings.items()}

    def session(self, database: str | None = None) -> hive.Connection:
        """A session that stays, for what is asked between the runs; there "x" is a name."""
        catalog = self.catalog(database)
        if catalog not in self.sessions:
            self.begin(database)
            names = {"set:hiveconf:spark.sql.ansi.doubleQuotedIdentifiers": "true"}
            self.sessions[catalog] = hive.connect(
                host=self.host,
                port=self.port,
                username="tests",
                configuration={**self.parameters(database), **names},
            )
        return self.sessions[catalog]

    # --- for dbt ----------------------------------------------------------------------------

    def profile(self, schema: str, threads: int) -> dict[str, Any]:
        """Only the parameters tell projects apart, so that all share what was parsed."""
        return {
            "type": "spark",
            "method": "thrift",
            "host": self.host,
            "port": self.port,
            "user": "tests",
            "schema": schema,
            "threads": threads,
            "poll_interval": 0,
            "query_retries": 0,
            "server_side_parameters": self.parameters(),
        }

    def project_yml(self, text: str) -> str:
        """dbt-spark makes snapshots and incremental models of named formats only."""
        kinds = {kind: {"+file_format": "iceberg"} for kind in ("models", "snapshots", "seeds")}
        settings = {**kinds, **yaml.safe_load(text)}
        for kind in kinds:
            settings[kind] = {**kinds[kind], **settings[kind]}
        return yaml.safe_dump(settings, sort_keys=False)

    def variables(self, prefix: str) -> dict[str, str]:
        """Profiles of their own: that of the pipeline has no place for a catalog."""
        profiles = {self.name: {"target": "spark", "outputs": {"spark": self.profile("main", 2)}}}
        (self.folder / "profiles").mkdir(exist_ok=True)
        (self.folder / "profiles" / "profiles.yml").write_text(json.dumps(profiles))
        return {dbts.PROFILES: str(self.folder / "profiles")}

    def close(self) -> None:
        """dbt-spark closes what it opened."""

    # --- the database -----------------------------------------------------------------------

    def query(self, sql: str, database: str | None = None) -> list[Row]:
        """Values come as the reference has them: nested ones by way of JSON."""
        *before, sql = spark_sql.statements(sql)
        for statement in before:
            self.query(statement, database)
        if whole := re.fullmatch(r"\s*(drop schema (?:if exists )?(\w+)) cascade\s*", sql):
            for schema, name, is_view in self.relations():  # Iceberg drops empty ones only
                if schema == whole[2]:
                    kind = "view" if is_view else "table"
                    self.query(f"drop {kind} {schema}.{self.quote(name)}", database)
            sql = whole[1]
        sql = spark_sql.translated(sql, lambda query: self.names(query, database))
        text = re.sub(r"\s*(--.*|/\*.*?\*/)", "", sql).strip().lower()
        cursor = self.session(database).cursor()
        try:
            cursor.execute(sql)
        except hive.OperationalError as error:
            raise AssertionError(f"{error.args[0].status.errorMessage}\n{sql}") from None
        if not text.startswith(HAS_ROWS):
            return []
        names = [column[0] for column in cursor.description]
        kinds = [column[1] for column in cursor.description]
        if {*kinds} & {"STRUCT_TYPE", "ARRAY_TYPE", "MAP_TYPE"}:
            return self.nested(cursor, sql, names)
        return [
            {
                name: date.fromisoformat(value) if kind == "DATE_TYPE" and value else value
                for name, kind, value in zip(names, kinds, row, strict=True)
            }
            for row in cursor.fetchall()
        ]

    def names(self, query: str, database: str | None = None) -> list[str]:
        """The names of the columns of a query."""
        cursor = self.session(database).cursor()
        cursor.execute(f"describe query {query}")
        return [row[0] for row in cursor.fetchall()]

    def nested(self, cursor: hive.Cursor, sql: str, names: list[str]) -> list[Row]:
        """The rows of a query that has structs, lists or maps: the driver gives them as text."""
        cursor.execute(f"describe query {sql}")
        kinds = [spark_types.parse(row[1]) for row in cursor.fetchall()]
        places = ", ".join(f"c{number}" for number in range(len(names)))
        cursor.execute(
            f"select to_json(struct({places}), map('ignoreNullFields', 'false', "
            "'timestampFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS')) "
            f"from ({sql}) as rows_of_query ({places})"
        )
        return [
            {
                name: spark_types.value(kind, fields[f"c{number}"])
                for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
            }
            for fields in (json.loads(row[0], parse_float=Decimal) for row in cursor.fetchall())
        ]

    def load(self, tables: Mapping[str, Batch]) -> None:
        """By way of a Parquet file, which is much faster than values in SQL."""
        for table, (rows, types) in tables.items():
            kinds = {name: spark_types.spark_type(kind) for name, kind in types.items()}
            columns = ", ".join(f"{self.quote(name)} {kind}" for name, kind in kinds.items())
            records = [{name: row.get(name) for name in types} for row in rows]
            casts = ", ".join(
                f"cast({self.quote(name)} as {kind}) as {self.quote(name)}"
                for name, kind in kinds.items()
            )
            made = f"create or replace table raw.{self.quote(table)}"
            if not records:
                self.query(f"{made} ({columns})")
                continue
            file = self.warehouse() / "loaded.parquet"
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), file)
            self.query(f"{made} as select {casts} from parquet.`file:{file}`")

    def drop(self) -> None:
        """Forget the catalog's tables, and delete their files."""
        shutil.rmtree(self.warehouse())
        self.begin()

    def save(self) -> None:
        """A copy of the lists of the catalogs."""
        for each in (None, *self.attached):
            catalog = self.catalog(each)
            for table in CATALOG:
                saved = f"{table}_of_{catalog}"
                postgresql(
                    f"drop table if exists {saved}",
                    f"create table {saved} as select * from {table} "
                    f"where catalog_name = '{catalog}'",
                )

    def restore(self) -> None:
        """The copies take their places."""
        for each in (None, *self.attached):
            catalog = self.catalog(each)
            for table in CATALOG:
                postgresql(
                    f"delete from {table} where catalog_name = '{catalog}'",
                    f"insert into {table} select * from {table}_of_{catalog}",
                )

    def forget_claims(self) -> None:
        """An operation that fails is never told to have ended, for no hook runs around it."""
        for schema, name, is_view in self.relations():
            if name.endswith("__version") and not is_view:
                old = "claimed_at = claimed_at - interval 1 hour"
                self.query(f"update {schema}.{self.quote(name)} set {old}")

    def relations(self) -> list[Relation]:
        """From the catalog's list."""
        found = postgresql(
            "select table_namespace, table_name, iceberg_type from iceberg_tables "
            f"where catalog_name = '{self.catalog()}'"
        )
        return [Relation(schema, name, kind == "VIEW") for schema, name, kind in found]

    def columns(self, relation: str) -> dict[str, str]:
        """In DuckDB's names of the types, such as VARCHAR, which the tests speak."""
        described = self.query(f"describe query select * from {relation}")
        return {row["col_name"]: spark_types.duckdb_type(row["data_type"]) for row in described}

    def comments(self, schema: str, name: str) -> tuple[str | None, dict[str, str]]:
        """As `describe` has them: first the columns, then what the table itself has."""
        rows = self.query(f"describe table extended {schema}.{self.quote(name)}")
        columns, of_table = {}, None
        is_column = True
        for row in rows:
            is_column = is_column and bool(row["col_name"]) and not row["col_name"].startswith("#")
            if is_column and row["comment"]:
                columns[row["col_name"]] = row["comment"]
            if not is_column and row["col_name"] == "Comment":
                of_table = row["data_type"]
        return of_table, columns

    # --- SQL --------------------------------------------------------------------------------

    def quote(self, name: str) -> str:
        """In backquotes."""
        return "`" + name.replace("`", "``") + "`"

    def spoken(self, schema: str, name: str) -> str:
        """dbt-spark quotes no names."""
        return f"{schema}.{name}"

    def told(self, message: str) -> str:
        """Types have Spark's names, and a reason is the sign with which Spark begins one."""
        message = re.sub(rf": ({DUCKDB_REASONS}).*", ": [", message)
        names = "|".join(spark_types.NAMES.values())
        return re.sub(rf"\b({names})\b", lambda n: spark_types.spark_type(n.group()), message)

    def location(self, path: Path | str) -> str:
        """Absolute, for Spark reads the files itself."""
        return str(path) if not str(path) or "://" in str(path) else str(self.folder / path)

    def words(self, text: str) -> str:
        """By sqlglot."""
        return spark_sql.model_text(text)

    def fails(self, message: str) -> str:
        """By the function raise_error, whose type a table can't have."""
        return f"select cast(raise_error('{message}') as string) as failed"

    def waits(self, pipe: str) -> str:
        """A program of the server reads the pipe."""
        return f"select transform(1) using 'cat {pipe}' as (line string)"


CATALOG = ("iceberg_tables", "iceberg_namespace_properties")
"""The tables of PostgreSQL that hold what is in the catalogs."""


@cache
def catalog_options() -> dict[str, str]:
    """How the server's own catalog is kept, which the projects' are like."""
    host, _, port = os.environ["SLUICE_SPARK"].partition(":")
    with closing(hive.connect(host=host, port=int(port), username="tests")) as connection:
        cursor = connection.cursor()
        cursor.execute("set")
        settings = dict(cursor.fetchall())
    own = f"spark.sql.catalog.{settings['spark.sql.defaultCatalog']}."
    options = {key.removeprefix(own): settings[key] for key in settings if key.startswith(own)}
    return {key: value for key, value in options.items() if key != "warehouse"}


@cache
def client() -> list[str]:
    """The command that asks the PostgreSQL of the catalogs."""
    programs = machine.postgresql(environments.PLACE / "spark" / "debian")
    options = catalog_options()
    address = options["uri"].removeprefix("jdbc:")
    return [str(programs / "psql"), "-U", options["jdbc.user"], "--csv", "-qt", "-d", address]


def postgresql(*statements: str) -> list[list[str]]:
    """Run statements in one transaction; the rows of the last one as texts."""
    command = [*client(), "-v", "ON_ERROR_STOP=1", "-c", ";\n".join(statements)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return [*csv.reader(done.stdout.splitlines())]
