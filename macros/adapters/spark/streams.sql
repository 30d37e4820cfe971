{% macro spark__stream_columns(relation) %}
    {% if load_cached_relation(relation) is none %}{% do return(none) %}{% endif %}
    {% do return(sluice.user_columns(sluice.columns_of(relation)) | map(attribute='name') | list) %}
{% endmacro %}


{% macro spark__stream_rows(relation, range) %}
    {% do return(
        'select ' ~ (sluice.quoted(range.get('columns', [])) | join(', ') or '*') ~ ' from ' ~ relation
        ~ ' where _sluice_batch > ' ~ range['from'] ~ ' and _sluice_batch <= ' ~ range.to
    ) %}
{% endmacro %}
