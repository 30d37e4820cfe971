{% macro duckdb__create_state(database) %}
    {% set event_log = sluice.state_relation('event_log', database) %}
    create schema if not exists {{ event_log.without_identifier() }};
    create table if not exists {{ event_log }} (
        id varchar not null,
        update_id varchar not null,
        timestamp timestamp not null,
        level varchar not null,
        event_type varchar not null,
        dataset varchar,
        message varchar,
        details json
    );
    -- Append-only: the position of a consumer is its greatest (epoch, batch), so two nodes never
    -- update the same row. A streaming table's own head is the row where source = dataset.
    create table if not exists {{ sluice.state_relation('checkpoints', database) }} (
        dataset varchar not null,
        source varchar not null,
        epoch bigint not null,
        batch bigint not null,
        update_id varchar not null,
        committed_at timestamp not null
    );
    create table if not exists {{ sluice.state_relation('files', database) }} (
        dataset varchar not null,
        path varchar not null,
        size bigint,
        modified_at timestamp,
        batch bigint,
        rows bigint,
        status varchar not null,
        error varchar,
        source varchar not null,
        relation varchar not null,
        update_id varchar not null,
        recorded_at timestamp not null,
        cleaned_at timestamp,
        moved_to varchar
    );
    -- Append-only: the newest row of a dataset holds the options that its state was made with.
    create table if not exists {{ sluice.state_relation('targets', database) }} (
        dataset varchar not null,
        version bigint not null,
        options json not null,
        update_id varchar not null,
        committed_at timestamp not null
    );
    {{ sluice.event_log_views(database) }}
{% endmacro %}
