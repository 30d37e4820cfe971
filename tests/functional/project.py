"""A dbt project that installs sluice, in a folder of its own: the stage of every functional test.

    def test_something(project):
        project.write("models/customers.sql", "select * from raw.events")
        project.load("events", [{"id": 1}], id="integer")
        project.run()
        assert project.rows("customers") == [{"id": 1}]

What a run did is a `Run` of the chosen dbt (dbts.py). dbt v1 runs inside the test's process: the
first run parses; later ones reuse the manifest until a file is written, so that a run costs little
more than its SQL. The database is that of the chosen engine (engine.py).
"""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dbts
from dbts import Run
from engine import Batch, Row, new

PACKAGE = Path(os.environ.get("SLUICE_PACKAGE", Path(__file__).resolve().parents[2]))
"""The root of the package under test: this repository, or another checkout of it."""

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
"""Whether what is much like other cases is tested, too."""

DBT_PROJECT = """\
name: {name}
version: "1.0.0"
profile: {name}
model-paths: [models]
snapshot-paths: [snapshots]
macro-paths: [macros]
seed-paths: [seeds]
test-paths: [tests]
flags:
  send_anonymous_usage_stats: false
dispatch:
  - macro_namespace: dbt
    search_order: [{name}, sluice, dbt]
"""

EXPRESSIONS = {"sequence_by", "apply_as_deletes", "apply_as_truncates"}
"""Options that are SQL."""


class Project:
    """A consumer of the package with a database of its own, both below one folder."""

    listeners: Sequence[Callable[[Any], None]] = ()
    """Called with each event of dbt, while it runs."""
    last: Run | None = None
    """The last command that ran."""
    _manifest: Any = None
    _installed = False

    def __init__(
        self,
        root: Path,
        *,
        name: str = "consumer",
        schema: str = "lake",
        threads: int = 1,
        packages: str | None = None,
        project_yml: str = "",
        template: Project | None = None,
    ) -> None:
        self.root = root
        self.name = name
        self.schema = schema
        self.threads = threads
        self.engine = new(root, name)

        text = DBT_PROJECT.format(name=name) + textwrap.dedent(project_yml)
        self.write("dbt_project.yml", self.engine.project_yml(text))
        self.write_profiles()
        self.write("packages.yml", packages or f"packages:\n  - local: {PACKAGE}\n")
        for folder in ("models", "snapshots", "macros", "seeds", "tests"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        # looking for an override is slow in a project without any macro
        self.write("macros/own.sql", "{% macro own() %}{% endmacro %}")
        self.query("create schema raw")
        if template is not None:
            self._adopt(template)

    def _adopt(self, template: Project) -> None:
        """Take over the installed packages and the parsed state of a project that is alike."""
        (self.root / "dbt_packages").symlink_to(template.root / "dbt_packages")
        shutil.copyfile(template.root / "package-lock.yml", self.root / "package-lock.yml")
        self.parsed_like(template)
        self._installed = True

    def parsed_like(self, template: Project) -> None:
        """Take over the parsed state of a project that is alike; dbt v2 keeps none."""
        parsed = "target/partial_parse.msgpack"
        if (template.root / parsed).exists():
            (self.root / "target").mkdir()
            shutil.copyfile(template.root / parsed, self.root / parsed)

    # --- files ------------------------------------------------------------------------------

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project; the text may be indented as a whole."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = textwrap.dedent(text)
        if path.startswith(("models/", "snapshots/", "tests/")) and path.endswith(".sql"):
            text = self.engine.words(text)
        file.write_text(text, encoding="utf-8")
        self._manifest = None
        return file

    def remove(self, path: str) -> None:
        """Delete a file of the project."""
        (self.root / path).unlink()
        self._manifest = None

    def profiles(self, **targets: str) -> str:
        """What profiles.yml holds: the target `test`, and further ones by schema (name=schema)."""
        schemas = {"test": self.schema, **targets}
        outputs = {
            name: self.engine.profile(schema, self.threads) for name, schema in schemas.items()
        }
        profiles = {self.name: {"target": "test", "outputs": outputs}}
        return json.dumps(profiles, indent=2)  # JSON is YAML

    def write_profiles(self, **targets: str) -> None:
        """Write profiles.yml."""
        self.write("profiles.yml", self.profiles(**targets))

    def attach(self, database: str) -> None:
        """Let the project have a second database of that name, which is empty."""
        self.engine.attached.append(database)
        self.write_profiles()

    def configure(self, kind: str, name: str, **config: Any) -> None:
        """Write ``<kind>/<name>.yml``: the configuration of one model or snapshot."""
        meta = {**(config.get("meta") or {})}
        for option in EXPRESSIONS & meta.keys():
            came = meta[option]
            meta[option] = (
                [self.words(part) for part in came] if isinstance(came, list) else self.words(came)
            )
        config = {**config, "meta": meta} if meta else config
        node = json.dumps({kind: [{"name": name, "config": config}]}, indent=2)
        self.write(f"{kind}/{name}.yml", node)  # JSON is YAML

    def words(self, value: Any) -> Any:
        """An SQL expression in the engine's words; what is no text stays as it is."""
        return self.engine.words(value) if isinstance(value, str) else value

    def model(self, name: str, text: str = "select * from raw.events", **config: Any) -> None:
        """Write a model, in Python when the text defines ``model(dbt, session)``."""
        suffix = "py" if "def model(" in text else "sql"
        self.write(f"models/{name}.{suffix}", text)
        self.configure("models", name, **config)

    def apply_changes(self, name: str, text: str = "select * from raw.events", **meta: Any) -> None:
        """Write an ``apply_changes`` model with its options."""
        self.model(name, text, materialized="apply_changes", meta=meta)

    def snapshot(
        self,
        name: str,
        text: str = "select * from raw.events",
        *,
        unique_key: str | list[str],
        config: Mapping[str, Any] | None = None,
        **meta: Any,
    ) -> None:
        """Write a snapshot file with our strategy; the interval is valid_from, valid_to."""
        columns = {"dbt_valid_from": "valid_from", "dbt_valid_to": "valid_to"}
        self.write(f"snapshots/{name}.sql", f"{{% snapshot {name} %}}\n{text}\n{{% endsnapshot %}}")
        self.configure(
            "snapshots",
            name,
            strategy="sluice.apply_changes",
            unique_key=unique_key,
            snapshot_meta_column_names=columns,
            meta=meta,
            **(config or {}),
        )

    # --- data -------------------------------------------------------------------------------

    def query(self, sql: str, database: str | None = None) -> list[Row]:
        """Run SQL on the database, or an attached one, between the runs; rows as dictionaries."""
        return self.engine.query(sql, database)

    def load(self, table: str, rows: Iterable[Mapping[str, Any]], **types: str) -> None:
        """Replace ``raw.<table>``: the next batch. The types (column=SQL type) make its columns."""
        self.load_all({table: (rows, types)})

    def load_all(self, tables: Mapping[str, Batch]) -> None:
        """Replace several raw tables at once: name -> (rows, column -> SQL type)."""
        self.engine.load(tables)

    def table(self, name: str) -> str:
        """The quoted name of a model's or a snapshot's table, for use in a query."""
        return f"{self.engine.quote(self.schema)}.{self.engine.quote(name)}"

    def spoken(self, name: str) -> str:
        """A model's or a snapshot's table as messages name it."""
        return self.engine.spoken(self.schema, name)

    def rows(self, name: str, *, ignore: Sequence[str] = ()) -> list[Row]:
        """The rows of a model's table; a struct is the tuple of its values, instants are UTC."""
        plain = self.engine.plain
        return [
            {column: plain(value) for column, value in row.items() if column not in ignore}
            for row in self.query(f"select * from {self.table(name)}")
        ]

    def contents(self, name: str) -> list[tuple]:
        """All that a model's table holds, sorted: equal only if no value of it changed."""
        found = self.query(f"select * from {self.table(name)}")
        return sorted((tuple(row.items()) for row in found), key=repr)

    def history(self, name: str) -> list[Row]:
        """The rows of a snapshot without the two columns that dbt keeps for itself."""
        return self.rows(name, ignore=("dbt_scd_id", "dbt_updated_at"))

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a model's table in their order, with their types."""
        return self.engine.columns(self.table(name))

    def relations(self, schema: str | None = None) -> list[str]:
        """The names of all tables and views, of one schema if it is named, sorted."""
        found = self.engine.relations()
        return sorted(r.name for r in found if schema is None or r.schema == schema)

    def manifest(self) -> dict[str, Any]:
        """What dbt knows of the project, as it stands in manifest.json."""
        if dbts.chosen().in_process:
            return self._manifest.writable_manifest().to_dict(omit_none=False)
        return json.loads((self.root / "target" / "manifest.json").read_text(encoding="utf-8"))

    def flows(self) -> dict[str, Row]:
        """The counts that the last run reported (event log, view ``flows``), by dataset."""
        assert self.last is not None, "nothing ran yet"
        found = self.query(
            f'select * from "{self.schema}_sluice".flows '
            f"where update_id = '{self.last.invocation_id}'"
        )
        flows = {row["dataset"]: row for row in found}
        assert len(flows) == len(found), f"a dataset is twice in flows: {found}"
        return flows

    def drop_database(self) -> None:
        """Start from nothing: an empty database, the same project."""
        self.engine.drop()
        self.query("create schema raw")

    # --- dbt --------------------------------------------------------------------------------

    def dbt(self, *args: str) -> Run:
        """Run any dbt command, as ``dbt("run", "--select", "x")``; success is not checked."""
        if not self._installed:
            self.install()
        lines: list[tuple[str, str]] = []
        manifest = None
        if dbts.chosen().in_process and "--vars" not in args:  # they may change what parsing finds
            if self._manifest is None:
                parsed = self._invoke(["parse"])
                if not parsed.success:
                    self.last = parsed
                    return parsed
                self._manifest, lines = parsed.result, parsed.lines
            manifest = self._manifest
        self.last = self._invoke(list(args), manifest)
        self.last.lines[:0] = lines
        return self.last

    def install(self) -> None:
        """Install the packages (done before the first command anyway)."""
        run = self._invoke(["deps"])
        assert run.success, f"dbt deps failed:\n{run.error}\n\n{run.log}"
        self._installed = True

    def run(self, *args: str, command: str = "run") -> Run:
        """Run the models; anything but success fails the test with the whole story."""
        run = self.dbt(command, *args)
        assert run.success, f"dbt {' '.join(run.args)} failed:\n{run.error}\n\n{run.log}"
        return run

    def build(self, *args: str) -> Run:
        """Run models, snapshots, seeds and tests."""
        return self.run(*args, command="build")

    def run_expecting_error(self, *args: str, command: str = "build") -> str:
        """Run what must fail; the message of the failure."""
        run = self.dbt(command, *args)
        assert not run.success, f"dbt {' '.join(run.args)} did not fail:\n{run.log}"
        return run.error

    def _invoke(self, args: list[str], manifest: Any = None) -> Run:
        """Run the chosen dbt in the project's folder, as a person would."""
        try:
            return dbts.chosen().run(self.root, args, manifest, self.listeners)
        finally:
            self.engine.close()
