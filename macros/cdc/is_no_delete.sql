{% macro is_no_delete(deleted) %}
    {# Rows of hard_deletes: new_record are marked by text; older rows have no mark. #}
    {% do return('coalesce(' ~ deleted ~ ", 'False') <> 'True'") %}
{% endmacro %}
