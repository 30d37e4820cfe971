"""Alerts of `sluice update` and `sluice watch`: what is told, and what a receiver may do."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from command import Answer, ended, land, log_lines, orders, sluice, start
from project import Project

pytestmark = pytest.mark.dbt_v1("the command is made on dbt v1, and runs that")

SECRET = "s3cr3t-t0ken"
"""Part of the address of each receiver."""
SOON = 300
"""Seconds until an alert counts as lost."""


@dataclass
class Receiver:
    """A service on this machine that takes alerts. status: what it answers."""

    port: int = 0
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, as apprise has it."""
        return f"json://user:{SECRET}@127.0.0.1:{self.port}/{SECRET}"

    def wait(self, number: int = 1) -> dict[str, Any]:
        """Wait until so many alerts came; the last one."""
        until(lambda: len(self.got) >= number)
        assert len(self.got) == number, self.got
        return self.got[-1]


def until(condition: Callable[[], Any]) -> Any:
    """Wait for what a sender does some time after the update."""
    end = time.monotonic() + SOON
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver that the environment names."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            found.got.append(json.loads(self.rfile.read(length)))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SLUICE_ALERT_URLS", found.url)
        yield found
        server.shutdown()


@pytest.fixture
def shop(project: Project) -> Project:
    """A project with the pipeline and a landed file, of which one row of three has no id."""
    orders(project)
    land(project, 1, [(1, 5.0), (2, -1.0), (None, 3.0)])
    return project


def settings(project: Project, **alerts: Any) -> None:
    """Set the variable as a user does."""
    text = (project.root / "dbt_project.yml").read_text().partition("\nvars:")[0]
    variables = json.dumps({"sluice": {"alerts": alerts}})
    project.write("dbt_project.yml", f"{text}\nvars: {variables}\n")


def failing(project: Project) -> None:
    """Let orders_silver break a rule that allows no violation."""
    file = project.root / "models" / "orders_silver.yml"
    project.write("models/orders_silver.yml", file.read_text().replace('"drop"', '"fail"'))


def update(project: Project, *arguments: str) -> Answer:
    """Run an update."""
    return sluice(project, "update", *arguments)


def alert_log(project: Project) -> list[str]:
    """The lines of the log of alerts."""
    file = project.root / "logs" / "alerts.log"
    return file.read_text().splitlines() if file.exists() else []


def no_secret(project: Project, *answers: Answer) -> None:
    """Nothing that was printed, logged or left says where alerts go."""
    for answer in answers:
        assert SECRET not in answer.out + answer.err
    for folder in ("logs", "target"):
        for file in (project.root / folder).rglob("*"):
            assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


def test_a_success_is_told_on_request(shop: Project, receiver: Receiver) -> None:
    """By default nobody hears of it."""
    assert update(shop).code == 0
    assert not (shop.root / "logs" / "alerts").exists()

    settings(shop, events=["on-update-success"])
    assert update(shop).code == 0

    told = receiver.wait()
    assert told["type"] == "success"
    assert told["title"] == "consumer (test): update COMPLETED"
    failing(shop)
    land(shop, 2, [(None, 1.0)])
    assert update(shop).code == 1
    time.sleep(2)
    receiver.wait(1)


def test_a_failure(shop: Project, receiver: Receiver) -> None:
    """What failed, where, since when, what to do; once an update."""
    failing(shop)
    first = update(shop)
    receiver.wait()
    second = update(shop)

    assert (first.code, second.code) == (1, 1)
    told = receiver.wait(2)
    line = log_lines(shop)[-1]
    assert (told["title"], told["type"]) == ("consumer (test): update FAILED", "failure")
    body = told["message"]
    assert f"Update {line['update']} of project consumer, target test" in body
    assert "on-update-failure, on-update-fatal-failure, on-flow-failure" in body
    assert "Failed model orders_silver: Expectations were broken" in body
    assert "orders_silver.has_id (fail), 1 of 3 rows" in body
    started = shop.query("select min(started_at) as first from lake_sluice.updates")[0]["first"]
    assert f"Since: {started.isoformat()[:19]}" in body and "2 in a row" in body
    assert f"sluice update --project-dir {shop.root}" in body
    assert [entry.split()[1] for entry in alert_log(shop)] == ["SENT", "SENT"]
    assert f"update={line['update']} receivers=1/1" in alert_log(shop)[-1]
    until(lambda: not list((shop.root / "logs" / "alerts").glob("*.json")))
    no_secret(shop, first, second)


def test_values_of_rows_are_not_told(shop: Project, receiver: Receiver) -> None:
    """The samples of a broken rule stay at home."""
    land(shop, 2, [(None, 987654321.5)])
    failing(shop)
    answer = update(shop)

    assert "987654321" in answer.out
    assert "987654321" not in receiver.wait()["message"]


@pytest.mark.parametrize("mistake", ["dbt_project.yml", "profile", "alerts"])
def test_a_fatal_failure(shop: Project, receiver: Receiver, mistake: str) -> None:
    """dbt could not begin: told, though there is no update in the event log."""
    arguments = []
    if mistake == "profile":
        arguments = ["--target", "elsewhere"]
    elif mistake == "alerts":
        settings(shop, event="on-update-success")
    else:
        shop.write(mistake, "name: [consumer")
    assert update(shop, *arguments).code == 2
    receiver.wait()

    assert update(shop, *arguments).code == 2

    body = receiver.wait(2)["message"]
    assert "on-update-fatal-failure" in body and "on-flow-failure" not in body
    named = {"profile": "elsewhere", "alerts": "unknown key 'event'"}.get(mistake, mistake)
    assert named in body and "2 in a row" in body and "Since: 20" in body


def test_what_the_next_update_may_mend_is_not_fatal(shop: Project, receiver: Receiver) -> None:
    """A lost connection, also after all tries."""
    settings(shop, events=["on-update-fatal-failure"])
    text = """
        def model(dbt, session):
            if session:
                raise OSError("Connection reset by peer")
            return session.sql("select 1 as id")
    """
    shop.write("models/flaky.py", text)
    assert update(shop, "--select", "flaky").code == 1
    assert not (shop.root / "logs" / "alerts").exists()

    settings(shop, events=["on-update-failure"])
    assert update(shop, "--select", "flaky").code == 1
    assert "the next update tries it again" in receiver.wait()["message"]


def test_a_failed_test_is_no_failed_dataset(shop: Project, receiver: Receiver) -> None:
    """on-flow-failure is of tables; the update failed all the same."""
    shop.write("tests/no_order.sql", "select * from {{ ref('orders') }}")
    settings(shop, events=["on-flow-failure"])
    assert update(shop).code == 1
    assert not (shop.root / "logs" / "alerts").exists()

    settings(shop, events=["on-update-failure"])
    assert update(shop).code == 1
    body = receiver.wait()["message"]
    assert "Failed test no_order: Got 2 results" in body
    assert "Told for: on-update-failure." in body

    settings(shop, events=["on-flow-failure"])
    failing(shop)
    land(shop, 2, [(None, 1.0)])
    assert update(shop).code == 1
    assert "Told for: on-flow-failure." in receiver.wait(2)["message"]


def test_a_rule_below_its_threshold(shop: Project, receiver: Receiver) -> None:
    """Told of a good update, too, with the share; a rule at its threshold is not told."""
    settings(shop, thresholds={"has_id": 0.7, "orders_silver.positive": 0.66, "*": 0.99})
    answer = update(shop)

    assert answer.code == 0
    told = receiver.wait()
    assert (told["title"], told["type"]) == (
        "consumer (test): rules below their thresholds", "warning"
    )  # fmt: skip
    assert (
        "Below its threshold: orders_silver.has_id, 2 of 3 rows passed, 66.67%; expected 70.00%"
        in told["message"]
    )
    assert "Below its threshold: orders_silver.positive" not in told["message"]
    update(shop)  # without new rows no rule is below
    time.sleep(2)
    receiver.wait(1)


def test_settings_from_the_environment(
    shop: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in place of the variable."""
    settings(shop, events=["on-update-failure"])
    monkeypatch.setenv("SLUICE_ALERTS", "{events: on-update-success}")
    assert update(shop).code == 0
    assert receiver.wait()["type"] == "success"


def test_wrong_settings(shop: Project) -> None:
    """Exit code 2 before anything is built; doctor and validate tell the same."""
    settings(shop, thresholds={"has_id": 99}, event="on-update-success")
    answer = update(shop)

    assert answer.code == 2, answer
    assert shop.relations("lake") == []
    named = ["dbt_project.yml: vars: sluice: alerts", "unknown key 'event'", "has_id: 99"]
    for text in (answer.err, sluice(shop, "validate").out, sluice(shop, "doctor").out):
        assert all(word in text for word in named), text


def test_a_receiver_that_hangs_delays_nothing(
    shop: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends at once, with its outputs closed; another receiver has the alert."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        port = deaf.getsockname()[1]
        monkeypatch.setenv(
            "SLUICE_ALERT_URLS", f"json://127.0.0.1:{port}/{SECRET}?rto=10 {receiver.url}"
        )
        shop.write("models/broken.sql", "select {{ 1")
        answer = ended(start(shop.root, "update"))
        assert not alert_log(shop)  # the sender has the deaf one still to wait for
        receiver.wait()
        (line,) = until(lambda: alert_log(shop))
    assert answer.code == 2
    assert "NOT_SENT" in line and "receivers=1/2 (receiver 1 (json): " in line
    no_secret(shop, answer)


@pytest.mark.parametrize("how", ["refuses", "nobody", "no_address"])
def test_a_receiver_that_fails(
    shop: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The update is as it is; the log says that nobody was told, and doctor does."""
    receiver.status = 500
    if how == "nobody":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"json://127.0.0.1:{free.getsockname()[1]}/{SECRET}"
        monkeypatch.setenv("SLUICE_ALERT_URLS", url)
    elif how == "no_address":
        monkeypatch.setenv("SLUICE_ALERT_URLS", f"nonsense:/{SECRET}")
    settings(shop, events=["on-update-success"])

    answer = update(shop)

    assert answer.code == 0
    (line,) = until(lambda: alert_log(shop))
    assert re.search(r" NOT_SENT update=\S{36} receivers=0/1 \(receiver 1", line)
    assert ("no address" in line) == (how == "no_address")
    doctor = sluice(shop, "doctor")
    assert doctor.code == (2 if how == "no_address" else 0)
    assert "the last one was not sent" in doctor.out
    no_secret(shop, answer, doctor)


def test_what_a_killed_sender_left_is_sent_by_the_next(shop: Project, receiver: Receiver) -> None:
    """Also where the next update has nothing to tell itself."""
    left = {"update": "u1", "title": "left", "body": "over", "type": "failure"}
    shop.write("logs/alerts/1.json", json.dumps(left))
    assert update(shop).code == 0
    assert receiver.wait()["title"] == "left"


def test_without_apprise(
    shop: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said once in a process, and the update goes on; the log says that nobody was told."""
    from sluice.pipeline import alerts

    monkeypatch.setattr(alerts, "find_spec", lambda _name: None)
    alerts.has_apprise.cache_clear()
    settings(shop, events=["on-update-success"])
    try:
        first, second = update(shop), update(shop)
    finally:
        alerts.has_apprise.cache_clear()

    assert (first.code, second.code) == (0, 0)
    assert first.err.count("apprise is not installed; way out: pip install") == 1
    assert "apprise" not in second.err
    assert all("NOT_SENT" in line and "receivers=0/1" in line for line in alert_log(shop))
    assert len(alert_log(shop)) == 2 and not receiver.got
    no_secret(shop, first, second)


def test_watch_does_not_repeat_itself(shop: Project, receiver: Receiver) -> None:
    """A failure that stays is told once, and again after a good update."""
    rules = (shop.root / "models" / "orders_silver.yml").read_text()
    failing(shop)
    process = start(shop.root, "watch", "--interval", "0.3")
    try:
        until(lambda: len(log_lines_so_far(shop)) >= 3)
        shop.write("models/orders_silver.yml", rules)
        until(lambda: " COMPLETED " in log_lines_so_far(shop)[-1])
        assert len(receiver.got) == 1
        failing(shop)
        land(shop, 2, [(None, 1.0)])
        until(lambda: len(receiver.got) == 2)
    finally:
        process.send_signal(signal.SIGTERM)
    assert ended(process).code in (1, 143)
    assert [line["code"] for line in log_lines(shop)][:3] == ["1", "1", "1"]


def log_lines_so_far(project: Project) -> list[str]:
    """The lines of update.log, which may not be there yet."""
    file = project.root / "logs" / "update.log"
    return file.read_text().splitlines() if file.exists() else [""]


def test_an_interrupt_is_not_told(shop: Project, receiver: Receiver) -> None:
    """Who does that knows it."""
    shop.write(
        "models/slow.sql",
        "{{ config(materialized='table') }}\n"
        "select sum(a.range * b.range) as n from range(1000000) as a, range(1000000) as b",
    )
    process = start(shop.root, "update", "--select", "slow")
    until(lambda: (shop.root / "logs" / "update.pid").exists())
    time.sleep(6)
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == 143
    time.sleep(2)
    assert not receiver.got and not alert_log(shop)


def test_doctor_looks_at_alerts(
    shop: Project, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without sending one: receivers, settings without receivers, rules that never ran."""
    settings(shop, events=["on-update-failure"], thresholds={"has_id": 0.5, "has_idd": 0.5})
    assert update(shop).code == 0
    out = sluice(shop, "doctor").out
    assert "1 receivers are told of on-update-failure, has_id, has_idd" in out
    assert "thresholds of rules that never ran: has_idd; way out: " in out
    monkeypatch.delenv("SLUICE_ALERT_URLS")
    assert "SLUICE_ALERT_URLS is not set here; way out: " in sluice(shop, "doctor").out
    assert not receiver.got
