{% macro check_contract(sql) %}
    {# Every batch is held against an enforced contract, in dbt's words. #}
    {% if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
{% endmacro %}
