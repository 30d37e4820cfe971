"""Addresses in parts, which SQL says badly; a row a change event that has an address."""

import re

PLACE = re.compile(
    r"(?:(?P<number>\d+) )?(?P<street>.+), (?P<city>[^,]+), (?P<state>[A-Z]{2}) (?P<zip>\d{5})"
)
PARTS = ["number", "street", "city", "state", "zip"]


def parts(address):
    """The parts of an address; nulls for one that is written in another way."""
    found = PLACE.fullmatch(address)
    return [found[part] if found else None for part in PARTS]


def model(dbt, session):
    """The new events only, as a frame of pandas."""
    dbt.config(materialized="streaming_table")
    dbt.ref("customers_cdc_silver")
    rows = stream("customers_cdc_silver").filter("address is not null").df()  # noqa: F821
    found = rows["address"].map(parts)
    for place, part in enumerate(PARTS):
        rows[part] = found.str[place]
    return rows[["id", "operation_date", "address", *PARTS]]
