{% macro as_of(relation, moment, start_at=none, end_at=none) %}
    {# The versions of a history that held at a moment: intervals are half-open, so the start counts and the
       end does not. A target has no columns of ours, so `*` is what the user put into it. #}
    {% if not execute %}{% do return(relation) %}{% endif %}
    {% set errors = [] %}
    {% if moment is none or moment is boolean or not (moment is string or moment is number) or not moment | string | trim %}
        {% do errors.append(
            "moment must be an SQL expression of the interval's type, such as \"timestamp '2026-01-01'\", found: " ~ moment) %}
    {% endif %}
    {% set interval = sluice.history_interval(relation, start_at, end_at, errors) %}
    {% do sluice.raise_errors('as_of() error', errors, none if model is defined else interval.node) %}

    {% set start, end = sluice.quote(interval.start_at), sluice.quote(interval.end_at) %}
    {% set conditions = [
        start ~ ' <= ' ~ moment,
        '(' ~ end ~ ' > ' ~ moment ~ ' or ' ~ sluice.is_open(end, interval.open_end) ~ ')',
    ] %}
    {% if interval.deleted %}{% do conditions.append(sluice.is_no_delete(sluice.quote(interval.deleted))) %}{% endif %}
    {% do return(
        '(\n    select *\n    from ' ~ relation ~ '\n    where ' ~ conditions | join('\n        and ') ~ '\n)'
    ) %}
{% endmacro %}
