{% macro check_vanished_columns(options, target, interval) %}
    {# For on_schema_change: fail. The kept events still have a column that is gone, so their rows do not tell. #}
    {% if options.on_schema_change != 'fail' %}{% do return(none) %}{% endif %}
    {% set errors = [] %}
    {% for column in sluice.columns_of(target) if sluice.same_name(options.output + interval, column.name) is none %}
        {% do errors.append("column '" ~ column.name ~ "' is no longer in the model and on_schema_change is fail") %}
    {% endfor %}
    {% if errors %}
        {% do errors.append('way out: change the model back, choose another on_schema_change, or start over: ' ~ sluice.start_over(model)) %}
    {% endif %}
    {% do sluice.raise_errors('Schema change of ' ~ target, errors) %}
{% endmacro %}
