{% macro is_held(node, names) %}
    {# Whether the update that runs (dbt build) has found already that these rules of a streaming table hold, so that
       their test need not look at the rows again. By the event log: the model has run in this update, to its end. #}
    {% if flags.WHICH != 'build' or not names
        or load_cached_relation(sluice.state_relation('event_log', node.database)) is none %}
        {% do return(false) %}
    {% endif %}
    {% set query %}
        select cast(details as {{ sluice.type_text() }}) as details
        from {{ sluice.state_relation('event_log', node.database) }}
        where update_id = {{ sluice.literal(invocation_id) }}
            and event_type = 'flow_progress' and level = 'METRICS' and dataset = {{ sluice.literal(node.name) }}
    {% endset %}
    {% set held = [] %}
    {% for row in sluice.query_rows(query) %}
        {% set details = fromjson(row.details) %}
        {% if details.unique_id == node.unique_id and details.flow_progress.status == 'COMPLETED' %}
            {% do held.extend(details.get('held_rules') or []) %}
        {% endif %}
    {% endfor %}
    {% do return(names | reject('in', held) | list | length == 0) %}
{% endmacro %}


{% macro is_told_by_the_row(condition) %}
    {# Whether a condition is certain to look at nothing but the values of a row, so that it is as true tomorrow: no
       subquery, no clock, no function but these. #}
    {% set functions = [
        'in', 'and', 'or', 'not', 'when', 'then', 'else', 'is', 'between', 'like', 'ilike', 'coalesce', 'nullif',
        'cast', 'try_cast', 'decimal', 'numeric', 'varchar', 'abs', 'round', 'floor', 'ceil', 'length', 'lower',
        'upper', 'trim', 'ltrim', 'rtrim', 'substr', 'substring', 'replace', 'concat', 'contains', 'starts_with',
        'ends_with', 'regexp_matches', 'greatest', 'least',
    ] %}
    {% set text = condition | lower %}
    {% set words = modules.re.findall('[a-z_]+', text) %}
    {% for word in words if word in ('select', 'from', 'table', 'user', 'session_user', 'localtime', 'localtimestamp')
        or word.startswith('current') %}
        {% do return(false) %}
    {% endfor %}
    {% if '--' in text or '/*' in text or '"(' in text | replace(' ', '') | replace('\n', '') %}
        {% do return(false) %}
    {% endif %}
    {% for name in modules.re.findall('([a-z0-9_.]+)\\s*[(]', text) if name not in functions %}
        {% do return(false) %}
    {% endfor %}
    {% do return(true) %}
{% endmacro %}
