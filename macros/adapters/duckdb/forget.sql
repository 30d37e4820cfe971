{% macro duckdb__source_expression(sql, stream, name) %}
    {# Of a plain query over that table: the parsed statement tells. What has a qualified name in it is left alone, for
       the alias is not known elsewhere. #}
    {% set parsed = fromjson(sluice.query_rows(
        'select json_serialize_sql(' ~ sluice.literal(sql) ~ ') as parsed')[0].parsed) %}
    {% if parsed.error %}{% do return(none) %}{% endif %}
    {% set node = parsed.statements[0].node %}
    {% set table = node.get('from_table') or {} %}
    {% set path = (table.get('qualified_name') or {'path': [table.get('table_name')]}).path %}
    {% if node.type != 'SELECT_NODE' or table.type != 'BASE_TABLE' or path != [stream] %}
        {% do return(none) %}
    {% endif %}
    {% set ns = namespace(expression=none, has_star=false) %}
    {% for item in node.select_list %}
        {% set own_name = item.column_names[-1] if item.get('column_names') else '' %}
        {% if (item.alias or own_name) | lower == name | lower %}
            {% set ns.expression = item %}
        {% elif item['class'] == 'STAR' and not item.expr and not item.columns %}
            {% for entry in item.replace_list if entry.key | lower == name | lower %}
                {% set ns.expression = entry.value %}
            {% endfor %}
            {% set ns.has_star = not item.get('rename_list') and not item.exclude_list | select('string') | map('lower')
                | select('equalto', name | lower) | list %}
        {% endif %}
    {% endfor %}
    {% if ns.expression is none %}{% do return(name if ns.has_star else none) %}{% endif %}
    {% if ns.expression.get('column_names') %}{% do return(ns.expression.column_names[-1]) %}{% endif %}
    {% if modules.re.search('"column_names":\\s*\\["[^"]*"\\s*,', tojson(ns.expression)) %}
        {% do return(none) %}
    {% endif %}
    {% set alone = {'error': false, 'statements': [{'node': dict(
        node, select_list=[dict(ns.expression, alias='')], where_clause=none, modifiers=[],
        from_table={'type': 'EMPTY', 'alias': '', 'sample': none, 'query_location': 0},
    ), 'named_param_map': []}]} %}
    {% set text = sluice.query_rows(
        'select json_deserialize_sql(' ~ sluice.literal(tojson(alone)) ~ ') as text')[0].text %}
    {% do return(text | replace('SELECT ', '', 1)) %}
{% endmacro %}


{% macro duckdb__trace_condition(text) %}
    {# As JSON has it, escaped or not, and as messages do: "id":42, id = 42, id: 42. #}
    {% set beside = "regexp_escape(name) || '[\\\\\"'')]*\\s*[=:]\\s*[\\\\\"''(]*' || regexp_escape(value)" %}
    {% set parts = [] %}
    {% for pattern in (beside, 'regexp_escape(value)') %}
        {% do parts.append('regexp_matches(' ~ text ~ ", '(^|\\W)' || " ~ pattern ~ " || '($|\\W)')") %}
    {% endfor %}
    {% do return('(contains(' ~ text ~ ', value) and (' ~ parts[0]
        ~ ' or (length(value) > 3 and try_cast(value as double) is null and ' ~ parts[1] ~ ')))') %}
{% endmacro %}


{% macro duckdb__free_space_notice(database) %}
    {# DuckLake notes beside a file which rows of it are deleted, and keeps the least and greatest values of a file in
       the catalog. #}
    {% if sluice.duckdb_is_lake(api.Relation.create(database=database)) %}
        {% set lake = sluice.literal(database) %}
        {% do return("the lake's files hold the rows until they are rewritten and those of earlier snapshots are "
            ~ 'deleted, and its catalog may hold values of them; copies hold them anyway. By hand, while no update '
            ~ 'runs: call ducklake_flush_inlined_data(' ~ lake ~ '); call ducklake_rewrite_data_files(' ~ lake
            ~ ', delete_threshold => 0); call ducklake_expire_snapshots(' ~ lake ~ ', older_than => now()); call '
            ~ 'ducklake_cleanup_old_files(' ~ lake ~ ', cleanup_all => true)') %}
    {% endif %}
    {% do return('the database file may hold the rows until their blocks are written over, and copies of the file hold '
        ~ 'them anyway; to rewrite it now: sluice forget --rewrite, or by hand, with nobody else in it: attach a new '
        ~ 'file, COPY FROM DATABASE, and put the new file in the place of the old one') %}
{% endmacro %}
