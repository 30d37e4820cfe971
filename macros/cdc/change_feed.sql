{% macro change_feed(compiled_code, language) %}
    {# The query that yields the batch. A Python model may write through a connection of its own, so its rows
       land in a table first, before the transaction; upstream batch numbers are no column of the user's. #}
    {% if language == 'sql' %}{% do return(compiled_code) %}{% endif %}
    {% set landed = sluice.python_feed_relation() %}
    {% do run_query('drop table if exists ' ~ landed) %}
    {% call statement('python_feed', language='python', auto_begin=false) %}
        {{- py_write_table(temporary=false, relation=landed, compiled_code=compiled_code) }}
    {% endcall %}
    {% set names = [] %}
    {% for column in adapter.get_columns_in_relation(landed) if column.name != '_sluice_batch' %}
        {% do names.append(column.name) %}
    {% endfor %}
    {% do return('select ' ~ sluice.quoted(names) | join(', ') ~ ' from ' ~ landed) %}
{% endmacro %}

{% macro python_feed_relation() %}
    {% set events = sluice.events_relation() %}
    {% do return(events.incorporate(path={'identifier': events.identifier | replace('__events', '__python_feed')})) %}
{% endmacro %}

{% macro drop_change_feed(language) %}
    {% if language == 'python' %}{% do run_query('drop table if exists ' ~ sluice.python_feed_relation()) %}{% endif %}
{% endmacro %}
