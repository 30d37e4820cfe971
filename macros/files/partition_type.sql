{% macro partition_type(values) %}
    {# Whole numbers and dates that read back the same are these; all else is text. #}
    {% set kinds = {'bigint': '(0|-?[1-9][0-9]{0,17})$', 'date': '[0-9]{4}-[01][0-9]-[0-3][0-9]$'} %}
    {% for kind, pattern in kinds.items() %}
        {% set others = [] %}
        {% for value in values if not modules.re.match(pattern, value) %}{% do others.append(value) %}{% endfor %}
        {% if values and not others %}
            {% do return({'bigint': dbt.type_bigint(), 'date': 'DATE'}[kind] | upper) %}
        {% endif %}
    {% endfor %}
    {% do return('VARCHAR') %}
{% endmacro %}
