{% macro record_files(plans, batch, columns, afresh, head) %}
    {# The files that read_files() rendered, into the ledger in the transaction of their rows. #}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set own = ' where relation = ' ~ sluice.literal(id) %}
    {% set update = sluice.literal(invocation_id) %}
    {% if afresh and plans %}{% do run_query('delete from ' ~ ledger ~ own) %}{% endif %}
    {% for plan in plans %}
        {% if plan.schema.changed %}
            {% do sluice.record_target_options(id ~ ' < ' ~ plan.source, {'columns': plan.schema.columns}) %}
        {% endif %}
        {% if plan.files %}{% do run_query(sluice.insert_files(ledger, id, batch, columns, plan, head)) %}{% endif %}
        {% if plan.failed %}
            {% do run_query(sluice.insert_failed_files(ledger, id, plan)) %}
            {% do sluice.warn_failed_files(plan) %}
        {% endif %}
    {% endfor %}
    {% if not afresh and (plans | selectattr('files') | list + plans | selectattr('failed') | list) %}
        {# What became of a file that failed before stands in its new row. #}
        {% do run_query('delete from ' ~ ledger ~ own ~ " and status = 'FAILED' and update_id <> " ~ update
            ~ ' and path in (select path from ' ~ ledger ~ own ~ ' and update_id = ' ~ update ~ ')') %}
    {% endif %}
{% endmacro %}
