{% macro is_open(end, open_end) %}
    {# dbt_valid_to_current stands for null, and beside it in rows that are older than the setting. #}
    {% do return('(' ~ end ~ ' is null or ' ~ end ~ ' = ' ~ open_end ~ ')' if open_end else end ~ ' is null') %}
{% endmacro %}
