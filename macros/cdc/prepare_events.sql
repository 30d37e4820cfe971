{% macro prepare_events(events, staged, keeps) %}
    {% if keeps %}
        {% do sluice.sync_columns(events, staged) %}
    {% else %}
        {% do run_query('drop table if exists ' ~ events) %}
        {% do sluice.create_table(events, staged) %}
    {% endif %}
{% endmacro %}
