{% macro head_of(source) %}
    {# How far a streaming table has come. One that was made elsewhere (dbt clone, --defer) has its state there: its
       rows say how far they go, and epoch 0 that nothing is known of rebuilds. #}
    {% set id = sluice.dataset_id(source) %}
    {% set head = sluice.latest_position(id, id, source.database) %}
    {% if head.epoch or load_relation(source) is none %}{% do return(head) %}{% endif %}
    {% set found = sluice.rows('select max(_sluice_batch) as batch from ' ~ source) %}
    {% do return({'epoch': 0, 'batch': (found[0].batch or 0) | int}) %}
{% endmacro %}
