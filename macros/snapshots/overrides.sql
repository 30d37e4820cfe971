{% macro default__build_snapshot_table(strategy, sql) %}
    {# For strategy apply_changes the rows that were staged; for any other what dbt does. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('build_snapshot_table')(strategy, sql)) %}
    {% endif %}
    {% do return(strategy.staging) %}
{% endmacro %}


{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) %}
    {# For strategy apply_changes the changes that were staged; for any other what dbt does. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_staging_table')(strategy, source_sql, target_relation)) %}
    {% endif %}
    {% do return(strategy.staging) %}
{% endmacro %}


{% macro default__snapshot_merge_sql(target, source, insert_cols) %}
    {# All that the strategy planned: the rows, also of closed versions, and what is remembered of them. #}
    {% if not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_merge_sql')(target, source, insert_cols)) %}
    {% endif %}
    {% do return(sluice.script_of_dbt(sluice.handed_over('script'))) %}
{% endmacro %}


{% macro default__snapshot_get_time() %}
    {# dbt compares the type of its clock with that of the sequence, and warns. The clock plays no part in a
       feed's order, so for strategy apply_changes the answer is a null of the sequence's type. #}
    {% if model is not defined or model.resource_type != 'snapshot' or not sluice.is_apply_changes_snapshot() %}
        {% do return(sluice.builtin_macro('snapshot_get_time')()) %}
    {% endif %}
    {% set type = sluice.handed_over('sequence') or sluice.sequence_type(
        sluice.target_options(sluice.dataset_id(this))) %}
    {% do return('cast(null as ' ~ type ~ ')') %}
{% endmacro %}


{% macro default__create_indexes(relation) %}
    {# The last that dbt asks for when it has made a snapshot's table: what was counted takes the place of its OK. #}
    {% do sluice.builtin_macro('create_indexes')(relation) %}
    {% do sluice.tell_snapshot() %}
{% endmacro %}


{% macro default__post_snapshot(staging_relation) %}
    {# The last that it asks for of a later run. #}
    {% do sluice.builtin_macro('post_snapshot')(staging_relation) %}
    {% do sluice.tell_snapshot() %}
{% endmacro %}


{% macro tell_snapshot() %}
    {# For strategy apply_changes: lets dbt say what was counted. #}
    {% if model.resource_type == 'snapshot' and sluice.is_apply_changes_snapshot() %}
        {% do sluice.tell_counts(sluice.handed_over('metrics')) %}
    {% endif %}
{% endmacro %}


{% macro builtin_macro(name) %}
    {# dbt's own implementation of a macro that this package overrides for strategy apply_changes. In brackets,
       for dbt v2 finds nothing by get(). #}
    {% set own = dbt[adapter.type() ~ '__' ~ name] %}
    {% do return(own if own is defined else dbt['default__' ~ name]) %}
{% endmacro %}
