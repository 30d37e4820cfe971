"""How the sides that are written in SQL read the files, and the rules of silver."""

from __future__ import annotations

from events import COLUMNS, OPERATIONS

FIELDS = ", ".join(COLUMNS)
GOOD = (
    f"(id is not null and operation in {OPERATIONS}"
    " and try_cast(operation_date as timestamp) is not null)"
)
BROKEN = f"({GOOD} is not true)"
NEWEST = "qualify row_number() over (partition by id order by operation_date desc) = 1"


def read_json(files: str) -> str:
    """The call that reads files, an SQL expression; a broken line is a row of nulls."""
    return (
        f"read_json({files}, columns = {COLUMNS}, format = 'newline_delimited',"
        " ignore_errors = true, filename = 'file')"
    )
