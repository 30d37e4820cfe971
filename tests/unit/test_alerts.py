"""The settings of alerts, and which of an update's ends is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sluice.pipeline.alert_settings import EVENTS, Settings, read_settings
from sluice.pipeline.alerts import below, happened, news, told
from sluice.pipeline.errors import BUSY, DONE, FAILED, WRONG, BusyError, ConfigurationError
from sluice.pipeline.failures import logged_failures, what_failed
from sluice.pipeline.project import Project
from sluice.pipeline.update import Outcome

SUCCESS, FAILURE, FATAL, FLOW = EVENTS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without settings."""
    monkeypatch.delenv("SLUICE_ALERTS", raising=False)
    told.clear()
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    return Project(tmp_path, tmp_path)


def configured(project: Project, alerts: Any) -> Project:
    """The project with these settings."""
    text = json.dumps({"name": "shop", "vars": {"sluice": {"alerts": alerts}}})
    (project.root / "dbt_project.yml").write_text(text)
    return Project(project.root, project.root)


def test_settings(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failures by default; the environment stands in place of the variable."""
    assert read_settings(project) == Settings((FAILURE, FATAL, FLOW), {})
    alerts = {"events": [SUCCESS], "thresholds": {"silver.has_id": 1, "has_id": 0.5, "*": 0}}
    found = read_settings(configured(project, alerts))
    assert found.events == (SUCCESS,)
    assert found.threshold("silver", "has_id") == 1
    assert found.threshold("bronze", "has_id") == 0.5
    assert found.threshold("bronze", "other") == 0
    assert read_settings(configured(project, {"events": []})).events == ()
    monkeypatch.setenv("SLUICE_ALERTS", "{events: on-flow-failure}")
    assert read_settings(configured(project, alerts)) == Settings((FLOW,), {})


@pytest.mark.parametrize(
    ("alerts", "named"),
    [
        ({"event": SUCCESS}, ["unknown key 'event'", "[events, thresholds]"]),
        ({"events": ["on-sucess"]}, ["'on-sucess'", f"[{', '.join(EVENTS)}]"]),
        ({"events": {"a": 1}}, ["events: {'a': 1} is none"]),
        ({"thresholds": {"has_id": 99}}, ["has_id: 99 is none", "from 0 to 1"]),
        ({"thresholds": {"has_id": True}, "events": ["x"]}, ["has_id: True", "'x' is none"]),
        ({"thresholds": [0.5]}, ["a mapping of rule: share, found: [0.5]"]),
        ("always", ["a mapping with the keys events and thresholds, found: 'always'"]),
    ],
)
def test_wrong_settings(project: Project, alerts: Any, named: list[str]) -> None:
    """All that is wrong at once, with the legal values and where it stands."""
    with pytest.raises(ConfigurationError) as error:
        read_settings(configured(project, alerts))
    assert all(word in str(error.value) for word in named), error.value
    assert "dbt_project.yml: vars: sluice: alerts: " in str(error.value)
    assert "; way out: " in str(error.value)


def test_wrong_settings_of_the_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are told by its name."""
    monkeypatch.setenv("SLUICE_ALERTS", "{events: [")
    with pytest.raises(ConfigurationError, match=r"^SLUICE_ALERTS: .*expected YAML"):
        read_settings(project)


@pytest.mark.parametrize(
    ("outcome", "events"),
    [
        (Outcome("COMPLETED", DONE), [SUCCESS]),
        (Outcome("FAILED", 130), []),
        (Outcome("FAILED", 143), []),
        (Outcome("BUSY", BUSY, error=BusyError("locked"), passing=True), [FAILURE]),
        (Outcome("FAILED", WRONG), [FAILURE, FATAL]),
        (Outcome("FAILED", FAILED, failed=[("test", "t", "")]), [FAILURE, FATAL]),
        (Outcome("FAILED", FAILED, failed=[("seed", "s", "")]), [FAILURE, FATAL, FLOW]),
        (Outcome("FAILED", FAILED, failed=[("model", "m", "")], passing=True), [FAILURE, FLOW]),
    ],
)
def test_what_happened(outcome: Outcome, events: list[str]) -> None:
    """Lakeflow's four, of an outcome."""
    assert happened(outcome) == events


def test_thresholds() -> None:
    """Below, not at; a rule that saw no rows is not below."""
    rules = [
        {"dataset": "silver", "name": name, "on_violation": "warn", "passed": p, "failed": f}
        for name, p, f in [("a", 9, 1), ("b", 8, 2), ("c", 0, 0), ("d", 0, 1)]
    ]
    settings = Settings((), {"a": 0.9, "b": 0.9, "c": 0.9})
    (found,) = below(settings, rules)
    assert (found["name"], found["share"], found["threshold"]) == ("b", 0.8, 0.9)


def test_the_same_is_not_told_again_and_again(project: Project) -> None:
    """By one process, within some time; another one is told, and so is it behind a good update."""
    project.config = SimpleNamespace(target_name="dev")
    first = Outcome("FAILED", FAILED, failed=[("model", "m", "no such column")])
    other = Outcome("FAILED", FAILED, failed=[("model", "n", "no such column")])

    assert news(project, first, 60)
    assert news(project, first, 60) is None
    assert news(project, first, 0)
    assert news(project, other, 60)
    assert news(project, first, 60)
    assert news(project, Outcome("COMPLETED", DONE), 60) is None
    assert news(project, first, 60)


def test_failures_in_the_log(tmp_path: Path) -> None:
    """Those behind the last good one."""
    log = tmp_path / "update.log"
    assert logged_failures(log) is None
    lines = ["1 FAILED code=1", "2 COMPLETED code=0", "3 BUSY code=75", "4 FAILED code=2"]
    log.write_text("\n".join(lines) + "\n")
    assert logged_failures(log) == ("3", 2)
    log.write_text("\n".join(lines[:2]) + "\n")
    assert logged_failures(log) is None


def test_the_line_that_says_it() -> None:
    """The first line of dbt says where it was, ours below a list are samples."""
    message = "Database Error in model m (models/m.sql)\n  Binder Error: no column x\n  LINE 1"
    assert what_failed(message) == "Binder Error: no column x"
    assert what_failed("Got 2 results, configured to fail if != 0") == (
        "Got 2 results, configured to fail if != 0"
    )
    assert what_failed("") == ""
