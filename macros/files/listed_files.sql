{% macro listed_files(files) %}
    {# A query of files: path, size, modified_at. #}
    {% do return(adapter.dispatch('listed_files', 'sluice')(files)) %}
{% endmacro %}

{% macro default__listed_files(files) %}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append(
            'select ' ~ sluice.literal(file.path) ~ ' as path, ' ~ file.size ~ ' as size, cast(' ~ sluice.literal(file.modified_at)
            ~ ' as ' ~ dbt.type_timestamp() ~ ') as modified_at'
        ) %}
    {% endfor %}
    {% do return(rows | join('\nunion all\n')) %}
{% endmacro %}
