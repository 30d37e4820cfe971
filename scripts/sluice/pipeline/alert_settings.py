"""Which updates are told to people: what the project or the environment says of alerts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import yaml

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.project import Project

URLS = "SLUICE_ALERT_URLS"
"""Environment variable: to whom, as addresses of apprise, separated by blanks. They are secrets: no
message, log or file of ours ever has one."""
SETTINGS = "SLUICE_ALERTS"
"""Environment variable: in place of the project's variable, as YAML."""
SUCCESS, FAILURE = "on-update-success", "on-update-failure"
FATAL, FLOW = "on-update-fatal-failure", "on-flow-failure"
EVENTS = (SUCCESS, FAILURE, FATAL, FLOW)
"""Lakeflow's four. FATAL: what the next update will not mend; FLOW: a dataset failed."""
ANY_RULE = "*"


@dataclass(frozen=True)
class Settings:
    """What is told. thresholds: rule -> the share of rows, from 0 to 1, that has to pass."""

    events: tuple[str, ...] = (FAILURE, FATAL, FLOW)
    thresholds: dict[str, float] = field(default_factory=dict)

    def threshold(self, dataset: str, rule: str) -> float | None:
        """Return the threshold of a rule; the name with its dataset comes before the rule's own."""
        for name in (f"{dataset}.{rule}", rule, ANY_RULE):
            if name in self.thresholds:
                return self.thresholds[name]
        return None


def urls() -> list[str]:
    """Return to whom alerts go."""
    return os.environ.get(URLS, "").split()


def read_settings(project: Project) -> Settings:
    """Return the settings of a project. Raises ConfigurationError for all that is wrong in them."""
    where, given = given_settings(project)
    if given is None:
        return Settings()
    events, thresholds = list(Settings.events), {}
    wrong = []
    if not isinstance(given, dict):
        wrong.append(f"expected a mapping with the keys events and thresholds, found: {given!r}")
        given = {}
    for key, value in given.items():
        if key == "events":
            events = value if isinstance(value, list) else [value]
            wrong += [
                f"events: {event!r} is none, expected of [{', '.join(EVENTS)}]"
                for event in events
                if event not in EVENTS
            ]
        elif key == "thresholds":
            thresholds = value if isinstance(value, dict) else {}
            if not isinstance(value, dict):
                wrong.append(f"thresholds: expected a mapping of rule: share, found: {value!r}")
            wrong += [
                f"thresholds: {rule}: {share!r} is none, expected a share from 0 to 1"
                for rule, share in thresholds.items()
                if not is_share(share)
            ]
        else:
            wrong.append(f"unknown key {key!r}, expected of [events, thresholds]")
    if wrong:
        raise ConfigurationError("; ".join(wrong), where=where, way="docs/command.md, Alerts")
    return Settings(tuple(events), {str(rule): float(share) for rule, share in thresholds.items()})


def given_settings(project: Project) -> tuple[str, Any]:
    """Return (where, what was written there); None where nothing was. Raises ConfigurationError."""
    if text := os.environ.get(SETTINGS):
        try:
            return SETTINGS, yaml.safe_load(text)
        except yaml.YAMLError as error:
            text = " ".join(str(error).split())
            raise ConfigurationError(text, where=SETTINGS, expected="YAML") from error
    # dbt does not render what stands under vars, so neither do we.
    of_sluice = (project.raw.get("vars") or {}).get("sluice")
    found = of_sluice.get("alerts") if isinstance(of_sluice, dict) else None
    return f"{project.root / 'dbt_project.yml'}: vars: sluice: alerts", found


def is_share(value: Any) -> bool:
    """Return whether a value is a number from 0 to 1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
