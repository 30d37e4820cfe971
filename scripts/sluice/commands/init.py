"""`sluice init`: what a project needs to read a folder of files, written beside what it has."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import yaml

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.files import Look
from sluice.pipeline.project import SILENT, Project, read_yaml
from sluice.pipeline.writing import write_whole

FILE_TIME = "_metadata.file_modification_time"
"""The sequence of files that have none: a row of a later file is a later one."""


@dataclass
class Plan:
    """What is to be written. files: path below the root -> text; edits: the same, of files that are
    there and get more lines; notes: for people."""

    files: dict[str, str] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def make_plan(
    project: Project,
    name: str,
    location: str,
    look: Look,
    keys: list[str],
    sequence_by: str,
    package: str | None,
) -> Plan:
    """Return what a source of that name needs. Nothing that is there is overwritten.

    package: a folder or a git address of sluice; by default where this command was installed from.
    Raises ConfigurationError for a name, a key or a sequence that won't do.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ConfigurationError(
            "won't do for a table", where=f"--source {name}", expected="letters, digits and _"
        )
    unknown = [key for key in [*keys, sequence_by] if key not in look.columns and key != FILE_TIME]
    if unknown:
        raise ConfigurationError(
            f"{', '.join(unknown)} is no column",
            where=location,
            expected=f"of [{', '.join(look.columns)}]",
            way="--keys COLUMN[,COLUMN] and --sequence-by COLUMN name them",
        )
    plan = Plan()
    add_package(project, plan, package)
    add_dispatch(project, plan)
    add_models(project, plan, name, location, look, keys, sequence_by)
    return plan


def add_models(
    project: Project,
    plan: Plan,
    name: str,
    location: str,
    look: Look,
    keys: list[str],
    sequence_by: str,
) -> None:
    """Add the source and its three models."""
    folder = (project.raw.get("model-paths") or ["models"])[0]
    there = {path.stem: path for path in (project.root / folder).rglob("*") if path.is_file()}
    bronze, silver = f"{name}_bronze", f"{name}_silver"
    texts = {
        f"bronze/_{name}__sources.yml": source_text(name, location, look),
        f"bronze/{bronze}.sql": bronze_text(name),
        f"silver/{silver}.sql": silver_text(bronze),
        f"silver/_{silver}.yml": rules_text(silver, keys, sequence_by),
        f"gold/{name}.sql": gold_text(silver, look, keys, sequence_by),
    }
    for path, text in texts.items():
        if found := there.get(Path(path).stem):
            plan.notes.append(f"{found.relative_to(project.root).as_posix()} is left as it is")
        else:
            plan.files[f"{folder}/{path}"] = text


def source_text(name: str, location: str, look: Look) -> str:
    """Return the YAML of the source."""
    meta = {"external_location": location, "format": look.format}
    columns = [{"name": column, "data_type": kind} for column, kind in look.columns.items()]
    table = {"name": name, "config": {"meta": meta}, "columns": columns}
    return yaml.safe_dump({"sources": [{"name": "landing", "tables": [table]}]}, sort_keys=False)


def bronze_text(name: str) -> str:
    """Return the model of what landed."""
    return (
        "{{ config(materialized='streaming_table') }}\n\n"
        f"select * from {{{{ sluice.read_files(source('landing', '{name}')) }}}}\n"
    )


def silver_text(bronze: str) -> str:
    """Return the model of what is good."""
    return (
        "{{ config(materialized='streaming_table') }}\n\n"
        f"select * from {{{{ sluice.stream(ref('{bronze}')) }}}}\n"
    )


def rules_text(silver: str, keys: list[str], sequence_by: str) -> str:
    """Return the YAML of silver's rules: a row without its key or its sequence is held back."""
    columns = [
        *keys,
        *([sequence_by] if sequence_by != FILE_TIME and sequence_by not in keys else []),
    ]
    rule = {"config": {"severity": "warn", "meta": {"on_violation": "drop"}}}
    rescued = {
        "name": f"{silver}_nothing_rescued",
        "arguments": {"expression": "_rescued_data is null"},
        "config": {"severity": "warn", "meta": {"on_violation": "warn"}},
    }
    model = {
        "name": silver,
        "data_tests": [{"sluice.expectation": rescued}],
        "columns": [
            {
                "name": column,
                "data_tests": [{"not_null": {"name": f"{silver}_has_{column}", **rule}}],
            }
            for column in columns
        ],
    }
    return yaml.safe_dump({"models": [model]}, sort_keys=False)


def gold_text(silver: str, look: Look, keys: list[str], sequence_by: str) -> str:
    """Return the model of the current state."""
    meta: dict[str, Any] = {"keys": keys, "sequence_by": sequence_by}
    if look.operation:
        column, delete = look.operation
        meta["apply_as_deletes"] = f"{column} = '{delete}'"
        meta["except_column_list"] = [column]
    lines = ",\n".join(f"        {json.dumps(key)}: {json.dumps(meta[key])}" for key in meta)
    return (
        "{{ config(\n    materialized='apply_changes',\n    meta={\n"
        f"{lines},\n    }},\n) }}}}\n\n"
        f"select * from {{{{ sluice.stream(ref('{silver}')) }}}}\n"
    )


def add_package(project: Project, plan: Plan, package: str | None) -> None:
    """Add the entry of packages.yml, if neither it nor dependencies.yml has one."""
    if project.raw.get("name") == "sluice" or has_package(project):
        return
    entry = package_entry(project, package)
    lines = [f"{key}: {json.dumps(value)}" for key, value in entry.items()]
    items = ["\n".join([f"{dent}- {lines[0]}", *(f"{dent}  {line}" for line in lines[1:])])
             for dent in ("  ", "")]  # fmt: skip
    file = project.root / "packages.yml"
    if not file.exists():
        plan.files["packages.yml"] = f"packages:\n{items[0]}\n"
        return
    before = read_yaml(file)
    text = file.read_text(encoding="utf-8")
    wanted = {**before, "packages": [*(before.get("packages") or []), entry]}
    for item in items:
        for head in ("", "packages:\n"):
            longer = f"{text.rstrip()}\n{head}{item}\n"
            if parsed(longer) == wanted:
                plan.edits["packages.yml"] = longer
                return
    plan.notes.append(f"add to packages.yml by hand:\npackages:\n{items[0]}")


def has_package(project: Project) -> bool:
    """Return whether the project's packages have sluice, listed or installed."""
    if (project.packages_path / "sluice" / "dbt_project.yml").is_file():
        return True
    return project.lists_sluice


def package_entry(project: Project, package: str | None) -> dict[str, str]:
    """Return the entry of packages.yml: a folder, or a git address with its revision."""
    revision = None
    if package is None:
        package, revision = origin()
    folder = Path(package).expanduser()
    if folder.is_dir():
        try:
            path = os.path.relpath(folder.resolve(), project.root.resolve())
        except ValueError:  # another drive
            path = str(folder.resolve())
        return {"local": Path(path).as_posix()}
    return {"git": package, **({"revision": revision} if revision else {})}


def origin() -> tuple[str, str | None]:
    """Return (folder or git address, commit) that this command was installed from.

    Raises ConfigurationError if pip did not note it.
    """
    try:
        noted = json.loads(distribution("sluice").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        noted = {}
    url = noted.get("url")
    if not url:
        raise ConfigurationError(
            "where sluice was installed from is not known",
            where="packages.yml",
            expected="the folder or the git address of the dbt package",
            way="name it: --package PATH_OR_URL",
        )
    if url.startswith("file:"):
        return url2pathname(urlsplit(url).path), None
    return url, (noted.get("vcs_info") or {}).get("commit_id")


def add_dispatch(project: Project, plan: Plan) -> None:
    """Add the dispatch block, by which dbt finds the snapshot strategy."""
    name = project.raw.get("name")
    block = (
        "\n# dbt looks for the snapshot strategy of sluice here, too.\n"
        f"dispatch:\n  - macro_namespace: dbt\n    search_order: [{name}, sluice, dbt]\n"
    )
    if name == "sluice" or "sluice" in str(project.raw.get("dispatch") or ""):
        return
    if project.raw.get("dispatch"):
        plan.notes.append(f"dbt_project.yml has a dispatch block; for snapshots add:{block}")
        return
    text = (project.root / "dbt_project.yml").read_text(encoding="utf-8")
    plan.edits["dbt_project.yml"] = f"{text.rstrip()}\n{block}"


def parsed(text: str) -> Any:
    """Return what a YAML text holds; None if it is none."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def write_plan(project: Project, plan: Plan) -> None:
    """Write the files, and install the package if it is not. Raises ConfigurationError."""
    for path, text in {**plan.files, **plan.edits}.items():
        write_whole(project.root / path, text)
    if project.raw.get("name") == "sluice" or (project.packages_path / "sluice").exists():
        return
    result = project.dbt(*SILENT[:4], "deps")
    if result.exception or not result.success:
        raise project.wrong(result.exception or "dbt deps failed")
