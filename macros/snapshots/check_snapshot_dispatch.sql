{% macro check_snapshot_dispatch() %}
    {# Without the dispatch block dbt's own merge would run over our staging table, and do nothing right. #}
    {% set found = adapter.dispatch('snapshot_merge_sql', 'dbt').macro.package_name %}
    {% if found != 'sluice' %}
        {% do sluice.raise_errors('Snapshot strategy apply_changes', [
            "dbt must find sluice's snapshot_merge_sql, found the one of package " ~ found,
            'way out: add to dbt_project.yml: dispatch: [{macro_namespace: dbt, search_order: [' ~ project_name ~ ', sluice, dbt]}]',
        ]) %}
    {% endif %}
{% endmacro %}
