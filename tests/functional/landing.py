"""Change events of customers in files, and what the tutorial's rules make of them, in plain Python.

Nothing here shares code with the macros or with scripts/land_cdc.py: the events are made, and the
landed files are read back, a second time and as plainly as possible.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reference import Feed, Row

COLUMNS = ("id", "firstname", "lastname", "email", "address")
OPERATIONS = ("APPEND", "UPDATE", "DELETE")
START = datetime(2026, 1, 1)

CUSTOMERS = Feed(
    keys=["id"],
    sequence_by="operation_date",
    deletes=lambda event: event["operation"] == "DELETE",
    columns=COLUMNS,
)
"""What the tutorial's `customers` and `customers_history` are of the clean events."""

RULES = ("no_rescued_data", "valid_id", "valid_operation", "valid_operation_date")
"""The expectations of the tutorial's silver table."""


def make_files(
    folder: Path,
    events: int,
    files: int,
    *,
    seed: int = 1,
    late: float = 0.05,
    double: float = 0.01,
    dirt: float = 0.02,
) -> list[Path]:
    """Write change events as JSON lines; the files in the order in which they land.

    Customers are changed, changed back, touched without a change, deleted, deleted at the very
    moment of an update, and come back. `late` is the share of events that land one to three files
    after their time, `double` that of events landing twice, `dirt` that of broken lines among them.
    The second half of the files carries a field that the first has not.
    """
    rng = random.Random(seed)
    texts: list[list[str]] = [[] for _ in range(files)]
    customers: dict[int, dict[str, Any]] = {}
    gone: list[int] = []
    clock = START
    for number in range(events):
        clock += timedelta(microseconds=rng.randint(1, 2_000_000))
        born = number * files // events
        event = next_event(rng, customers, gone, limit=max(5, events // 8))
        event["operation_date"] = clock.isoformat(timespec="microseconds")
        if born >= files // 2:
            event["phone"] = f"555-{rng.randint(0, 9)}"
        lines = [json.dumps(event)]
        if event["operation"] == "DELETE" and rng.random() < 0.1:  # the delete wins
            last_word = {**event, "operation": "UPDATE", "email": "too.late@example.org"}
            lines.append(json.dumps(last_word))
        for line in lines:
            copies = 2 if rng.random() < double else 1
            for _ in range(copies):
                delay = rng.randint(1, 3) if rng.random() < late else 0
                texts[min(born + delay, files - 1)].append(line)
        if rng.random() < dirt:
            texts[born].append(dirty_line(rng, event))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, lines in enumerate(texts, start=1):
        rng.shuffle(lines)
        paths.append(folder / f"batch_{number:04}.json")
        paths[-1].write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return paths


def next_event(
    rng: random.Random, customers: dict[int, dict[str, Any]], gone: list[int], limit: int
) -> dict[str, Any]:
    """What happens next to some customer; changes `customers` and `gone`."""
    chance = rng.random()
    if not customers or (chance < 0.4 and len(customers) < limit):
        back = gone and rng.random() < 0.3
        key = gone.pop(rng.randrange(len(gone))) if back else len(customers) + len(gone) + 1
        customers[key] = {name: f"{name}-{rng.randint(0, 3)}" for name in COLUMNS[1:]}
        return {"id": key, **customers[key], "operation": "APPEND"}
    key = rng.choice(list(customers))
    if chance > 0.92:
        del customers[key]
        gone.append(key)
        return {"id": key, **dict.fromkeys(COLUMNS[1:]), "operation": "DELETE"}
    if chance > 0.5:  # else nothing changes: no new version
        name = rng.choice(COLUMNS[1:])
        customers[key][name] = rng.choice([None, *(f"{name}-{n}" for n in range(4))])
    return {"id": key, **customers[key], "operation": "UPDATE"}


def dirty_line(rng: random.Random, event: dict[str, Any]) -> str:
    """The event as a line that is wrong in one way or in several."""
    line = json.dumps(event)
    wrong: list[dict[str, Any] | str] = [
        {"id": None},
        {"operation": None},
        {"operation": "MERGE"},
        {"operation_date": "2026-02-30T12:00:00.000000"},
        {"operation_date": None},
        {"id": "C-7"},
        {"id": 7.5},
        {"id": None, "operation": "", "operation_date": "soon"},
        line[: rng.randint(1, len(line) - 1)],
        "[1, 2]",
    ]
    choice = rng.choice(wrong)
    return choice if isinstance(choice, str) else json.dumps({**event, **choice})


@dataclass
class Landed:
    """What stands in landed files: the rows that meet every rule, and the counts of the others."""

    lines: int = 0
    clean: list[Row] = field(default_factory=list)
    broken: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """Lines by the set of rules that they broke, in the order of RULES."""
    bytes: int = 0

    @property
    def dropped(self) -> int:
        """Lines that broke at least one rule."""
        return sum(self.broken.values())

    def failed(self, rule: str) -> int:
        """Lines that broke this rule."""
        return sum(count for rules, count in self.broken.items() if rule in rules)


def read_landed(paths: Iterable[Path]) -> Landed:
    """Read the files and judge each line by the tutorial's rules."""
    landed = Landed()
    for path in paths:
        content = path.read_bytes()
        landed.bytes += len(content)
        for line in content.decode().split("\n")[:-1]:
            landed.lines += 1
            row, broken = judge(line)
            if broken:
                landed.broken[broken] += 1
            else:
                landed.clean.append(row)
    return landed


def judge(line: str) -> tuple[Row, tuple[str, ...]]:
    """The row of a line, and the rules that it breaks."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return {}, RULES
    rescued = False
    if not isinstance(fields.get("id"), (int, type(None))):
        fields["id"], rescued = None, True
    for name in (*COLUMNS[1:], "operation", "operation_date", "phone"):
        if not isinstance(fields.get(name), (str, type(None))):
            fields[name], rescued = None, True
    try:
        fields["operation_date"] = datetime.fromisoformat(fields["operation_date"])
    except (TypeError, ValueError):
        fields["operation_date"] = None
    verdicts = {
        "no_rescued_data": not rescued,
        "valid_id": fields["id"] is not None,
        "valid_operation": fields["operation"] in OPERATIONS,
        "valid_operation_date": fields["operation_date"] is not None,
    }
    return fields, tuple(rule for rule in RULES if not verdicts[rule])


def change_frequency(clean: Iterable[Row]) -> list[Row]:
    """What `customer_change_frequency` says of the clean events."""
    events: dict[int, set[tuple]] = {}
    for event in clean:
        kind = "delete" if event["operation"] == "DELETE" else "change"
        events.setdefault(event["id"], set()).add((event["operation_date"], kind))
    versions: dict[int, list[Row]] = {}
    for version in CUSTOMERS.scd2(list(clean)):
        versions.setdefault(version["id"], []).append(version)
    rows = []
    for key, own in events.items():
        times = {time for time, _kind in own}
        held = versions.get(key, [])
        distinct = {
            f"distinct_{name}{'es' if name == 'address' else 's'}": len(
                {version[name] for version in held} - {None}
            )
            for name in COLUMNS[1:]
        }
        rows.append(
            {
                "id": key,
                "change_count": len(times),
                "version_count": len(held),
                "delete_count": sum(kind == "delete" for _time, kind in own),
                "first_change_at": min(times),
                "last_change_at": max(times),
                **distinct,
                "is_current": any(version["valid_to"] is None for version in held),
            }
        )
    return rows


def put(path: Path, content: str | bytes) -> Path:
    """Land a file in one step, as a careful writer does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.tmp")
    hidden.write_bytes(content.encode() if isinstance(content, str) else content)
    return hidden.replace(path)
