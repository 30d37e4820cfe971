{% macro check_streaming_table(existing, ranges, full_refresh, rules) %}
    {# What stands where the table is to be, and what its sources went through since it last read them. #}
    {% set errors = [] %}
    {% set id = sluice.dataset_id(this) %}
    {% set way_out = 'rebuild it with: ' ~ sluice.rebuild_command(model) %}
    {% if existing is not none and not full_refresh %}
        {% if not existing.is_table %}
            {% do errors.append(existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; ' ~ way_out) %}
        {% elif sluice.find_column(sluice.columns_of(existing), '_sluice_batch') is none %}
            {% do errors.append(existing ~ ' exists but is no streaming table (it has no _sluice_batch); ' ~ way_out) %}
        {% elif not sluice.committed_batch(id, id, this.database).epoch %}
            {% do errors.append(
                existing ~ ' exists, but ' ~ sluice.state_relation('checkpoints', this.database)
                ~ ' does not know what it has read, so it was copied or its state was dropped; ' ~ way_out
            ) %}
        {% endif %}
    {% endif %}
    {% for range in ranges if range.restarted %}
        {% do errors.append(
            range.source ~ ' was rebuilt (epoch ' ~ range.epoch ~ ') after this table had read it; '
            ~ 'reading on would double its rows. ' ~ sluice.ways_out_of_rebuilt_source()
        ) %}
    {% endfor %}
    {% do sluice.raise_errors('Streaming table error', errors + sluice.quarantine_errors(this, rules)) %}
{% endmacro %}


{% macro ways_out_of_rebuilt_source() %}
    {# For a streaming table that runs, whose source was rebuilt. #}
    {% set name = sluice.selector_of(model) %}
    {% set rebuild = 'dbt build --full-refresh --select ' ~ name ~ '+' %}
    {% if config.get('full_refresh') is not false %}
        {% do return('Rebuild this table too, with what reads it: ' ~ rebuild) %}
    {% endif %}
    {% do return(
        'It has full_refresh: false, which --full-refresh does not overrule. To keep its rows and take those that the '
        ~ "source holds now as read: dbt run-operation sluice.mark_as_read --args '{dataset: " ~ name ~ "}'. "
        ~ 'To rebuild it with what reads it, take full_refresh: false out of its config, then: ' ~ rebuild
    ) %}
{% endmacro %}


{% macro quarantine_errors(relation, rules) %}
    {# What stands where the quarantine is to be would get its rows, or be dropped by the next full refresh. #}
    {% if not rules | selectattr('on_violation', 'equalto', 'drop') | list %}{% do return([]) %}{% endif %}
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
    {% if existing is not none and not sluice.is_quarantine(existing) %}
        {% set found = 'a table without _sluice_violations' if existing.is_table else 'a ' ~ existing.type %}
        {% do return([
            quarantine ~ ' exists as ' ~ found ~ expected ~ ', or drop ' ~ quarantine ~ ' if it is not needed',
        ]) %}
    {% endif %}
    {% do return([]) %}
{% endmacro %}
