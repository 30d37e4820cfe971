{% macro check_drift(options, recorded, kept, staged) %}
    {# What the kept events, or the table made from them, cannot follow: other keys, sequence, conditions, SCD type,
       names of the interval. Column lists may change: a column is then new, or gone. #}
    {% set errors = sluice.changed_options(recorded, sluice.recorded_options(options), [
        'keys', 'sequence_by', 'apply_as_deletes', 'apply_as_truncates', 'scd_type', 'start_at', 'end_at',
    ], options.snapshot is not none) %}
    {% do errors.extend(sluice.type_changes(options, kept, staged)) %}
    {% if errors %}
        {% do errors.append('the kept events cannot follow that; change it back, or start over: ' ~ sluice.start_over(model)) %}
    {% endif %}
    {% do sluice.raise_errors('apply_changes drift', errors) %}
{% endmacro %}
