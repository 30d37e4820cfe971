{% macro duckdb_path_level(name) %}
    {# What a folder of the path says of a field (year=2026), or null. #}
    {% set level = sluice.literal('/' ~ modules.re.escape(name) ~ '=([^/]*)/') %}
    {% do return('case when regexp_matches(path, ' ~ level ~ ') then url_decode(regexp_extract(path, ' ~ level ~ ', 1)) end') %}
{% endmacro %}
