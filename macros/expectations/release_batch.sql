{% macro release_batch(node, relation, quarantine, columns, rules, where) %}
    {# The chosen rows, judged. They are marked first, by a batch below zero: a condition that is not the same when it
       is asked twice can then neither lose nor double a row. #}
    {% set known = sluice.columns_of(quarantine) %}
    {% set values = ['_sluice_batch', '_sluice_update_id', '_sluice_quarantined_at'] %}
    {% for column in columns %}
        {% set name = sluice.quote(column.name) %}
        {% do values.append(
            name if sluice.column_named(known, column.name) is not none else 'cast(null as ' ~ column.dtype ~ ') as ' ~ name) %}
    {% endfor %}
    {% set rows = 'select ' ~ values | join(', ') ~ ' from ' ~ quarantine ~ ' where _sluice_batch < 0' %}
    {% do sluice.check_conditions('select * from ' ~ quarantine, [{'name': 'where', 'condition': where}], node) %}
    {% do sluice.check_conditions(rows, rules, node) %}
    {% do run_query('update ' ~ quarantine ~ ' set _sluice_batch = -_sluice_batch where (' ~ where ~ '\n)') %}
    {% do return(sluice.create_temp('release', sluice.judged_rows(rows, rules), relation)) %}
{% endmacro %}
