{% macro spark__claim_statements(relation, version) %}
    {# Appends never conflict in Iceberg; two merges of one table do, if there is something to match. Who has claimed a
       dataset writes it alone until its events are there, or as long as its claim is fresh: see send_statements(). #}
    {% set versions = sluice.version_relation(relation) %}
    {% set statements = [] %}
    {% if version is none %}
        {% do statements.append('create table if not exists ' ~ versions
            ~ ' (version bigint, update_id string, claimed_at timestamp) using iceberg') %}
        {% do adapter.cache_added(versions) %}
    {% endif %}
    {% set failed = 'raise_error(' ~ sluice.literal(sluice.overtaken_error(relation)) ~ ')' %}
    {% do return(statements + [sluice.spark_claim(versions, (version or 0) + 1, 'case when _sluice_claim.version = '
        ~ (version or 0) ~ ' then _sluice_new.version else ' ~ failed ~ ' end')]) %}
{% endmacro %}


{% macro spark_claim(versions, version, kept) %}
    {# The statement that claims a dataset for this update, or holds on to it. #}
    merge into {{ versions }} as _sluice_claim
    using (
        select cast({{ version }} as bigint) as version, {{ sluice.literal(invocation_id) }} as update_id
    ) as _sluice_new
        on true
    when matched then update set
        version = {{ kept }},
        update_id = _sluice_new.update_id,
        claimed_at = current_timestamp()
    when not matched then insert (version, update_id, claimed_at)
        values (_sluice_new.version, _sluice_new.update_id, current_timestamp())
{% endmacro %}


{% macro spark__version_expression() %}
    {# With who claimed it last, and how many seconds ago. #}
    {% do return("concat(version, ' ', update_id, ' ', unix_timestamp() - unix_timestamp(claimed_at))") %}
{% endmacro %}


{% macro spark__version_told(value, relation) %}
    {# What another update has written in part looks as if it had broken off. It has not if its claim is fresh, it has
       not come to its end, and it told no events of this dataset since. #}
    {% set version, owner, seconds = value.split(' ') %}
    {% if owner != invocation_id and seconds | int < sluice.spark_claim_seconds()
        and not var('sluice_take_over', false) %}
        {% set id = sluice.dataset_id(relation) %}
        {% set query %}
            select 1 as is_done
            from {{ sluice.state_relation('event_log') }} as events
            where events.update_id = {{ sluice.literal(owner) }} and (
                (
                    events.event_type = 'update_progress'
                    and get_json_object(events.details, '$.update_progress.state') <> 'RUNNING'
                )
                or (
                    events.event_type = 'flow_progress'
                    and events.dataset = {{ sluice.literal(id) }}
                    and events.level = 'METRICS'
                )
            )
            limit 1
        {% endset %}
        {% if not sluice.query_rows(query) %}
            {% do exceptions.raise_compiler_error(
                'another update (' ~ owner ~ ') is writing ' ~ id ~ ', since ' ~ seconds ~ ' seconds, and has not said '
                ~ 'that it is done; expected one at a time. Nothing of this run was written to it; ways out: run the '
                ~ 'same command again when the other is done; if its process was killed, or it was an operation that '
                ~ "failed: the same with --vars '{sluice_take_over: true}', or "
                ~ (sluice.spark_claim_seconds() / 60) | int ~ ' minutes after '
                ~ 'its last word') %}
        {% endif %}
    {% endif %}
    {% do return(version | int) %}
{% endmacro %}


{% macro spark_claim_seconds() %}
    {# How long a claim holds without a word of its update: longer than a statement takes. #}
    {% do return((var('sluice_claim_minutes', 30) | float) * 60) %}
{% endmacro %}


{% macro spark__send_statements(statements) %}
    {# A claim is said again before it gets old, and is lost where another update took the dataset over meanwhile. #}
    {% set claims, said = [], [modules.datetime.datetime.now()] %}
    {% set lost = sluice.literal('another update has taken over what this one was writing, for it had said nothing for '
        ~ 'too long; nothing is lost; way out: run the same command again') %}
    {% set kept = 'case when _sluice_claim.update_id = _sluice_new.update_id then _sluice_claim.version '
        ~ 'else raise_error(' ~ lost ~ ') end' %}
    {% for sql in statements %}
        {% if (modules.datetime.datetime.now() - said[-1]).total_seconds() > sluice.spark_claim_seconds() / 3 %}
            {% for versions in claims %}{% do sluice.run_statement(sluice.spark_claim(versions, 1, kept)) %}{% endfor %}
            {% do said.append(modules.datetime.datetime.now()) %}
        {% endif %}
        {% do sluice.run_statement(sql) %}
        {% do claims.extend(sluice.spark_claims([sql])) %}
    {% endfor %}
{% endmacro %}


{% macro spark_claims(statements) %}
    {# The tables of versions in which these statements claim a dataset. #}
    {% set found = [] %}
    {% for sql in statements %}
        {% set claim = modules.re.match('\\s*merge into (\\S+) as _sluice_claim\\s', sql) %}
        {% if claim %}{% do found.append(claim.group(1)) %}{% endif %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{% macro spark__run_script(statements, name, in_transaction, answer) %}
    {# One by one. No hook tells that an operation is at its end, so its claims become old ones there. #}
    {% set ends = [] %}
    {% for versions in sluice.spark_claims(statements) if name != 'main' %}
        {% do ends.append('update ' ~ versions ~ " set claimed_at = timestamp '1970-01-01 00:00:00' where update_id = "
            ~ sluice.literal(invocation_id)) %}
    {% endfor %}
    {% do sluice.default__run_script(statements + ends, name, in_transaction, answer) %}
{% endmacro %}
