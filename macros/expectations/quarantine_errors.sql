{% macro quarantine_errors(relation, rules) %}
    {# What stands where the quarantine is to be would get its rows, or be dropped by the next full refresh. #}
    {% if not rules | selectattr('on_violation', 'equalto', 'drop') | list %}{% do return([]) %}{% endif %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set expected = ', expected the quarantine of ' ~ relation.identifier
        ~ ' (rows that break a rule with on_violation: drop); way out: rename one of the two' %}
    {% set node = sluice.node_at(quarantine) %}
    {% if node is not none %}
        {% do return([quarantine ~ ' is the ' ~ node.resource_type ~ ' ' ~ node.unique_id ~ expected ~ ', with an alias for example']) %}
    {% endif %}
    {% set existing = load_cached_relation(quarantine) %}
    {% if existing is not none and not sluice.is_quarantine(existing) %}
        {% set found = 'a table without _sluice_violations' if existing.is_table else 'a ' ~ existing.type %}
        {% do return([quarantine ~ ' exists as ' ~ found ~ expected ~ ', or drop ' ~ quarantine ~ ' if it is not needed']) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}
