{% macro is_v2() %}
    {# Whether dbt is of version 2. There every call has a connection of its own: what it leaves is what it commits,
       and temporary tables, settings and an open transaction are gone with it. It runs no Python on DuckDB. #}
    {% do return(not dbt_version.startswith('1.')) %}
{% endmacro %}


{% macro runs_python() %}
    {# Whether a materialization can run Python beside its SQL: for words that SQL does not have, and to move files. #}
    {% do return(adapter.dispatch('runs_python', 'sluice')()) %}
{% endmacro %}

{% macro default__runs_python() %}
    {# Where dbt runs it in its own process. #}
    {% do return(not sluice.is_v2()) %}
{% endmacro %}


{% macro seconds_since(moment) %}
    {# How long ago a moment was, 0 if the clock was set back since. The total_seconds() of dbt v2 are whole ones. #}
    {% set passed = modules.datetime.datetime.now() - moment %}
    {% do return([passed.days * 86400 + passed.seconds + passed.microseconds / 1000000, 0] | max) %}
{% endmacro %}
