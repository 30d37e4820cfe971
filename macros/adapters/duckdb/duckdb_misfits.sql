{% macro duckdb_misfits(schema) %}
    {% set tests = [] %}
    {% for name, type in schema.columns.items() if type | upper != 'JSON' %}
        {% do tests.append('not fits_' ~ ((schema.columns.keys() | list).index(name) + 1)) %}
    {% endfor %}
    {% for name in schema.partitions %}{% do tests.append(sluice.duckdb_hidden_by_path(name)) %}{% endfor %}
    {% for field in schema.rescued %}
        {% do tests.append('json_exists(line, ' ~ sluice.duckdb_json_pointer(field) ~ ')') %}
    {% endfor %}
    {% do return(tests | join('\n                or ') or 'false') %}
{% endmacro %}
