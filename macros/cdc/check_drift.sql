{% macro check_drift(options, recorded, kept, staged) %}
    {# What the kept events, or the table made from them, cannot follow: other keys, sequence, conditions, SCD type,
       names of the interval. Column lists may change: a column is then new, or gone. #}
    {% set record = sluice.recorded_options(options) %}
    {% set errors = [] %}
    {% for part in ('events', 'rows') %}
        {% for name, before in recorded[part].items()
            if name in ('keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'scd_type', 'start_at', 'end_at') %}
            {% set now = record[part].get(name) %}
            {% if before != now and not (name == 'keys' and before | map('lower') | sort == now | map('lower') | sort) %}
                {% do errors.append(
                    {'scd_type': 'stored_as_scd_type'}.get(name, name) ~ ' was ' ~ tojson(before) ~ ' and is now ' ~ tojson(now)) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do errors.extend(sluice.type_changes(options, kept, staged)) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; way out: ' ~ sluice.start_over(model)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}
