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
    return json.loads({{ sluice.python_text(tojson(data)) }})
{%- endmacro %}
