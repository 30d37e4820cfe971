{% macro known_events(options, events, batch, everything) %}
    {# The kept events of the keys of the batch; all of them where a truncate may touch any key. #}
    select events.*
    from {{ events }} as events
    {%- if not everything %}
    inner join (
        select distinct {{ sluice.quoted(options['keys']) | join(', ') }} from {{ batch }}
    ) as touched using ({{ sluice.quoted(options['keys']) | join(', ') }})
    {%- endif %}
{% endmacro %}
