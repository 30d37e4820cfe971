{% macro changed_options(recorded, record, names, snapshot) %}
    {# A message for each option among `names` that is not what the state was made with. #}
    {% set called = {
        'keys': 'unique_key', 'start_at': 'snapshot_meta_column_names dbt_valid_from', 'end_at': 'snapshot_meta_column_names dbt_valid_to',
    } if snapshot else {'scd_type': 'stored_as_scd_type'} %}
    {% set changes = [] %}
    {% for part in ('events', 'rows') %}
        {% for name, before in recorded[part].items() if name in names and name in record[part] %}
            {% set now = record[part][name] %}
            {% if before != now and not (name == 'keys' and before | map('lower') | sort == now | map('lower') | sort) %}
                {% do changes.append(called.get(name, name) ~ ' was ' ~ tojson(before) ~ ' and is now ' ~ tojson(now)) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(changes) %}
{% endmacro %}
