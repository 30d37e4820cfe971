{% macro duckdb_same_nested(kind, field, text) %}
    {# A cast makes null of an element that does not fit and drops a key that the type does not have. Both sides are
       compared as their sorted words, without those keys that are null; moments, which are spelled in many ways, by
       how many words and nulls there are. #}
    {% set sides = [] %}
    {% for json in ('to_json(' ~ field ~ ')::varchar', 'json(' ~ text ~ ')::varchar') %}
        {% set words = "regexp_extract_all(regexp_replace(" ~ json ~ ", '\"(?:[^\"\\\\]|\\\\.)*\":null', '', 'g'), '\"(?:[^\"\\\\]|\\\\.)*\"|[^][{}:,]+')" %}
        {% do sides.append(
            'list_transform(' ~ words ~ ", lambda word: word = 'null')" if 'TIME' in kind or 'DATE' in kind else words) %}
    {% endfor %}
    {% do return('coalesce(list_sort(' ~ sides[0] ~ ') = list_sort(' ~ sides[1] ~ '), false)') %}
{% endmacro %}
