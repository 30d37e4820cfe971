{% macro duckdb__python_feed(compiled_code, reads) %}
    {{- py_write_table(
        temporary=false, relation=sluice.python_feed_relation(), compiled_code=compiled_code) }}
    {{- sluice.duckdb_python_words(reads) }}
{%- endmacro %}


{% macro duckdb_python_words(reads) %}
{# Python behind that of dbt, which calls model() and hands its result to materialize(): both are wrapped. -#}
{%- set queries = {} -%}
{%- for read in reads -%}{%- do queries.update({read.call: read.query}) -%}{%- endfor -%}
{%- set types = sluice.types_expected(reads) %}


class _Sluice:
    """One run: stream() and read_files(), which of them were asked for, and the types of the rows."""

    import json

    from duckdb import DuckDBPyRelation

    queries = json.loads({{ tojson(tojson(queries)) }})
    landed = {{ tojson(sluice.python_feed_relation() | string) }}
    told = {{ tojson(sluice.python_taken_relation() | string) }}
    kept = json.loads({{ tojson(tojson(types.kept)) }})
    read = json.loads({{ tojson(tojson(types.read)) }})
    calls = []
    model = staticmethod(model)
    materialize = staticmethod(materialize)

    @classmethod
    def call(cls, word, names):
        return f"{word}({', '.join(cls.json.dumps(name, ensure_ascii=False) for name in names)})"

    @classmethod
    def word(cls, word, session):
        def rows(*names):
            call = cls.call(word, names)
            if call not in cls.queries:
                raise NameError(
                    f"{call}: what is read has to be written out in the model, as for dbt.ref; found there: "
                    f"{', '.join(cls.queries) or 'nothing'}"
                )
            cls.calls.append(call)
            return session.sql(cls.queries[call])

        return rows

    @classmethod
    def types(cls, df, con):
        # what a frame does not say, or says in another way than the table: the type that its columns are to have
        is_frame = not isinstance(df, cls.DuckDBPyRelation)
        for name, found, *_ in con.execute(f"describe {cls.landed}").fetchall():
            column, found = '"' + name.replace('"', '""') + '"', found.strip('"')
            kept, read = cls.kept.get(name.lower()), cls.read.get(name.lower())
            if found == "NULL" or (is_frame and found == "INTEGER" and not cls.count(con, f"{column} is not null")):
                # no value at all; DuckDB 1.5 calls that INTEGER
                yield name, kept or read or "VARCHAR"
                continue
            wanted = kept or (read if found.startswith("STRUCT") or found.endswith("]") else None)
            if is_frame and wanted not in (None, found):
                there_and_back = f"try_cast(try_cast({column} as {wanted}) as {found})"
                if not cls.count(con, f"{there_and_back} is distinct from {column}"):
                    yield name, wanted

    @classmethod
    def count(cls, con, condition):
        return con.execute(f"select count(*) from {cls.landed} where {condition}").fetchone()[0]


class _SluiceLater:
    """dbt.source() of what read_files() reads stands there for the lineage: no file is opened before it is used."""

    def __init__(self, load):
        self._load = load

    def __getattr__(self, name):
        return getattr(self._load(), name)


def model(dbt, session):
    def source(*names, load=dbt.source):
        is_read = _Sluice.call("read_files", names) in _Sluice.queries
        return _SluiceLater(lambda: load(*names)) if is_read else load(*names)

    dbt.source = source
    for word in ("stream", "read_files"):
        globals().setdefault(word, _Sluice.word(word, session))
    return _Sluice.model(dbt, session)


def materialize(df, con):
    _Sluice.materialize(df, con)
    facts = [["call", call, None] for call in _Sluice.calls]
    facts += [["type", name, kind] for name, kind in _Sluice.types(df, con)]
    con.execute(f"create table {_Sluice.told} (kind varchar, name varchar, value varchar)")
    if facts:
        con.executemany(f"insert into {_Sluice.told} values (?, ?, ?)", facts)
{%- endmacro %}
