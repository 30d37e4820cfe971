{% macro stream_position(source) %}
    {# What this model reads of `source` in this run: the batches after `from`, up to `to`. #}
    {% set source_id = sluice.dataset_id(source) %}
    {% set head = sluice.head_of(source) %}
    {% set read = sluice.latest_position(sluice.dataset_id(this), source_id, this.database) %}
    {% set afresh = model.resource_type not in ('model', 'snapshot') or sluice.starts_over() %}
    {% set restarted = not afresh and (read.epoch != 0 or read.batch != 0)
        and (read.epoch != head.epoch or read.batch > head.batch) %}
    {% do return({
        'source': source_id,
        'epoch': head.epoch,
        'from': 0 if afresh or restarted else read.batch,
        'to': head.batch,
        'restarted': restarted,
    }) %}
{% endmacro %}
