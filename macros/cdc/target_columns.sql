{% macro target_columns(options, columns, sql) %}
    {# A query with the columns that the target gets from this feed, for a contract to be held against. #}
    {% set selected = sluice.quoted(options.output) %}
    {% for name in [options.start_at, options.end_at] if options.scd_type == 2 %}
        {% do selected.append(sluice.sequence_expression(options.sequence, columns) ~ ' as ' ~ sluice.quote(name)) %}
    {% endfor %}
    {% do return('select ' ~ selected | join(', ') ~ ' from (\n' ~ sql ~ '\n) as changes') %}
{% endmacro %}
