{% macro keeps_events(afresh, recorded, record, target) %}
    {# A full refresh replays what stream() reads from its first batch on. A model that reads no stream shows only
       its newest events, so its kept ones are the feed, as long as they would be made the same way again. #}
    {% if not afresh %}{% do return(true) %}{% endif %}
    {% if load_cached_relation(this) is none or not recorded or sluice.streams_read() %}
        {% do return(false) %}
    {% endif %}
    {% do return(sluice.makes_events(recorded) == sluice.makes_events(record)) %}
{% endmacro %}

{% macro makes_events(record) %}
    {% set names = ['apply_as_deletes', 'apply_as_truncates', 'column_list', 'except_column_list', 'keys', 'sequence_by'] %}
    {% set result = [] %}
    {% for name in names %}{% do result.append(record.get(name)) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}

{% macro shapes_rows(record) %}
    {% set names = [
        'track_history_column_list', 'track_history_except_column_list', 'ignore_null_updates',
        'ignore_null_updates_column_list', 'ignore_null_updates_except_column_list', 'hard_deletes', 'start_at', 'end_at',
    ] %}
    {% set result = [] %}
    {% for name in names %}{% do result.append(record.get(name)) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}
