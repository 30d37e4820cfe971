{% macro warn_later_rules(relation, recorded, rules) %}
    {# A rule looks at new rows. One that is new or was changed, and that rows of the table break, is told once, with
       their number and what moves them out. #}
    {% set later = [] %}
    {% for rule in rules if (recorded.rules or {}).get(rule.name) != rule.condition %}
        {# The table may not have a column of which the rule speaks (on_schema_change: ignore). #}
        {% if not sluice.condition_errors('select * from ' ~ relation, [rule]) %}{% do later.append(rule) %}{% endif %}
    {% endfor %}
    {% if not later %}{% do return(none) %}{% endif %}
    {% set rows = '(' ~ sluice.rows_with_results('select * from ' ~ relation, later) ~ ')' %}
    {% set results = sluice.count_violations(rows, later) %}
    {% for found in results.expectations if found.failed_records %}
        {% do exceptions.warn(
            model.name ~ ': the rule ' ~ found.name ~ ' is new or was changed, and ' ~ found.failed_records ~ ' of the '
            ~ results.rows ~ ' rows that are in the table already break it. A rule looks at new rows only; '
            ~ ('to move these into the quarantine: ' ~ sluice.operation_command('quarantine', model)
                if found.on_violation == 'drop' else 'these stay as they are')
        ) %}
    {% endfor %}
{% endmacro %}


{% macro record_rules(recorded, rules) %}
    {# Notes the rules that the table's rows were held against; what another materialization wrote is gone after a
       rebuild. #}
    {% set conditions = {} %}
    {% for rule in rules %}{% do conditions.update({rule.name: rule.condition}) %}{% endfor %}
    {% set record = {'rules': conditions} %}
    {% if record != recorded and (rules or recorded) %}
        {% do run_query(sluice.insert_target_options(sluice.dataset_id(this), record, this.database)) %}
    {% endif %}
{% endmacro %}
