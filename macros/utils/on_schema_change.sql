{% macro on_schema_change(node=none, errors=none) %}
    {# dbt's default is ignore, and ours is to append: only the unrendered config tells which was meant. dbt takes
       a value that it does not know for its default; here it is an error. #}
    {% set node = node or model %}
    {% set legal = ['ignore', 'append_new_columns', 'sync_all_columns', 'fail'] %}
    {% set chosen = node.config.get('on_schema_change') %}
    {% if node.resource_type == 'snapshot' or (node.unrendered_config or {}).get('on_schema_change') is none %}
        {% do return('append_new_columns') %}
    {% elif chosen not in legal %}
        {% set error = 'on_schema_change must be one of ' ~ legal | join(', ') ~ ', found: ' ~ tojson(chosen) %}
        {% if errors is none %}{% do sluice.raise_errors('Configuration error', [error], node) %}{% endif %}
        {% do errors.append(error) %}
    {% endif %}
    {% do return(chosen) %}
{% endmacro %}
