{% macro forget_counts(plans, scope) %}
    {# What goes: {'keys' (how many), 'rows': {table: how many}, 'total', 'files' (that still hold them),
       'unknown_files', 'later': [{name, why}], 'rebuild', 'snapshots'}. #}
    {% set seed, rows, later = plans[0], {}, [] %}
    {% set number = sluice.query_rows('select count(*) as num_keys from (select distinct '
        ~ sluice.key_names(seed['keys']) | join(', ') ~ ' from ' ~ seed.staged ~ ' as _sluice_seed where '
        ~ sluice.whole_key_condition(seed['keys'], '_sluice_seed') ~ ') as _sluice_keys')[0].num_keys | int %}
    {% for plan in plans %}
        {% for place in sluice.places_of(plan) | reverse %}
            {% do rows.update({place.relation | string: sluice.query_rows('select count(*) as num_rows from ('
                ~ sluice.forgotten_rows(plan, place.relation, place.columns) ~ ') as _sluice_forgotten'
            )[0].num_rows | int}) %}
        {% endfor %}
        {% if plan.later %}
            {% do later.append({'name': sluice.selector_of(plan.node), 'why': plan.later}) %}
        {% endif %}
    {% endfor %}
    {% set files = sluice.files_that_hold(plans) %}
    {% do return({
        'keys': number, 'rows': rows, 'total': rows.values() | sum,
        'files': files.paths, 'unknown_files': files.unknown, 'later': later,
        'rebuild': scope.rebuild, 'snapshots': scope.snapshots,
    }) %}
{% endmacro %}


{% macro files_that_hold(plans) %}
    {# {'paths': of the files that rows which go came from, where clean_source moved them to if it did, 'unknown': a
       sentence for each table whose rows do not say their files}. #}
    {% set paths, unknown = [], [] %}
    {% for plan in plans if plan.takes_rows %}
        {% set places, ledger = [], sluice.state_relation('files', plan.node.database) %}
        {% for place in sluice.places_of(plan) %}
            {% set metadata = sluice.find_column(place.columns, '_metadata') %}
            {% if metadata is not none and 'file_path' in metadata.dtype %}
                {% do places.append('select _metadata.file_path as path from ('
                    ~ sluice.forgotten_rows(plan, place.relation, place.columns) ~ ') as _sluice_forgotten') %}
            {% endif %}
        {% endfor %}
        {% if places %}
            {% set query %}
                select distinct coalesce(_sluice_ledger.moved_to, _sluice_rows.path) as path
                from ({{ places | join(' union ') }}) as _sluice_rows
                left join {{ ledger }} as _sluice_ledger
                    on {{ sluice.path_expression('_sluice_ledger.path') }}
                        = {{ sluice.path_expression('_sluice_rows.path') }}
                where _sluice_rows.path is not null
                    and (_sluice_ledger.cleaned_at is null or _sluice_ledger.moved_to is not null)
                order by 1 asc
            {% endset %}
            {% do paths.extend(sluice.query_rows(query) | map(attribute='path') | list) %}
        {% endif %}
        {% for id in plan.node.depends_on.nodes if id in graph.sources and not places
            and sluice.external_location_of(graph.sources[id]) %}
            {% do unknown.append(plan.node.name
                ~ ' does not keep _metadata, so its rows do not say which of the files at '
                ~ sluice.external_location_of(graph.sources[id]) ~ ' still hold them') %}
        {% endfor %}
    {% endfor %}
    {% do return({'paths': paths | unique | list, 'unknown': unknown}) %}
{% endmacro %}


{% macro has_messages(database) %}
    {# Whether there is a text in which a value may stand. #}
    {% set query %}
        select count(*) as num_messages
        from (
            select message from {{ sluice.state_relation('event_log', database) }} where level in ('WARN', 'ERROR')
            union all
            select error from {{ sluice.state_relation('files', database) }} where error is not null
        ) as _sluice_messages
    {% endset %}
    {% do return(sluice.query_rows(query)[0].num_messages | int > 0) %}
{% endmacro %}


{% macro forgotten_values(plans) %}
    {# A query of what tells the rows that go from all others: column, value (as text). What other rows have too says
       nothing of anybody. #}
    {% set queries = [] %}
    {% for plan in plans if plan.takes_rows %}
        {% for column in sluice.user_columns(plan.columns)
            if sluice.type_family(column.dtype) not in ('nested', 'boolean', 'json', 'bytes')
            and column.name not in ('_metadata', '_rescued_data') %}
            {% set selected = 'select ' ~ sluice.literal(column.name) ~ ' as name, cast('
                ~ sluice.quote(column.name) ~ ' as ' ~ sluice.type_text() ~ ') as value from (' %}
            {% set going, staying = [], [] %}
            {% for place in sluice.places_of(plan) if sluice.find_column(place.columns, column.name) is not none %}
                {% do going.append(selected ~ sluice.forgotten_rows(plan, place.relation, place.columns)
                    ~ ') as _sluice_forgotten') %}
                {% do staying.append(selected ~ sluice.other_rows(plan, place.relation, place.columns)
                    ~ ') as _sluice_other') %}
            {% endfor %}
            {% do queries.append('((' ~ going | join('\nunion all\n') ~ ')\nexcept\n('
                ~ staying | join('\nunion all\n') ~ '))') %}
        {% endfor %}
    {% endfor %}
    {% set nothing = "select '' as name, '' as value where false" %}
    {% do return('select distinct name, value from (\n' ~ (queries | join('\nunion all\n') or nothing)
        ~ "\n) as _sluice_values where coalesce(value, '') <> ''") %}
{% endmacro %}


{% macro clean_log_statements(values, database) %}
    {# The statements that take messages out of the event log, and errors out of the ledger, in which these values
       stand: sample rows of broken rules, and what an engine says of a value. The event itself stays. #}
    {% set event_log = sluice.state_relation('event_log', database) %}
    {% set files = sluice.state_relation('files', database) %}
    {% set details = 'cast(details as ' ~ sluice.type_text() ~ ')' %}
    {% set told = 'exists (select 1 from ' ~ values ~ ' as _sluice_values where ' %}
    {% set notice = 'The message held values that were forgotten.' %}
    {% do return([
        'update ' ~ event_log ~ ' set details = ' ~ sluice.literal(tojson({'forgotten': true}))
            ~ " where level in ('WARN', 'ERROR') and " ~ told ~ sluice.trace_condition(details) ~ ')',
        'update ' ~ event_log ~ ' set message = ' ~ sluice.literal(notice)
            ~ " where level in ('WARN', 'ERROR') and " ~ told ~ sluice.trace_condition('message') ~ ')',
        'update ' ~ files ~ ' set error = ' ~ sluice.literal(notice) ~ ' where error is not null and ' ~ told
            ~ sluice.trace_condition('error') ~ ')',
    ]) %}
{% endmacro %}


{% macro trace_condition(text) %}
    {# True where a value stands in a text: `name` and `value` are its columns. A short one, or a number, is one only
       beside the name of its column. #}
    {% do return(adapter.dispatch('trace_condition', 'sluice')(text)) %}
{% endmacro %}
