{% macro settle_batch(batch, relation, head) %}
    {# Counts a batch that was inserted unseen; one without rows takes no number. #}
    {% if batch.judgement.rows is none %}
        {% set rows = '(select * from ' ~ relation ~ ' where _sluice_batch = ' ~ head.to ~ ')' %}
        {% do batch.update({'rows': rows, 'judgement': sluice.judge(rows, [])}) %}
        {% if not batch.judgement.rows %}{% do head.update({'to': head['from']}) %}{% endif %}
    {% endif %}
{% endmacro %}
