{% macro fresh_events(columns, batch_columns, batch, known) %}
    {# Set difference: copies within the batch and of kept events vanish here, nulls being equal. #}
    {% set selected = [] %}
    {% set names = [] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% set given = sluice.column_named(batch_columns, column.name) %}
        {% do names.append(name) %}
        {% if given is none %}
            {% do selected.append('cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% elif given.dtype != column.dtype %}
            {% do selected.append('cast(' ~ name ~ ' as ' ~ column.dtype ~ ') as ' ~ name) %}
        {% else %}
            {% do selected.append(name) %}
        {% endif %}
    {% endfor %}
    select distinct {{ selected | join(', ') }}
    from {{ batch }}
    {%- if known %}
    except
    select {{ names | join(', ') }}
    from {{ known }}
    {%- endif %}
{% endmacro %}
