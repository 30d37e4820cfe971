{% macro duckdb_parquet_fields(options, known, files) %}
    {# A Parquet file says its types itself; nested ones become JSON, as everywhere. #}
    {% set fields = {} %}
    {% set source = sluice.duckdb_table_reader(options, sluice.duckdb_paths(files | map(attribute='path'))) %}
    {% for column in sluice.duckdb_described('select * from ' ~ source) if column.name not in known + ['_sluice_path'] %}
        {% set nested = column.dtype.endswith(']') or column.dtype.startswith(('STRUCT', 'MAP', 'UNION', 'VARIANT')) %}
        {% do fields.update({column.name: 'JSON' if nested else 'VARCHAR' if column.dtype.startswith('ENUM') else column.dtype}) %}
    {% endfor %}
    {% do return(fields) %}
{% endmacro %}
