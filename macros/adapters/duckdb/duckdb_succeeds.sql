{% macro duckdb_succeeds(query) %}
    {# Whether a query runs to its end. location_exists() is the adapter's one method that answers an error with
       false; it asks "select 1 from '<location>' where 1=0", so the query goes in beside a table that is always there. #}
    {% do return(adapter.location_exists("pg_am' where (" ~ query ~ ') is not null --')) %}
{% endmacro %}
