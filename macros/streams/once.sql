{# PUBLIC: once #}

{% macro once(relation) %}
    {# A unit test's input is a fixture and a parse-time relation a placeholder. #}
    {% if not execute or model.resource_type == 'unit_test' %}{% do return(relation) %}{% endif %}
    {% do sluice.check_once(relation) %}
    {% set whole = sluice.whole_relation(relation) %}
    {% set state = sluice.known_state(this, [whole]) %}
    {% do return(sluice.stream_block(sluice.once_range(relation, whole, state), state)) %}
{% endmacro %}


{% macro once_range(relation, whole, state) %}
    {# All of a table, as a range: up to its latest batch where it has some, so that stream() goes on behind them. Empty
       if any of it was read before. #}
    {% set id, is_stream = sluice.dataset_id(whole), sluice.is_streaming_table(sluice.node_at(relation)) %}
    {% set latest = sluice.latest_batch(whole, sluice.position(state.latest, id)) if is_stream
        else {'epoch': 1, 'batch': 1} %}
    {% set read = sluice.position(state.read, id) %}
    {% set was_read = (read.epoch != 0 or read.batch != 0) and not sluice.reads_from_start(state) %}
    {% set columns = sluice.stream_columns(whole) if is_stream else none %}
    {% do return(dict({
        'source': id, 'epoch': read.epoch if was_read else latest.epoch,
        'from': read.batch if was_read else 0,
        'to': read.batch if was_read else (0 if sluice.is_emptied(relation) else latest.batch),
        'restarted': false, 'known': true, 'rows_read': none, 'is_once': true, 'is_plain': not is_stream,
        'relation': (whole if is_stream else relation) | string,
    }, **({'columns': columns} if columns else {}))) %}
{% endmacro %}


{% macro check_once(relation) %}
    {# What is read must be a table or a view, and the reader something that keeps a checkpoint. #}
    {% set errors = sluice.reader_errors('once') %}
    {% if relation is string or relation.identifier is not defined %}
        {% do errors.append("once() reads what ref() and source() name, found '" ~ relation ~ "', expected: "
            ~ "once(ref('<name of a model>'))") %}
    {% elif sluice.dataset_id(relation) == sluice.dataset_id(this) %}
        {% do errors.append('once() reads ' ~ sluice.dataset_id(relation) ~ ', which is this model itself') %}
    {% endif %}
    {% do sluice.raise_errors('once() error', errors) %}
{% endmacro %}
