"""Land the next batch of customer changes, as JSON lines files for the pipeline to read.

Each call goes on where the last one stopped: the same customers, later times, the next file
numbers. A line is one change event:

    {"id": 7, "firstname": "Ann", "lastname": "Lee", "email": "ann.lee.7@example.org",
     "address": "12 Oak Road, Salem, OR 97301", "operation": "UPDATE",
     "operation_date": "2026-01-01T00:00:01.000123"}

APPEND and UPDATE carry the whole customer, DELETE carries nulls. Beside the changes come what a
real feed brings: events that arrive up to three files late, exact copies, and dirty lines. A dirty
line is always extra, so the feed without its dirty lines is complete and consistent. The clock is
virtual: with the same packages, the same seed and the same calls give the same bytes.

What is carried on stands in `.land_cdc.state` in the landing folder; to begin anew, remove the
folder. A batch is written under hidden names first, then the state names its files, then the files
get their real names; so a run killed at any point either never happened or is finished by the next.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

LANDING = Path(__file__).resolve().parent.parent / "landing" / "customers_cdc"
STATE_NAME = ".land_cdc.state"
STATE_VERSION = 2

# Eight digits: a call every minute still sorts by name after thirty years.
FILE_NAME = "customers_{:08d}.json"
LANDED = f"customers_{'[0-9]' * 8}.json"
# No `*.json` glob may see a file before it is whole, so hidden names end otherwise too.
HIDDEN = f".{LANDED}.tmp"

START = datetime(2026, 1, 1)
LONGEST_STEP = 17_280_000  # microseconds between two events; 10,000 events fill a day
MAX_DELAY = 3  # files
APPEND_RATE = 0.5  # of the changes, while fewer than --customers live
RETURN_RATE = 0.2  # of the APPENDs: a deleted customer comes back
GONE_LIMIT = 1_000  # deleted customers who may come back; keeps the state small for ever

OPERATIONS = ("APPEND", "UPDATE", "DELETE")
DUPLICATE = "duplicate"
DIRT = ("null_id", "null_operation", "unknown_operation", "bad_date", "broken_line", "mistyped")
BAD_DATES = ("not a date", "2026-02-30T12:00:00.000000", "99/99/9999", "")

ATTRIBUTES = ("firstname", "lastname", "email", "address")
# What changes together: a move, a new mail box, a marriage, a correction, a new start.
CHANGES = (*[("address",), ("email",)] * 3, ("lastname", "email"), ("firstname",), ATTRIBUTES)
PHONE_CHANGES = (("phone",), ("address", "phone"))

to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class LandingError(Exception):
    """The landing folder cannot be gone on with; the message names the way out."""


def within(kind: type, low: int, high: int) -> Callable[[str], Any]:
    """An argparse type: a number of that kind from low to high."""

    def read(text: str) -> Any:
        with contextlib.suppress(ValueError):
            if low <= (value := kind(text)) <= high:  # never so for nan
                return value
        noun = "a whole number" if kind is int else "a number"
        raise argparse.ArgumentTypeError(f"{text!r} came; legal: {noun} from {low:,} to {high:,}")

    return read


def folder(text: str) -> Path:
    """An argparse type: a folder, or a path to make one at."""
    path = Path(text)
    if not text or (path.exists() and not path.is_dir()):
        legal = "a folder, or a path where nothing is yet"
        raise argparse.ArgumentTypeError(f"{text!r} came; legal: {legal}")
    return path


def read_options(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; a wrong one ends the program."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )

    def option(name: str, kind: Callable[[str], Any], default: Any, about: str) -> None:
        parser.add_argument(name, type=kind, default=default, metavar="X", help=about)

    rate = within(float, 0, 1)
    option("--out", folder, LANDING, "the landing folder; made where missing")
    option("--events", within(int, 1, 10**8), 10_000, "changes made; copies and dirt are extra")
    option("--files", within(int, 1, 10**5), 5, "files landed; never more than --events")
    option("--customers", within(int, 1, 10**7), 5_000, "customers living at a time, once grown")
    option("--seed", within(int, 0, 2**63 - 1), 42, "same seed and same calls, same bytes")
    option("--delete-rate", rate, 0.05, "share of DELETE among the changes")
    option("--late-rate", rate, 0.05, f"share of changes 1 to {MAX_DELAY} files late")
    option("--duplicate-rate", rate, 0.01, f"share copied, into this file or up to {MAX_DELAY} on")
    option("--dirt-rate", rate, 0.017, "dirty lines per change, of all kinds alike")
    option("--phone-from-file", within(int, 0, 10**8), 11, "first file with phones; 0 is never")
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    return parser.parse_args(argv)


@dataclass
class State:
    """Where a landing folder stands; the state file holds it as JSON."""

    version: int = STATE_VERSION
    clock: int = 0  # microseconds from START to the last event
    next_file: int = 1
    next_id: int = 1
    living: list[dict] = field(default_factory=list)  # customers
    gone: list[dict] = field(default_factory=list)  # the last deleted ones, GONE_LIMIT at most
    # File number, as text -> what is due in it: place from 0 to 1, operation or DUPLICATE, line.
    held: dict[str, list[tuple[float, str, str]]] = field(default_factory=dict)


def make_pools(seed: int) -> dict[str, list[str]]:
    """Values that a customer's attributes are drawn from, as often as Faker weighs them."""
    from faker import Faker  # takes a moment: not for --help or a wrong option

    fake = Faker("en_US")
    fake.seed_instance(seed)
    makers = {
        "firstname": fake.first_name,
        "lastname": fake.last_name,
        "street": fake.street_name,
        "city": lambda: f"{fake.city()}, {fake.state_abbr()} {fake.zipcode()}",
        "phone": lambda: fake.numerify("(%##) 555-01##"),  # like example.*, nobody's
    }
    pools = {name: [make() for _ in range(1_000)] for name, make in makers.items()}
    return pools | {"domain": ["example.com", "example.net", "example.org"]}


def pick(rng: random.Random, values: list | tuple) -> Any:
    """One of the values; several times as fast as `rng.choice`."""
    return values[int(rng.random() * len(values))]


def take(rng: random.Random, values: list) -> Any:
    """Remove and return one of the values, in constant time; the order is not kept."""
    index = int(rng.random() * len(values))
    values[index], values[-1] = values[-1], values[index]
    return values.pop()


def dirty_line(event: dict, kind: str, rng: random.Random) -> str:
    """The event as a line that is wrong in the one way that `kind`, one of DIRT, says."""
    if kind == "broken_line":
        line = to_json(event)
        return line[: 1 + int(rng.random() * (len(line) - 1))]
    wrong = {
        "null_id": [{"id": None}],
        "null_operation": [{"operation": None}],
        "unknown_operation": [{"operation": "MERGE"}, {"operation": "UPSERT"}],
        "bad_date": [{"operation_date": text} for text in BAD_DATES],
        "mistyped": [
            {"id": f"C-{event['id']}"},
            {"id": event["id"] + 0.5},
            {"firstname": {"given": event["firstname"]}},
            {"email": [event["email"]]},
            {"address": {"line": event["address"]}},
        ],
    }
    return to_json(event | pick(rng, wrong[kind]))


class File:
    """The making of one file; moves `state` on, with the lines that are due in later files."""

    def __init__(self, number: int, state: State, pools: dict, options: argparse.Namespace):
        self.number, self.state, self.pools, self.options = number, state, pools, options
        # The file's own generator: the state need not carry one.
        self.rng = random.Random(f"{options.seed}:{number}")
        phone = 0 < options.phone_from_file <= number
        self.attributes = (*ATTRIBUTES, "phone") if phone else ATTRIBUTES
        self.possible = CHANGES + PHONE_CHANGES if phone else CHANGES

    def make(self, changes: int) -> tuple[str, Counter]:
        """The text of the file, which is born with that many changes, and the counts of its lines.

        A change counts where it lands, under its operation, and also as "late" if it is.
        """
        rng, options, held = self.rng, self.options, self.state.held
        late = sum(what in OPERATIONS for _, what, _ in held.get(str(self.number), ()))

        def put(place: float, what: str, line: str, delay: int = 0) -> None:
            held.setdefault(str(self.number + delay), []).append((place, what, line))

        for position in range(changes):
            event = self.change()
            operation, line, delay = event["operation"], to_json(event), 0
            # The first change is always in time, so that no file is empty.
            if position and rng.random() < options.late_rate:
                delay = 1 + int(rng.random() * MAX_DELAY)
            put(position / changes, operation, line, delay)
            if rng.random() < options.duplicate_rate:
                put(rng.random(), DUPLICATE, line, delay + int(rng.random() * (MAX_DELAY + 1)))
            if rng.random() < options.dirt_rate:
                # Somebody else's attributes: a pipeline that lets the line pass is found out.
                dirty = self.event(self.draw({"id": event["id"]}), operation)
                kind = pick(rng, DIRT)
                put(rng.random(), kind, dirty_line(dirty, kind, rng))

        lines = sorted(held.pop(str(self.number)), key=itemgetter(0))
        counts = Counter(what for _, what, _ in lines) + Counter(late=late)
        return "".join(f"{line}\n" for *_, line in lines), counts

    def change(self) -> dict:
        """Let one customer change, and return the event of it."""
        state, rng = self.state, self.rng
        chance, crowd = rng.random(), len(state.living)
        if not crowd or (crowd < self.options.customers and chance < APPEND_RATE):
            operation = "APPEND"
            if state.gone and rng.random() < RETURN_RATE:
                customer = self.draw(take(rng, state.gone), ("email", "address"))
            else:
                customer = self.draw({"id": state.next_id})
                state.next_id += 1
            state.living.append(customer)
        elif chance >= 1 - self.options.delete_rate:
            operation = "DELETE"
            customer = take(rng, state.living)
            state.gone.append(customer)
            del state.gone[:-GONE_LIMIT]
        else:
            operation = "UPDATE"
            customer = self.draw(pick(rng, state.living), pick(rng, self.possible))
        return self.event(customer, operation)

    def event(self, customer: dict, operation: str) -> dict:
        """The event as it is written, at a time of its own."""
        self.state.clock += 1 + int(self.rng.random() * LONGEST_STEP)
        at = START + timedelta(microseconds=self.state.clock)
        event = {"id": customer["id"]}
        for name in self.attributes:
            event[name] = None if operation == "DELETE" else customer[name]
        event["operation"] = operation
        event["operation_date"] = at.isoformat(timespec="microseconds")
        return event

    def draw(self, customer: dict, names: Iterable[str] = (*ATTRIBUTES, "phone")) -> dict:
        """Give the customer new values, other than the present ones, and return it."""
        rng, pools = self.rng, self.pools
        for name in names:
            before = value = customer.get(name)
            while value == before:
                if name == "email":
                    person = f"{customer['firstname']}.{customer['lastname']}.{customer['id']}"
                    value = f"{person.lower().replace(' ', '')}@{pick(rng, pools['domain'])}"
                elif name == "address":
                    number = 1 + int(rng.random() * 9_999)
                    value = f"{number} {pick(rng, pools['street'])}, {pick(rng, pools['city'])}"
                else:
                    value = pick(rng, pools[name])
            customer[name] = value
        return customer


def land(options: argparse.Namespace) -> Counter:
    """Land the next batch; return the counts of its lines, and how many are "held back"."""
    out, files = options.out, min(options.files, options.events)
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        state = read_state(out)
        pools, counts = make_pools(options.seed), Counter()
        for done in range(files):
            changes = options.events * (done + 1) // files - options.events * done // files
            text, counted = File(state.next_file, state, pools, options).make(changes)
            write(out / f".{FILE_NAME.format(state.next_file)}.tmp", text)
            counts += counted
            state.next_file += 1
        unsaved = out / f"{STATE_NAME}.tmp"
        write(unsaved, to_json(vars(state)))
        unsaved.replace(out / STATE_NAME)  # from here on the batch counts
        publish(out, state)
    counts["held back"] = sum(map(len, state.held.values()))
    return counts


def read_state(out: Path) -> State:
    """Where the folder stands; a new one at the beginning.

    A missing landed file is no error: the pipeline may have moved or deleted it.
    """
    path, state = out / STATE_NAME, State()
    way_out = "put the state file back, or remove the folder and what was built of it (make clean)"
    try:
        state = State(**json.loads(path.read_text(encoding="utf-8")))
        if state.version != STATE_VERSION:
            raise ValueError(f"version {state.version}, expected {STATE_VERSION}")
    except FileNotFoundError:
        pass
    except (ValueError, TypeError) as error:
        raise LandingError(f"{path} cannot be read ({error}); {way_out}") from error
    newest = max((landed.name for landed in out.glob(LANDED)), default="")
    if newest >= FILE_NAME.format(state.next_file):
        raise LandingError(f"{path} is missing or older than {newest} beside it; {way_out}")
    return state


def publish(out: Path, state: State) -> None:
    """Give all files that count their real names, oldest first, also those of a run cut off."""
    for path in sorted(out.glob(HIDDEN)):
        name = path.name[1 : -len(".tmp")]
        if name < FILE_NAME.format(state.next_file):
            path.replace(out / name)
        else:
            path.unlink()  # of a run that was cut off before its state was saved


def write(path: Path, text: str) -> None:
    """Write the text and wait until the disk has it: a name must never outlive its content."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep other runs out of the folder; the lock ends with the process, however that ends."""
    descriptor = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise LandingError(f"another run is landing in {out}; wait for its end") from None
    finally:
        os.close(descriptor)


def main(argv: list[str] | None = None) -> int:
    """Run the command line: 0 landed, 1 could not land, 2 wrong options, 130 stopped by Ctrl-C."""
    try:
        options = read_options(argv)
        counts = land(options)
    except (LandingError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the next call goes on", file=sys.stderr)
        return 130
    if not options.quiet:
        print(f"landed in {options.out}")
        for name in (*OPERATIONS, "late", DUPLICATE, *DIRT, "held back"):
            print(f"  {name:<18}{counts[name]:>12,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
