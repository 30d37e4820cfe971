{% macro check_place_of_options(node, given, errors) %}
    {# Our options stand under meta, dbt's do not; in the other's place each would be passed over in silence. #}
    {% set options = sluice.option_names() %}
    {% for name in options if node.config.get(name) is not none %}
        {% do errors.append(name ~ ' is set beside meta, where it has no effect; expected under it: meta: {' ~ name ~ ': '
            ~ tojson(node.config.get(name)) ~ '}') %}
    {% endfor %}
    {% if node.resource_type != 'snapshot' and given.get('keys') is none and node.config.get('unique_key') is not none %}
        {% do errors.append('unique_key is for snapshots, found: ' ~ tojson(node.config.get('unique_key'))
            ~ '; a model has meta: {keys: [...]}') %}
    {% endif %}
    {% for name in ('unique_key', 'hard_deletes', 'snapshot_meta_column_names', 'dbt_valid_to_current') if given.get(name) is not none %}
        {% do exceptions.warn(node.unique_id ~ ": meta key '" ~ name ~ "' is no option of sluice; "
            ~ (name ~ ' is a configuration of dbt and stands beside meta' if node.resource_type == 'snapshot'
                else 'only snapshots have ' ~ name)) %}
    {% endfor %}
    {# dbt takes any name here and drops those that it does not know. #}
    {% set chosen = (node.unrendered_config or {}).get('snapshot_meta_column_names') %}
    {% set legal = ['dbt_valid_from', 'dbt_valid_to', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] %}
    {% for name in (chosen if chosen is mapping else []) if name not in legal %}
        {% do errors.append('snapshot_meta_column_names names the columns ' ~ legal | join(', ') ~ ', found: ' ~ name) %}
    {% endfor %}
    {% do sluice.warn_misspelt(node, given, options) %}
{% endmacro %}
