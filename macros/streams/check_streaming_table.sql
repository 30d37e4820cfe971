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
