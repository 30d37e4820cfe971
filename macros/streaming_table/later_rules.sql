{% macro warn_later_rules(relation, present, synced, recorded, rules) %}
    {# A rule looks at new rows. One that is new or was changed, and that rows of the table break, is told once, with
       their number and what moves them out. The table has the columns `present`, and `synced` after this run. Returns
       the names of those that no row breaks; where it is not known which rules hold (see proved_rules), the others are
       looked at, too. #}
    {% set later, told, unbroken = [], [], [] %}
    {% set names = [] %}
    {% for column in synced %}
        {% set name = sluice.quote(column.name) %}
        {% do names.append(name if sluice.find_column(present, column.name) is not none
            else 'cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
    {% endfor %}
    {% set query = 'select ' ~ names | join(', ') ~ ' from ' ~ relation %}
    {% for rule in rules %}
        {% set is_later = (recorded.rules or {}).get(rule.name) != rule.condition %}
        {% if is_later %}{% do told.append(rule.name) %}{% endif %}
        {# The table may not have a column of which the rule speaks (on_schema_change: ignore). #}
        {% if (is_later or ('proved' not in recorded and rule.on_violation != 'warn'))
            and not sluice.condition_errors(query, [rule], synced) %}
            {% do later.append(rule) %}
        {% endif %}
    {% endfor %}
    {% if not later %}{% do return([]) %}{% endif %}
    {% set rows = '(' ~ sluice.rows_with_results(query, later) ~ ')' %}
    {% set results = sluice.count_violations(rows, later) %}
    {% for found in results.expectations if not found.failed_records %}{% do unbroken.append(found.name) %}{% endfor %}
    {% for found in results.expectations if found.failed_records and found.name in told %}
        {% do exceptions.warn(
            model.name ~ ': the rule ' ~ found.name ~ ' is new or was changed, and ' ~ found.failed_records ~ ' of the '
            ~ results.rows ~ ' rows that are in the table already break it. A rule looks at new rows only; '
            ~ ('to move these into the quarantine: ' ~ sluice.operation_command('quarantine', model)
                if found.on_violation == 'drop' else 'these stay as they are')
        ) %}
    {% endfor %}
    {% do return(unbroken) %}
{% endmacro %}
