{% macro duckdb_unknown(options, known, same) %}
    {# Condition, order and limit that leave the new ones of a listing. Those that could not be read before come last, so
       that a limit never stops at them. #}
    {% do return(
        (' and not exists (select 1 from (' ~ known ~ ") as known where status = 'INGESTED' and " ~ same ~ ')' if known else '')
        ~ ' order by ' ~ ('path in (select path from (' ~ known ~ ") where status = 'FAILED'), " if known else '') ~ 'path'
        ~ (' limit ' ~ options.max_files_per_run if options.max_files_per_run else '')
    ) %}
{% endmacro %}
