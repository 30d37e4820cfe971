"""Land the next batch of customer changes, as JSON lines files for the pipeline to read.

Each call goes on where the last one stopped: the same customers, later times, the next file
numbers. A line is one change event:

    {"id": 7, "firstname": "Ann", "lastname": "Lee", "email": "ann.lee.7@example.org",
     "address": "12 Oak Road, Salem, OR 97301", "operation": "UPDATE",
     "operation_date": "2026-01-01T00:00:01.000123"}

APPEND and UPDATE carry the whole customer, DELETE carries nulls. Beside the changes come what a
real feed brings: events that arrive up to three files late, exact copies, and dirty lines. A dirty
line is always extra, so the feed without its dirty lines is complete and consistent.

The clock is virtual. With the same packages, the same seed and the same calls give the same bytes.

What is carried on stands in `.land_cdc.state` in the landing folder. A batch is written under
hidden names first, then the state names its files, then the files get their real names; so a run
killed at any point either never happened or is finished by the next one.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import math
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has no flock; there, keep two runs apart by hand.
    fcntl = None

LANDING = Path(__file__).resolve().parent.parent / "landing" / "customers_cdc"
STATE_NAME = ".land_cdc.state"
STATE_VERSION = 1

# Eight digits: a call every minute still sorts by name after thirty years.
FILE_NAME = "customers_{:08d}.json"
LAST_FILE = 99_999_999
LANDED = re.compile(r"customers_(\d{8})\.json")
# No `*.json` glob may see a file before it is whole, so hidden names end otherwise too.
HIDDEN = re.compile(r"\.customers_(\d{8})\.json\.tmp")

MAX_DELAY = 3  # files
GONE_LIMIT = 1_000  # deleted customers who may come back; keeps the state small for ever
TICK = 1_000  # changes between two moves of the progress bar

OPERATIONS = ("APPEND", "UPDATE", "DELETE")
DUPLICATE = "duplicate"
ATTRIBUTES = ("firstname", "lastname", "email", "address")
CUSTOMER = ("id", *ATTRIBUTES, "phone")

# What changes together in life: a move, a new mail box, a marriage, a correction, a new start.
CHANGES = (
    *[("address",)] * 4,
    *[("email",)] * 3,
    *[("lastname", "email")] * 2,
    ("firstname",),
    ("email", "address"),
    ("firstname", "lastname", "email", "address"),
)
PHONE_CHANGES = (*CHANGES, *[("phone",)] * 3, ("address", "phone"))

DIRT = (
    "null_id",
    "null_operation",
    "unknown_operation",
    "bad_date",
    "broken_line",
    "mistyped",
)
UNKNOWN_OPERATIONS = ("MERGE", "UPSERT", "REFRESH")
BAD_DATES = ("not a date", "2026-02-30T12:00:00.000000", "99/99/9999", "")

Customer = dict[str, Any]
Event = dict[str, Any]

to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class LandingError(Exception):
    """The landing folder cannot be gone on with; the message names the way out."""


class OptionError(Exception):
    """One or more options are wrong; `errors` lists all of them."""

    def __init__(self, errors: list[str]):
        super().__init__("\n".join(errors))
        self.errors = errors


# --- Options -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Legal:
    """What an option may be: `read` turns text into the value or raises ValueError."""

    text: str
    read: Callable[[str], Any]


def _whole(low: int, high: int) -> Legal:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Legal(f"a whole number from {low:,} to {high:,}", read)


def _number(low: float, high: float, unit: str = "") -> Legal:
    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:  # refuses nan too
            raise ValueError
        return value

    return Legal(f"a number from {low:g} to {high:g}{unit}", read)


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        raise ValueError
    return moment


def _read_folder(text: str) -> Path:
    folder = Path(text)
    if not text or (folder.exists() and not folder.is_dir()):
        raise ValueError
    return folder


RATE = _number(0, 1)
MOMENT = Legal("an ISO 8601 date and time without a zone, like 2026-01-01T00:00:00", _read_moment)
FOLDER = Legal("a folder, or a path where nothing is yet", _read_folder)


def _about(legal: Legal, text: str) -> dict[str, Any]:
    return {"legal": legal, "help": text}


@dataclass(frozen=True)
class Options:
    """What one call lands. Rates are shares from 0 to 1; `read_options` checks the values."""

    out: Path = field(
        default=LANDING, metadata=_about(FOLDER, "the landing folder; made where missing")
    )
    events: int = field(
        default=10_000,
        metadata=_about(_whole(1, 100_000_000), "changes made; copies and dirt come on top"),
    )
    files: int = field(
        default=5, metadata=_about(_whole(1, 100_000), "files landed; never more than --events")
    )
    customers: int = field(
        default=5_000,
        metadata=_about(_whole(1, 10_000_000), "customers living at a time, once grown"),
    )
    seed: int = field(
        default=42, metadata=_about(_whole(0, 2**63 - 1), "same seed and same calls, same bytes")
    )
    start: datetime = field(
        default=datetime(2026, 1, 1),
        metadata=_about(MOMENT, "the virtual clock of a new folder; later calls go on from theirs"),
    )
    interval: float = field(
        default=8.64,
        metadata=_about(_number(0.000001, 86_400, " seconds"), "mean seconds between two changes"),
    )
    append_rate: float = field(
        default=0.5,
        metadata=_about(RATE, "share of APPEND while fewer than --customers live, else 0"),
    )
    delete_rate: float = field(
        default=0.05, metadata=_about(RATE, "share of DELETE; what is left over is UPDATE")
    )
    return_rate: float = field(
        default=0.2, metadata=_about(RATE, "share of APPEND that brings a deleted customer back")
    )
    late_rate: float = field(
        default=0.05, metadata=_about(RATE, f"share of changes 1 to {MAX_DELAY} files late")
    )
    duplicate_rate: float = field(
        default=0.01,
        metadata=_about(
            RATE, f"share of changes copied, into the same file or up to {MAX_DELAY} later"
        ),
    )
    null_id_rate: float = field(
        default=0.005, metadata=_about(RATE, "dirt, per change: id is null")
    )
    null_operation_rate: float = field(
        default=0.005, metadata=_about(RATE, "dirt, per change: operation is null")
    )
    unknown_operation_rate: float = field(
        default=0.002, metadata=_about(RATE, "dirt, per change: no such operation")
    )
    bad_date_rate: float = field(
        default=0.002, metadata=_about(RATE, "dirt, per change: operation_date is no date")
    )
    broken_line_rate: float = field(
        default=0.001, metadata=_about(RATE, "dirt, per change: the line is cut off")
    )
    mistyped_rate: float = field(
        default=0.002, metadata=_about(RATE, "dirt, per change: a field has a wrong type")
    )
    phone_from_file: int = field(
        default=11,
        metadata=_about(
            _whole(0, LAST_FILE), "file number from which changes carry a phone; 0 is never"
        ),
    )
    reset: bool = False
    quiet: bool = False


def read_options(argv: list[str]) -> Options:
    """Read the command line.

    Raises:
        OptionError: with every wrong option, what came and what is legal.
        SystemExit: for --help, and for an option without its value.
    """
    parser = argparse.ArgumentParser(
        description="Land the next batch of customer changes as JSON lines files.",
        allow_abbrev=False,
    )
    described = {f.name: f for f in fields(Options) if f.metadata}
    # Everything is read as text, so that one pass reports all errors and not the first alone.
    for name, spec in described.items():
        default = spec.default.isoformat() if name == "start" else str(spec.default)
        about = spec.metadata["help"] + " (default: %(default)s)"
        parser.add_argument(_flag(name), default=default, metavar="X", help=about)
    parser.add_argument(
        "--reset",
        action="store_true",
        help="remove the folder's landed files and state, then land the first batch anew; "
        "the pipeline then needs --full-refresh",
    )
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    given, unknown = parser.parse_known_args(argv)

    flags = [_flag(f.name) for f in fields(Options)]
    errors = []
    for word in unknown:
        close = difflib.get_close_matches(word.split("=")[0], flags, n=1)
        hint = f"did you mean {close[0]}?" if close else "--help lists the legal ones"
        errors.append(f"{word}: no such {'option' if word[:1] == '-' else 'argument'}; {hint}")

    values = {"reset": given.reset, "quiet": given.quiet}
    for name, spec in described.items():
        legal, text = spec.metadata["legal"], getattr(given, name)
        try:
            values[name] = legal.read(text)
        except ValueError:
            errors.append(f"{_flag(name)}: {text!r} came; legal: {legal.text}")

    if values.get("append_rate", 0) + values.get("delete_rate", 0) > 1:
        errors.append(
            f"--append-rate and --delete-rate: {given.append_rate} and {given.delete_rate} came; "
            "legal: together at most 1"
        )
    if errors:
        raise OptionError(errors)
    return Options(**values)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


# --- State ---------------------------------------------------------------------------------------


@dataclass
class State:
    """Where a landing folder stands.

    clock: time of the last event.
    first_file, next_file: the last batch is the files first_file .. next_file - 1.
    living, gone: customers by now; `gone` remembers at most GONE_LIMIT of the deleted.
    held: file number -> (operation or DUPLICATE, line) of what is due in that file.
    """

    clock: datetime
    first_file: int = 1
    next_file: int = 1
    next_id: int = 1
    living: list[Customer] = field(default_factory=list)
    gone: list[Customer] = field(default_factory=list)
    held: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def to_text(self) -> str:
        """One JSON object; customers and held lines as arrays, to stay compact."""
        return to_json(
            {
                "version": STATE_VERSION,
                "clock": self.clock.isoformat(),
                "first_file": self.first_file,
                "next_file": self.next_file,
                "next_id": self.next_id,
                "living": [[c[name] for name in CUSTOMER] for c in self.living],
                "gone": [[c[name] for name in CUSTOMER] for c in self.gone],
                "held": [[due, *item] for due, items in self.held.items() for item in items],
            }
        )

    @classmethod
    def from_text(cls, text: str) -> State:
        """Read what `to_text` wrote; raises ValueError, TypeError or KeyError on anything else."""
        raw = json.loads(text)
        if raw["version"] != STATE_VERSION:
            raise ValueError(f"version {raw['version']}")
        state = cls(
            datetime.fromisoformat(raw["clock"]),
            raw["first_file"],
            raw["next_file"],
            raw["next_id"],
            [dict(zip(CUSTOMER, row, strict=True)) for row in raw["living"]],
            [dict(zip(CUSTOMER, row, strict=True)) for row in raw["gone"]],
        )
        for due, what, line in raw["held"]:
            state.held.setdefault(due, []).append((what, line))
        return state


# --- Changes -------------------------------------------------------------------------------------


class Pools:
    """Values that Faker makes once; a customer's attributes are drawn from them.

    Names repeat in the pools as often as Faker weighs them.
    """

    def __init__(self, seed: int):
        from faker import Faker  # takes a moment: not for --help or a wrong option

        fake = Faker("en_US")
        fake.seed_instance(seed)
        self.firstnames = [fake.first_name() for _ in range(1_000)]
        self.lastnames = [fake.last_name() for _ in range(1_000)]
        self.streets = [fake.street_name() for _ in range(1_000)]
        self.cities = [f"{fake.city()}, {fake.state_abbr()} {fake.zipcode()}" for _ in range(1_000)]
        # example.* and 555-01xx belong to nobody.
        self.phones = [fake.numerify("(%##) 555-01##") for _ in range(2_000)]
        self.domains = ["example.com", "example.net", "example.org"]

    def draw(self, rng: random.Random, name: str, customer: Customer) -> str:
        """A value for the attribute `name` that differs from the customer's present one."""
        while (value := self._draw(rng, name, customer)) == customer.get(name):
            pass
        return value

    def customer(self, rng: random.Random, number: int) -> Customer:
        """A new customer with that id and all attributes."""
        customer: Customer = {"id": number}
        for name in CUSTOMER[1:]:
            customer[name] = self._draw(rng, name, customer)
        return customer

    def _draw(self, rng: random.Random, name: str, customer: Customer) -> str:
        if name == "firstname":
            return pick(rng, self.firstnames)
        if name == "lastname":
            return pick(rng, self.lastnames)
        if name == "address":
            number = 1 + int(rng.random() * 9_999)
            return f"{number} {pick(rng, self.streets)}, {pick(rng, self.cities)}"
        if name == "phone":
            return pick(rng, self.phones)
        person = f"{customer['firstname']}.{customer['lastname']}.{customer['id']}"
        return f"{person.lower().replace(' ', '')}@{pick(rng, self.domains)}"


def pick(rng: random.Random, values: list | tuple) -> Any:
    """One of the values; several times as fast as `rng.choice`."""
    return values[int(rng.random() * len(values))]


def take(rng: random.Random, values: list) -> Any:
    """Remove and return one of the values, in constant time; the order is not kept."""
    index = int(rng.random() * len(values))
    values[index], values[-1] = values[-1], values[index]
    return values.pop()


def tick_clock(state: State, rng: random.Random, interval: float) -> str:
    """Move the clock by at least a microsecond, `interval` seconds in the mean; ISO 8601 text."""
    state.clock += timedelta(microseconds=1 + int(rng.random() * 2e6 * interval))
    return state.clock.isoformat(timespec="microseconds")


def make_event(customer: Customer, operation: str, at: str, with_phone: bool) -> Event:
    """The event as it is written, fields in order; a DELETE carries no attributes."""
    gone = operation == "DELETE"
    event: Event = {"id": customer["id"]}
    for name in ATTRIBUTES:
        event[name] = None if gone else customer[name]
    event["operation"] = operation
    event["operation_date"] = at
    if with_phone:
        event["phone"] = None if gone else customer["phone"]
    return event


def next_change(
    state: State, pools: Pools, rng: random.Random, options: Options, with_phone: bool
) -> Event:
    """Let one customer change, in `state` too, and return the event of it."""
    chance = rng.random()
    crowd = len(state.living)
    if not crowd or (crowd < options.customers and chance < options.append_rate):
        operation = "APPEND"
        if state.gone and rng.random() < options.return_rate:
            customer = take(rng, state.gone)
            for name in ("email", "address"):
                customer[name] = pools.draw(rng, name, customer)
        else:
            customer = pools.customer(rng, state.next_id)
            state.next_id += 1
        state.living.append(customer)
    elif chance >= 1 - options.delete_rate:
        operation = "DELETE"
        customer = take(rng, state.living)
        if len(state.gone) >= GONE_LIMIT:
            take(rng, state.gone)
        state.gone.append(customer)
    else:
        operation = "UPDATE"
        customer = pick(rng, state.living)
        for name in pick(rng, PHONE_CHANGES if with_phone else CHANGES):
            customer[name] = pools.draw(rng, name, customer)
    return make_event(customer, operation, tick_clock(state, rng, options.interval), with_phone)


def dirty_line(event: Event, kind: str, rng: random.Random) -> str:
    """The event as a line that is wrong in the one way that `kind`, one of DIRT, says."""
    if kind == "broken_line":
        line = to_json(event)
        return line[: 1 + int(rng.random() * (len(line) - 1))]
    if kind == "null_id":
        wrong = {"id": None}
    elif kind == "null_operation":
        wrong = {"operation": None}
    elif kind == "unknown_operation":
        wrong = {"operation": pick(rng, UNKNOWN_OPERATIONS)}
    elif kind == "bad_date":
        wrong = {"operation_date": pick(rng, BAD_DATES)}
    else:
        wrong = pick(
            rng,
            (
                {"id": f"C-{event['id']}"},
                {"id": event["id"] + 0.5},
                {"firstname": {"given": event["firstname"]}},
                {"email": [event["email"]]},
                {"address": {"line": event["address"]}},
            ),
        )
    return to_json(event | wrong)


def make_file(
    state: State,
    pools: Pools,
    options: Options,
    number: int,
    changes: int,
    tick: Callable[[int], None] = lambda done: None,
) -> tuple[list[str], Counter]:
    """The lines of file `number`, which is born with that many changes, and their counts.

    Moves `state` on: what is due later goes to `state.held`, what was due now is in the lines.
    The counts, of lines in this file: each of OPERATIONS (a change that lands for the first
    time), "late" (those of them that come late), DUPLICATE, and each kind of DIRT.
    """
    # The file's own generator: the state need not carry one.
    rng = random.Random(f"{options.seed}:{number}")
    with_phone = 0 < options.phone_from_file <= number
    dirt = [(kind, rate) for kind in DIRT if (rate := getattr(options, f"{kind}_rate")) > 0]
    counts: Counter = Counter()
    placed: list[tuple[float, str]] = []

    def anywhere(line: str) -> None:
        placed.append((rng.random() * changes, line))

    for what, line in state.held.pop(number, ()):
        anywhere(line)
        counts[what] += 1
        counts["late"] += what != DUPLICATE

    for position in range(changes):
        event = next_change(state, pools, rng, options, with_phone)
        operation, line = event["operation"], to_json(event)
        lands_in = number
        # The first change is always in time, so that no file is empty.
        if position and rng.random() < options.late_rate:
            lands_in += 1 + int(rng.random() * MAX_DELAY)
            state.held.setdefault(lands_in, []).append((operation, line))
        else:
            placed.append((position, line))
            counts[operation] += 1

        if rng.random() < options.duplicate_rate:
            lands_in += int(rng.random() * (MAX_DELAY + 1))
            if lands_in == number:
                anywhere(line)
                counts[DUPLICATE] += 1
            else:
                state.held.setdefault(lands_in, []).append((DUPLICATE, line))

        for kind, rate in dirt:
            if rng.random() < rate:
                # Somebody else's attributes: a pipeline that lets the line pass is found out.
                stranger = pools.customer(rng, event["id"])
                at = tick_clock(state, rng, options.interval)
                dirty = make_event(stranger, operation, at, with_phone)
                anywhere(dirty_line(dirty, kind, rng))
                counts[kind] += 1

        if (position + 1) % TICK == 0:
            tick(TICK)
    tick(changes % TICK)
    placed.sort(key=itemgetter(0))
    return [line for _, line in placed], counts


# --- Landing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """What one call landed: the files in order, `make_file`'s counts, lines still held back."""

    files: list[Path]
    counts: Counter
    held: int
    seconds: float

    def __str__(self) -> str:
        def listed(names: tuple[str, ...]) -> str:
            counts = [f"{name} {self.counts[name]:,}" for name in names]
            return f"{sum(self.counts[name] for name in names):>12,}   {', '.join(counts)}"

        span = self.files[0].name
        if len(self.files) > 1:
            span += f" to {self.files[-1].name}"
        return (
            f"landed {span} in {self.files[0].parent}\n"
            f"  files      {len(self.files):>12,}\n"
            f"  changes    {listed(OPERATIONS)}\n"
            f"  late       {self.counts['late']:>12,}   among the changes\n"
            f"  duplicates {self.counts[DUPLICATE]:>12,}\n"
            f"  dirty      {listed(DIRT)}\n"
            f"  held back  {self.held:>12,}   late events and copies that a later call lands\n"
            f"  seconds    {self.seconds:>12,.2f}"
        )


def land(options: Options, tick: Callable[[int], None] = lambda done: None) -> Summary:
    """Land the next batch; `tick` hears of changes made, some at a time.

    Raises:
        LandingError: the folder and its state do not fit together, or the end of time is reached.
        OSError: the folder cannot be read or written; the next call repairs what is unfinished.
    """
    began = time.perf_counter()
    out = options.out
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        state = (None if options.reset else repair(out)) or State(options.start)
        files = min(options.files, options.events)
        _check_room(state, options, files)
        if options.reset:
            clear(out)

        pools = Pools(options.seed)
        state.first_file, state.next_file = state.next_file, state.next_file + files
        batch = range(state.first_file, state.next_file)
        counts: Counter = Counter()
        for done, number in enumerate(batch):
            changes = options.events * (done + 1) // files - options.events * done // files
            lines, counted = make_file(state, pools, options, number, changes, tick)
            write(hidden(out, number), "\n".join(lines) + "\n")
            counts += counted
        save(out, state)  # from here on the batch counts; `repair` finishes what is cut off
        publish(out, batch)

    return Summary(
        files=[out / FILE_NAME.format(number) for number in batch],
        counts=counts,
        held=sum(len(items) for items in state.held.values()),
        seconds=time.perf_counter() - began,
    )


def _check_room(state: State, options: Options, files: int) -> None:
    """Refuse, before anything is made, a batch that file names or dates are too short for."""
    if state.next_file + files - 1 > LAST_FILE:
        raise LandingError(f"file numbers end at {LAST_FILE:,}; --reset begins anew")
    # No step is longer than twice the mean, and each change brings each kind of dirt at most.
    steps = options.events * (1 + len(DIRT))
    longest = math.ceil(steps * (2 * options.interval + 1e-6))
    if longest > (datetime.max - state.clock).total_seconds():
        raise LandingError(
            f"the clock stands at {state.clock.isoformat()} and {options.events:,} changes at "
            f"{options.interval:g} seconds may pass the year 9999; lower --events or --interval, "
            "or use an earlier --start with --reset"
        )


def repair(out: Path) -> State | None:
    """The folder's state, after the last run's leftovers are put right; None for a new folder.

    A missing landed file is no error: the pipeline may have moved or deleted it.

    Raises:
        LandingError: no state to the landed files, one that cannot be read, or one older than they.
    """
    names = [path.name for path in out.iterdir()]
    landed = [int(match[1]) for name in names if (match := LANDED.fullmatch(name))]
    waiting = {int(match[1]) for name in names if (match := HIDDEN.fullmatch(name))}
    way_out = "put the state file back, or remove all landed files and begin anew with --reset"

    state = None
    path = out / STATE_NAME
    if path.exists():
        try:
            state = State.from_text(path.read_text(encoding="utf-8"))
        except (ValueError, TypeError, KeyError) as error:
            raise LandingError(f"{path} cannot be read ({error}); {way_out}") from error
    elif landed:
        raise LandingError(f"{len(landed):,} landed files, but no {path}; {way_out}")

    batch = range(state.first_file, state.next_file) if state else range(0)
    if landed and state and max(landed) >= state.next_file:
        newest = FILE_NAME.format(max(landed))
        raise LandingError(f"{path} is older than {newest} beside it; {way_out}")
    publish(out, batch, only=waiting)
    for number in waiting.difference(batch):
        hidden(out, number).unlink()  # of a run that was cut off before its state was saved
    return state


def clear(out: Path) -> None:
    """Remove our files from the folder, and nothing else."""
    # The state goes first: a run killed in between then leaves an error, not half a feed.
    (out / STATE_NAME).unlink(missing_ok=True)
    for path in list(out.iterdir()):
        if LANDED.fullmatch(path.name) or HIDDEN.fullmatch(path.name):
            path.unlink()


def publish(out: Path, batch: range, only: set[int] | None = None) -> None:
    """Give the batch's files their real names, oldest first; `only` limits it to those left."""
    for number in batch:
        if only is None or number in only:
            hidden(out, number).replace(out / FILE_NAME.format(number))


def save(out: Path, state: State) -> None:
    """Replace the state file in one step."""
    temporary = out / f"{STATE_NAME}.tmp"
    write(temporary, state.to_text())
    temporary.replace(out / STATE_NAME)


def write(path: Path, text: str) -> None:
    """Write the text and wait until the disk has it: a name must never outlive its content."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def hidden(out: Path, number: int) -> Path:
    """Where file `number` is until its batch counts."""
    return out / f".{FILE_NAME.format(number)}.tmp"


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep other runs out of the folder; the lock ends with the process, however that ends.

    Raises:
        LandingError: another run is at work.
    """
    if fcntl is None:
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LandingError(f"another run is landing in {out}; wait for its end") from None
        yield
    finally:
        os.close(folder)


def main(argv: list[str] | None = None) -> int:
    """Run the command line: 0 landed, 1 could not land, 2 wrong options, 130 stopped by Ctrl-C."""
    try:
        options = read_options(sys.argv[1:] if argv is None else argv)
        with progress(options) as tick:
            summary = land(options, tick)
    except OptionError as wrong:
        for error in wrong.errors:
            print(f"error: {error}", file=sys.stderr)
        return 2
    except (LandingError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the next call goes on", file=sys.stderr)
        return 130
    if not options.quiet:
        print(summary)
    return 0


@contextlib.contextmanager
def progress(options: Options) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, and nothing elsewhere; yields `land`'s tick."""
    if options.quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("changes", total=options.events)
        yield lambda done: bar.advance(task, done)


if __name__ == "__main__":
    sys.exit(main())
