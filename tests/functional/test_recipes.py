"""Real feeds: the files of docs/recipes.md, run as they stand there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from landing import put
from project import PACKAGE, Project

BLOCK = re.compile(r"^```(?:yaml|sql)\n(?:#|--) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTED = dict(BLOCK.findall((PACKAGE / "docs/recipes.md").read_text(encoding="utf-8")))
"""The files of the recipes: path -> text."""


def write(project: Project, *names: str) -> None:
    """Write the documented files with these names, whatever their folder and suffix."""
    for path, text in DOCUMENTED.items():
        if Path(path).stem in names:
            project.write(path, text)


def land(project: Project, file: str, *lines: Any) -> None:
    """Land JSON lines; a text is a line as it is."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    put(project.root / "landing" / file, text + "\n")


def found(project: Project, name: str, *columns: str) -> list[tuple]:
    """The rows of a table as tuples of these columns, sorted; null last."""
    rows = [tuple(row[column] for column in columns) for row in project.rows(name)]
    return sorted(rows, key=lambda row: [(value is None, value) for value in row])


def history(project: Project, name: str, *columns: str) -> list[tuple]:
    """Like found, with the interval."""
    return found(project, name, *columns, "valid_from", "valid_to")


# --- Debezium ---------------------------------------------------------------------------------


def customer(id: int, name: str | None = None, email: str | None = None) -> dict[str, Any]:
    """The image of a row."""
    return {"id": id, "name": name, "email": email}


def envelope(op: str, lsn: int, before: Any = None, after: Any = None, **more: Any) -> dict:
    """What Debezium writes for a change."""
    source = {"connector": "postgresql", "schema": "shop", "table": "customers", "lsn": lsn}
    return {"before": before, "after": after, "source": source, "op": op, "ts_ms": 1, **more}


def wrapped(payload: Any) -> dict[str, Any]:
    """The same with schemas.enable."""
    return {"schema": {"type": "struct", "name": "shop.Envelope"}, "payload": payload}


ADA, BOB, CY, DEE, EVE, FAY = (
    customer(id, name, f"{name.lower()}@x.org")
    for id, name in enumerate(["Ada", "Bob", "Cy", "Dee", "Eve", "Fay"], start=1)
)
CUSTOMER_COLUMNS = ("id", "name", "email")
CUSTOMER_FILES = [
    # first rows without a wrapper, as the initial read gives them
    [envelope("r", 100, None, ADA), envelope("r", 100, None, BOB), envelope("r", 100, None, CY)],
    # out of order: the end of Bob comes before his change, which comes twice and late
    [
        envelope("d", 130, {"id": 2, "name": None, "email": None}),
        "null",
        "",
        envelope("u", 140, ADA, {**ADA, "email": "ada@y.org"}),
        envelope("u", 140, ADA, {**ADA, "email": "ada@y.org"}),
    ],
    [
        wrapped(envelope("u", 120, BOB, {**BOB, "email": "bob@y.org"})),
        wrapped(envelope("u", 110, ADA, {**ADA, "email": "ada@late.org"})),
        wrapped(None),
        wrapped(envelope("c", 150, None, DEE)),
    ],
    # a truncate, and one row after it; another has been before and comes late
    [wrapped(envelope("t", 200)), wrapped(envelope("c", 210, None, EVE))],
    [wrapped(envelope("c", 190, None, FAY)), envelope("c", 220, None, BOB)],
]
CUSTOMERS = [(2, "Bob", "bob@x.org"), (5, "Eve", "eve@x.org")]
CUSTOMERS_HISTORY = [
    (1, "Ada", "ada@late.org", 110, 140),
    (1, "Ada", "ada@x.org", 100, 110),
    (1, "Ada", "ada@y.org", 140, 200),
    (2, "Bob", "bob@x.org", 100, 120),
    (2, "Bob", "bob@x.org", 220, None),
    (2, "Bob", "bob@y.org", 120, 130),
    (3, "Cy", "cy@x.org", 100, 200),
    (4, "Dee", "dee@x.org", 150, 200),
    (5, "Eve", "eve@x.org", 210, None),
    (6, "Fay", "fay@x.org", 190, 200),
]
CUSTOMERS_RECIPE = (
    "customers",
    "customers_bronze",
    "customers_changes",
    "customers_history",
)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]], ids=["given", "mixed"])
def test_debezium(project: Project, order: list[int]) -> None:
    """Wrapped and bare envelopes, deletes, tombstones, truncates; late, double, in any order."""
    write(project, *CUSTOMERS_RECIPE)
    for number in order:
        land(project, f"customers/{number}.json", *CUSTOMER_FILES[number])
        project.build()
    assert found(project, "customers", *CUSTOMER_COLUMNS) == CUSTOMERS
    assert history(project, "customers_history", *CUSTOMER_COLUMNS) == CUSTOMERS_HISTORY
    assert list(project.columns("customers")) == list(CUSTOMER_COLUMNS)
    assert project.rows("customers_changes__quarantine") == []
    assert project.columns("customers_changes") == {
        "id": "BIGINT",
        "name": "VARCHAR",
        "email": "VARCHAR",
        "_rescued_data": "VARCHAR",
        "__op": "VARCHAR",
        "__source_lsn": "BIGINT",
        "_sluice_batch": "BIGINT",
    }
    # the same files once more, under other names
    before = [project.contents(name) for name in ("customers", "customers_history")]
    for number in order:
        land(project, f"customers/again_{number}.json", *CUSTOMER_FILES[number])
    project.build()
    assert before == [project.contents(name) for name in ("customers", "customers_history")]


def test_debezium_loses_nothing(project: Project) -> None:
    """What is no envelope goes to the quarantine, what fits no column to _rescued_data."""
    write(project, *CUSTOMERS_RECIPE)
    land(
        project,
        "customers/1.json",
        envelope("c", 1, None, {**ADA, "phone": "1", "a/b~c": [1]}),
        envelope("c", 2, None, {**BOB, "id": "two"}),
        envelope("u", 3, CY),
        envelope("m", 4, message={"prefix": "x"}),
        envelope("c", 5, None, DEE) | {"source": {}},
        '{"before": null, "op": "c"',
        {"hello": "world"},
        "null",
        {},
    )
    project.dbt("run", "--select", "customers_bronze", "customers_changes")
    rows = project.rows("customers_changes")
    assert [(row["id"], json.loads(row["_rescued_data"])) for row in rows] == [
        (1, {"phone": "1", "a/b~c": [1]})
    ]
    quarantined = project.rows("customers_changes__quarantine")
    assert sorted(
        (str(row["__op"]), row["__source_lsn"] or 0, row["_rescued_data"] or "", row["id"] or 0)
        for row in quarantined
    ) == [
        ("None", 0, "", 0),
        ("None", 0, '{"_corrupt_record":"{\\"before\\": null, \\"op\\": \\"c\\""}', 0),
        ("c", 0, "", 4),
        ("c", 2, '{"id":"two"}', 0),
        ("m", 4, "", 0),
        ("u", 3, "", 0),
    ]

    changes = project.root / "models/customers_changes.sql"
    text = changes.read_text().replace(
        "sequence='source.lsn',", "sequence='source.lsn', schema_evolution='none',"
    )
    project.write("models/customers_changes.sql", text)
    project.run("--select", "customers_changes", "--full-refresh")
    assert found(project, "customers_changes", "id", "_rescued_data") == [(1, None)]
    assert ("c", '{"id":"two"}') in found(
        project, "customers_changes__quarantine", "__op", "_rescued_data"
    )[0:6]


def order_event(op: str, pos: tuple[str, int, int], before: Any = None, after: Any = None) -> dict:
    """An event of MySQL; a row is (id, amount, days, microseconds)."""
    names = ("id", "amount", "ordered_on", "shipped_at")
    images = [row and dict(zip(names, row, strict=True)) for row in (before, after)]
    source = dict(zip(("file", "pos", "row"), pos, strict=True))
    return envelope(op, 0, *images, source=source)


def test_debezium_mysql(project: Project) -> None:
    """A composite sequence orders by file before position; dates and times are numbers."""
    write(project, "orders", "orders_bronze", "orders_changes", "orders_history")
    first, second = (1, "10.50", 20000, None), (1, "12.00", 20000, 1_700_000_000_000_001)
    land(project, "orders/2.json", order_event("u", ("bin.000002", 4, 0), first, second))
    project.build()
    land(
        project,
        "orders/1.json",
        order_event("c", ("bin.000001", 900, 0), None, first),
        order_event("c", ("bin.000001", 900, 1), None, (2, "1.00", 20001, None)),
        order_event("d", ("bin.000001", 950, 0), (2, "1.00", 20001, None)),
        order_event("c", ("bin.000003", 4, 0), None, (3, "1.00", "soon", None)),
    )
    project.build()
    shipped = datetime(2023, 11, 14, 22, 13, 20, 1)
    ordered = date(2024, 10, 4)
    assert history(project, "orders_history", "id", "amount", "ordered_on", "shipped_at") == [
        (1, Decimal("10.50"), ordered, None, ("bin.000001", 900, 0), ("bin.000002", 4, 0)),
        (1, Decimal("12.00"), ordered, shipped, ("bin.000002", 4, 0), None),
        (
            2,
            Decimal("1.00"),
            date(2024, 10, 5),
            None,
            ("bin.000001", 900, 1),
            ("bin.000001", 950, 0),
        ),
    ]
    assert found(project, "orders_changes__quarantine", "id", "_rescued_data") == [
        (3, '{"ordered_on":"soon"}')
    ]


KINDS = {
    "io.debezium.time.Date": (20000, "2024-10-04"),
    "io.debezium.time.Time": (3_600_001, "01:00:00.001"),
    "io.debezium.time.MicroTime": (3_600_000_001, "01:00:00.000001"),
    "io.debezium.time.NanoTime": (3_600_000_001_000, "01:00:00.000001"),
    "io.debezium.time.Timestamp": (1_700_000_000_001, "2023-11-14 22:13:20.001"),
    "io.debezium.time.MicroTimestamp": (1_700_000_000_000_001, "2023-11-14 22:13:20.000001"),
    "io.debezium.time.NanoTimestamp": (
        1_700_000_000_000_000_001,
        "2023-11-14 22:13:20.000000001",
    ),
    "org.apache.kafka.connect.data.Date": (-1, "1969-12-31"),
    "org.apache.kafka.connect.data.Time": (0, "00:00:00"),
    "org.apache.kafka.connect.data.Timestamp": (-1, "1969-12-31 23:59:59.999"),
    "timestamp": ("2024-10-04T01:02:03", "2024-10-04 01:02:03"),
    "boolean": (True, "true"),
    "decimal(5, 1)": ("2.5", "2.5"),
    "json": ({"a": 1}, '{"a":1}'),
}


def test_debezium_types_and_unit_tests(project: Project) -> None:
    """Every kind of number that Debezium has for a time; a fixture is read like a table."""
    names = {f"c{number}": kind for number, kind in enumerate(KINDS)}
    call = f"sluice.changes_from_debezium(ref('landed'), {names}, {{'ts_ms': 'integer'}})"
    texts = ", ".join(f"{name}::varchar as {name}" for name in names)
    image = {name: KINDS[kind][0] for name, kind in names.items()}
    line = json.dumps({"op": "c", "after": image, "ts_ms": 7})
    project.model("landed", f"select '{line}'::json as payload", materialized="table")
    project.model("typed", f"select {texts}, _rescued_data, __ts_ms from {{{{ {call} }}}}")
    project.run()
    expected = {name: KINDS[kind][1] for name, kind in names.items()}
    assert project.rows("typed") == [{**expected, "_rescued_data": None, "__ts_ms": 7}]

    image["c0"], line = "x", json.dumps({"op": "c", "after": {**image, "c0": "x"}, "ts_ms": 8})
    test = {
        "name": "reads_its_fixture",
        "model": "typed",
        "given": [{"input": "ref('landed')", "rows": [{"payload": line}, {"payload": "null"}]}],
        "expect": {"rows": [{"c0": None, "c1": "01:00:00.001", "__ts_ms": 8}]},
    }
    project.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    project.run(command="test")


# --- AWS DMS ----------------------------------------------------------------------------------


def test_dms(project: Project) -> None:
    """Full load without Op, then changes; late, double and out of order."""
    write(project, "accounts", "accounts_bronze", "accounts_changes")
    land(project, "accounts/LOAD1.json", {"id": 1, "balance": 1}, {"id": 2, "balance": 2})
    land(project, "accounts/LOAD2.json", {"id": 3, "balance": 3.5}, '{"id": 9')
    project.build()
    assert [row[0] for row in found(project, "accounts", "id")] == [1, 2, 3]

    def change(op: str, number: int, id: int, balance: float) -> dict:
        return {"Op": op, "transact_id": f"{number:035}", "id": id, "balance": balance}

    land(project, "accounts/3.json", change("D", 9, 2, 20), change("U", 12, 1, 12))
    project.build()
    late = [change("U", 8, 2, 20), change("U", 10, 1, 10), change("I", 11, 4, 4)]
    land(project, "accounts/2.json", *late, late[0], change("X", 13, 1, 0))
    land(project, "accounts/1.json", {"id": 1, "balance": 1}, {"Op": 5, "id": 1, "balance": 7})
    project.build()
    assert found(project, "accounts", "id", "balance") == [(1, 12), (3, Decimal("3.5")), (4, 4)]
    assert sorted(str(row["__op"]) for row in project.rows("accounts_changes__quarantine")) == [
        "5",
        "None",
        "X",
    ]


# --- full extracts ----------------------------------------------------------------------------

PRODUCTS = ("products", "products_extracts", "products_history")


def extract(project: Project, day: int, rows: Iterable[tuple[int | None, str]]) -> None:
    """Land the whole table as it was on a day."""
    lines = [{"id": id, "name": name} for id, name in rows]
    land(project, f"products/2026-01-{day:02}.json", *lines)


def test_extracts(project: Project) -> None:
    """New, changed, unchanged, absent and returning keys; several versions in one run."""
    write(project, *PRODUCTS)
    extract(project, 1, [(1, "a"), (2, "b"), (3, "c")])
    project.build()
    extract(project, 4, [(1, "a"), (2, "b"), (4, "d2"), (3, "c")])
    extract(project, 2, [(1, "a"), (2, "b2"), (4, "d")])
    project.build()
    assert project.flows()["products"]["num_input_rows"] == 6  # 2: b2, d, -c; 4: b, c, d2
    extract(project, 5, [(4, "d2")])
    project.build()
    one, two, four, five = (date(2026, 1, day) for day in (1, 2, 4, 5))
    expected = [
        (1, "a", one, five),
        (2, "b", one, two),
        (2, "b", four, five),
        (2, "b2", two, four),
        (3, "c", one, two),
        (3, "c", four, five),
        (4, "d", two, four),
        (4, "d2", four, None),
    ]
    assert history(project, "products_history", "id", "name") == expected
    assert found(project, "products", "id", "name") == [(4, "d2")]

    before = [project.contents(name) for name in ("products", "products_history")]
    project.build()  # nothing new
    assert not project.flows()["products"]["num_input_rows"]
    project.build("--full-refresh", "--select", "products", "products_history")
    assert before == [project.contents(name) for name in ("products", "products_history")]
    project.dbt("compile", "--empty")
    assert project.last.success, project.last.log


def test_extracts_of_a_table(project: Project) -> None:
    """A table that is read at each run; a run is a version."""
    write(project, "prices", "prices_extracts")
    for rows in ([(1, 10), (2, 20)], [(1, 11), (3, 30)], [(1, 11), (3, 30)]):
        project.load("prices", [{"id": i, "p": p} for i, p in rows], id="integer", p="integer")
        project.build()
    versions = sorted({row["extracted_at"] for row in project.rows("prices_extracts")})
    assert history(project, "prices", "id", "p") == [
        (1, 10, versions[0], versions[1]),
        (1, 11, versions[1], None),
        (2, 20, versions[0], versions[1]),
        (3, 30, versions[1], None),
    ]


def lakeflow(project: Project, name: str, **meta: Any) -> None:
    """A history of the extracts in raw.events, which `extracts` appends at each run."""
    call = "sluice.changes_from_snapshots(ref('extracts'), 'key', 'v')"
    project.model("extracts", materialized="streaming_table")
    options = {"apply_as_deletes": "__op = 'DELETE'", "sequence_by": "v", **meta}
    options["except_column_list"] = ["__op", "v"]
    text = f"select * from {{{{ {call} }}}}"
    project.apply_changes(name, text, keys=["key"], stored_as_scd_type=2, **options)
    del options["except_column_list"]
    columns = [column for column in ("key", "a", "b") if column != "b" or meta]
    project.snapshot(f"{name}_snapshot", text, unique_key="key", column_list=columns, **options)


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
def test_lakeflow_example(project: Project, at_once: bool) -> None:
    """The first worked example of Lakeflow's docs."""
    lakeflow(project, "target")
    rows = [(1, "a1", 0), (2, "a2", 0), (2, "b2", 12), (3, "a3", 12)]
    for part in [rows] if at_once else [rows[:2], rows[2:]]:
        events = [{"key": key, "a": a, "v": v} for key, a, v in part]
        project.load("events", events, key="integer", a="text", v="integer")
        project.build()
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a") == [
            (1, "a1", 0, 12),
            (2, "a2", 0, 12),
            (2, "b2", 12, None),
            (3, "a3", 12, None),
        ]


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
def test_lakeflow_example_tracked(project: Project, at_once: bool) -> None:
    """The second: only one column is tracked, another is updated in place."""
    lakeflow(project, "target", track_history_column_list=["a"])
    rows = [
        *[(1, "a1", "b1", 1), (2, "a2", "b2", 1), (4, "a4", "b4", 1)],
        *[(2, "a2_new", "b2", 2), (3, "a3", "b3", 2), (4, "a4", "b4_new", 2)],
    ]
    for part in [rows] if at_once else [rows[:3], rows[3:]]:
        events = [dict(zip(("key", "a", "b", "v"), row, strict=True)) for row in part]
        project.load("events", events, key="integer", a="text", b="text", v="integer")
        project.build()
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a", "b") == [
            (1, "a1", "b1", 1, 2),
            (2, "a2", "b2", 1, 2),
            (2, "a2_new", "b2", 2, None),
            (3, "a3", "b3", 2, None),
            (4, "a4", "b4_new", 1, None),
        ]


def test_extracts_that_cannot_be_compared(project: Project) -> None:
    """Double keys, null keys and versions, versions that are not newer: said at once."""
    lakeflow(project, "target")

    def load(*rows: tuple) -> None:
        events = [{"key": key, "a": "x", "v": v} for key, v in rows]
        project.load("events", events, key="integer", a="text", v="integer")

    load((1, 2), (2, 2))
    project.build()
    before = project.contents("target")
    load((1, 2), (3, 1), (3, 3), (3, 3), (4, 3), (4, 3), (None, 4), (5, None))
    error = project.run_expecting_error("--select", "extracts", "target")
    assert "Extracts of extracts that cannot be compared" in error
    assert "version 'v' is null in 1 of 8 rows" in error
    assert "key 'key' is null in 1 of 8 rows" in error
    assert "found several for 2: key = 3, v = 3 (2 rows); key = 4, v = 3 (2 rows)" in error
    assert "the newest is 2, found: 1, 2. Way out" in error
    assert "dbt run --full-refresh --select target" in error
    assert "dbt build --full-refresh --select extracts+" in error
    assert project.contents("target") == before

    # the way out: correct extracts, all taken in the order of their versions
    load((1, 1), (1, 2), (2, 2))
    project.build("--full-refresh", "--select", "extracts+")
    load((7, 0))
    error = project.run_expecting_error("--select", "extracts", "target")
    assert "the newest is 2, found: 0" in error and "null" not in error
    project.run("--full-refresh", "--select", "target")
    error = project.run_expecting_error("--select", "target_snapshot", command="snapshot")
    table = '"consumer"."lake"."target_snapshot"'
    assert f"drop table {table}, then dbt snapshot --select target_snapshot" in error
    project.query(f"drop table {table}")
    project.run("--select", "target_snapshot", command="snapshot")
    for name in ("target", "target_snapshot"):
        assert history(project, name, "key", "a") == [
            (1, "x", 1, None),
            (2, "x", 2, None),
            (7, "x", 0, 1),
        ]


def test_extracts_in_a_unit_test(project: Project) -> None:
    """The fixture's rows are the extracts; nothing else is looked at."""
    lakeflow(project, "target")
    call = "sluice.changes_from_snapshots(ref('extracts'), ['key'], 'v', columns=['a'])"
    project.write("models/target.sql", f"select * from {{{{ {call} }}}}")
    project.load("events", [], key="integer", a="text", v="integer")
    project.run()
    rows = [
        {"key": 1, "a": "x", "v": 1},
        {"key": 2, "a": "x", "v": 1},
        {"key": 2, "a": "y", "v": 2},
    ]
    expected = [
        {"key": 1, "a": "x", "v": 1, "__op": "UPSERT"},
        {"key": 2, "a": "x", "v": 1, "__op": "UPSERT"},
        {"key": 2, "a": "y", "v": 2, "__op": "UPSERT"},
        {"key": 1, "a": None, "v": 2, "__op": "DELETE"},
    ]
    test = {
        "name": "compares_extracts",
        "model": "target",
        "given": [{"input": "ref('extracts')", "rows": rows}],
        "expect": {"rows": expected},
    }
    project.write("models/unit.yml", json.dumps({"unit_tests": [test]}))
    project.run(command="test")


# --- misuse -----------------------------------------------------------------------------------

MISUSE = {
    "changes_from_debezium(ref('extracts'), [], none, 'all')": [
        "columns must be a mapping of column name to type, found: []",
        "sequence must be a path in the envelope such as source.lsn",
        "schema_evolution must be one of [rescue, none], found: all",
    ],
    "changes_from_debezium(ref('extracts'), {'_sluice_x': 'text', 'b': 'io.Date'}, 'source.x')": [
        "column '_sluice_x' has a name that sluice uses for itself",
        "the type of column 'b' must be an SQL type, or one of Debezium's [io.debezium.time.Date",
        "the type of sequence 'source.x' is not known; name one of [source.change_lsn",
    ],
    "changes_from_dms(ref('extracts'), [], operation='')": [
        "sequence must be a column or a list of columns, found: []",
        "operation must be the name of the column with I, U and D, found: ",
    ],
    "changes_from_dms(ref('extracts'), ['a', 'b'], full_load='0')": [
        "full_load must be an SQL expression for each part of the sequence ([a, b])",
    ],
    "changes_from_snapshots(ref('extracts'), ['k', 'v'], 'v', columns=['x'])": [
        "keys column 'k' is not in the query (available: key, a, v)",
        "version 'v' is one of the keys",
        "columns column 'x' is not in the query",
    ],
    "changes_from_snapshots(ref('extracts'), [], none)": [
        "keys must be a non-empty list of column names, found: []",
        "version must be a non-empty list of column names, found: null",
    ],
}


@pytest.fixture(scope="module")
def misused(shared_project: Project) -> Project:
    """A project with a streaming table to misuse."""
    shared_project.model("extracts", materialized="streaming_table")
    shared_project.load("events", [], key="integer", a="text", v="integer")
    shared_project.run()
    return shared_project


@pytest.mark.parametrize("call", MISUSE)
def test_misuse(misused: Project, call: str) -> None:
    """Every error of a call, in one message that says where."""
    misused.apply_changes(
        "t", f"select * from {{{{ sluice.{call} }}}}", keys="key", sequence_by="v"
    )
    error = misused.run_expecting_error("--select", "t")
    assert f"{call.partition('(')[0]}() error in model.consumer.t (models/t.sql):" in error
    for message in MISUSE[call]:
        assert f"- {message}" in error
