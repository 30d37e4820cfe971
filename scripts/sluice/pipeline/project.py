"""A dbt project: where it and its profile are, and dbt run on it inside this process."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from sluice.pipeline.errors import ConfigurationError, SluiceError
from sluice.pipeline.troubles import first_line, known_trouble

SILENT = ("--log-level", "none", "--log-level-file", "none", "--no-write-json")
"""Options of a dbt that says and writes nothing; its errors are told by us."""


@dataclass
class Project:
    """The project of a command. Relative paths in it count from its root, as dbt has it."""

    root: Path
    profiles_dir: Path
    profile_name: str | None = None
    target: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        """The options by which dbt finds the same project, profile and target."""
        found = ["--project-dir", str(self.root), "--profiles-dir", str(self.profiles_dir)]
        found += ["--profile", self.profile_name] if self.profile_name else []
        found += ["--target", self.target] if self.target else []
        return found + (["--vars", json.dumps(self.variables)] if self.variables else [])

    @cached_property
    def raw(self) -> dict[str, Any]:
        """What dbt_project.yml holds, its Jinja not rendered."""
        return read_yaml(self.root / "dbt_project.yml")

    @property
    def readable(self) -> dict[str, Any]:
        """The same, empty where it can't be read: for what has to go on and tell that."""
        try:
            return self.raw
        except ConfigurationError:
            return {}

    @property
    def name(self) -> str:
        """The project's name, that of its folder where dbt_project.yml has none."""
        return str(self.readable.get("name") or self.root.name)

    @property
    def log_path(self) -> Path:
        """The folder of logs."""
        given = os.environ.get("DBT_LOG_PATH") or self.readable.get("log-path") or "logs"
        return self.root / given

    @property
    def target_path(self) -> Path:
        """The folder of dbt's artifacts."""
        given = os.environ.get("DBT_TARGET_PATH") or self.raw.get("target-path") or "target"
        return self.root / given

    @property
    def packages_path(self) -> Path:
        """The folder of installed packages."""
        return self.root / (self.raw.get("packages-install-path") or "dbt_packages")

    @property
    def lists_sluice(self) -> bool:
        """Whether the project's list of packages has ours, under whatever name of a folder."""
        entries = [
            entry
            for name in ("packages.yml", "dependencies.yml")
            for entry in read_yaml(self.root / name).get("packages") or []
        ]
        return any(
            "sluice" in str(entry)
            or read_yaml(self.root / str(entry.get("local")) / "dbt_project.yml").get("name")
            == "sluice"
            for entry in entries
        )

    @cached_property
    def config(self) -> Any:
        """dbt's RuntimeConfig: the project and the profile, rendered.

        Raises ConfigurationError with dbt's own words.
        """
        from dbt.config.runtime import RuntimeConfig, load_profile, load_project
        from dbt.flags import set_from_args
        from dbt_common.context import set_invocation_context

        where = {"project_dir": str(self.root), "profiles_dir": str(self.profiles_dir)}
        arguments = Namespace(
            **where,
            vars=self.variables,
            profile=self.profile_name,
            target=self.target,
            send_anonymous_usage_stats=False,
        )
        try:
            set_invocation_context(os.environ)
            set_from_args(arguments, {})
            profile = load_profile(
                str(self.root), self.variables, self.profile_name, self.target, None
            )
            project = load_project(str(self.root), True, profile, self.variables)
            return RuntimeConfig.from_parts(project, profile, arguments)
        except Exception as error:
            raise self.wrong(error) from error

    @property
    def credentials(self) -> Any:
        """What the profile says of the target: type, database, schema and the engine's own."""
        return self.config.credentials

    @property
    def database_name(self) -> str:
        """The database, for people: its file, also where DuckDB in memory attaches it; or a name.

        An address of a server is never shown: it may hold a password.
        """
        path = str(getattr(self.credentials, "path", ""))
        named = self.credentials.database
        if not path.startswith(":memory:") or named == "memory":
            return path or named
        for entry in getattr(self.credentials, "attach", None) or []:
            file = attached_file(entry.path)
            if file and named == attached_as(entry):
                return file
        return named

    @property
    def database_file(self) -> Path | None:
        """The DuckDB file of the target, absolute; None for any other database."""
        if self.credentials.type != "duckdb":
            return None
        path = self.credentials.path
        return None if path == ":memory:" or ":" in path[2:] else self.root / path

    @property
    def written_by_the_database(self) -> list[Path]:
        """Files and folders of the target and of what it attaches, absolute; none of a server."""
        paths = [self.database_file] if self.database_file else []
        for entry in getattr(self.credentials, "attach", None) or []:
            options = getattr(entry, "options", None) or {}
            for text in (entry.path, options.get("data_path")):
                if text and (file := attached_file(text)):
                    paths.append(self.root / file)
        return paths

    def dbt(
        self,
        *command: str,
        manifest: Any = None,
        listeners: Sequence[Callable[[Any], None]] = (),
    ) -> Any:
        """Run a dbt command; return dbt's own result (success, exception, result).

        command: options before it, its name, options behind it. Raises KeyboardInterrupt where
        that ended it; dbt has told the database to stop by then.
        """
        from dbt.cli.main import dbtRunner

        runner = dbtRunner(manifest=manifest, callbacks=list(listeners))
        result = runner.invoke([*command, *self.arguments])
        if isinstance(result.exception, KeyboardInterrupt):
            raise result.exception
        return result

    def parse(self) -> Any:
        """Return dbt's manifest. Raises ConfigurationError if the project does not parse."""
        result = self.dbt(*SILENT, "parse")
        if result.exception or not result.success:
            raise self.wrong(result.exception or "it does not parse")
        return result.result

    def wrong(self, error: object) -> SluiceError:
        """Return an error of dbt as one of ours; what is no known trouble is the configuration."""
        if isinstance(error, SluiceError):
            return error
        text = str(error).strip() or type(error).__name__
        trouble = known_trouble(text, self.root)
        if trouble:
            return trouble
        way = "mend it as dbt says; sluice validate lists all that is wrong"
        if "dbt deps" in text or "packages installed" in text:
            way = f"dbt deps --project-dir {self.root}"
        text = " ".join(line.strip() for line in text.splitlines() if line.strip())
        return ConfigurationError(first_line(text, 2000), where=self.root, way=way)


def attached_file(path: str) -> str | None:
    """Return the file or folder that a profile attaches, a DuckLake's catalog too; None: no file.

    A drive of Windows is no scheme.
    """
    file = str(path).removeprefix("ducklake:")
    return None if ":" in file[2:] else file


def attached_as(entry: Any) -> str:
    """Return the name of a database that a profile attaches; by default, its file's, as DuckDB."""
    return entry.alias or Path(str(entry.path).removeprefix("ducklake:")).stem


def find_project(
    project_dir: Path | None = None,
    profiles_dir: Path | None = None,
    profile: str | None = None,
    target: str | None = None,
    variables: str | None = None,
) -> Project:
    """Find the project and its profile as dbt does, and make its root the current folder.

    A profiles.yml beside dbt_project.yml is found from other folders, too: cron starts in the
    user's home. variables: YAML. Raises ConfigurationError.
    """
    from dbt.cli.resolvers import default_profiles_dir, default_project_dir

    given = project_dir or variable("PROJECT_DIR")
    root = (Path(given) if given else default_project_dir()).expanduser().absolute()
    if not (root / "dbt_project.yml").is_file():
        raise ConfigurationError(
            "no dbt project is here",
            where=root,
            expected="a folder with dbt_project.yml",
            way="call it in the project's folder, or name that: --project-dir PATH",
        )
    named = profiles_dir or variable("PROFILES_DIR")
    home = Path(named).expanduser().absolute() if named else default_profiles_dir()
    if not named and not (home / "profiles.yml").is_file() and (root / "profiles.yml").is_file():
        home = root
    try:
        given_variables = yaml.safe_load(variables or "{}")
    except yaml.YAMLError:
        given_variables = None
    if not isinstance(given_variables, dict):
        raise ConfigurationError(
            "can't be read",
            where="--vars",
            expected="a YAML mapping such as '{name: value}'",
            found=str(variables),
        )
    os.chdir(root)
    profile, target = profile or variable("PROFILE"), target or variable("TARGET")
    return Project(root, home, profile, target, given_variables)


def variable(name: str) -> str | None:
    """Return an environment variable of dbt, by its new or its old prefix, or None."""
    return os.environ.get(f"DBT_ENGINE_{name}") or os.environ.get(f"DBT_{name}") or None


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's mapping; an absent file is empty. Raises ConfigurationError."""
    if not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())
        raise ConfigurationError(text, where=path, expected="YAML") from error
    return found if isinstance(found, dict) else {}
