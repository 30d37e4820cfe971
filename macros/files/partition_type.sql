{% macro partition_type(values) %}
    {# Whole numbers and dates that read back the same are these; all else is text. #}
    {% set patterns = {dbt.type_bigint(): '(0|-?[1-9][0-9]{0,17})$', 'date': '[0-9]{4}-[01][0-9]-[0-3][0-9]$'} %}
    {% for type, pattern in patterns.items() %}
        {% set others = [] %}
        {% for value in values if not modules.re.match(pattern, value) %}{% do others.append(value) %}{% endfor %}
        {% if values and not others %}{% do return(type | upper) %}{% endif %}
    {% endfor %}
    {% do return('VARCHAR') %}
{% endmacro %}
