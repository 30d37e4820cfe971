{% macro duckdb__stream_rows(relation, position) %}
    {% do return(
        'select * exclude (_sluice_batch) from ' ~ relation
        ~ ' where _sluice_batch > ' ~ position['from'] ~ ' and _sluice_batch <= ' ~ position['to']
    ) %}
{% endmacro %}
