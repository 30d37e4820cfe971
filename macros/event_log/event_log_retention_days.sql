{% macro event_log_retention_days() %}
    {% set days = var('event_log_retention_days', none) %}
    {% if days is none %}{% do return(none) %}{% endif %}
    {% if days is boolean or not modules.re.match('[0-9]{1,5}$', days | string) or days | int == 0 %}
        {% do exceptions.raise_compiler_error(
            'sluice: the variable event_log_retention_days must be a whole number of days from 1 to 99999, or null '
            ~ 'to keep all events; it is ' ~ tojson(days) ~ '. Set it in dbt_project.yml: '
            ~ 'vars: {sluice: {event_log_retention_days: 90}}'
        ) %}
    {% endif %}
    {% do return(days | int) %}
{% endmacro %}
