"""The change events of the benchmarks: as a query, and as files of JSON lines.

Pseudo-random and the same each time: ten events a key, 8 % deletes. One event in twenty is late:
its moment lies up to half of the first load back. Three in ten say what their key says time and
again, so that some neighbours are equal and the history has something to coalesce. No two
different events share a key and a moment.

The files have more. One line in a hundred is a copy of another, in a batch also of an event of the
load before; one in 250 is dirty. The first load takes ten days, a file a day, and each batch one
day more; a file is named by its day, so a reader may go by the day of landing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

ATTRIBUTES = ("firstname", "lastname", "email", "address")
OPERATIONS = ("APPEND", "UPDATE", "DELETE")
COLUMNS = {
    "id": "bigint",
    **dict.fromkeys(ATTRIBUTES, "varchar"),
    "operation": "varchar",
    "operation_date": "varchar",
}
"""The fields of a line, with the types that bronze gives them."""

FIRST_DAY = date(2026, 1, 1)
DAYS = 10
"""How long the first load takes, and so its files."""

DAY = 86_400_000_000  # microseconds

EVENTS = """
select
    n,
    id,
    case when not is_delete then 'first ' || hash(id, 1) % 1000 end as firstname,
    case when not is_delete then 'last ' || hash(id, content) % 1000 end as lastname,
    case when not is_delete then 'mail.' || hash(id, content, 1) || '@example.net' end as email,
    case when not is_delete
        then hash(id, content, 2) % 10000 || ' Long Street, Some Town near ' || hash(id, content, 3) % 10000
    end as address,
    case when is_delete then 'DELETE' when hash(n, 6) % 9 = 0 then 'APPEND' else 'UPDATE' end as operation,
    timestamp '{first_day}' + to_microseconds(
        case when place < {events} then place * {step} else {whole} + (place - {events}) * {batch_step} end
        + (hash(n, 7) % {jitter})::bigint
    ) as operation_date
from (
    select
        n,
        (hash(n) % {keys})::bigint as id,
        hash(n, 5) % 100 < 8 as is_delete,
        case when hash(n, 4) % 10 < 3 then 0 else n end as content,
        greatest(0, n - if(hash(n, 3) % 20 = 0, (hash(n, 2) % {half})::bigint, 0)) as place
    from (select range as n from range({start}, {stop}))
)
"""  # noqa: E501

# Copies come a while after their event. Dirty lines are always extra ones.
LINES = """
with loaded as ({events}),

lines as (
    select n as arrival, false as is_dirty, * from loaded
    union all
    select n + (hash(n, 9) % {delay})::bigint, false, * from loaded where hash(n, 8) % 100 = 0
    union all
    select {start} + (hash(n, 9) % {delay})::bigint, false, *
    from ({older}) where hash(n, 8) % 100 = 1
    union all
    select n, true, * from loaded where n % 250 = 125
)

select
    is_dirty,
    to_json(struct_pack(id, {attributes}, operation,
        operation_date := strftime(operation_date, '%Y-%m-%dT%H:%M:%S.%f')))
from lines
order by arrival, is_dirty, n
"""


@dataclass(frozen=True)
class Feed:
    """A first load of `events` events, then batches of `batch` events each."""

    events: int
    batch: int

    def bounds(self, load: int) -> tuple[int, int]:
        """The first event of a load and the one after its last; load 0 is the first load."""
        if load == 0:
            return 0, self.events
        start = self.events + (load - 1) * self.batch
        return start, start + self.batch

    def query(self, start: int, stop: int) -> str:
        """The query of some events: their number n, and the columns with a typed moment."""
        step, batch_step = DAYS * DAY // self.events, DAY // self.batch
        return EVENTS.format(
            first_day=FIRST_DAY,
            events=self.events,
            step=step,
            whole=DAYS * DAY,
            batch_step=batch_step,
            jitter=min(step, batch_step),
            keys=max(1, self.events // 10),
            half=max(1, self.events // 2),
            start=start,
            stop=stop,
        )

    def lines(self, load: int) -> Iterator[str]:
        """The lines of a load in the order of their arrival, copies and dirty ones among them."""
        start, stop = self.bounds(load)
        older = (start, start) if load == 0 else (max(0, start - self.batch), start)
        query = LINES.format(
            events=self.query(start, stop),
            older=self.query(*older),
            attributes=", ".join(ATTRIBUTES),
            delay=max(1, (stop - start) // 5),
            start=start,
        )
        with duckdb.connect() as con:
            for number, (is_dirty, line) in enumerate(con.execute(query).fetchall()):
                yield (dirty(line, number) if is_dirty else line) + "\n"

    def write(self, load: int, folder: Path) -> list[Path]:
        """Write the files of a load, whose names sort by their days; their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        first, files = (0, DAYS) if load == 0 else (DAYS + load - 1, 1)
        lines = list(self.lines(load))
        each = -(-len(lines) // files)
        paths = []
        for file in range(files):
            path = folder / f"events_{FIRST_DAY + timedelta(days=first + file)}.json"
            path.write_text("".join(lines[file * each : (file + 1) * each]))
            paths.append(path)
        return paths


def dirty(line: str, number: int) -> str:
    """The line with a fault, of four kinds in turn: cut off, no key, no such operation, no date."""
    faults = ({"id": None}, {"operation": "UPSERT"}, {"operation_date": "last tuesday"})
    if number % 4 == 3:
        return line[: len(line) // 2]
    return json.dumps({**json.loads(line), **faults[number % 4]})
