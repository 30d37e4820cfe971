{% macro record_files(plans, batch, columns, afresh, head) %}
    {# The files that read_files() rendered, into the ledger in the transaction of their rows. #}
    {% set id = sluice.dataset_id(this) %}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% if afresh and plans %}
        {% do run_query('delete from ' ~ ledger ~ ' where relation = ' ~ sluice.literal(id)) %}
    {% endif %}
    {% for plan in plans %}
        {% if sluice.remembered_columns(plan.source) != plan.schema.columns %}
            {% do sluice.record_target_options(id ~ ' < ' ~ plan.source, {'columns': plan.schema.columns}) %}
        {% endif %}
        {% if not afresh and plan.files + plan.failed %}
            {% set paths = plan.files | map(attribute='path') | list + plan.failed %}
            {% do run_query('delete from ' ~ ledger ~ ' where relation = ' ~ sluice.literal(id) ~ " and status = 'FAILED' and path in ("
                ~ sluice.literals(paths) | join(', ') ~ ')') %}
        {% endif %}
        {% if plan.files %}
            {% do run_query(sluice.insert_files(ledger, id, batch, columns, plan, head)) %}
        {% endif %}
        {% if plan.failed %}
            {% do run_query(sluice.insert_failed_files(ledger, id, plan)) %}
            {% do sluice.warn_failed_files(plan) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
