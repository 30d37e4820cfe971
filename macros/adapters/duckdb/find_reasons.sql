{% macro duckdb__find_reasons(plans, answers) -%}
{# Python, for SQL and Jinja catch no error. -#}
{%- set hint = ' (a likely cause: the file is no UTF-8, has a row that does not fit its header, or has an open quote)' -%}
{%- set failed = [] -%}
{%- for plan in plans -%}
    {%- for path in plan.failed -%}
        {%- set slow = sluice.duckdb_slow_reader(plan.options, true) if sluice.duckdb_is_packed(path) else none -%}
        {%- set list = sluice.duckdb_paths([path]) -%}
        {%- do failed.append({'path': path, 'queries': [
            ["select case when count(size) = 0 then error('the file is not there') end from read_blob(" ~ list ~ ')', ''],
            [sluice.duckdb_read_to_its_end(plan.options, slow or 'stream', list), hint if plan.options.format == 'csv' else ''],
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
    answers = {{ sluice.python_text(answers | string) }}
    con.execute(f"create or replace table {answers} (path varchar, reason varchar)")
    con.executemany(f"insert into {answers} values (?, ?)", found)
{%- endmacro %}
