{% macro check_streaming_table(existing, positions, afresh, rules) %}
    {% do sluice.ensure_state() %}
    {% set errors = [] %}
    {% set id = sluice.dataset_id(this) %}
    {% set anew = 'rebuild it with: dbt run --full-refresh --select ' ~ sluice.dataset_name(model) %}
    {% if existing is not none and not existing.is_table and not afresh %}
        {% do errors.append(existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; ' ~ anew) %}
    {% elif existing is not none and not afresh
        and sluice.column_named(sluice.columns_of(existing), '_sluice_batch') is none %}
        {% do errors.append(existing ~ ' exists but is no streaming table (it has no _sluice_batch); ' ~ anew) %}
    {% elif existing is not none and not afresh and not sluice.latest_position(id, id, this.database).epoch %}
        {% do errors.append(
            existing ~ ' exists, but ' ~ sluice.state_relation('checkpoints', this.database)
            ~ ' does not know what it has read, so it was copied or its state was dropped; ' ~ anew
        ) %}
    {% endif %}
    {% for position in positions if position.restarted %}
        {% do errors.append(
            position.source ~ ' was rebuilt (epoch ' ~ position.epoch ~ ') after this table had read it; reading on would double its rows. '
            ~ sluice.ways_out_of_rebuilt_source()
        ) %}
    {% endfor %}
    {% do sluice.raise_errors('Streaming table error', errors + sluice.quarantine_errors(this, rules)) %}
{% endmacro %}


{% macro ways_out_of_rebuilt_source() %}
    {# For a streaming table that runs, whose source was rebuilt. #}
    {% set name = sluice.dataset_name(model) %}
    {% set rebuild = 'dbt build --full-refresh --select ' ~ name ~ '+' %}
    {% if config.get('full_refresh') is not false %}
        {% do return('Rebuild this table too, with what reads it: ' ~ rebuild) %}
    {% endif %}
    {% do return(
        'It has full_refresh: false, which --full-refresh does not overrule. To keep its rows and take those that the source holds now as read: '
        ~ "dbt run-operation sluice.mark_as_read --args '{dataset: " ~ name ~ "}'. "
        ~ 'To rebuild it with what reads it, take full_refresh: false out of its config, then: ' ~ rebuild
    ) %}
{% endmacro %}


{% macro stage_batch(query, rules, started) %}
    {# What is to be appended: {rows: a relation or a query, judgement: judge() of it, temps: tables to drop}. Rules are
       judged on a copy. Without any the rows go straight into the table, and their number is known when they are in,
       see settle_batch(). A query that reads this table itself needs it as it was, so it is copied too. #}
    {% if not rules and this | string not in query %}
        {% do return({'rows': '(\n' ~ query ~ '\n)', 'judgement': {'rows': none}, 'temps': []}) %}
    {% endif %}
    {% set rows = sluice.create_temp('batch', sluice.judged_rows(query, rules)) %}
    {% set judgement = sluice.judge(rows, rules) %}
    {% do sluice.fail_update(rows, rules, judgement, started) %}
    {% do return({'rows': rows, 'judgement': judgement, 'temps': [rows]}) %}
{% endmacro %}


{% macro streaming_columns(batch) %}
    {# The user's columns of a batch. #}
    {% set columns = [] %}
    {% for column in sluice.query_columns('select * from ' ~ batch) if not modules.re.match('_sluice_rule_[0-9]+$', column.name) %}
        {% do columns.append(column) %}
    {% endfor %}
    {% do sluice.raise_errors('Streaming table error', sluice.reserved_column_errors(columns)) %}
    {% do return(columns) %}
{% endmacro %}


{% macro next_batch(existing, afresh, rows, relation=none) %}
    {# This table's head after the run, as a position of itself: a rebuild opens an epoch, rows (none: not counted yet)
       a batch. #}
    {% set relation = relation or this %}
    {% set id = sluice.dataset_id(relation) %}
    {% set head = sluice.latest_position(id, id, relation.database) %}
    {% set epoch = head.epoch + 1 if afresh else head.epoch %}
    {% set from = 0 if afresh else head.batch %}
    {% do return({
        'source': id, 'epoch': epoch, 'from': from, 'to': from + (0 if rows == 0 else 1), 'restarted': afresh,
    }) %}
{% endmacro %}


{% macro prepare_streaming_table(relation, existing, afresh, columns) %}
    {# Creates the table or brings its columns up to the batch's; returns the columns to insert. #}
    {% if not afresh %}
        {% do return(sluice.sync_columns(relation, columns, sluice.on_schema_change()).taken) %}
    {% endif %}
    {% if existing is not none %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% do sluice.create_table(relation, columns, contracted=true) %}
    {% do run_query('alter table ' ~ relation ~ ' add column _sluice_batch ' ~ dbt.type_bigint()) %}
    {% do return(columns) %}
{% endmacro %}


{% macro insert_batch(relation, batch, rules, columns, head) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    insert into {{ relation }} ({{ names }}, _sluice_batch)
    select {{ names }}, {{ head.to }}
    from {{ batch }} as batch
    where {{ sluice.kept(rules) }}
{% endmacro %}


{% macro settle_batch(batch, relation, head) %}
    {# Counts a batch that was inserted unseen; one without rows takes no number. #}
    {% if batch.judgement.rows is none %}
        {% set rows = '(select * from ' ~ relation ~ ' where _sluice_batch = ' ~ head.to ~ ')' %}
        {% do batch.update({'rows': rows, 'judgement': sluice.judge(rows, [])}) %}
        {% if not batch.judgement.rows %}{% do head.update({'to': head['from']}) %}{% endif %}
    {% endif %}
{% endmacro %}
