{% macro check_streaming_table(existing, positions, afresh) %}
    {% do sluice.ensure_state() %}
    {% set errors = [] %}
    {% if existing is not none and not existing.is_table %}
        {% do errors.append(
            existing ~ ' exists as a ' ~ existing.type ~ ', expected a table; drop it, then run again'
        ) %}
    {% elif existing is not none and not afresh
        and sluice.column_named(sluice.columns_of(existing), '_sluice_batch') is none %}
        {% do errors.append(
            existing ~ ' exists but is no streaming table (it has no _sluice_batch); rebuild it with: dbt run --full-refresh --select '
            ~ model.name
        ) %}
    {% endif %}
    {% for position in positions if position.restarted %}
        {% do errors.append(
            position.source ~ ' was rebuilt (epoch ' ~ position.epoch ~ ') after this table had read it; reading on would double its rows. '
            ~ 'Rebuild this table too, with what reads it: dbt build --full-refresh --select ' ~ model.name ~ '+'
        ) %}
    {% endfor %}
    {% do sluice.raise_errors('Streaming table error', errors) %}
{% endmacro %}
