"""DuckDB's words in Spark's, and what stays as it is."""

from __future__ import annotations

import pytest

from spark_sql import model_text, statements, translated

STATEMENTS = {
    'select v::varchar as "a b" from t': "SELECT CAST(v AS STRING) AS `a b` FROM t",
    "select [1, 2]::integer[] as l": "SELECT CAST(ARRAY(1, 2) AS ARRAY<INT>) AS l",
    "select struct_pack(a := n) as s, {'b': k} as r from t": (
        "SELECT STRUCT(n AS a) AS s, STRUCT(k AS b) AS r FROM t"
    ),
    "select x::timestamp as t": "SELECT CAST(x AS TIMESTAMP) AS t",
    "select id::integer as id": "SELECT CAST(id AS INT) AS id",
    "select i as id from range(3) t(i)": "SELECT i AS id FROM (SELECT id AS i FROM RANGE(3)) AS t",
    "select range from range(2) where true": (
        "SELECT range FROM (SELECT id AS range FROM RANGE(2)) AS range WHERE TRUE"
    ),
    "select a from t order by a": "SELECT a FROM t ORDER BY a NULLS LAST",
    "select list_contains(l, 'it''s')": "SELECT ARRAY_CONTAINS(l, 'it\\'s')",
    "select error('x')": "SELECT RAISE_ERROR('x')",
    "select parse_filename(path) as f": "SELECT ELEMENT_AT(SPLIT(path, '/'), -1) AS f",
    "select v from t where v similar to 'a.*'": (
        "SELECT v FROM t WHERE v RLIKE CONCAT('^(', 'a.*', ')$')"
    ),
    "create table t as from raw.old": "CREATE TABLE t AS SELECT * FROM raw.old",
    "alter table `a b`.t add column c text": "ALTER TABLE `a b`.t ADD COLUMN c STRING",
}
LEFT_ALONE = [
    "op in ('D', 'T')",
    "select timestamp '2026-01-01' as t",
    "select * from raw.events where a is not null",
    "describe query select 1",
    "select cast(raise_error('x') as string) as failed using 'cat'",
    "show views in main",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_statements(sql: str) -> None:
    """Each in the other's words, which stay so when they are translated once more."""
    assert translated(sql) == STATEMENTS[sql]


@pytest.mark.parametrize("sql", LEFT_ALONE)
def test_what_is_not_read_stays(sql: str) -> None:
    """Statements of Spark's own, and texts that are none."""
    assert translated(sql) == sql


def test_the_columns_of_a_star_are_spelt_out() -> None:
    """Where some are left out or replaced, which Spark has no word for."""
    asked: list[str] = []

    def columns(query: str) -> list[str]:
        asked.append(query)
        return ["id", "a b", "v"]

    assert translated("select * exclude (V) from t", columns) == "SELECT `id`, `a b` FROM t"
    wanted = "INSERT INTO t SELECT 9 AS id, `a b`, `v` FROM s WHERE id = 2"
    given = "insert into t select * replace (9 as id) from s where id = 2"
    assert translated(given, columns) == wanted
    wanted = ", ".join(f"CAST(`{name}` AS STRING) AS `{name}`" for name in ("id", "a b", "v"))
    given = "select columns(*)::varchar from (select * from u)"
    assert translated(given, columns) == f"SELECT {wanted} FROM (SELECT * FROM u)"
    assert translated("select * from t", columns) == "select * from t"
    asked_for = ["SELECT * FROM t", "SELECT * FROM s", "SELECT * FROM (SELECT * FROM u)"]
    assert asked == asked_for


def test_several_statements() -> None:
    """A semicolon ends one, unless it is in a text or a name."""
    text = "drop schema dev; select ';' as `a;b` ;\n"
    assert statements(text) == ["drop schema dev", " select ';' as `a;b` "]
    assert statements("select 'never ended") == ["select 'never ended"]


def test_jinja_stays() -> None:
    """It stands for a table, a list of columns or a part of a text; settings stand before."""
    text = "{{ config(a=1) }}\nselect {{ f('::') }}, '{{ z }}', v::text from {{ t }}"
    wanted = "{{ config(a=1) }}\nSELECT {{ f('::') }}, '{{ z }}', CAST(v AS STRING) FROM {{ t }}"
    assert model_text(text) == wanted
    snapshot = "{{% snapshot s %}}\n{}\n{{% endsnapshot %}}\n"
    made = model_text(snapshot.format("select v::text from t"))
    assert made == snapshot.format("SELECT CAST(v AS STRING) FROM t")


def test_a_block_within_a_query_stays() -> None:
    """For what is in it may be no part of a statement."""
    text = "select v::text from t {% if x %} where true {% endif %}"
    assert model_text(text) == text
