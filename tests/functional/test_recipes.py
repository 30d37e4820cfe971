"""Real feeds: the files of docs/recipes.md, run as they stand there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from project import Project
from recipes import found, history, land, write

# --- Debezium -------------------------------------------------------------------------------------


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


# --- parts of rows --------------------------------------------------------------------------------

UNAVAILABLE = "__debezium_unavailable_value"


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2]], ids=["given", "mixed"])
def test_debezium_leaves_out_what_did_not_change(project: Project, order: list[int]) -> None:
    """A placeholder keeps the value; a null is one, and stays null."""
    write(project, "authors", "authors_bronze", "authors_changes")
    images = [
        {"id": 1, "name": "a", "bio": "long", "notes": None},
        {"id": 1, "name": "b", "bio": UNAVAILABLE, "notes": "n"},
        {"id": 1, "name": "c", "bio": None, "notes": UNAVAILABLE},
        {"id": 1, "name": "d", "bio": UNAVAILABLE, "notes": UNAVAILABLE},
    ]
    seen = []
    for number in order:
        land(project, f"authors/{number}.json", envelope("u", number, None, images[number]))
        run = project.build()
        assert not run.warnings
        seen.append(found(project, "authors", "id", "name", "bio", "notes"))
    assert seen[-1] == [(1, "d", None, "n")]
    if order == [0, 1, 2, 3]:
        assert seen[1:3] == [[(1, "b", "long", "n")], [(1, "c", None, "n")]]
    assert list(project.columns("authors")) == ["id", "name", "bio", "notes"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 3, 1, 0]], ids=["given", "mixed"])
def test_maxwell_with_minimal_row_images(project: Project, order: list[int]) -> None:
    """The fields of `data` are the columns that a statement sets, nulls among them."""
    write(project, "stock", "stock_bronze", "stock_history")
    changes = [
        ("insert", "bin.000009:500", {"id": 1, "shelf": "A", "amount": 5}),
        ("update", "bin.000010:4", {"id": 1, "amount": 4}),
        ("update", "bin.000010:900", {"id": 1, "shelf": None}),
        ("delete", "bin.000010:1000", {"id": 1}),
    ]
    for number in order:
        kind, position, data = changes[number]
        line = {"database": "shop", "table": "stock", "type": kind, "position": position}
        land(project, f"stock/{number}.json", {**line, "data": data})
        project.build()
    assert history(project, "stock_history", "id", "shelf", "amount") == [
        (1, "A", 4, (10, 4, 0), (10, 900, 0)),
        (1, "A", 5, (9, 500, 0), (10, 4, 0)),
        (1, None, 4, (10, 900, 0), (10, 1000, 0)),
    ]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1]], ids=["given", "mixed"])
def test_salesforce(project: Project, order: list[int]) -> None:
    """Only changed fields come; nulledFields are set to null; one event for several records."""
    write(project, "contacts", "contacts_bronze", "contacts_changes")
    changes: list[tuple[str, list[str], list[str], dict[str, Any]]] = [
        ("CREATE", ["1", "2"], [], {"LastName": "Ito", "Phone": "555"}),
        ("UPDATE", ["1"], [], {"LastName": "Sato"}),
        ("UPDATE", ["1", "2"], ["Phone"], {"Phone": None}),
        ("UPDATE", ["2"], [], {"LastName": "Abe"}),
        ("GAP_UPDATE", ["2"], [], {}),
    ]
    for number in order:
        kind, ids, nulled, fields = changes[number]
        header = {"changeType": kind, "recordIds": ids, "nulledFields": nulled}
        header |= {"commitNumber": 10 + number, "sequenceNumber": 1}
        land(project, f"contacts/{number}.json", {"ChangeEventHeader": header, **fields})
        project.build()
    assert found(project, "contacts", "id", "LastName", "Phone") == [
        ("1", "Sato", None),
        ("2", "Abe", None),
    ]
    assert found(project, "contacts_changes__quarantine", "change_type") == [("GAP_UPDATE",)]


# --- AWS DMS --------------------------------------------------------------------------------------


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


# --- full extracts --------------------------------------------------------------------------------

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
