{% macro duckdb__stream_rows(relation, range) %}
    {% do return(
        'select * exclude (_sluice_batch) from ' ~ relation
        ~ ' where _sluice_batch > ' ~ range['from'] ~ ' and _sluice_batch <= ' ~ range.to
    ) %}
{% endmacro %}
