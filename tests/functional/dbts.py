"""The dbt under the tests: v1 in this process, v2 by its command. `pytest --dbt NAME` chooses one.

A test that looks into dbt v1 itself says so: `@pytest.mark.dbt_v1(reason)`. dbt 1.12 is tested by
the pytest of its own environment (tests/environments.py makes it), as v1.
"""

from __future__ import annotations

import functools
import gc
import json
import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import environments

PROFILES = "SLUICE_TEST_PROFILES"
"""The folder of profiles.yml, where it is not the project's."""


@dataclass
class Run:
    """What one dbt command did."""

    args: list[str]
    success: bool
    exception: BaseException | str | None
    result: Any
    lines: list[tuple[str, str]] = field(repr=False)
    invocation_id: str = ""

    @property
    def log(self) -> str:
        """All that dbt said, without its debug lines."""
        return "\n".join(text for level, text in self.lines if level != "debug")

    @property
    def debug_log(self) -> str:
        """All that dbt said, with its debug lines (the SQL statements are among them)."""
        return "\n".join(text for _level, text in self.lines)

    @property
    def warnings(self) -> list[str]:
        """The text of each warning; dbt 1.12 says in front that it is one."""
        warnings = [text for level, text in self.lines if level == "warn"]
        return [re.sub(r"^\[WARNING\]: ?", "", text) for text in warnings]

    @property
    def _results(self) -> list[Any]:
        return getattr(self.result, "results", None) or []

    @property
    def messages(self) -> dict[str, str]:
        """The message of each node that ran, by its name."""
        return {node_name(result): result.message or "" for result in self._results}

    @property
    def statuses(self) -> dict[str, str]:
        """The status of each node that ran ('success', 'error', 'skipped'), by its name."""
        return {node_name(result): str(result.status) for result in self._results}

    @property
    def error(self) -> str:
        """Why it failed: exception, messages of the failed nodes, else the logged errors."""
        told = [str(self.exception)] if self.exception else []
        told += [
            f"{name}: {self.messages[name]}"
            for name, status in self.statuses.items()
            if status not in ("success", "pass", "skipped", "warn") and self.messages[name]
        ]
        return "\n".join(told or [text for level, text in self.lines if level == "error"])


def node_name(result: Any) -> str:
    """The name of a node that ran; an operation has no node but an id that ends in its name."""
    node = getattr(result, "node", None)
    return node.name if node is not None else result.unique_id.rpartition(".")[2]


class Dbt(ABC):
    """A dbt that runs commands in the folder of a project."""

    in_process: bool
    """Whether a parsed manifest can be handed from one command to the next."""

    @abstractmethod
    def run(
        self,
        root: Path,
        args: list[str],
        manifest: Any,
        listeners: Sequence[Callable[[Any], None]],
    ) -> Run:
        """Run one command."""


class InProcess(Dbt):
    """dbt v1, as it is installed beside pytest."""

    in_process = True

    def run(
        self,
        root: Path,
        args: list[str],
        manifest: Any,
        listeners: Sequence[Callable[[Any], None]],
    ) -> Run:
        """Profiles are looked for in the project's folder first, whatever DBT_PROFILES_DIR says."""
        from dbt.cli.main import dbtRunner

        do_once_what_commands_repeat()
        lines: list[tuple[str, str]] = []
        invocation = ""

        def listen(event: Any) -> None:
            nonlocal invocation
            invocation = event.info.invocation_id
            lines.append((str(event.info.level), event.info.msg))
            for told in listeners:
                told(event)

        runner = dbtRunner(manifest=manifest, callbacks=[listen])
        home = Path.cwd()
        os.chdir(root)
        try:
            where = ["--project-dir", ".", "--profiles-dir", os.environ.get(PROFILES, ".")]
            options = ["--no-use-colors", "--quiet", "--no-write-json", "--log-level-file", "none"]
            outcome = runner.invoke([*options, *args, *where])
        finally:
            os.chdir(home)
        return Run(args, outcome.success, outcome.exception, outcome.result, lines, invocation)


@functools.cache
def do_once_what_commands_repeat() -> None:
    """Spare thousands of commands in one process what is the same for all: a third of their time.

    dbt's own switch for tests keeps parsed macros and the list of plugins. A flag that names no
    module looks for it by reading the source of the whole call stack.
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered
    from dbt_common.tests import enable_test_caching

    enable_test_caching()
    BehaviorFlagRendered._default_source = staticmethod(lambda: "tests")
    _keep_compiled_templates()
    # dbt makes hundreds of thousands of objects that live as long as the process
    gc.set_threshold(50_000, 20, 50)


def _keep_compiled_templates() -> None:
    """Compile a text of Jinja once; the code depends on the text and the kind of environment."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment
    from jinja2.utils import LRUCache

    compiled = LRUCache(4000)
    compile_anew = MacroFuzzEnvironment.compile

    def compile_once(self: Any, source: Any, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs or not isinstance(source, str):
            return compile_anew(self, source, *args, **kwargs)
        key = (type(self), source)
        code = compiled.get(key)
        if code is None:
            code = compiled[key] = compile_anew(self, source)
        return code

    MacroFuzzEnvironment.compile = compile_once


class Command(Dbt):
    """dbt v2, which is a program. What it did is in the files that it writes."""

    in_process = False

    def run(
        self,
        root: Path,
        args: list[str],
        manifest: Any,
        listeners: Sequence[Callable[[Any], None]],
    ) -> Run:
        """Results are read from run_results.json, lines from the screen."""
        target = root / os.environ.get("DBT_TARGET_PATH", "target")
        written = target / "run_results.json"
        if "retry" not in args:
            written.unlink(missing_ok=True)
        done = process(root, *args)
        lines = list(spoken(done.stdout))
        invocation, result = "", None
        if {"ls", "list"} & {*args}:
            result = [text for _level, text in lines if " " not in text]
        elif written.exists():
            told = json.loads(written.read_text())
            nodes = json.loads((target / "manifest.json").read_text())["nodes"]
            invocation = told["metadata"]["invocation_id"]
            # an operation that fails is told on the screen; every node is an error in the file
            found = [] if "run-operation" in args else told["results"]
            result = SimpleNamespace(results=[outcome(one, nodes) for one in found])
        # what is not of one node is on the screen only
        told = "\n".join(text for level, text in lines if level == "error")
        failed = told or done.stdout if done.returncode else None
        return Run(args, done.returncode == 0, failed, result, lines, invocation)


def process(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the chosen dbt as a program in a project's folder; all that it says is in stdout."""
    v1 = Path(sys.executable).with_name("dbt")
    return subprocess.run(
        [
            *[v1 if chosen().in_process else environments.dbt("v2"), *args],
            *["--project-dir", ".", "--profiles-dir", os.environ.get(PROFILES, ".")],
        ],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def spoken(output: str) -> Iterator[tuple[str, str]]:
    """What dbt v2 said, as levels and texts: a warning or an error may have several lines."""
    level, text = "info", []
    for line in output.splitlines():
        found = re.match(r"\[(error|warning)\] (?:\[\w+ \(dbt\d+\)\]: )?(.*)", line)
        ends = line.startswith(("==", "  -->")) or not line.strip()
        if found or ends or level == "info":
            if text:
                yield level, "\n".join(text)
            level = {"error": "error", "warning": "warn"}[found[1]] if found else "info"
            text = [found[2]] if found else [] if ends else [line]
        else:
            text.append(line)
    if text:
        yield level, "\n".join(text)


def outcome(result: dict[str, Any], nodes: dict[str, Any]) -> SimpleNamespace:
    """A node's result as dbt v1 has it."""
    node = nodes.get(result["unique_id"], {"name": result["unique_id"].rpartition(".")[2]})
    told = {"failures": None, "message": None, **result}
    if told["status"] == "warn" and not result["unique_id"].startswith("test."):
        told["status"] = "success"  # a flow that said a warning
    compiled = result.get("compiled_code") or node.get("compiled_code")
    told["node"] = SimpleNamespace(**{**node, "compiled_code": compiled})
    return SimpleNamespace(**told)


DBTS: dict[str, Dbt] = {"v1": InProcess(), "v2": Command()}
"""The choices of `pytest --dbt`; the first is the default."""

_chosen = next(iter(DBTS))


def choose(name: str) -> None:
    """Let all projects run on this dbt."""
    global _chosen
    _chosen = name
    if name == "v2":
        environments.make(name)


def chosen() -> Dbt:
    """The dbt under the tests."""
    return DBTS[_chosen]


def is_v2() -> bool:
    """Whether that is dbt v2."""
    return _chosen == "v2"
