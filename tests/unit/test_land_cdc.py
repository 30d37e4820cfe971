"""Tests of scripts/land_cdc.py: the feed it makes, and what a killed run leaves behind."""

import functools
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "land_cdc.py"
sys.path.insert(0, str(SCRIPT.parent))

import land_cdc  # noqa: E402

NO_DIRT = "--dirt-rate=0"
PUNCTUAL = ["--late-rate=0", "--duplicate-rate=0"]
SMALL = ["--events=400", "--files=4", "--customers=60", "--phone-from-file=6"]


@pytest.fixture(autouse=True, scope="module")
def pools_made_once():
    """Faker's pools take most of a small call's time, and hang on the seed alone."""
    patch = pytest.MonkeyPatch()
    patch.setattr(land_cdc, "make_pools", functools.cache(land_cdc.make_pools))
    yield
    patch.undo()


def land(out, *options):
    assert land_cdc.main(["--out", str(out), "--quiet", *options]) == 0


def lines(out):
    """The landed lines by file number."""
    return {
        int(path.stem.split("_")[1]): path.read_text(encoding="utf-8").splitlines()
        for path in sorted(out.glob("customers_*.json"))
    }


def all_lines(out):
    return [line for file in lines(out).values() for line in file]


def contents(out):
    return {path.name: path.read_bytes() for path in out.iterdir()}


def kind_of(line):
    """What is wrong with the line, judged from its text alone; None for a clean one."""
    try:
        event = json.loads(line)
    except ValueError:
        return "broken_line"
    if event["id"] is None:
        return "null_id"
    if event["operation"] is None:
        return "null_operation"
    texts = [event[name] for name in land_cdc.ATTRIBUTES if event[name] is not None]
    if not isinstance(event["id"], int) or not all(isinstance(text, str) for text in texts):
        return "mistyped"
    if event["operation"] not in ("APPEND", "UPDATE", "DELETE"):
        return "unknown_operation"
    try:
        datetime.fromisoformat(event["operation_date"])
    except ValueError:
        return "bad_date"
    return None


def replay(texts):
    """Apply a feed without its dirt and copies in time order; the customers living at its end.

    Fails where an event does not fit what the customer is at that time.
    """
    events = [json.loads(line) for line in {line for line in texts if kind_of(line) is None}]
    events.sort(key=lambda event: event["operation_date"])
    times = [event["operation_date"] for event in events]
    assert len(set(times)) == len(times), "two different events share a time"
    living = {}
    for event in events:
        key, operation = event["id"], event["operation"]
        values = {name: event[name] for name in (*land_cdc.ATTRIBUTES, "phone") if name in event}
        if operation == "APPEND":
            assert key not in living, f"{event} meets a living customer"
        else:
            assert key in living, f"{event} meets no living customer"
        if operation == "DELETE":
            assert set(values.values()) == {None}
            del living[key]
        else:
            assert None not in values.values()
            assert values != living.get(key), f"{event} changes nothing"
            living[key] = values
    return living


def drain(out):
    """Land a few more files, so that nothing stays held back."""
    land(out, "--events=12", "--files=6", *PUNCTUAL, NO_DIRT)
    assert not state_of(out).held


def state_of(out):
    return land_cdc.State(**json.loads((out / land_cdc.STATE_NAME).read_text(encoding="utf-8")))


# --- The feed ------------------------------------------------------------------------------------


def test_line_shape(tmp_path):
    land(tmp_path, "--events=300", "--files=2", NO_DIRT)
    for line in all_lines(tmp_path):
        event = json.loads(line)
        assert list(event) == [
            "id", "firstname", "lastname", "email", "address", "operation", "operation_date",
        ]  # fmt: skip
        assert type(event["id"]) is int
        moment = datetime.fromisoformat(event["operation_date"])
        assert moment.isoformat(timespec="microseconds") == event["operation_date"]
        assert moment > datetime(2026, 1, 1)


def test_same_seed_and_calls_give_the_same_bytes(tmp_path):
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        for _ in range(2):
            land(tmp_path / name, "--seed", seed, *SMALL)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert lines(tmp_path / "a") != lines(tmp_path / "c")


def test_bytes_do_not_hang_on_the_process(tmp_path):
    land(tmp_path / "here", *SMALL)
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path / "there"), *SMALL]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "77"})
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_calls_go_on_from_each_other(tmp_path):
    for _ in range(3):
        land(tmp_path, *SMALL, *PUNCTUAL, NO_DIRT)
    files = lines(tmp_path)
    assert list(files) == list(range(1, 13))
    assert sorted(files) == [int(path.stem[-8:]) for path in sorted(tmp_path.glob("*.json"))]
    times = [json.loads(line)["operation_date"] for line in all_lines(tmp_path)]
    assert times == sorted(times)
    earlier = {json.loads(line)["id"] for number in range(1, 5) for line in files[number]}
    later = {json.loads(line)["id"] for number in range(5, 9) for line in files[number]}
    assert earlier & later
    replay(all_lines(tmp_path))


def test_files_do_not_repeat_each_other():
    options, pools = land_cdc.read_options([]), land_cdc.make_pools(42)
    texts = [land_cdc.File(n, land_cdc.State(), pools, options).make(100)[0] for n in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_cutting_into_calls_changes_no_file(tmp_path):
    land(tmp_path / "one", "--events=600", "--files=6")
    for _ in range(3):
        land(tmp_path / "three", "--events=200", "--files=2")
    assert contents(tmp_path / "one").keys() == contents(tmp_path / "three").keys()
    assert lines(tmp_path / "one") == lines(tmp_path / "three")


def test_feed_is_consistent_without_dirt_and_copies(tmp_path):
    for _ in range(4):
        land(tmp_path, *SMALL, "--dirt-rate=0.3", "--late-rate=0.3", "--duplicate-rate=0.3")
    assert state_of(tmp_path).held
    drain(tmp_path)
    living = replay(all_lines(tmp_path))
    # Dirt has times of its own, so that no two different lines tie.
    events = [json.loads(line) for line in {*all_lines(tmp_path)} if line.endswith("}")]
    times = [e["operation_date"] for e in events if e["operation_date"] not in land_cdc.BAD_DATES]
    assert len(set(times)) == len(times)

    state = state_of(tmp_path)
    truth = {c["id"]: {k: v for k, v in c.items() if k != "id"} for c in state.living}
    assert living.keys() == truth.keys()
    for key, values in living.items():  # who has not changed since phones came shows none
        assert values == {name: truth[key][name] for name in values}


def test_customers_come_change_go_and_come_back(tmp_path):
    land(tmp_path, "--events=4000", "--customers=200", "--delete-rate=0.1", *PUNCTUAL, NO_DIRT)
    by_id, last, changed = {}, {}, Counter()
    for line in all_lines(tmp_path):
        event = json.loads(line)
        by_id.setdefault(event["id"], []).append(event["operation"])
        if event["operation"] == "UPDATE":
            before = last[event["id"]]
            changed[sum(event[n] != before[n] for n in land_cdc.ATTRIBUTES)] += 1
        last[event["id"]] = event
    returned = [ops for ops in by_id.values() if ops.count("APPEND") > 1]
    assert returned and all(ops[ops.index("DELETE") + 1] == "APPEND" for ops in returned)
    assert set(changed) == {1, 2, 4}
    assert 190 <= len(state_of(tmp_path).living) <= 200
    operations = Counter(op for ops in by_id.values() for op in ops)
    assert operations["DELETE"] == pytest.approx(400, rel=0.2)


def test_phone_comes_with_its_file(tmp_path):
    land(tmp_path, "--events=1000", "--files=10", "--phone-from-file=5", NO_DIRT, *PUNCTUAL)
    for number, file in lines(tmp_path).items():
        assert {"phone" in json.loads(line) for line in file} == {number >= 5}
    land(tmp_path / "never", "--events=100", "--phone-from-file=0")
    assert not any("phone" in line for line in all_lines(tmp_path / "never"))


def test_dirt_has_its_rate_and_is_of_all_kinds_alike(tmp_path):
    land(tmp_path, "--events=2000", *PUNCTUAL, "--dirt-rate=0.6")
    found = Counter(map(kind_of, all_lines(tmp_path)))
    assert found.pop(None) == 2000, "dirt must be extra"
    assert found.total() == pytest.approx(1200, rel=0.1)
    assert found == {kind: pytest.approx(200, rel=0.25) for kind in land_cdc.DIRT}


def test_default_dirt_is_small_and_of_every_kind(tmp_path):
    land(tmp_path)
    found = Counter(map(kind_of, all_lines(tmp_path)))
    assert set(found) == {None, *land_cdc.DIRT}
    assert 0.005 < 1 - found[None] / found.total() < 0.03


def test_late_rate_and_delay(tmp_path):
    land(tmp_path, "--events=4000", "--files=20", NO_DIRT, "--duplicate-rate=0", "--late-rate=0.2")
    drain(tmp_path)
    # Without duplicates and dirt the n-th change in time is born in file n // 200.
    landed = [
        (json.loads(line)["operation_date"], n) for n, f in lines(tmp_path).items() for line in f
    ]
    delays = Counter(n - (1 + i // 200) for i, (_, n) in enumerate(sorted(landed)[:4000]))
    assert set(delays) == {0, 1, 2, 3}
    assert delays.total() - delays[0] == pytest.approx(800, rel=0.15)


def test_duplicate_rate_and_delay(tmp_path):
    land(tmp_path, "--events=4000", "--files=20", NO_DIRT, "--late-rate=0", "--duplicate-rate=0.1")
    drain(tmp_path)
    where = {}
    for number, file in lines(tmp_path).items():
        for line in file:
            where.setdefault(line, []).append(number)
    assert len(where) == 4012
    copied = [numbers for numbers in where.values() if len(numbers) == 2]
    assert len(copied) == pytest.approx(400, rel=0.2)
    assert {second - first for first, second in copied} == {0, 1, 2, 3}
    keys = {(json.loads(line)["id"], json.loads(line)["operation_date"]) for line in where}
    assert len(keys) == len(where)


def test_no_file_is_empty(tmp_path):
    land(tmp_path, "--events=3", "--files=9", "--late-rate=1")
    assert len(lines(tmp_path)) == 3
    assert all(file and all(file) for file in lines(tmp_path).values())


def test_times_rise_and_10_000_events_fill_a_day(tmp_path):
    land(tmp_path, "--events=4000", *PUNCTUAL, NO_DIRT)
    times = [json.loads(line)["operation_date"] for line in all_lines(tmp_path)]
    assert times == sorted(times)
    span = datetime.fromisoformat(times[-1]) - datetime(2026, 1, 1)
    assert span.total_seconds() == pytest.approx(0.4 * 86_400, rel=0.05)


def test_no_two_events_share_a_time_at_the_smallest_step(tmp_path, monkeypatch):
    monkeypatch.setattr(land_cdc, "LONGEST_STEP", 1)
    land(tmp_path, "--events=500", *PUNCTUAL, NO_DIRT)
    times = [json.loads(line)["operation_date"] for line in all_lines(tmp_path)]
    assert times == sorted(set(times))


def test_state_does_not_grow_with_the_feed(tmp_path, monkeypatch):
    monkeypatch.setattr(land_cdc, "GONE_LIMIT", 20)
    sizes = []
    for _ in range(3):
        land(tmp_path, "--events=3000", "--customers=50", "--delete-rate=0.2")
        sizes.append((tmp_path / land_cdc.STATE_NAME).stat().st_size)
        assert 15 <= len(state_of(tmp_path).gone) <= 20  # the last ones may have come back
    assert sizes[-1] < 1.5 * sizes[0]


@pytest.mark.parametrize("kind", land_cdc.DIRT)
def test_dirty_line_of_any_event_is_dirty_in_that_way(kind):
    event = {"id": 7, "firstname": None, "lastname": None, "email": None, "address": None}
    event |= {"operation": "DELETE", "operation_date": "2026-01-01T00:00:01.000123"}
    found = {kind_of(land_cdc.dirty_line(event, kind, random.Random(n))) for n in range(300)}
    assert found == {kind}


# --- The folder ----------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for SIGKILL: the script has no handler that sees it."""


def land_killed_at(step, out, monkeypatch):
    """Land, killed before the step-th write to disk or rename; whether the call was cut off."""
    steps = 0

    def guard(real):
        def call(*args):
            nonlocal steps
            steps += 1
            if steps == step:
                raise Killed
            return real(*args)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(land_cdc.os, "fsync", guard(os.fsync))
        patch.setattr(land_cdc.Path, "replace", guard(Path.replace))
        try:
            land(out, *SMALL)
        except Killed:
            return True
    return False


@pytest.mark.parametrize("kills", [1, 2])
def test_killed_at_any_point_nothing_is_lost_or_repeated(tmp_path, monkeypatch, kills):
    for _ in range(4):
        land(tmp_path / "whole", *SMALL)
    whole = contents(tmp_path / "whole")
    whole.pop(land_cdc.STATE_NAME)
    land(tmp_path / "before", *SMALL)

    outcomes = set()
    for step in range(1, 100):
        out = tmp_path / f"killed_{step}"
        shutil.copytree(tmp_path / "before", out)
        if not land_killed_at(step, out, monkeypatch):
            break
        assert all(land_killed_at(step, out, monkeypatch) for _ in range(1, kills))
        visible = {path.name for path in out.glob("*") if not path.name.startswith(".")}
        assert all(whole[name] == (out / name).read_bytes() for name in visible)

        land(out, *SMALL)
        after = contents(out)
        after.pop(land_cdc.STATE_NAME)
        outcomes.add(len(after))
        assert not [name for name in after if name.startswith(".")], "temporary names are left"
        assert after == {name: whole[name] for name in sorted(whole)[: len(after)]}
    # 4 files and the state are written, the state and 4 files renamed.
    assert step == 11
    # Killed before the state counts, a batch never happened; after it, the next call finishes it.
    assert outcomes == {8, 8 + 4 * kills}


def test_killed_first_call_leaves_a_folder_to_start_in(tmp_path, monkeypatch):
    assert land_killed_at(3, tmp_path, monkeypatch)
    assert contents(tmp_path)
    land(tmp_path, *SMALL)
    land(tmp_path / "plain", *SMALL)
    shutil.move(tmp_path / "plain", tmp_path.parent / "plain")
    assert contents(tmp_path) == contents(tmp_path.parent / "plain")


def test_leftovers_of_a_larger_killed_batch_go(tmp_path, monkeypatch):
    assert land_killed_at(5, tmp_path, monkeypatch)
    land(tmp_path, *SMALL, "--files=1")
    assert set(contents(tmp_path)) == {land_cdc.STATE_NAME, land_cdc.FILE_NAME.format(1)}


def test_no_glob_for_json_sees_an_unfinished_file(tmp_path, monkeypatch):
    land_killed_at(6, tmp_path, monkeypatch)
    assert not [name for name in contents(tmp_path) if name.endswith(".json")]
    assert len(contents(tmp_path)) == 5


def test_files_that_the_pipeline_took_away_are_not_missed(tmp_path):
    land(tmp_path / "whole", *SMALL)
    land(tmp_path, *SMALL, "--out", str(tmp_path / "taken"))
    for path in (tmp_path / "taken").glob("*.json"):
        path.unlink()
    for name in ("whole", "taken"):
        land(tmp_path / name, *SMALL)
    whole = lines(tmp_path / "whole")
    assert lines(tmp_path / "taken") == {n: whole[n] for n in range(5, 9)}


@pytest.mark.parametrize("damage", ["missing", "broken", "other version", "older"])
def test_state_that_does_not_fit_is_an_error_with_the_way_out(tmp_path, capsys, damage):
    land(tmp_path, *SMALL)
    state = tmp_path / land_cdc.STATE_NAME
    text = state.read_text()
    if damage == "missing":
        state.unlink()
    elif damage == "broken":
        state.write_text(text[:-9])
    elif damage == "other version":
        state.write_text(text.replace('"version": 2', '"version": 1'))
    else:
        land(tmp_path, *SMALL, "--files=1")
        state.write_text(text)
    before = contents(tmp_path)
    assert land_cdc.main(["--out", str(tmp_path), *SMALL]) == 1
    error = capsys.readouterr().err
    assert "make clean" in error and str(state) in error
    assert contents(tmp_path) == before


def test_two_runs_at_once_are_refused(tmp_path, capsys):
    with land_cdc.locked(tmp_path):
        assert land_cdc.main(["--out", str(tmp_path)]) == 1
    assert "another run" in capsys.readouterr().err
    land(tmp_path, "--events=5")


def test_unwritable_folder_is_an_error(tmp_path, capsys, monkeypatch):
    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(land_cdc, "write", full)
    assert land_cdc.main(["--out", str(tmp_path)]) == 1
    assert "No space left" in capsys.readouterr().err


# --- The command line ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "option, came, legal",
    [
        ("--events", "abc", "a whole number from 1 to 100,000,000"),
        ("--events", "1.5", "a whole number from 1 to 100,000,000"),
        ("--files", "0", "a whole number from 1 to 100,000"),
        ("--customers", "10000001", "a whole number from 1 to 10,000,000"),
        ("--seed", "-1", "a whole number from 0 to "),
        ("--phone-from-file", "x", "a whole number from 0 to "),
        ("--delete-rate", "-0.1", "a number from 0 to 1"),
        ("--late-rate", "nan", "a number from 0 to 1"),
        ("--duplicate-rate", "1.1", "a number from 0 to 1"),
        ("--dirt-rate", "", "a number from 0 to 1"),
        ("--out", str(SCRIPT), "a folder, or a path where nothing is yet"),
        ("--out", "", "a folder, or a path where nothing is yet"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_legal(capsys, option, came, legal):
    with pytest.raises(SystemExit) as stop:
        land_cdc.main([f"{option}={came}"])
    assert stop.value.code == 2
    assert f"error: argument {option}: {came!r} came; legal: {legal}" in capsys.readouterr().err


@pytest.mark.parametrize("surplus", ["--seeed=1", "--event=1", "surplus"])
def test_what_is_no_option_is_refused(capsys, surplus):
    with pytest.raises(SystemExit) as stop:
        land_cdc.main([surplus])
    assert stop.value.code == 2
    assert f"unrecognized arguments: {surplus}" in capsys.readouterr().err


def test_help_names_every_option_with_its_default(capsys):
    with pytest.raises(SystemExit) as stop:
        land_cdc.main(["--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    options = vars(land_cdc.read_options([]))
    for name in options:
        assert f"--{name.replace('_', '-')} " in text
    assert text.count("(default: ") == len(options)


def test_no_arguments_land_in_the_repository(tmp_path):
    script = tmp_path / "scripts" / "land_cdc.py"
    script.parent.mkdir()
    shutil.copy(SCRIPT, script)
    done = subprocess.run(
        [sys.executable, str(script)], cwd="/", check=True, capture_output=True, text=True
    )
    out = tmp_path / "landing" / "customers_cdc"
    assert len(list(out.glob("*.json"))) == 5
    assert done.stderr == ""
    assert str(out) in done.stdout


def test_counts_agree_with_the_files(tmp_path, capsys):
    for _ in range(2):
        options = [f"--out={tmp_path}", "--events=2000", "--late-rate=0.2"]
        counts = land_cdc.land(land_cdc.read_options(options))
    # What the second call made, but for what it holds back, and what the first one held back.
    files = lines(tmp_path)
    kinds = Counter(kind_of(line) for number in range(6, 11) for line in files[number])
    assert {kind: counts[kind] for kind in land_cdc.DIRT} == {
        kind: kinds[kind] for kind in land_cdc.DIRT
    }
    changes = sum(counts[operation] for operation in land_cdc.OPERATIONS)
    assert changes + counts[land_cdc.DUPLICATE] == kinds[None]
    assert counts["held back"] == sum(map(len, state_of(tmp_path).held.values())) > 0
    assert 0 < counts["late"] < changes

    assert land_cdc.main(["--out", str(tmp_path), "--events=50"]) == 0
    text = capsys.readouterr().out
    for word in (*land_cdc.OPERATIONS, "late", land_cdc.DUPLICATE, *land_cdc.DIRT, "held back"):
        assert word in text
    assert land_cdc.main(["--out", str(tmp_path), "--events=50", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
