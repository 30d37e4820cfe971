{% macro contracted_columns(columns, existing=[]) %}
    {# Kept events remember columns that are gone from the model. Where a contract is enforced, a table that does not
       have such a column gets none. #}
    {% if not config.get('contract').enforced %}{% do return(columns) %}{% endif %}
    {% set names = (existing | map(attribute='name') | list + model.columns.keys() | list) | map('lower') | list %}
    {% set result = [] %}
    {% for column in columns if column.name | lower in names %}{% do result.append(column) %}{% endfor %}
    {% do return(result) %}
{% endmacro %}
