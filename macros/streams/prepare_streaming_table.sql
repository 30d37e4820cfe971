{% macro prepare_streaming_table(relation, existing, afresh, batch, columns) %}
    {# Creates the table or brings its columns up to the batch's; returns the columns to insert. #}
    {% if not afresh %}
        {% do return(sluice.sync_columns(relation, columns, sluice.on_schema_change()).taken) %}
    {% endif %}
    {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do sluice.create_table(
        relation, columns, 'select ' ~ sluice.quoted(columns | map(attribute='name')) | join(', ') ~ ' from ' ~ batch
    ) %}
    {% do run_query('alter table ' ~ relation ~ ' add column _sluice_batch ' ~ dbt.type_bigint()) %}
    {% do return(columns) %}
{% endmacro %}
