{% macro conflict_warning(options, found, new, kept) %}
    {# Said, and as an event of the log: how many, who wins, and in which columns the upserts differ. #}
    {% set upserts = found.conflicts - found.conflicts_with_delete %}
    {% if upserts and not found.conflicts_with_delete %}
        {% set what = 'have conflicting upserts; the greatest values win.' %}
    {% elif not upserts %}
        {% set what = 'have a conflict, a delete beside an upsert; the delete wins.' %}
    {% else %}
        {% set what = 'have a conflict, ' ~ found.conflicts_with_delete
            ~ ' of them a delete beside an upsert; a delete wins, between upserts the greatest values do.' %}
    {% endif %}
    {% set names = sluice.conflicting_columns(options, new, kept) if upserts else [] %}
    {% if names %}{% set what = what ~ ' The upserts differ in ' ~ names | join(', ') ~ '.' %}{% endif %}
    {% do return(sluice.flow_warning(
        model.name ~ ': ' ~ found.conflicts ~ ' (key, sequence) pairs ' ~ what
            ~ ' A finer sequence_by would tell which came last.',
        {'num_conflicts': found.conflicts, 'columns': names}
    )) %}
{% endmacro %}


{% macro conflict_condition() %}
    {# True for a (key, sequence) pair that is to be told: several upserts, or a delete beside one, where an upsert is
       new or a new delete meets the only one. A delete beside upserts that are in conflict already brings no other. #}
    {% do return('num_upserts > 0 and num_upserts + num_deletes > 1 '
        ~ 'and (num_new > 0 or (num_new_deletes > 0 and num_upserts = 1))') %}
{% endmacro %}


{% macro conflicting_columns(options, new, kept) %}
    {# The columns of the target in which upserts of one key and sequence differ, or that only some of them set. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% set names = sluice.quoted(options.attributes) %}
    {% if not names %}{% do return([]) %}{% endif %}
    {% set selected = ([keys, '_sluice_sequence'] + names + (['_sluice_set'] if options.columns_to_update else []))
        | join(', ') %}
    {% set query %}
        with _sluice_upserts as (
            select {{ selected }}, 1 as _sluice_is_new
            from {{ new }} as _sluice_new_upserts
            where _sluice_operation = 'UPSERT'
            {%- if kept %}
            union all
            select {{ selected }}, 0 as _sluice_is_new
            from {{ kept }} as _sluice_known_upserts
            where _sluice_operation = 'UPSERT'
            {%- endif %}
        ),

        _sluice_pairs as (
            select
                {%- for name in names %}
                {%- set told = sluice.identity_text(options.typed, options.attributes[loop.index0]) or name %}
                count(distinct {{ told }}) + max(case when {{ name }} is null then 1 else 0 end) > 1
                {%- if options.columns_to_update %}
                or count(distinct {{ sluice.sets_condition(options.attributes[loop.index0]) }}) > 1
                {%- endif %} as differs_{{ loop.index }}{{ ',' if not loop.last }}
                {%- endfor %}
            from _sluice_upserts
            group by {{ sluice.identities(options.typed, options['keys']) | join(', ') }}, _sluice_sequence
            having count(*) > 1 and max(_sluice_is_new) = 1
        )

        select
            {%- for name in names %}
            max(case when differs_{{ loop.index }} then 1 else 0 end) as differs_{{ loop.index }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from _sluice_pairs
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% set differing = [] %}
    {% for name in options.attributes %}
        {% if found['differs_' ~ loop.index] %}{% do differing.append(name) %}{% endif %}
    {% endfor %}
    {% do return(differing) %}
{% endmacro %}


{% macro flow_warning(message, details) %}
    {# A warning of the model that runs: said now, and returned as an event for the log. #}
    {% do exceptions.warn(message) %}
    {% do return({
        'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
        'details': dict({'unique_id': model.unique_id, 'relation': this | string}, **details),
    }) %}
{% endmacro %}
