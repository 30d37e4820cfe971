{% macro claimed(statements, relation, version) %}
    {# A script that writes a dataset, with what stands first in it where several updates may write one table: the
       version of the state that the script was planned on becomes the next one. It fails there, or at its commit, if
       another has written the dataset since, and nothing is written. Events alone are nobody's state. #}
    {% set log = 'insert into ' ~ sluice.state_relation('event_log', relation.database) %}
    {% for sql in statements if sql and not (sql | trim).startswith(log) %}
        {% do return(sluice.claim_statements(relation, version) + statements) %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}


{% macro claim_statements(relation, version) %}
    {# The statements that make this version of a dataset's state (none before the first) the next one, and fail where
       it is not the newest. #}
    {% do return(adapter.dispatch('claim_statements', 'sluice')(relation, version)) %}
{% endmacro %}

{% macro default__claim_statements(relation, version) %}
    {# Engines on which one process writes. #}
    {% do return([]) %}
{% endmacro %}


{% macro planned_version(relation) %}
    {# The version of a dataset's state, none before the first and where none is kept. To be asked for before all that a
       script is planned on; known_state() has it of the same moment. #}
    {% set query = sluice.version_query(relation) %}
    {% set found = sluice.query_rows(query) if query else [] %}
    {% do return(found[0].value | int if found else none) %}
{% endmacro %}


{% macro version_query(relation) %}
    {# The query of it as known_state() has its queries, or none. #}
    {% set versions = sluice.version_relation(relation) %}
    {% if load_cached_relation(versions) is none %}{% do return(none) %}{% endif %}
    {% do return("select 'version' as kind, '' as name, cast(version as " ~ dbt.type_string() ~ ') as value from '
        ~ versions) %}
{% endmacro %}


{% macro version_relation(relation) %}
    {# Where the version of a dataset's state is kept: one row, in a table of its own, for an engine may see a conflict
       wherever two write one table. #}
    {% do return(sluice.state_relation_of(relation, 'version')) %}
{% endmacro %}
