{% macro duckdb__find_read_errors(plans, answers) -%}
{# Python, for SQL and Jinja catch no error. -#}
{%- set hint = ' (a likely cause: the file is no UTF-8, has a row that does not fit its header, '
    ~ 'or has an open quote)' -%}
{%- set failed = [] -%}
{%- for plan in plans -%}
    {%- for path in plan.failed -%}
        {%- set slow = sluice.duckdb_slow_reader(plan.options, true) if sluice.duckdb_is_packed(path) else none -%}
        {%- set list = sluice.duckdb_paths([path]) -%}
        {%- do failed.append({'path': path, 'queries': [
            ["select case when count(size) = 0 then error('the file is not there') end from read_blob("
                ~ list ~ ')', ''],
            [sluice.duckdb_read_to_its_end(plan.options, slow or 'stream', list),
                hint if plan.options.format == 'csv' else ''],
        ]}) -%}
    {%- endfor -%}
{%- endfor -%}
{{ sluice.duckdb_python_head(failed) }}


def reason(con, queries):
    for query, hint in queries:
        try:
            con.execute(query).fetchall()
        except Exception as error:
            # a long message tells of settings that are ours
            return " ".join(re.split("The search space|Possible fixes", str(error))[0].split())[:500] + hint
    return "by now it can; the next run reads it"


def materialize(failed, con):
    found = [[file["path"], reason(con, file["queries"])] for file in failed]
    answers = {{ tojson(answers | string) }}
    con.execute(f"create or replace table {answers} (path varchar, reason varchar)")
    con.executemany(f"insert into {answers} values (?, ?)", found)
{%- endmacro %}


{% macro duckdb__clean_files(due) -%}
{# Python, for SQL moves no files. It runs after the commit of the rows. A file goes first and is noted then: one that
   is gone without a note is noted by the next run. One that changed after it was read stays. -#}
{{ sluice.duckdb_python_head(due) }}


def materialize(due, con):
    ledger = {{ tojson(sluice.state_relation('files', this.database) | string) }}
    relation = {{ tojson(sluice.dataset_id(this)) }}
    for file in due:
        path, moved_to = file["path"], file["moved_to"]
        read = con.execute(
            f"select max(size) from {ledger} where relation = ? and path = ?", [relation, path]
        ).fetchone()[0]
        if os.path.exists(path):
            if os.path.getsize(path) != read:
                continue
            if moved_to is None:
                os.remove(path)
            else:
                os.makedirs(os.path.dirname(moved_to), exist_ok=True)
                stem, extension = os.path.splitext(moved_to)
                copies = 1
                while os.path.exists(moved_to):  # what is there stays
                    copies += 1
                    moved_to = f"{stem}.{copies}{extension}"
                shutil.move(path, moved_to)
        con.execute(
            f"update {ledger} set cleaned_at = now() at time zone 'UTC', moved_to = ? where relation = ? and path = ?",
            [moved_to, relation, path],
        )
{%- endmacro %}


{% macro duckdb_python_head(data) -%}
{# dbt-duckdb runs model() and hands its result to materialize(), which the macro that calls this one writes. -#}
import json
import os
import re
import shutil


class dbtObj:
    def __init__(self, load):
        pass


def model(dbt, con):
    return json.loads({{ tojson(tojson(data)) }})
{%- endmacro %}
