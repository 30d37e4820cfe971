{% macro hold_back(quarantine, batch, rules, columns) %}
    {# The marked rows leave the quarantine, and those that still break a rule come back with its name. #}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do run_query('delete from ' ~ quarantine ~ ' where _sluice_batch < 0') %}
    {% if rules %}
        {% do run_query(
            'insert into ' ~ quarantine ~ ' (' ~ names ~ ', _sluice_violations, _sluice_batch, _sluice_update_id, _sluice_quarantined_at)\n'
            ~ 'select ' ~ names ~ ', ' ~ sluice.violations(rules) ~ ', -_sluice_batch, _sluice_update_id, _sluice_quarantined_at\n'
            ~ 'from ' ~ batch ~ ' where not (' ~ sluice.kept(rules) ~ ')'
        ) %}
    {% endif %}
{% endmacro %}
