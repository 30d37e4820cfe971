{% macro check_vanished_columns(options, target, interval) %}
    {# For on_schema_change: fail. The kept events still have a column that is gone, so their rows do not tell. #}
    {% if options.on_schema_change != 'fail' %}{% do return(none) %}{% endif %}
    {% set errors = [] %}
    {% for column in sluice.columns_of(target) if sluice.same_name(options.output + interval, column.name) is none %}
        {% do errors.append(sluice.column_gone(column.name)) %}
    {% endfor %}
    {% if errors %}
        {% do errors.append(sluice.way_out_of_schema_change(model)) %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ target, errors) %}
{% endmacro %}
