{% macro column_gone(name) %}
    {% do return("column '" ~ name ~ "' is no longer in the model and on_schema_change is fail") %}
{% endmacro %}
