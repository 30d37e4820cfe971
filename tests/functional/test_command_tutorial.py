"""The command in this repository: the tutorial's own pipeline, two batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import Answer, sluice
from landing import make_files
from pipeline import Pipeline

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")


class Tutorial:
    """The tutorial in a scratch folder, and the command on it."""

    def __init__(self, scratch: Path, patch: pytest.MonkeyPatch) -> None:
        self.pipeline = Pipeline(scratch)
        for name, value in self.pipeline.environment.items():
            patch.setenv(name, value)

    def run(self, *arguments: str) -> Answer:
        """Run the command; it has to be done."""
        answer = sluice(self.pipeline, *arguments)
        assert answer.code == 0, answer
        return answer


def test_two_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command, as make calls it; the tables are those of the reference."""
    tutorial = Tutorial(tmp_path, monkeypatch)
    first, second = make_files(tmp_path / "events", 400, 2, seed=3, dirt=0.05)
    tutorial.pipeline.land(first)
    assert tutorial.run("validate", "--json").json["problems"] == []
    status = tutorial.run("status", "--json").json
    assert {row["name"]: row["waiting"] for row in status["datasets"]}["customers_cdc_bronze"] == 1

    tutorial.run("update", "--exclude", "tag:thorough", "--quiet")
    tutorial.pipeline.equals_reference()
    tutorial.pipeline.land(second)
    tutorial.run("update", "--exclude", "tag:thorough", "--quiet")
    tutorial.pipeline.equals_reference()

    assert tutorial.run("validate", "--json").json["problems"] == []
    status = tutorial.run("status", "--json").json
    layers = {row["name"]: row["layer"] for row in status["datasets"]}
    assert list(layers.items())[:3] == [
        ("operations", "seeds"),
        ("customers_cdc_bronze", "bronze"),
        ("customers_cdc_silver", "silver"),
    ]
    assert layers["customers_history"] == "snapshots"
    (held,) = tutorial.run("quarantine", "--json").json
    assert held["rows"] == tutorial.pipeline.landed().dropped
    levels = {finding["level"] for finding in tutorial.run("doctor", "--json").json}
    assert levels == {"ok"}
    log = (tmp_path / "logs" / "update.log").read_text().splitlines()
    assert len(log) == 2
