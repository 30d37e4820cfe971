{% macro keys_of_stream(node, looks, scope, seed_keys=none) %}
    {# By which columns the rows of a streaming table are told apart, as people are: those that were given; those of
       the source, if it has them; else what the keys of the tables that read it are made of. None where that cannot be
       told: the shortest of these must be part of all of them. #}
    {% set given, columns = scope.given.get(node.name), looks[node.unique_id].columns %}
    {% if given %}{% do return(sluice.listed(given)) %}{% endif %}
    {% if seed_keys and sluice.columns_named(columns, seed_keys) | length == seed_keys | length %}
        {% do return(seed_keys) %}
    {% endif %}
    {% set found = {'stream': [], 'target': [], 'keyed': []} %}
    {# Keys that were given for a reader say nothing of what they are made of. #}
    {% for reader in scope.nodes if reader.unique_id in looks and reader.name not in scope.given %}
        {% set facts = scope.facts[reader.unique_id] %}
        {% set reads = sluice.dataset_id(sluice.relation_of(node)) in facts.reads %}
        {% set keys = (sluice.keys_of_stream(reader, looks, scope) if facts.kind == 'stream' else facts['keys'])
            if reads or (facts.kind == 'keyed' and node.unique_id in reader.depends_on.nodes) %}
        {% if keys %}{% do found[facts.kind].append(sluice.keys_in_stream(keys, node, columns, facts)) %}{% endif %}
    {% endfor %}
    {% set candidates = found.stream + found.target or found.keyed %}
    {% set ns = namespace(shortest=candidates[0] if candidates else none) %}
    {% for keys in candidates %}
        {% if keys | length < ns.shortest | length %}{% set ns.shortest = keys %}{% endif %}
    {% endfor %}
    {% for keys in candidates if not keys or ns.shortest | reject('in', keys) | list %}{% do return(none) %}{% endfor %}
    {% do return(ns.shortest or none) %}
{% endmacro %}


{% macro keys_in_stream(keys, node, columns, facts) %}
    {# What the keys of a table are in the stream that it reads: what its query makes them of, else the columns of the
       same names; empty where neither tells. #}
    {% set stream, result = '_sluice_stream ' ~ sluice.dataset_id(sluice.relation_of(node)), [] %}
    {% for key in keys %}
        {% set made_of = sluice.source_expression(facts.template, stream, key) if facts.template %}
        {% set column = sluice.find_column(columns, made_of or key) %}
        {% if column is none and not made_of %}{% do return([]) %}{% endif %}
        {% do result.append(column.name | lower if column is not none else made_of) %}
    {% endfor %}
    {% do return(result) %}
{% endmacro %}


{% macro source_expression(sql, stream, name) %}
    {# What a query over one table makes a column of: the name of a column of that table, or an SQL expression; none
       where it is not known. #}
    {% do return(adapter.dispatch('source_expression', 'sluice')(sql, stream, name)) %}
{% endmacro %}

{% macro default__source_expression(sql, stream, name) %}
    {# Engines that do not show a parsed query. #}
    {% do return(none) %}
{% endmacro %}


{% macro unknown_keys_error(node, why, seed_keys=none) %}
    {# What is missing, and how it is said. #}
    {% set like = ' the values of ' ~ seed_keys | join(', ') if seed_keys else ' the key' %}
    {% do return(node.name ~ ': ' ~ why ~ '; way out: name its columns that hold' ~ like
        ~ ', or SQL expressions over its columns: keys: {' ~ node.name ~ ': [<column>]}') %}
{% endmacro %}


{% macro unknown_template_reason(node, facts) %}
    {# Why a table's query cannot be run over the rows that are to be forgotten, or none. #}
    {% if not facts.reads %}{% do return('it reads no stream') %}{% endif %}
    {% if not facts.template %}
        {% do return('it is a Python model' if node.language == 'python'
            else (facts.recorded.get('state') or {}).get('reason') or 'its query is another one at each run') %}
    {% endif %}
    {% if facts.is_streamed %}{% do return(none) %}{% endif %}
    {% set names = [] %}
    {% for id in facts.reads %}{% do names.append('_sluice_stream ' ~ id) %}{% endfor %}
    {% do return(sluice.not_row_by_row(facts.template, names)) %}
{% endmacro %}


{% macro key_names(keys) %}
    {# The columns in which the texts of keys stand. #}
    {% set names = [] %}
    {% for key in keys %}{% do names.append('_sluice_key_' ~ loop.index) %}{% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro named_key_texts(keys, columns) %}
    {# A select list of the texts of keys, under those names. #}
    {% set selected, names = [], sluice.key_names(keys) %}
    {% for text in sluice.key_texts(keys, columns) %}
        {% do selected.append(text ~ ' as ' ~ names[loop.index0]) %}
    {% endfor %}
    {% do return(selected | join(', ')) %}
{% endmacro %}


{% macro whole_key_condition(keys, prefix) %}
    {# True where no part of a key is null. #}
    {% set parts = [] %}
    {% for name in sluice.key_names(keys) %}{% do parts.append(prefix ~ '.' ~ name ~ ' is not null') %}{% endfor %}
    {% do return(parts | join(' and ')) %}
{% endmacro %}


{% macro same_keys_condition(keys, left, right) %}
    {# True where two rows have the same key, no part of it being null. #}
    {% set parts = [] %}
    {% for name in sluice.key_names(keys) %}
        {% do parts.append(left ~ '.' ~ name ~ ' = ' ~ right ~ '.' ~ name) %}
    {% endfor %}
    {% do return(parts | join(' and ')) %}
{% endmacro %}


{% macro forgotten_rows(plan, relation, columns) %}
    {# A query of the rows of a table that are to be forgotten, by _sluice_row: those with a key that was found, and
       of those whose key has a null part the ones that were found as they are. #}
    {% set compared = sluice.columns_named(columns, plan.compared) %}
    select *
    from (
        select
            *,
            {{ sluice.row_id_expression(columns) }} as _sluice_row,
            {{ sluice.named_key_texts(plan['keys'], columns) }}
        from {{ relation }}
    ) as _sluice_table
    where exists (
        select 1
        from {{ plan.staged }} as _sluice_found
        where {{ sluice.same_keys_condition(plan['keys'], '_sluice_found', '_sluice_table') }}
    )
    {%- if compared %}
    or (
        not ({{ sluice.whole_key_condition(plan['keys'], '_sluice_table') }})
        and exists (
            select 1
            from {{ plan.staged }} as _sluice_found
            where true
            {%- for name in sluice.quoted(compared | map(attribute='name')) %}
                and _sluice_found.{{ name }} is not distinct from _sluice_table.{{ name }}
            {%- endfor %}
        )
    )
    {%- endif %}
{% endmacro %}


{% macro other_rows(plan, relation, columns) %}
    {# A query of all other rows of a table. #}
    select *
    from {{ relation }}
    where {{ sluice.row_id_expression(columns) }} not in (
        select _sluice_row from ({{ sluice.forgotten_rows(plan, relation, columns) }}) as _sluice_forgotten
    )
{% endmacro %}
