"""The SQL of the tests, which is DuckDB's, in Spark's words.

translated('select v::varchar as "a b" from t')     SELECT CAST(v AS STRING) AS `a b` FROM t
model_text("select * from {{ ref('t') }} order by 1")   the same around Jinja, which stays

What sqlglot does not read, such as `describe`, stays as it is, and so does a text whose Jinja is
within a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from sqlglot import exp, parse_one
from sqlglot.dialects import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokens import TokenType

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
AROUND = re.compile(
    rf"(?P<before>(?:{JINJA.pattern}|\s)*)(?P<sql>.*?)(?P<after>(?:\{{%-?\s*end\w+\s*-?%\}}|\s)*)",
    re.DOTALL,
)
"""Settings and the ends of a block, which stand before and behind a query."""
QUERY = re.compile(r"\s*(with|select|from|values|\()\b", re.IGNORECASE)

ONLY_DUCKDB = re.compile(r"::|(^|\(|\bas)\s*from\b", re.IGNORECASE)
"""Casts, and queries that begin with `from`, which sqlglot's own text does not tell."""

Columns = Callable[[str], list[str]]

FUNCTIONS = {
    "EPOCH_US": "unix_micros({})",
    "ERROR": "raise_error({})",
    "PARSE_FILENAME": "element_at(split({}, '/'), -1)",
    "STRUCT_KEYS": "json_object_keys(to_json({}))",
}
"""What sqlglot leaves alone: functions of one argument."""


class Words(DuckDB):
    """DuckDB's, and names in backquotes, as the tests' helpers quote them for Spark."""

    class Tokenizer(DuckDB.Tokenizer):
        """The signs around a name."""

        IDENTIFIERS: ClassVar = ['"', "`"]


def translated(sql: str, columns: Columns | None = None) -> str:
    """A statement or an expression in Spark's words; one that both speak stays as it is.

    columns: tells the columns of a query, for `* exclude`, which Spark does not have.
    """
    try:
        tree = parse_one(with_tables(sql), read=Words)
    except SqlglotError:
        return sql
    if tree is None or isinstance(tree, (exp.Command, exp.Describe, exp.Set, exp.Show)):
        return sql
    spoken = tree.sql("duckdb", unsupported_level=ErrorLevel.IGNORE)
    for star in [*tree.find_all(exp.Columns), *tree.find_all(exp.Star)] if columns else []:
        spell_out(star, columns)
    text = tree.transform(of_spark).sql("spark", unsupported_level=ErrorLevel.IGNORE)
    text = text.replace("TIMESTAMP_NTZ", "TIMESTAMP")
    return sql if text == spoken and not ONLY_DUCKDB.search(sql) else text


def statements(sql: str) -> list[str]:
    """The statements of a text, each as it is."""
    parts, since = [], 0
    try:
        tokens = Words().tokenize(sql)
    except SqlglotError:
        return [sql]
    for token in tokens:
        if token.token_type == TokenType.SEMICOLON:
            parts.append(sql[since : token.start])
            since = token.end + 1
    return [part for part in (*parts, sql[since:]) if part.strip()]


def spell_out(star: exp.Star | exp.Columns, columns: Columns) -> None:
    """Put columns in the place of `* exclude (a)`, `* replace (a + 1 as a)`, `columns(*)::text`."""
    gone = {name.name.lower() for name in star.args.get("except_") or ()}
    instead = {each.alias.lower(): each for each in star.args.get("replace") or ()}
    select = star.parent_select
    is_each = isinstance(star, exp.Columns)
    if not (gone or instead or is_each) or select is None:
        return
    query = exp.select("*").from_(select.args["from_"].this.copy()).transform(of_spark)
    kept = [name for name in columns(query.sql("spark")) if name.lower() not in gone]
    spelt = [instead.get(name.lower(), exp.column(name, quoted=True)) for name in kept]
    at = next(n for n, each in enumerate(select.expressions) if holds(each, star))
    if is_each:
        around = select.expressions[at]
        spelt = [
            exp.alias_(
                around.copy().transform(
                    lambda part, column=column: column if isinstance(part, exp.Columns) else part
                ),
                column.name,
                quoted=True,
            )
            for column in spelt
        ]
    select.set("expressions", [*select.expressions[:at], *spelt, *select.expressions[at + 1 :]])


def holds(part: exp.Expression, wanted: exp.Expression) -> bool:
    """Whether an expression is in another, that one and not an equal one."""
    return any(each is wanted for each in part.walk())


def with_tables(sql: str) -> str:
    """`range(5) as t(i)` as a table that both have."""
    found = r"\brange\(([^()]*(?:\([^()]*\))?[^()]*)\)(?:\s+(?:as\s+)?(\w+)(?:\((\w+)\))?)?"

    def table(match: re.Match) -> str:
        within, name, column = match.groups()
        if name and name.lower() in ("where", "order", "group", "limit", "cross", "join", "union"):
            name, column, rest = None, None, f" {name}"
        else:
            rest = ""
        return (
            f"(select id as {column or 'range'} from _sluice_range({within})) "
            f"as {name or 'range'}{rest}"
        )

    return re.sub(r"(?<=from )" + found, table, sql, flags=re.IGNORECASE)


def of_spark(node: exp.Expression) -> exp.Expression:
    """A part of a statement that sqlglot would leave in DuckDB's words."""
    if isinstance(node, exp.Anonymous):
        name = node.name.upper()
        if name == "_SLUICE_RANGE":
            return exp.Anonymous(this="range", expressions=node.expressions)
        if name in FUNCTIONS and len(node.expressions) == 1:
            inner = node.expressions[0].transform(of_spark).sql("spark")
            return parse_one(FUNCTIONS[name].format(inner), read="spark")
    if isinstance(node, exp.SimilarTo):
        pattern = exp.Concat(expressions=["'^('", node.expression, "')$'"], safe=True)
        return exp.RegexpLike(this=node.this, expression=pattern)
    return node


def model_text(text: str) -> str:
    """The text of a model, a snapshot or a test, or an expression without Jinja."""
    before, sql, after = AROUND.fullmatch(text).groups()
    if "{%" in sql or "{#" in sql or not (QUERY.match(sql) or sql == text):
        return text
    parts = JINJA.findall(sql)
    for number, part in enumerate(parts):
        sql = sql.replace(part, f"_jinja_{number}_", 1)
    sql = translated(sql.strip())
    for number, part in enumerate(parts):
        sql = sql.replace(f"_jinja_{number}_", part)
    return f"{before}{sql}{after}"
