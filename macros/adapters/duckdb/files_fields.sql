{% macro duckdb__new_fields(options, known, files) %}
    {# Fields of the new files that are no known column, with the type that holds all their values. #}
    {% if options.format == 'parquet' %}
        {% do return(sluice.duckdb_parquet_fields(options, known, files)) %}
    {% endif %}
    {% set objects = "
        from (" ~ sluice.duckdb_records(options, files) ~ ")
        where " ~ sluice.duckdb_is_object({'duplicates': false}) %}
    {# Distinct as texts, which are compared faster than lists. #}
    {% set found = sluice.rows("
        select unnest(names) as field, len(names) <> len(list_distinct(names)) as duplicates
        from (
            select from_json(names, '[\"VARCHAR\"]') as names
            from (select distinct to_json(json_keys(line))::varchar as names " ~ objects ~ ")
        )
    ") %}
    {% set fields = found | map(attribute='field') | unique(true) | reject('in', known + ['_sluice_path']) | sort %}
    {% set types = {} %}
    {% if fields %}
        {% set expressions = [] %}
        {% for field in fields %}
            {% do expressions.append(sluice.duckdb_field_type(options, field) ~ ' as field_' ~ loop.index) %}
        {% endfor %}
        {% set found_types = sluice.rows('select ' ~ expressions | join(', ') ~ objects)[0] %}
        {% for field in fields %}
            {% do types.update({field: sluice.duckdb_json_type(found_types['field_' ~ loop.index])}) %}
        {% endfor %}
    {% endif %}
    {% do return({'fields': types, 'duplicates': found | selectattr('duplicates') | list | length > 0}) %}
{% endmacro %}


{% macro duckdb_parquet_fields(options, known, files) %}
    {# A Parquet file says its types itself; nested ones become JSON, as everywhere. 'texts' are the columns of each group
       of files that a JSON number would round. #}
    {% set fields, texts = {}, {} %}
    {% for reader, chosen in files | groupby('reader') %}
        {% set source = sluice.duckdb_table_reader(options, sluice.duckdb_paths(chosen | map(attribute='path'))) %}
        {% set exact = [] %}
        {% for column in sluice.duckdb_described('select * exclude (_sluice_path) from ' ~ source) %}
            {% set nested = sluice.duckdb_is_nested(column.dtype) or column.dtype.startswith(('UNION', 'VARIANT')) %}
            {% set type = 'JSON' if nested else 'VARCHAR' if column.dtype.startswith('ENUM') else column.dtype %}
            {% set other = fields.get(column.name, type) %}
            {% if column.name not in known %}
                {% do fields.update({column.name: type if type == other else 'JSON' if 'JSON' in (type, other) else 'VARCHAR'}) %}
            {% endif %}
            {% if column.dtype.startswith(('DECIMAL', 'HUGEINT', 'UHUGEINT')) %}{% do exact.append(column.name) %}{% endif %}
        {% endfor %}
        {% do texts.update({reader: exact}) %}
    {% endfor %}
    {% do return({'fields': fields, 'duplicates': false, 'texts': texts}) %}
{% endmacro %}


{% macro duckdb_field_type(options, field) %}
    {# An aggregate that names the kinds of all values of a field. The values of a CSV file are text: there it is the
       type as which they all read back the same. Not json_structure(), which dies of 129 levels in one line. #}
    {% set pointer = sluice.duckdb_json_pointer(field) %}
    {% if options.format == 'json' %}
        {% set kind = 'json_type(line, ' ~ pointer ~ ')' %}
        {% do return('coalesce(list_aggregate(list_sort(list(distinct ' ~ kind ~ ') filter (where ' ~ kind ~ " <> 'NULL')), 'string_agg', ' '), '')") %}
    {% endif %}
    {% set text = 'json_extract_string(line, ' ~ pointer ~ ')' %}
    {% do return(
        "case when count(" ~ text ~ ") = 0 then '' "
        ~ "when bool_and(" ~ text ~ " in ('true', 'false')) then 'BOOLEAN' "
        ~ "when bool_and(coalesce(try_cast(" ~ text ~ " as bigint)::varchar = " ~ text ~ ", " ~ text ~ " is null)) then 'BIGINT' "
        ~ "when bool_and(regexp_full_match(" ~ text ~ ", '-?(0|[1-9][0-9]{0,14})([.][0-9]+)?')) then 'DOUBLE' else '' end"
    ) %}
{% endmacro %}


{% macro duckdb_json_type(kinds) %}
    {# Objects and lists stay JSON, which no later value can fail to fit; mixed scalars become text. #}
    {% set found = kinds.split(' ') | reject('equalto', '') | list %}
    {% if 'OBJECT' in found or 'ARRAY' in found %}{% do return('JSON') %}{% endif %}
    {% for type, takes in [('BOOLEAN', ['BOOLEAN']), ('BIGINT', ['BIGINT', 'UBIGINT']), ('DOUBLE', ['BIGINT', 'UBIGINT', 'DOUBLE'])] %}
        {% if found and not found | reject('in', takes) | list %}{% do return(type) %}{% endif %}
    {% endfor %}
    {% do return('VARCHAR') %}
{% endmacro %}


{% macro duckdb_is_nested(type) %}
    {% set kind = type | upper | replace(' ', '') %}
    {% do return(kind.endswith(']') or kind.startswith(('STRUCT(', 'MAP('))) %}
{% endmacro %}


{% macro duckdb_is_object(schema) %}
    {# Valid JSON that begins with a brace; json_type() would take the line apart once more, and white space is rare. An
       object that names a field twice has two values for it: it is kept whole, as a record that cannot be read. #}
    {% do return(
        "json_valid(line) and case when starts_with(line, '{') then true else starts_with(ltrim(line, E' \\t\\r\\n'), '{') end"
        ~ (' and len(json_keys(line)) = len(list_distinct(json_keys(line)))' if schema.duplicates else '')
    ) %}
{% endmacro %}


{% macro duckdb_json_pointer(field) %}
    {% do return(sluice.literal('/' ~ field | replace('~', '~0') | replace('/', '~1'))) %}
{% endmacro %}
