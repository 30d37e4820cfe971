{% macro snapshot_column_names(node) %}
    {# dbt's names of the columns that a snapshot adds, with the node's own choices. #}
    {% set names = {} %}
    {% do names.update(get_snapshot_table_column_names()) %}
    {% for column, name in (node.config.get('snapshot_meta_column_names') or {}).items() if name %}
        {% do names.update({column: name}) %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}
