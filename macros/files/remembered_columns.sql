{% macro remembered_columns(options) %}
    {% if sluice.starts_over() %}{% do return({}) %}{% endif %}
    {% set known = sluice.target_options(sluice.dataset_id(this) ~ ' < ' ~ options.name) or {} %}
    {% do return(known.get('columns', {})) %}
{% endmacro %}
