{% macro check_drift(options, recorded, events, batch) %}
    {# What the kept events cannot follow: other keys, key types, sequence type or SCD type. #}
    {% set errors = [] %}
    {% if recorded %}
        {% set before = recorded['keys'] | map('lower') | sort %}
        {% if before != options['keys'] | map('lower') | sort %}
            {% do errors.append('keys were [' ~ recorded['keys'] | join(', ') ~ '] and are now [' ~ options['keys'] | join(', ') ~ ']') %}
        {% endif %}
        {% if recorded.scd_type != options.scd_type %}
            {% do errors.append('stored_as_scd_type was ' ~ recorded.scd_type ~ ' and is now ' ~ options.scd_type) %}
        {% endif %}
    {% endif %}
    {% if not errors %}
        {% set kept = adapter.get_columns_in_relation(events) %}
        {% for column in adapter.get_columns_in_relation(batch) %}
            {% set old = sluice.column_named(kept, column.name) %}
            {% if old is not none and old.data_type != column.data_type
                and (column.name in options['keys'] or column.name == '_sluice_sequence') %}
                {% do errors.append(
                    ("sequence_by" if column.name == '_sluice_sequence' else "key '" ~ column.name ~ "'")
                    ~ ' was of type ' ~ old.data_type ~ ' and is now ' ~ column.data_type
                ) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; way out: ' ~ (
            "dbt run-operation sluice.rebuild --args '{dataset: " ~ model.name ~ "}', then dbt snapshot"
            if model.resource_type == 'snapshot' else 'dbt run --full-refresh --select ' ~ model.name
        )) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}
