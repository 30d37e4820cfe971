{% macro way_out_of_schema_change(node) %}
    {% do return('way out: change the model back, choose another on_schema_change, or start over: ' ~ sluice.start_over(node)) %}
{% endmacro %}
