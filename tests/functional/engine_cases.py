"""What the tests of the engine's cases share.

Writing streaming tables and sources, loading events given as tuples, reading the warnings of a run,
other settings of the session, and following the commands that an error message names.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from landing import put
from project import Project, Row, Run

SEVERAL_THREADS = pytest.mark.duckdb_file("several threads are refused, for it fails with them")
"""What nodes do at once."""

STREAM = "select * from {{ sluice.stream(ref('up')) }}"
SCD1 = {
    "keys": ["id"],
    "sequence_by": "seq",
    "apply_as_deletes": "op = 'D'",
    "except_column_list": ["op", "seq"],
}
SCD2 = {**SCD1, "stored_as_scd_type": 2}
SNAPSHOT = {name: value for name, value in SCD1.items() if name != "keys"}
TYPES = {"id": "integer", "v": "varchar", "op": "varchar", "seq": "integer"}


# --- writing ------------------------------------------------------------------------------------


def streaming(project: Project, name: str, text: str = STREAM, **config: Any) -> None:
    """Write a streaming table."""
    project.model(name, text, materialized="streaming_table", **config)


def judged(
    project: Project, name: str, rules: Mapping[str, str], text: str = STREAM, **config: Any
) -> None:
    """Write a streaming table with rules, name -> condition, that drop."""
    project.write(f"models/{name}.{'py' if 'def model(' in text else 'sql'}", text)
    tests = [
        {
            "sluice.expectation": {
                "name": rule,
                "arguments": {"expression": condition},
                "config": {"meta": {"on_violation": "drop"}},
            }
        }
        for rule, condition in rules.items()
    ]
    config = {"materialized": "streaming_table", **config}
    node = {"name": name, "config": config, "data_tests": tests}
    project.write(f"models/{name}.yml", json.dumps({"models": [node]}))


def source(
    project: Project, location: Path | str, *, called: str = "files.events", **meta: Any
) -> str:
    """Write a source of files; the SQL that reads it."""
    schema, table = called.split(".")
    config = {"meta": {"external_location": project.engine.location(location), **meta}}
    node = {"name": schema, "tables": [{"name": table, "config": config}]}
    project.write("models/sources.yml", json.dumps({"sources": [node]}))
    return f"select * from {{{{ sluice.read_files(source('{schema}', '{table}')) }}}}"


def land(folder: Path, name: str, *rows: Row) -> Path:
    """Let a file of JSON lines arrive."""
    return put(folder / name, "".join(f"{json.dumps(row)}\n" for row in rows))


def rewrite(file: Path, content: str) -> None:
    """Write a file again, with a later time, whatever the clock's grain."""
    later = file.stat().st_mtime + 10
    put(file, content)
    os.utime(file, (later, later))


def load(project: Project, *events: tuple, table: str = "events", **types: str) -> None:
    """Replace a raw table by these events: `(id, v, op, seq)`, or as the types say."""
    types = types or TYPES
    rows = [dict(zip(types, event, strict=True)) for event in events]
    project.load(table, rows, **types)


def settings(project: Project, values: Mapping[str, Any], *, threads: int = 1) -> None:
    """Let the profile have other settings of the session; what was parsed stays good."""
    project.engine.settings = dict(values)
    project.threads = threads
    (project.root / "profiles.yml").write_text(project.profiles(), encoding="utf-8")


# --- reading ------------------------------------------------------------------------------------


def found(
    project: Project, name: str, columns: str = "*", database: str | None = None
) -> list[tuple]:
    """Columns of a model's table as tuples, sorted; null is the lowest."""
    rows = project.query(f"select {columns} from {project.table(name)}", database)
    return sorted((tuple(row.values()) for row in rows), key=repr)


def ids(project: Project, name: str) -> list[Any]:
    """The ids in a table, each as often as it is there."""
    return sorted(row["id"] for row in project.query(f"select id from {project.table(name)}"))


def tables(project: Project) -> list[tuple]:
    """Every table and view of the database."""
    return sorted((found.schema, found.name) for found in project.engine.relations())


def told(run: Run, *words: str) -> list[str]:
    """The warnings of a run that have all of these words."""
    return [text for text in run.warnings if all(word in text for word in words)]


def has(message: str, *words: str) -> None:
    """A message has each of these words, whatever their case and the blanks within."""

    def plain(text: str) -> str:
        return "".join(text.lower().split())

    for word in words:
        assert plain(word) in plain(message), f"no {word!r} in: {message}"


# --- ways out -----------------------------------------------------------------------------------

VALUE = r"""(?:'[^']*'|"[^"]*"|[^\s,;:()`'"]+)"""
OPTION = rf"\s+(?:--full-refresh\b|(?:--select|--exclude|--vars|--args|-s)\s+{VALUE})"
COMMAND = re.compile(rf"dbt\s+(?:run-operation\s+[\w.]+(?:{OPTION})*|\w+(?:{OPTION})+)")
THEN = re.compile(r"[\s,;`.]*(?:and )?then:?[\s`]*", re.IGNORECASE)


def ways_out(message: str) -> list[list[list[str]]]:
    """The commands in a message: ways that are open, each of commands that follow one another."""
    ways: list[list[list[str]]] = []
    end = None
    for command in COMMAND.finditer(message):
        words = [word.rstrip(".") for word in shlex.split(command.group())[1:]]
        if end is not None and THEN.fullmatch(message[end : command.start()]):
            ways[-1].append(words)
        else:
            ways.append([words])
        end = command.end()
    return ways


def each_way_leads_out(
    project: Project,
    message: str,
    check: Callable[[], None],
    *,
    protect: Callable[[bool], None] | None = None,
    prepare: Callable[[list[str]], None] = lambda command: None,
    then: Sequence[str] = ("build",),
) -> None:
    """Follow each way that a message names, from the same state: the run `then` succeeds.

    `prepare` does what the message says in words, before each command. `protect` writes the model
    with `full_refresh: false` or without: a message that names `--full-refresh` for a protected
    model has to say that this comes out first, and then it does come out for that command.
    """
    ways = ways_out(message)
    assert ways, f"the message names no command: {message}"
    project.engine.save()
    for way in ways:
        project.engine.restore()
        for command in way:
            prepare(command)
            freed = protect is not None and "--full-refresh" in command
            if freed:
                assert "full_refresh: false" in message, f"a wall: {message}"
                protect(False)
            run = project.dbt(*command)
            if freed:
                protect(True)
            assert run.success, f"dbt {' '.join(command)} leads nowhere:\n{run.error}"
        run = project.dbt(*then)
        assert run.success, f"after {way} the next run fails:\n{run.error}"
        check()
