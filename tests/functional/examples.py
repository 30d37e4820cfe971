"""Events and rows that several tests use: Lakeflow's worked examples, and a feed in short form."""

from reference import Feed

LAKEFLOW = [
    {"userId": user, "name": name, "city": city, "operation": operation, "sequenceNum": number}
    for user, name, city, operation, number in [
        (124, "Raul", "Oaxaca", "INSERT", 1),
        (123, "Isabel", "Monterrey", "INSERT", 1),
        (125, "Mercedes", "Tijuana", "INSERT", 2),
        (126, "Lily", "Cancun", "INSERT", 2),
        (123, None, None, "DELETE", 6),
        (125, "Mercedes", "Guadalajara", "UPDATE", 6),
        (125, "Mercedes", "Mexicali", "UPDATE", 5),
        (123, "Isabel", "Chihuahua", "UPDATE", 5),
    ]
]
"""The events of the docs' worked example, in their order of arrival."""

LAKEFLOW_TRUNCATE = {
    "userId": None,
    "name": None,
    "city": None,
    "operation": "TRUNCATE",
    "sequenceNum": 3,
}


def people(*rows):
    """Rows of the example without an interval."""
    return [dict(zip(("userId", "name", "city"), row, strict=True)) for row in rows]


def versions(*rows):
    """Rows of the example with their interval."""
    names = ("userId", "name", "city", "valid_from", "valid_to")
    return [dict(zip(names, row, strict=True)) for row in rows]


LAKEFLOW_SCD1 = people(
    (124, "Raul", "Oaxaca"), (125, "Mercedes", "Guadalajara"), (126, "Lily", "Cancun")
)
LAKEFLOW_SCD1_TRUNCATED = people((125, "Mercedes", "Guadalajara"))
LAKEFLOW_SCD2 = versions(
    (123, "Isabel", "Monterrey", 1, 5),
    (123, "Isabel", "Chihuahua", 5, 6),
    (124, "Raul", "Oaxaca", 1, None),
    (125, "Mercedes", "Tijuana", 2, 5),
    (125, "Mercedes", "Mexicali", 5, 6),
    (125, "Mercedes", "Guadalajara", 6, None),
    (126, "Lily", "Cancun", 2, None),
)
LAKEFLOW_SCD2_NAME_TRACKED = versions(
    (123, "Isabel", "Chihuahua", 1, 6),
    (124, "Raul", "Oaxaca", 1, None),
    (125, "Mercedes", "Guadalajara", 2, None),
    (126, "Lily", "Cancun", 2, None),
)


def lakeflow_feed(**options):
    """The options of the worked example."""
    return Feed(
        keys=["userId"],
        sequence_by="sequenceNum",
        deletes=lambda event: event["operation"] == "DELETE",
        truncates=lambda event: event["operation"] == "TRUNCATE",
        except_columns=["operation", "sequenceNum"],
        **options,
    )


def feed(**options):
    """Events of ``at``: key k, sequence n, operation op ('D', 'T', else an upsert)."""
    given = {
        "keys": ["k"],
        "sequence_by": "n",
        "deletes": lambda event: event["op"] == "D",
        "truncates": lambda event: event["op"] == "T",
        "except_columns": ["n", "op"],
    }
    return Feed(**{**given, **options})


def at(n, op="U", k=1, **values):
    """An event of key ``k`` at sequence ``n``."""
    return {"k": k, "n": n, "op": op, **values}


def intervals(history, value="a"):
    """(value, valid_from, valid_to) of each row, by time."""
    return sorted((r["valid_from"], r["valid_to"], r[value]) for r in history)
