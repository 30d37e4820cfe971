"""The recipes by single faults: what Debezium, DMS and full extracts send, and what comes of it."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from feeds import debezium, land, lines, parquet, reads, values
from project import PACKAGE, Project, Row, Run

RESCUED = "(rescued)"
"""The column is null, and the value stands in _rescued_data."""

BLOCK = re.compile(r"^```(?:yaml|sql)\n(?:#|--) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documented(project: Project, *names: str) -> None:
    """Write the files of docs/recipes.md with these names."""
    for path, text in BLOCK.findall((PACKAGE / "docs/recipes.md").read_text(encoding="utf-8")):
        if path.rpartition("/")[2].partition(".")[0] in names:
            project.write(path, text)


# --- Debezium's types -----------------------------------------------------------------------------

US = "io.debezium.time.MicroTimestamp"
MS = "io.debezium.time.Timestamp"
DECIMAL = "org.apache.kafka.connect.data.Decimal(10, 2)"
WIDE = "org.apache.kafka.connect.data.Decimal(38, 4)"


def bytes_of(number: int) -> str:
    """An unscaled decimal as Connect sends it: two's complement, base64."""
    size = number.bit_length() // 8 + 1
    return base64.b64encode(number.to_bytes(size, "big", signed=True)).decode()


def beyond_a_day(per_second: int) -> dict[Any, Any]:
    """Times of MySQL that no time of day is, in a unit, and what they mean."""
    seconds = {-1: "-00:00:01", 360_000: "100:00:00", 3_020_399: "838:59:59", 86_400: "24:00:00"}
    return {s * per_second: (text, RESCUED) for s, text in seconds.items()} | {
        3_600 * per_second: "01:00:00"
    }


# name: (type, {value in the image: its text, RESCUED, or what it may be of both})
TYPED: dict[str, tuple[str, dict[Any, Any]]] = {
    "micro_timestamp": (
        US,
        {
            1700000000000000: "2023-11-14 22:13:20",
            -9223372036832400000: "-infinity",
            -9223372036854775808: "-infinity",
            9223372036825200000: "infinity",
            9223372036854775807: "infinity",
            -9223372036832399999: RESCUED,
        },
    ),
    "timestamp": (
        MS,
        {
            1700000000000: "2023-11-14 22:13:20",
            -9223372036832400000: "-infinity",
            9223372036825200000: "infinity",
            -9223372036832400: ("-infinity", RESCUED),
            -9223372036854775808: "-infinity",
            9223372036854775807: "infinity",
        },
    ),
    "date": (
        "io.debezium.time.Date",
        {20000: "2024-10-04", -2147483648: "-infinity", 2147483647: "infinity"},
    ),
    "time": ("io.debezium.time.Time", beyond_a_day(1000)),
    "micro_time": ("io.debezium.time.MicroTime", beyond_a_day(1_000_000)),
    "nano_time": ("io.debezium.time.NanoTime", beyond_a_day(1_000_000_000)),
    "connect_time": ("org.apache.kafka.connect.data.Time", beyond_a_day(1000)),
    "bytes": (
        "blob",
        {"aGVsbG8=": "hello", "": "", "/wBh": r"\xFF\x00a", "no base64!": RESCUED, 5: RESCUED},
    ),
    "decimals_in_bytes": (
        DECIMAL,
        {
            "Dzs=": "38.99",
            "Dzw=": "39.00",
            bytes_of(0): "0.00",
            bytes_of(-1): "-0.01",
            "1234": "-26588.24",
            bytes_of(9999999999): "99999999.99",
            bytes_of(10000000000): RESCUED,
            "no base64!": RESCUED,
            38.99: RESCUED,
        },
    ),
    "wide_decimals_in_bytes": (
        WIDE,
        {
            bytes_of(10**38 - 1): f"{'9' * 34}.9999",
            bytes_of(1 - 10**38): f"-{'9' * 34}.9999",
            bytes_of(10**38): RESCUED,
        },
    ),
    "base64_is_no_decimal": ("decimal(10,2)", {"Dzw=": RESCUED, "38.99": "38.99"}),
    "json": (
        "json",
        {
            '{"a": {"b": 1}}': '{"a": {"b": 1}}',
            "[1, 2]": "[1, 2]",
            "5": "5",
            '"text"': '"text"',
            "no json": RESCUED,
        },
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def typed(shared_project: Project) -> tuple[Project, dict[str, Run]]:
    """A table for each of the types: id, the value as text, _rescued_data; and their runs."""
    for name, (kind, given) in TYPED.items():
        events = [
            {"payload": json.dumps({"op": "c", "ts_ms": 1, "after": {"id": id, "v": value}})}
            for id, value in enumerate(given)
        ]
        shared_project.load(f"events_{name}", events, payload="varchar")
        envelopes = f"select payload::json as payload from raw.events_{name}"
        shared_project.model(f"envelopes_{name}", envelopes)
        columns = {"id": "integer", "v": kind}
        arguments = f"ref('envelopes_{name}'), columns={columns}, sequence='ts_ms'"
        call = f"sluice.changes_from_debezium({arguments})"
        text = f"select id, v::varchar as v, _rescued_data from {{{{ {call} }}}}"
        shared_project.model(name, text, materialized="table")
    # a run each, for one value can end a run with all its models
    runs = {name: shared_project.dbt("run", "--select", f"+{name}") for name in TYPED}
    return shared_project, runs


@pytest.mark.parametrize("name", TYPED)
def test_a_value_of_debezium_is_what_it_means_or_is_rescued(
    typed: tuple[Project, dict[str, Run]], name: str
) -> None:
    """Case 09, Case 11, Case 12, Case 21: what the connector puts into numbers and texts.

    Chosen: infinity where the type has it; a time beyond a day is rescued or an interval; `blob` is
    base64, as Debezium's bytes are; `org.apache.kafka.connect.data.Decimal(10, 2)` is the name of a
    decimal in bytes, precision and scale as those of `decimal(10, 2)`; each text of a `json` column
    is parsed, for Debezium sends JSON as text only, and what is none is rescued.
    """
    project, runs = typed
    assert runs[name].success, runs[name].error
    found = project.query(f"select * from lake.{name} order by id")
    wrong = {}
    for (value, wanted), row in zip(TYPED[name][1].items(), found, strict=True):
        rescued = json.loads(row["_rescued_data"] or "{}")
        got = RESCUED if row["v"] is None and rescued == {"v": value} else row["v"]
        if (got not in wanted if isinstance(wanted, tuple) else got != wanted) or (
            got != RESCUED and rescued
        ):
            wrong[value] = (row["v"], row["_rescued_data"], wanted)
    assert wrong == {}


def test_an_infinite_timestamp_of_postgres_poisons_no_table(project: Project) -> None:
    """The target can be read, and what is built on it runs, to the end and again."""
    debezium(project, {"id": "integer", "ends": US}, "source.lsn")
    project.model("down", "select id, ends::varchar as ends from {{ ref('t_now') }}")
    project.configure("models", "down", materialized="table")
    ends = {1: 1700000000000000, 2: -9223372036832400000, 3: 9223372036825200000}
    messages = [
        {"op": "c", "source": {"lsn": id}, "after": {"id": id, "ends": value}}
        for id, value in ends.items()
    ]
    land(project, {"landing/cdc/a.json": lines(*messages)})
    expected = [(1, "2023-11-14 22:13:20"), (2, "-infinity"), (3, "infinity")]
    for _ in range(2):
        project.build()
        assert values(project, "down", "id", "ends") == expected


def test_a_path_into_json_that_came_as_text_finds_its_value(project: Project) -> None:
    """Io.debezium.data.Json and an object that was sent as one are the same."""
    debezium(project, {"id": "bigint", "doc": "json"}, "source.lsn")
    docs = ['{"a": {"b": 1}}', {"a": {"b": 1}}]
    messages = [
        {"op": "c", "source": {"lsn": id}, "after": {"id": id, "doc": doc}}
        for id, doc in enumerate(docs)
    ]
    land(project, {"landing/cdc/a.json": lines(*messages)})
    project.build()
    found = project.query("select doc ->> '$.a.b' as b from lake.t_now order by id")
    assert [row["b"] for row in found] == ["1", "1"]
    assert not [row for row in project.rows("changes") if row["_rescued_data"]]


# --- Debezium's incremental snapshots -------------------------------------------------------------


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_a_row_of_an_incremental_snapshot_is_older_than_any_change(
    project: Project, order: list[int]
) -> None:
    """It has no lsn, and the documented recipe reads it, in any order of arrival.

    Chosen: the macro gives a read (op r) without a position the lowest, so that no one has to know.
    """
    documented(project, "customers", "customers_bronze", "customers_changes", "customers_history")
    read = {"op": "r", "source": {"snapshot": "incremental", "lsn": None}, "before": None}
    image = {"id": 5, "name": "E", "email": "e"}
    batches = [
        [{**read, "after": image}, {**read, "after": {**image, "id": 6}}],
        [{"op": "u", "source": {"lsn": 10}, "after": {**image, "name": "EE"}}],
        [{"op": "d", "source": {"lsn": 12}, "before": {"id": 6}}],
    ]
    for number in order:
        land(project, {f"landing/customers/{number}.json": lines(*batches[number])})
        project.build()
    assert project.rows("customers_changes__quarantine") == []
    assert values(project, "customers", "id", "name", "email") == [(5, "EE", "e")]
    found = values(project, "customers_history", "id", "name")
    assert found == [(5, "E"), (5, "EE"), (6, "E")]


# --- AWS DMS --------------------------------------------------------------------------------------

FULL_LOAD = [{"id": 1, "balance": "10.50"}, {"id": 2, "balance": "20.00"}]
CHANGES = [
    {"Op": "U", "id": 1, "balance": "11.00", "ts": "2026-01-02 00:00:00.000001"},
    {"Op": "D", "id": 2, "balance": "20.00", "ts": "2026-01-02 00:00:00.000002"},
    {"Op": "I", "id": 3, "balance": "30.00", "ts": "2026-01-02 00:00:00.000003"},
]
BALANCES = [(1, Decimal("11.00")), (3, Decimal("30.00"))]


def dms(project: Project, **meta: Any) -> None:
    """The recipe over landing/dms, by the timestamp column that DMS adds."""
    hints = {"Op": "varchar", "ts": "timestamp", "id": "bigint", "balance": "decimal(12, 2)"}
    reads(project, "bronze", "landing/dms", **{"columns": hints, **meta})
    first = "\"timestamp '1970-01-01'\""
    call = f"sluice.changes_from_dms(sluice.stream(ref('bronze')), 'ts', full_load={first})"
    project.model("changes", f"select * from {{{{ {call} }}}}", materialized="streaming_table")
    project.apply_changes(
        "t_now",
        "select * from {{ sluice.stream(ref('changes')) }}",
        keys="id",
        sequence_by="__ts",
        apply_as_deletes="__op = 'D'",
        column_list=["id", "balance"],
    )


def csv_of(records: list[Row], header: bool = True) -> str:
    """Records as CSV."""
    head = [",".join(records[0])] if header else []
    return lines(*head, *(",".join(map(str, record.values())) for record in records))


def parquet_of(records: list[Row]) -> bytes:
    """Records as Parquet with the types of the table."""
    kinds = {"id": "bigint", "balance": "decimal(12, 2)", "ts": "timestamp", "Op": "varchar"}
    parts = [
        ", ".join(f"'{value}'::{kinds[name]} as \"{name}\"" for name, value in record.items())
        for record in records
    ]
    return parquet(" union all ".join(f"select {part}" for part in parts))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_dms_writes_csv_and_parquet(project: Project, kind: str) -> None:
    """A full load without Op, then changes, with a header and as Parquet."""
    dms(project, format=kind)
    write = csv_of if kind == "csv" else parquet_of
    land(project, {f"landing/dms/LOAD.{kind}": write(FULL_LOAD)})
    project.build()
    assert values(project, "t_now", "id") == [(1,), (2,)]
    land(project, {f"landing/dms/cdc.{kind}": write(CHANGES)})
    project.build()
    assert values(project, "t_now", "id", "balance") == BALANCES
    assert not [row for row in project.rows("bronze") if row["_rescued_data"]]


@pytest.mark.parametrize("together", [True, False])
def test_files_without_a_header_that_differ_in_their_fields_are_an_error(
    project: Project, together: bool
) -> None:
    """DMS's default CSV, whose change files have one field more than the full load.

    Chosen: an error that names the file and both numbers of fields; nothing is written. A guess
    would shift the values of every row into the columns of their neighbours.
    """
    reads(project, "bronze", "landing/dms", format="csv", header=False)
    load = {"landing/dms/LOAD.csv": csv_of(FULL_LOAD, header=False)}
    cdc = {"landing/dms/cdc.csv": "U,1,11.00\nD,2,20.00\n"}
    if not together:
        land(project, load)
        project.run()
        before = project.contents("bronze")
    land(project, {**load, **cdc} if together else cdc)
    error = project.run_expecting_error(command="run")
    assert "cdc.csv" in error or "LOAD.csv" in error, error
    for pattern in (r"\b2\b", r"\b3\b", "fields|columns", "header"):
        assert re.search(pattern, error), error
    if not together:
        assert project.contents("bronze") == before
