{% macro duckdb__find_read_errors(plans, answers) -%}
{# Python, for SQL and Jinja catch no error. -#}
{%- set hint = ' (a likely cause: the file is no UTF-8, has a row that does not fit its header, '
    ~ 'or has an open quote)' -%}
{%- set failed = [] -%}
{%- for plan in plans -%}
    {%- for path in plan.failed -%}
        {%- set is_packed = sluice.duckdb_is_packed(path) -%}
        {%- set slow = sluice.duckdb_slow_reader(plan.options, true)
            if is_packed and plan.options.format != 'csv' else none -%}
        {%- set fast = 'stream' if plan.options.multi_line else 'wide' -%}
        {%- set list = sluice.duckdb_paths([path]) -%}
        {%- set csv = {'delimiter': plan.options.delimiter, 'quotechar': plan.options.quote}
            if plan.options.format == 'csv' and not is_packed and plan.options.quote else none -%}
        {%- do failed.append({'path': path, 'csv': csv, 'is_packed': is_packed, 'queries': [
            ["select case when count(size) = 0 then error('the file is not there') end from read_blob("
                ~ list ~ ')', ''],
            [sluice.duckdb_read_to_its_end(plan.options, slow or fast, list),
                hint if plan.options.format == 'csv' else ''],
        ]}) -%}
    {%- endfor -%}
{%- endfor -%}
{{ sluice.duckdb_python_head(failed) }}


def what_is_odd(file):
    # what DuckDB does not say: its reader only tells that it cannot guess
    try:
        with open(file["path"], "rb") as raw:
            start = raw.read(4)
        if not file["is_packed"] and start.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
            packing = "gz" if start.startswith(b"\x1f") else "zst"
            return f"it looks packed, and its name does not say so; a name that ends in .{packing} would"
        if file["csv"]:
            with open(file["path"], newline="", encoding="utf-8-sig") as text:
                rows = csv.reader(text, strict=True, **file["csv"])
                first = len(next(rows))
                for row in rows:
                    if row and len(row) != first:
                        return f"line {rows.line_num} has {len(row)} fields, the first line has {first}"
    except Exception:
        pass
    return ""


def reason(con, file):
    odd = what_is_odd(file)
    for query, hint in file["queries"]:
        try:
            con.execute(query).fetchall()
        except Exception as error:
            # a long message tells of settings that are ours
            told = " ".join(re.split("The search space|Possible fixes", str(error))[0].split())[:500] + hint
            return f"{odd} ({told})" if odd else told
    return odd or "by now it can; the next run reads it"


def materialize(failed, con):
    found = [[file["path"], reason(con, file)] for file in failed]
    answers = {{ tojson(answers | string) }}
    con.execute(f"create or replace table {answers} (path varchar, reason varchar)")
    con.executemany(f"insert into {answers} values (?, ?)", found)
{%- endmacro %}


{% macro duckdb__clean_files(due) -%}
{# Python, for SQL moves no files. It runs after the commit of the rows. A file goes first and is noted then: one that
   is gone without a note is noted by the next run. One that has another size or time than the one that was read
   stays. -#}
{{ sluice.duckdb_python_head(due) }}


def materialize(due, con):
    ledger = {{ tojson(sluice.state_relation('files', this.database) | string) }}
    relation = {{ tojson(sluice.dataset_id(this)) }}
    for file in due:
        path, moved_to = file["path"], file["moved_to"]
        if os.path.exists(path):
            there = con.execute(
                "select size, make_timestamp(epoch_us(last_modified))::varchar from read_blob(?)",
                [re.sub(r"([*?[])", r"[\1]", path)],
            ).fetchall()
            if there != [(file["size"], file["modified_at"])]:
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
            f"update {ledger} set cleaned_at = now() at time zone 'UTC', moved_to = ? "
            "where relation = ? and path collate \"binary\" = ? and status = 'INGESTED' and cleaned_at is null",
            [moved_to, relation, path],
        )
{%- endmacro %}


{% macro duckdb_python_head(data) -%}
{# dbt-duckdb runs model() and hands its result to materialize(), which the macro that calls this one writes. -#}
import csv
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
