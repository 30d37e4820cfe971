{% macro forget_plans(scope, where) %}
    {# For each table what goes of it, nothing is written: [{'node', 'relation', 'columns', 'kind', 'facts', 'keys' (its
       columns or expressions that hold the key), 'staged' (a table of the keys as texts, with the rows that were found
       where `compared` names columns), 'takes_rows' (whether it is a stream, or reads files itself), 'quarantine',
       'events', 'adopted' and 'feed' ({'relation', 'columns'} or none), 'later' (why its next run works it out anew, or
       none)}], in the order of scope.nodes; the source's is first. #}
    {% set looks, plans, errors = {}, {}, [] %}
    {% for node in scope.nodes %}
        {% do looks.update({node.unique_id: dict(sluice.look_to_forget(node, scope), stage='forget' ~ loop.index)}) %}
    {% endfor %}
    {% set seed = sluice.seed_plan(scope, looks, where) %}
    {% do plans.update({scope.seed.unique_id: seed}) %}
    {% for node in scope.nodes if node.unique_id != scope.seed.unique_id and node.unique_id in scope.roots %}
        {% do plans.update({node.unique_id: sluice.plan_by_value(node, scope, looks, seed, errors)}) %}
    {% endfor %}
    {% for node in scope.nodes %}
        {% set look = looks[node.unique_id] %}
        {% set is_known = node.unique_id in plans %}
        {% if errors %}
            {# All that is wrong with one table is told, and nothing that follows from it. #}
        {% elif look.kind == 'keyed' %}
            {% do plans.update({node.unique_id: sluice.plan_of_keyed(look, plans)}) %}
        {% elif not is_known or look.facts.reads %}
            {% set plan = sluice.plan_of_reader(look, scope, looks, plans, errors) %}
            {% if plan and not is_known %}{% do plans.update({node.unique_id: plan}) %}{% endif %}
            {% if plan and is_known %}{% do sluice.drop_staged([plan.staged]) %}{% endif %}
        {% endif %}
    {% endfor %}
    {% if errors %}{% do sluice.drop_staged(plans.values() | select | map(attribute='staged') | list) %}{% endif %}
    {% do sluice.raise_errors('sluice.forget error', errors, scope.seed) %}
    {% set ordered = [seed] %}
    {% for node in scope.nodes if node.unique_id != scope.seed.unique_id %}
        {% do ordered.append(plans[node.unique_id]) %}
    {% endfor %}
    {% do return(ordered) %}
{% endmacro %}


{% macro look_to_forget(node, scope) %}
    {# What there is of a table: the fields of a plan that need no keys. #}
    {% set relation, facts = sluice.relation_of(node), scope.facts[node.unique_id] %}
    {% set look = {
        'node': node, 'relation': relation, 'kind': facts.kind, 'facts': facts, 'compared': [], 'quarantine': none,
        'events': none, 'adopted': none, 'feed': none, 'later': none, 'takes_rows': facts.kind == 'stream' or (
            facts.kind == 'target' and sluice.knows_files(sluice.dataset_id(relation), node.database)),
    } %}
    {% if facts.kind == 'stream' %}
        {% set found = sluice.look_at_table(node, relation, 'forget').columns %}
        {% set quarantine = load_cached_relation(sluice.quarantine_relation(relation)) %}
        {% do look.update({'columns': found.table}) %}
        {% if sluice.is_quarantine(quarantine, found.get('quarantine')) %}
            {% do look.update({'quarantine': {'relation': quarantine, 'columns': found.quarantine}}) %}
        {% endif %}
    {% else %}
        {% do look.update({'columns': sluice.columns_of(relation)}) %}
        {% set beside = {
            'events': sluice.events_relation(relation), 'adopted': sluice.adopted_relation(relation),
            'feed': sluice.change_feed_relation(relation),
        } %}
        {% for name, place in beside.items() if facts.kind == 'target' and load_cached_relation(place) is not none %}
            {% do look.update({name: {'relation': place, 'columns': sluice.columns_of(place)}}) %}
        {% endfor %}
    {% endif %}
    {% do return(look) %}
{% endmacro %}


{% macro seed_plan(scope, looks, where) %}
    {# The plan of the source: the rows that were asked for, also those in its quarantine. #}
    {% set node, look = scope.seed, looks[scope.seed.unique_id] %}
    {% set keys = look.facts['keys'] or sluice.keys_of_stream(node, looks, scope) %}
    {% if not keys %}
        {% do sluice.raise_errors('sluice.forget error', [sluice.unknown_keys_error(
            node, 'which of its columns tell one person from another does not follow from the keys of what reads it')],
            node) %}
    {% endif %}
    {% set columns = sluice.user_columns(look.columns) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% set rows = 'select ' ~ names ~ ' from ' ~ look.relation ~ ' where true and (' ~ where ~ '\n)' %}
    {% do sluice.check_conditions(
        'select ' ~ names ~ ' from ' ~ look.relation, [{'name': 'where', 'condition': where}], node, columns) %}
    {% if look.quarantine %}
        {% set held = sluice.aligned_rows(
            columns, sluice.user_columns(look.quarantine.columns), look.quarantine.relation) %}
        {% set rows = rows ~ '\nunion all\nselect ' ~ names ~ ' from ' ~ held ~ ' as _sluice_held where (' ~ where
            ~ '\n)' %}
    {% endif %}
    {% set staged = sluice.stage_table(look.stage, 'select *, ' ~ sluice.named_key_texts(keys, columns) ~ '\nfrom (\n'
        ~ rows ~ '\n) as _sluice_asked', look.relation) %}
    {% set num_partial = sluice.query_rows('select count(*) as num_rows from ' ~ staged ~ ' as _sluice_seed where not ('
        ~ sluice.whole_key_condition(keys, '_sluice_seed') ~ ')')[0].num_rows | int %}
    {% if look.facts.reads and num_partial %}
        {% do sluice.drop_staged([staged]) %}
        {% do sluice.raise_errors('sluice.forget error', [num_partial ~ ' of its rows have no value in a part of their '
            ~ 'key (' ~ keys | join(', ') ~ '), by which they would be found in ' ~ look.facts.reads | join(', ')
            ~ '; way out: name that as the source, or a where that leaves them out'], node) %}
    {% endif %}
    {% do return(dict(look, keys=keys, compared=columns | map(attribute='name') | list, staged=staged)) %}
{% endmacro %}


{% macro plan_by_value(node, scope, looks, seed, errors) %}
    {# The plan of a table that has the keys of the source as they are, in columns that were given, or that its
       readers make them of. What is wrong goes into the errors. #}
    {% set look, keys = looks[node.unique_id], sluice.listed(scope.given.get(node.name)) %}
    {% if not keys and not seed.facts.reads
        or not keys and not sluice.unknown_template_reason(seed.node, seed.facts) %}
        {% set keys = sluice.keys_of_stream(node, looks, scope, seed['keys']) or [] %}
    {% endif %}
    {% if keys | length != seed['keys'] | length %}
        {% do errors.append(sluice.unknown_keys_error(
            node, 'what it has of the keys of ' ~ seed.node.name ~ ' cannot be told', seed['keys'])) %}
        {% do return(none) %}
    {% endif %}
    {% do return(dict(look, keys=keys, staged=sluice.staged_values(look, keys, seed))) %}
{% endmacro %}


{% macro staged_values(look, keys, seed) %}
    {# The keys of the source as texts of the types that they have in another table, staged. #}
    {% set types = [] %}
    {% for key in keys %}
        {% set column = sluice.find_column(look.columns, key) %}
        {% do types.append(column.dtype if column is not none else sluice.query_columns(
            'select (' ~ key ~ ') as _sluice_key from ' ~ look.relation)[0].dtype) %}
    {% endfor %}
    {% set selected, text = [], sluice.type_text() %}
    {% for name in sluice.key_names(keys) %}
        {% do selected.append(sluice.exact_expression('cast(cast(' ~ name ~ ' as ' ~ types[loop.index0] ~ ') as ' ~ text
            ~ ')', text) ~ ' as ' ~ name) %}
    {% endfor %}
    {% do return(sluice.stage_table(look.stage, 'select distinct ' ~ selected | join(', ') ~ ' from ' ~ seed.staged
        ~ ' as _sluice_seed where ' ~ sluice.whole_key_condition(keys, '_sluice_seed'), look.relation)) %}
{% endmacro %}


{% macro plan_of_reader(look, scope, looks, plans, errors) %}
    {# The plan of a streaming table or a target: its query over the rows that go of its streams says which keys it has
       of them. Where other rows of its streams have the same keys, a target is worked out from them at its next run. #}
    {% set node, facts, seed = look.node, look.facts, plans[scope.seed.unique_id] %}
    {% set reason = sluice.unknown_template_reason(node, facts) %}
    {% set given = sluice.listed(scope.given.get(node.name)) %}
    {% if reason %}
        {% if given | length == seed['keys'] | length %}
            {% do return(dict(look, keys=given, staged=sluice.staged_values(look, given, seed))) %}
        {% elif node.unique_id == seed.node.unique_id %}
            {% do return(none) %}
        {% endif %}
        {% do errors.append(sluice.unknown_keys_error(
            node, 'which of its rows come from those that are to be forgotten cannot be told, for ' ~ reason,
            seed['keys'])) %}
        {% do return(none) %}
    {% endif %}
    {% set keys = facts['keys'] or sluice.keys_of_stream(node, looks, scope, seed['keys']) %}
    {% if not keys %}
        {% do errors.append(sluice.unknown_keys_error(node, 'which of its columns hold the key cannot be told')) %}
        {% do return(none) %}
    {% endif %}
    {% set columns = sluice.user_columns(look.columns) %}
    {% set feed = sluice.feed_of(facts, plans, 'forgotten') %}
    {% set arriving = sluice.query_columns(feed) %}
    {% set shared = sluice.columns_named(columns, arriving | map(attribute='name') | list) %}
    {% set rows = sluice.rows_as_taken(feed, arriving, shared) %}
    {% set texts = sluice.named_key_texts(keys, shared) %}
    {% set compared = shared | map(attribute='name') | list if facts.kind == 'stream' else [] %}
    {% set plan = dict(look, keys=keys, compared=compared, staged=sluice.stage_table(
        look.stage if node.unique_id != seed.node.unique_id else 'asked',
        'select distinct ' ~ ('*, ' if compared else '') ~ texts ~ '\nfrom (\n' ~ rows ~ '\n) as _sluice_feed',
        look.relation)) %}
    {% set other = sluice.rows_as_taken(sluice.feed_of(facts, plans, 'other'), arriving, shared) %}
    {% set query = 'select count(*) as num_rows from (select ' ~ texts ~ ' from (\n' ~ other
        ~ '\n) as _sluice_feed) as _sluice_other where exists (select 1 from ' ~ plan.staged
        ~ ' as _sluice_found where ' ~ sluice.same_keys_condition(keys, '_sluice_found', '_sluice_other') ~ ')' %}
    {% set num_others = sluice.query_rows(query)[0].num_rows | int %}
    {% if num_others and (facts.kind == 'stream' or scope.roots != [seed.node.unique_id]) %}
        {% do errors.append(node.name ~ ': ' ~ num_others ~ ' other rows of its streams (' ~ facts.reads | join(', ')
            ~ ') yield keys in it that are to be forgotten; expected all rows of a key to be among those that go; ways '
            ~ 'out: a where that matches these too, or other keys: keys: {<model>: [<column or SQL>]}') %}
    {% elif num_others and facts.is_streamed %}
        {% do plan.update({'later': num_others ~ ' other rows of its streams have the same keys and stay'}) %}
    {% endif %}
    {% do return(plan) %}
{% endmacro %}


{% macro feed_of(facts, plans, which) %}
    {# The query of a table over the rows of its streams that are to be forgotten, or over all others. #}
    {% set feed = namespace(text=facts.template) %}
    {% for plan in plans.values() if plan.kind == 'stream' %}
        {% set id = sluice.dataset_id(plan.relation) %}
        {% if id in facts.reads %}
            {% set names = sluice.quoted(sluice.user_columns(plan.columns) | map(attribute='name')) | join(', ') %}
            {% set rows = sluice.forgotten_rows(plan, plan.relation, plan.columns) if which == 'forgotten'
                else sluice.other_rows(plan, plan.relation, plan.columns) %}
            {% set feed.text = feed.text | replace(
                sluice.stream_name(id), '(\n    select ' ~ names ~ ' from (' ~ rows ~ ') as _sluice_rows\n)') %}
        {% endif %}
    {% endfor %}
    {% do return(feed.text) %}
{% endmacro %}


{% macro plan_of_keyed(look, plans) %}
    {# The plan of a keyed table: of the keys that rows which go have, those of which no row stays. It is worked out
       anew where other rows of a key stay, or where what it reads does not say the keys. #}
    {% set keys, sources = look.facts['keys'], [] %}
    {% set typed = sluice.columns_named(look.columns, keys) %}
    {% set named = sluice.named_key_texts(keys, typed) %}
    {% set going, staying = [], [] %}
    {% for plan in plans.values() if plan and plan.node.unique_id in look.node.depends_on.nodes %}
        {% do sources.append(plan) %}
        {% if sluice.columns_named(plan.columns, keys) | length == keys | length %}
            {% for rows, queries in [(sluice.forgotten_rows(plan, plan.relation, plan.columns), going),
                (sluice.other_rows(plan, plan.relation, plan.columns), staying)] %}
                {% do queries.append('select distinct ' ~ named ~ ' from ('
                    ~ sluice.rows_as_taken(rows, plan.columns, typed) ~ ') as _sluice_keyed') %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% set none_of_them = 'select ' ~ named ~ ' from ' ~ look.relation ~ ' where false' %}
    {% set gone = going | join('\nunion\n') or none_of_them %}
    {% set left = staying | join('\nunion all\n') or none_of_them %}
    {% set stays = 'exists (select 1 from (\n' ~ left ~ '\n) as _sluice_staying where '
        ~ sluice.same_keys_condition(keys, '_sluice_staying', '_sluice_going') ~ ')' %}
    {% set staged = sluice.stage_table(look.stage, 'select * from (\n' ~ gone ~ '\n) as _sluice_going where not '
        ~ stays ~ ' and ' ~ sluice.whole_key_condition(keys, '_sluice_going'), look.relation) %}
    {% set counts = sluice.query_rows('select (select count(*) from (\n' ~ gone ~ '\n) as _sluice_going) as going, '
        ~ '(select count(*) from ' ~ staged ~ ') as staged')[0] %}
    {% set later = none if counts.going == counts.staged else 'its rows are made from rows of others, too' %}
    {% if going | length < sources | length %}{% set later = 'not all that it reads has its keys' %}{% endif %}
    {% do return(dict(look, keys=keys, staged=staged, sources=sources, later=later)) %}
{% endmacro %}
