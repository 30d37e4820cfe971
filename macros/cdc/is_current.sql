{% macro is_current(relation, alias=none, start_at=none, end_at=none) %}
    {# A condition, true for the rows of a history that hold now: those that SCD type 1 would show. #}
    {% if not execute %}{% do return('true') %}{% endif %}
    {% set errors = [] %}
    {% set interval = sluice.history_interval(relation, start_at, end_at, errors) %}
    {% do sluice.raise_errors('is_current() error', errors, none if model is defined else interval.node) %}
    {% set prefix = alias ~ '.' if alias else '' %}
    {% set open = sluice.is_open(prefix ~ sluice.quote(interval.end_at), interval.open_end) %}
    {% if not interval.deleted %}{% do return(open) %}{% endif %}
    {% do return('(' ~ open ~ ' and ' ~ sluice.is_no_delete(prefix ~ sluice.quote(interval.deleted)) ~ ')') %}
{% endmacro %}
