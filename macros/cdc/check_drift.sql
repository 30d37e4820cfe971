{% macro check_drift(options, recorded, kept, staged) %}
    {# What the kept events cannot follow: other keys, key types, sequence type or SCD type. #}
    {% set errors = [] %}
    {% if recorded['events']['keys'] | map('lower') | sort != options['keys'] | map('lower') | sort %}
        {% do errors.append('keys were [' ~ recorded['events']['keys'] | join(', ') ~ '] and are now [' ~ options['keys'] | join(', ') ~ ']') %}
    {% endif %}
    {% if recorded.rows.scd_type != options.scd_type %}
        {% do errors.append('stored_as_scd_type was ' ~ recorded.rows.scd_type ~ ' and is now ' ~ options.scd_type) %}
    {% endif %}
    {% do errors.extend(sluice.type_changes(options, kept, staged)) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; way out: ' ~ (
            "dbt run-operation sluice.rebuild --args '{dataset: " ~ options.name ~ "}', then dbt snapshot"
            if options.snapshot else 'dbt run --full-refresh --select ' ~ options.name
        )) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}
