{% macro streaming_columns(batch) %}
    {# The user's columns of a batch. #}
    {% set columns = [] %}
    {% for column in sluice.query_columns('select * from ' ~ batch) if not modules.re.match('_sluice_rule_[0-9]+$', column.name) %}
        {% do columns.append(column) %}
    {% endfor %}
    {% do sluice.raise_errors('Streaming table error', sluice.reserved_column_errors(columns)) %}
    {% do return(columns) %}
{% endmacro %}
