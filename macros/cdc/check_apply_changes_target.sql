{% macro check_apply_changes_target(existing, afresh) %}
    {# Returns the options that the target's state was made with, or none where there is no state. #}
    {% do sluice.ensure_state() %}
    {% set recorded = sluice.target_options(sluice.dataset_id(this)) %}
    {% set errors = [] %}
    {% if existing is not none and not existing.is_table and not afresh %}
        {% do errors.append(existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; rebuild it with: ' ~ sluice.start_over(model)) %}
    {% elif not afresh and recorded is none %}
        {% do errors.append(
            existing ~ ' exists, but sluice keeps no events for it, so it was made by something else; rebuild it with: '
            ~ sluice.start_over(model)
        ) %}
    {% endif %}
    {% for rule in sluice.expectations() %}
        {% do errors.append(
            rule.name ~ ' is an expectation (on_violation: ' ~ rule.on_violation ~ '), and those judge the rows of a streaming_table; '
            ~ 'declare it on the streaming table that this model reads, or leave out on_violation to have a plain test'
        ) %}
    {% endfor %}
    {% do sluice.raise_errors('apply_changes target error', errors) %}
    {% do return(recorded) %}
{% endmacro %}
