{% macro duckdb_paths(paths) %}
    {# A list of exactly these files: what a name holds of glob characters stands for itself. #}
    {% set escaped = [] %}
    {% for path in paths %}
        {% do escaped.append(path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) %}
    {% endfor %}
    {% do return(sluice.duckdb_list(escaped)) %}
{% endmacro %}
