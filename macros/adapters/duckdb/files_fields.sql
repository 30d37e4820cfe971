{% macro duckdb__record_fields(options, known, files) %}
    {% if options.format == 'parquet' %}{% do return(sluice.duckdb_parquet_fields(options, known, files)) %}{% endif %}
    {% set objects %}
        from ({{ sluice.file_records(options, files, {}) }})
        where {{ sluice.object_condition('_sluice_line', false) }}
    {% endset %}
    {# Distinct as texts, which are compared faster than lists. #}
    {% set query %}
        select unnest(names) as field, len(names) <> len(list_distinct(names)) as duplicates
        from (
            select from_json(names, '["VARCHAR"]') as names
            from (select distinct to_json(json_keys(_sluice_line))::varchar as names {{ objects }})
        )
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% set fields = found | map(attribute='field') | unique(true) | reject('in', known + ['_sluice_path']) | sort %}
    {% set kinds = {} %}
    {% if fields %}
        {% set expressions = [] %}
        {% for field in fields %}
            {% do expressions.append(sluice.duckdb_kinds_expression(options, field) ~ ' as field_' ~ loop.index) %}
        {% endfor %}
        {% set row = sluice.query_rows('select ' ~ expressions | join(', ') ~ objects)[0] %}
        {% for field in fields %}
            {% do kinds.update({field: row['field_' ~ loop.index].split(' ') | reject('equalto', '') | list}) %}
        {% endfor %}
    {% endif %}
    {% do return({
        'kinds': kinds, 'types': {}, 'texts': {}, 'duplicates': found | selectattr('duplicates') | list | length > 0,
    }) %}
{% endmacro %}


{% macro duckdb_parquet_fields(options, known, files) %}
    {# A Parquet file says its types itself; nested ones become JSON, as everywhere. 'texts' are the columns of each
       group of files that a JSON number would round. #}
    {% set types, texts = {}, {} %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set source = sluice.duckdb_table_reader(options, sluice.duckdb_paths(chosen | map(attribute='path'))) %}
        {% set exact = [] %}
        {% for column in sluice.query_columns('select * exclude (_sluice_path) from ' ~ source) %}
            {% set dtype = column.dtype %}
            {% set nested = sluice.type_family(dtype) == 'nested' or dtype.startswith(('UNION', 'VARIANT')) %}
            {% set type = 'JSON' if nested else 'VARCHAR' if dtype.startswith('ENUM') else dtype %}
            {% set other = types.get(column.name, type) %}
            {% if column.name not in known %}
                {% do types.update({
                    column.name: type if type == other else 'JSON' if 'JSON' in (type, other) else 'VARCHAR',
                }) %}
            {% endif %}
            {% if dtype.startswith(('DECIMAL', 'HUGEINT', 'UHUGEINT')) %}{% do exact.append(column.name) %}{% endif %}
        {% endfor %}
        {% do texts.update({reader: exact}) %}
    {% endfor %}
    {% do return({'kinds': {}, 'types': types, 'texts': texts, 'duplicates': false}) %}
{% endmacro %}


{% macro duckdb_kinds_expression(options, field) %}
    {# An aggregate that names the kinds of all values of a field, divided by blanks. The values of a CSV file are text:
       there it is the kind as which they all read back the same. Not json_structure(), which dies of 129 levels in one
       line. #}
    {% if options.format == 'json' %}
        {% set kind = 'json_type(_sluice_line, ' ~ sluice.duckdb_json_pointer(field) ~ ')' %}
        {% do return(
            'coalesce(list_aggregate(list_sort(list(distinct ' ~ kind ~ ') filter (where ' ~ kind
            ~ " <> 'NULL')), 'string_agg', ' '), '')"
        ) %}
    {% endif %}
    {% set text = sluice.json_field_text('_sluice_line', field) %}
    {% do return(
        "case when count(" ~ text ~ ") = 0 then '' "
        ~ "when bool_and(" ~ text ~ " in ('true', 'false')) then 'BOOLEAN' "
        ~ "when bool_and(coalesce(try_cast(" ~ text ~ " as bigint)::varchar = " ~ text ~ ", " ~ text ~ " is null)) "
        ~ "then 'BIGINT' "
        ~ "when bool_and(regexp_full_match(" ~ text ~ ", '-?(0|[1-9][0-9]{0,14})([.][0-9]+)?')) "
        ~ "then 'DOUBLE' else '' end"
    ) %}
{% endmacro %}
