{% macro prepare_streaming_table(relation, existing, afresh, columns) %}
    {# Creates the table or brings its columns up to the batch's; returns the columns to insert. #}
    {% if not afresh %}
        {% do return(sluice.sync_columns(relation, columns, sluice.on_schema_change()).taken) %}
    {% endif %}
    {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do sluice.create_table(relation, columns, contracted=true) %}
    {% do run_query('alter table ' ~ relation ~ ' add column _sluice_batch ' ~ dbt.type_bigint()) %}
    {% do return(columns) %}
{% endmacro %}
