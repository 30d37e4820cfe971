{% macro recorded_options(options) %}
    {# What the state depends on, kept with it and compared at the next run: what the events were made by, and
       what shapes the rows that follow from them. #}
    {% set events = {'keys': options['keys'], 'sequence_by': options.sequence} %}
    {% set rows = {} %}
    {% for name in ('scd_type', 'hard_deletes', 'open_end', 'on_schema_change') %}
        {% do rows.update({name: options[name]}) %}
    {% endfor %}
    {% for name in ('apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list') %}
        {% do events.update({name: options.given.get(name)}) %}
    {% endfor %}
    {% for name in (
        'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list',
    ) %}
        {% do rows.update({name: options.given.get(name)}) %}
    {% endfor %}
    {% if options.scd_type == 2 %}{% do rows.update({'start_at': options.start_at, 'end_at': options.end_at}) %}{% endif %}
    {% do return({'events': events, 'rows': rows}) %}
{% endmacro %}
