{% macro record_files(batch, columns, afresh, head) %}
    {# The files that read_files() rendered, into the ledger in the transaction of their rows. #}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set plans = sluice.files_read() %}
    {% if afresh and plans %}
        {% do run_query('delete from ' ~ ledger ~ ' where relation = ' ~ sluice.literal(id)) %}
    {% endif %}
    {% set values = [] %}
    {% for plan in plans %}
        {% if sluice.remembered_columns(plan.source) != plan.columns %}
            {% do sluice.record_target_options(id ~ ' < ' ~ plan.source, {'columns': plan.columns}) %}
        {% endif %}
        {% for file in plan.files %}
            {% do values.append('(' ~ [
                sluice.literal(file.path), file.size, 'cast(' ~ sluice.literal(file.modified_at) ~ ' as ' ~ dbt.type_timestamp() ~ ')'
            ] | join(', ') ~ ')') %}
        {% endfor %}
    {% endfor %}
    {% if values %}
        {% do run_query(sluice.insert_files(ledger, id, batch, columns, values, head)) %}
    {% endif %}
{% endmacro %}
