{% macro remembered_columns(source_name) %}
    {# The columns {name: type} that this model read of a source last time. #}
    {% if sluice.starts_over() %}{% do return({}) %}{% endif %}
    {% set known = sluice.target_options(sluice.dataset_id(this) ~ ' < ' ~ source_name) or {} %}
    {% do return(known.get('columns', {})) %}
{% endmacro %}
