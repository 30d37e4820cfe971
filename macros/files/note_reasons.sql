{% macro note_reasons(plans, answers) %}
    {# Takes over what find_reasons() found: {path: reason} in each plan. #}
    {% set found = {} %}
    {% for row in sluice.rows('select path, reason from ' ~ answers) %}{% do found.update({row.path: row.reason}) %}{% endfor %}
    {% for plan in plans %}{% do plan.update({'reasons': found}) %}{% endfor %}
    {% do sluice.drop_temp([answers]) %}
{% endmacro %}
