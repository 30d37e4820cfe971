{% macro check_streaming_table(existing, state, ranges, plans, full_refresh, rules) %}
    {# What the table reads, and what its sources went through since it last read them. #}
    {% set errors = sluice.unread_source_errors(ranges, plans) %}
    {% if existing is not none and not full_refresh %}
        {% if not existing.is_table %}
            {% do errors.extend(sluice.foreign_table_errors(existing, state, [])) %}
        {% endif %}
        {% do errors.extend(sluice.rebuilt_source_errors(ranges)) %}
        {% do errors.extend(sluice.renamed_source_errors(ranges, state)) %}
    {% endif %}
    {% do sluice.raise_errors('Streaming table error', errors) %}
{% endmacro %}


{% macro check_places(existing, state, columns, full_refresh, rules) %}
    {# What stands where the table and its quarantine are to be. #}
    {% set errors = [] %}
    {% if existing is not none and not full_refresh %}
        {% do errors.extend(sluice.foreign_table_errors(existing, state, columns.table)) %}
    {% endif %}
    {% do errors.extend(sluice.quarantine_errors(this, rules, columns.get('quarantine'))) %}
    {% do sluice.raise_errors('Streaming table error', errors) %}
{% endmacro %}


{% macro unread_source_errors(ranges, plans) %}
    {# A model that reads tables or files without stream() and read_files() would append all of them at each run; one
       that reads a stream may join whole tables to it, which is told where these are streaming tables. #}
    {% set append_all = (model.config.get('meta') or {}).get('append_all') %}
    {% if append_all is not none and append_all is not boolean %}
        {% do return(['append_all must be true or false, found: ' ~ tojson(append_all)]) %}
    {% elif append_all %}
        {% do return([]) %}
    {% endif %}
    {% set reads = sluice.plain_reads(model.get('compiled_code')) %}
    {% if ranges or plans %}
        {% set streamed = ranges | map(attribute='source') | list %}
        {% for read in reads if sluice.is_streaming_table(read.node)
            and sluice.dataset_id(sluice.relation_of(read.node)) not in streamed %}
            {% do exceptions.warn(
                model.name ~ ' reads the streaming table ' ~ read.found ~ ', all of its rows at each run, beside what '
                ~ 'it streams; if only new rows are meant: ' ~ read.expected
                ~ ' (meta: {append_all: true} says that it is meant as it is)'
            ) %}
        {% endfor %}
        {% do return([]) %}
    {% endif %}
    {% set errors = [] %}
    {% for read in reads %}
        {% do errors.append(
            model.name ~ ' reads ' ~ read.found ~ ', so that each run would append all of it again; '
            ~ ('probably meant: ' ~ read.expected ~ '. If' if read.expected
                else 'expected sluice.stream(ref(...)) or sluice.read_files(source(...)) in a streaming_table. If')
            ~ ' all of it at each run is meant, say so: meta: {append_all: true}'
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro foreign_table_errors(existing, state, columns) %}
    {# What stands there and is no table of this model's making. #}
    {% set made_by = state.options.get(state.dataset, {}).get('made_by') %}
    {% set way_out = 'rebuild it with: ' ~ sluice.rebuild_command(model) %}
    {% if not existing.is_table %}
        {% do return([existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; ' ~ way_out]) %}
    {% elif sluice.find_column(columns, '_sluice_batch') is none %}
        {% do return([existing ~ ' exists but is no streaming table (it has no _sluice_batch); ' ~ way_out]) %}
    {% elif not sluice.position(state.read, state.dataset).epoch %}
        {% do return([
            existing ~ ' exists, but ' ~ sluice.state_relation('checkpoints', this.database)
            ~ ' does not know what it has read, so it was copied or its state was dropped; ways out: '
            ~ 'keep its rows and take what its sources hold now as read: '
            ~ sluice.operation_command('mark_as_read', model) ~ '; or ' ~ way_out,
        ]) %}
    {% endif %}
    {% do return([
        existing ~ ' was made by something else meanwhile (' ~ made_by
        ~ '), so its rows are not those of this model; ' ~ way_out,
    ] if made_by else []) %}
{% endmacro %}


{% macro rebuilt_source_errors(ranges) %}
    {# Sources whose batches mean other rows now. #}
    {% set errors = [] %}
    {% set name = sluice.selector_of(model) %}
    {% for range in ranges if range.restarted %}
        {% set keep = sluice.operation_command('mark_as_read', model) %}
        {% do errors.append(
            range.source ~ ' was rebuilt (epoch ' ~ range.epoch ~ ') after this table had read it; '
            ~ 'reading on would double its rows. '
            ~ ('Rebuild this table too, with what reads it: ' ~ sluice.full_refresh_command(model, readers=true)
                if config.get('full_refresh') is not false else
                'It has full_refresh: false, which --full-refresh does not overrule. To keep its rows and take those '
                ~ 'that the source holds now as read: ' ~ keep ~ '. To rebuild it with what reads it, take '
                ~ 'full_refresh: false out of its config, then: dbt build --full-refresh --select ' ~ name ~ '+')
        ) %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro renamed_source_errors(ranges, state) %}
    {# A source that this table never read, beside checkpoints of one that is no dataset any more: probably one table
       under two names, whose rows would come once more. #}
    {% set new = ranges | rejectattr('known') | selectattr('to') | map(attribute='source') | list %}
    {% if not new %}{% do return([]) %}{% endif %}
    {% set places = [] %}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot', 'seed') %}
        {% do places.extend(sluice.dataset_ids_of(node)) %}
    {% endfor %}
    {% set gone = state.read.keys() | reject('in', places + [state.dataset]) | list %}
    {% if not gone %}{% do return([]) %}{% endif %}
    {% do return([
        'it has read ' ~ gone | join(', ') ~ ', which is no model any more, and now reads ' ~ new | join(', ')
        ~ ' for the first time; if that is the same table under another name, reading it would double its rows. '
        ~ 'Ways out: take what it holds now as read: ' ~ sluice.operation_command('mark_as_read', model)
        ~ '; or rebuild: ' ~ sluice.full_refresh_command(model, readers=true),
    ]) %}
{% endmacro %}


{% macro quarantine_errors(relation, rules, columns) %}
    {# What stands where the quarantine is to be would get its rows, or be dropped by the next full refresh. #}
    {% if not sluice.drops(rules) %}{% do return([]) %}{% endif %}
    {% set quarantine = sluice.quarantine_relation(relation) %}
    {% set expected = ', expected the quarantine of ' ~ relation.identifier
        ~ ' (rows that break a rule with on_violation: drop); way out: rename one of the two' %}
    {% set node = sluice.node_at(quarantine) %}
    {% if node is not none %}
        {% do return([
            quarantine ~ ' is the ' ~ node.resource_type ~ ' ' ~ node.unique_id ~ expected
            ~ ', with an alias for example',
        ]) %}
    {% endif %}
    {% set existing = load_cached_relation(quarantine) %}
    {% if existing is not none and not sluice.is_quarantine(existing, columns) %}
        {% set found = 'a table without _sluice_violations' if existing.is_table else 'a ' ~ existing.type %}
        {% do return([
            quarantine ~ ' exists as ' ~ found ~ expected ~ ', or drop ' ~ quarantine ~ ' if it is not needed',
        ]) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}
