"""The part `hooks` of dbt's adapter suite: around runs, models, seeds and snapshots.

Left out: `BaseAfterRunHooks`. It waits for dbt's DbtDatabaseError, and dbt-duckdb raises the more
general DbtRuntimeError, with this package and without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dbt.tests.adapter import hooks
from dbt.tests.adapter.hooks.test_model_hooks import (
    BaseDuplicateHooksInConfigs,
    BaseHookRefs,
    BaseHooksRefsOnSeeds,
    BasePrePostModelHooks,
    BasePrePostModelHooksInConfig,
    BasePrePostModelHooksInConfigKwargs,
    BasePrePostModelHooksInConfigWithCount,
    BasePrePostModelHooksOnSeeds,
    BasePrePostModelHooksOnSeedsPlusPrefixed,
    BasePrePostModelHooksOnSeedsPlusPrefixedWhitespace,
    BasePrePostModelHooksOnSnapshots,
    BasePrePostSnapshotHooksInConfigKwargs,
)
from dbt.tests.adapter.hooks.test_run_hooks import BasePrePostRunHooks


@pytest.fixture(scope="module")
def test_data_dir() -> Path:
    """Where the suite keeps the tables that its hooks write to."""
    return Path(hooks.__path__[0], "data")


class OnDuckDB:
    """What hooks know of a DuckDB target: the suite's own check expects a Postgres server."""

    def check_hooks(self, state: str, project: Any, host: Any, count: int = 1) -> None:
        """The hooks ran, once or `count` times, and saw the target and the run."""
        if isinstance(self, BasePrePostRunHooks):
            found = [self.get_ctx_vars(state, project)]
        else:
            found = self.get_ctx_vars(state, count, project)
        for seen in found:
            assert seen["test_state"] == state
            assert seen["target_name"] == "default"
            assert seen["target_schema"] == project.test_schema
            assert seen["target_threads"] == 2
            assert seen["target_type"] == "duckdb"
            assert seen["run_started_at"] and seen["invocation_id"]
            assert seen["thread_id"].startswith(("Thread-", "MainThread"))


class TestModelHooks(OnDuckDB, BasePrePostModelHooks):
    """hooks."""


class TestHookRefs(OnDuckDB, BaseHookRefs):
    """hooks."""


class TestModelHooksInConfig(OnDuckDB, BasePrePostModelHooksInConfig):
    """hooks."""


class TestModelHooksInConfigWithCount(OnDuckDB, BasePrePostModelHooksInConfigWithCount):
    """hooks."""


class TestModelHooksInConfigKwargs(OnDuckDB, BasePrePostModelHooksInConfigKwargs):
    """hooks."""


class TestRunHooks(OnDuckDB, BasePrePostRunHooks):
    """hooks."""


class TestHooksOnSeeds(BasePrePostModelHooksOnSeeds):
    """hooks."""


class TestHooksOnSeedsPlusPrefixed(BasePrePostModelHooksOnSeedsPlusPrefixed):
    """hooks."""


class TestHooksOnSeedsPlusPrefixedWhitespace(BasePrePostModelHooksOnSeedsPlusPrefixedWhitespace):
    """hooks."""


class TestHooksRefsOnSeeds(BaseHooksRefsOnSeeds):
    """hooks."""


class TestHooksOnSnapshots(BasePrePostModelHooksOnSnapshots):
    """hooks."""


class TestSnapshotHooksInConfigKwargs(BasePrePostSnapshotHooksInConfigKwargs):
    """hooks."""


class TestDuplicateHooks(BaseDuplicateHooksInConfigs):
    """hooks."""
