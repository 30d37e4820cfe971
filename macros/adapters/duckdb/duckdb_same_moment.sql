{% macro duckdb_same_moment(kind, text) %}
    {# What a cast to a timestamp drops in silence: decimals beyond its own, and an offset that is not UTC where the
       type has no zone. #}
    {% set digits = {'TIMESTAMP_S': 0, 'TIMESTAMP_MS': 3, 'TIMESTAMP_NS': 9}.get(kind, 6) %}
    {% set lost = ['[.][0-9]{' ~ digits ~ '}[0-9]*[1-9]'] %}
    {% if 'ZONE' not in kind and kind != 'TIMESTAMPTZ' %}
        {% do lost.append(':[0-9.]+ *[+-](0[1-9]|1[0-9]|00:?[0-9]*[1-9])') %}
    {% endif %}
    {% do return('not regexp_matches(' ~ text ~ ", '" ~ lost | join('|') ~ "')") %}
{% endmacro %}
