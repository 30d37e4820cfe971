{% macro duckdb__not_row_by_row(sql, streams) %}
    {# The parsed statement tells. Only what is known to be harmless passes. #}
    {% set parsed = fromjson(sluice.query_rows(
        'select json_serialize_sql(' ~ sluice.literal(sql) ~ ') as parsed')[0].parsed) %}
    {% if parsed.error %}{% do return('its query is not understood (' ~ parsed.error_message ~ ')') %}{% endif %}
    {% set facts = {'strange': [], 'functions': [], 'tables': [], 'named': []} %}
    {% do sluice.duckdb_walk(parsed.statements[0].node, facts) %}
    {% for table in facts.tables if table not in streams and table not in facts.named %}
        {% do facts.strange.append('reads ' ~ table) %}
    {% endfor %}
    {% for name in sluice.duckdb_changing_functions(facts.functions | unique | list) if not facts.strange %}
        {% do facts.strange.append('calls ' ~ name ~ '(), which is not known to yield the same for the same row') %}
    {% endfor %}
    {% do return('its query ' ~ facts.strange[0] if facts.strange else none) %}
{% endmacro %}


{% macro duckdb_walk(value, facts) %}
    {# Collects from a parsed statement what is no projection or filter ('strange', in words), its functions, the tables
       that it reads and the names of its CTEs. #}
    {% if value is mapping %}
        {% do sluice.duckdb_look(value, facts) %}
        {% for part in value.values() %}{% do sluice.duckdb_walk(part, facts) %}{% endfor %}
    {% elif value is sequence and value is not string %}
        {% for part in value %}{% do sluice.duckdb_walk(part, facts) %}{% endfor %}
    {% endif %}
{% endmacro %}


{% macro duckdb_look(value, facts) %}
    {# One node of a parsed statement. #}
    {% set words = {
        'JOIN': 'has a join', 'WINDOW': 'has a window function', 'LIMIT_MODIFIER': 'has a limit',
        'DISTINCT_MODIFIER': 'has a distinct', 'LIMIT_PERCENT_MODIFIER': 'has a limit',
        'TABLE_FUNCTION': 'reads a table function', 'EMPTY': 'has rows of no table',
    } %}
    {% set kind = value.get('class') or value.get('type') %}
    {% if value.get('class') %}
        {% if kind == 'FUNCTION' %}
            {% do facts.functions.append(value.function_name | lower) %}
        {% elif kind == 'COLUMN_REF' and value.column_names | length == 1 and value.column_names[0] | lower in (
            'current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp', 'rowid',
        ) %}
            {% do facts.strange.append('reads ' ~ value.column_names[0]) %}
        {% elif kind == 'SUBQUERY' %}
            {% do facts.strange.append('has a subquery') %}
        {% elif kind not in ('COLUMN_REF', 'CONSTANT', 'STAR', 'CAST', 'TYPE', 'CASE', 'COMPARISON', 'CONJUNCTION',
            'OPERATOR', 'BETWEEN', 'LAMBDA', 'COLLATE') or value.type == 'GROUPING_FUNCTION' %}
            {% do facts.strange.append(words.get(kind, 'has a ' ~ kind | lower)) %}
        {% endif %}
    {% elif kind is string %}
        {% if kind == 'BASE_TABLE' %}
            {% do facts.tables.append(value.qualified_name.path | join('.') if value.get('qualified_name')
                else value.table_name) %}
        {% elif kind == 'SET_OPERATION_NODE' and (value.setop_type != 'UNION' or not value.setop_all) %}
            {% do facts.strange.append('has a ' ~ value.setop_type | lower) %}
        {% elif kind not in ('SELECT_NODE', 'SET_OPERATION_NODE', 'SUBQUERY') and not kind.startswith('ORDER_') %}
            {% do facts.strange.append(words.get(kind, 'has a ' ~ kind | lower)) %}
        {% endif %}
    {% endif %}
    {% for part, what in {
        'group_expressions': 'a group by', 'having': 'a having', 'qualify': 'a qualify', 'sample': 'a sample',
    }.items() if value.get(part) %}
        {% do facts.strange.append('has ' ~ what) %}
    {% endfor %}
    {# A CTE: its name, and beside it its query, which DuckDB 1.5 calls otherwise. #}
    {% if value.get('key') is string and value.get('value') is mapping
        and (value.value.get('query_node') or value.value.get('query')) %}
        {% do facts.named.append(value.key) %}
    {% endif %}
{% endmacro %}


{% macro duckdb_changing_functions(names) %}
    {# Those that are no scalar functions which yield the same for the same arguments. #}
    {% if not names %}{% do return([]) %}{% endif %}
    {% set texts = [] %}
    {% for name in names %}{% do texts.append(sluice.literal(name)) %}{% endfor %}
    {% set query %}
        select lower(function_name) as name
        from duckdb_functions()
        where lower(function_name) in ({{ texts | join(', ') }})
        group by 1
        having bool_and(
            function_type = 'scalar' and stability = 'CONSISTENT'
            or function_type = 'macro' and internal and regexp_full_match(
                function_name, 'nullif|split_part|if|date_add|days_in_month|f(div|mod)|json|(array|list)_[a-z_]+')
        )
    {% endset %}
    {% set steady = sluice.query_rows(query) | map(attribute='name') | list %}
    {% do return(names | reject('in', steady) | list) %}
{% endmacro %}
