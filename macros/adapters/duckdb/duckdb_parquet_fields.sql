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
