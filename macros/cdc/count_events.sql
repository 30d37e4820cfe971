{% macro count_events(options, fresh, known) %}
    {# {'fresh', 'late', 'ties', 'conflicts'} of the batch. A tie is a (key, sequence) pair with several
       events, a conflict one with several different upserts of which one is new. #}
    {% set keys = sluice.quoted(options['keys']) | join(', ') %}
    {% do return(sluice.rows("
        with keyed as (
            select " ~ keys ~ ", _sluice_sequence, _sluice_operation, 1 as is_fresh from " ~ fresh ~ "
            where _sluice_operation <> 'TRUNCATE'
            " ~ ("union all
            select " ~ keys ~ ", _sluice_sequence, _sluice_operation, 0 as is_fresh from " ~ known ~ "
            where _sluice_operation <> 'TRUNCATE'" if known else '') ~ "
        ),

        pairs as (
            select
                count(*) filter (where _sluice_operation = 'UPSERT') as num_upserts,
                coalesce(sum(is_fresh) filter (where _sluice_operation = 'UPSERT'), 0) as num_fresh
            from keyed
            group by " ~ keys ~ ", _sluice_sequence
            having count(*) > 1
        )" ~ (",

        newest as (
            select " ~ keys ~ ", max(_sluice_sequence) as newest_sequence
            from " ~ known ~ "
            where _sluice_operation <> 'TRUNCATE'
            group by " ~ keys ~ "
        )" if known else '') ~ "

        select
            (select count(*) from " ~ fresh ~ ") as fresh,
            (select count(*) from pairs) as ties,
            (select count(*) from pairs where num_upserts > 1 and num_fresh > 0) as conflicts,
            " ~ ("(
                select count(*) from " ~ fresh ~ " as fresh
                inner join newest using (" ~ keys ~ ")
                where fresh._sluice_sequence < newest.newest_sequence
            )" if known else '0') ~ " as late"
    )[0]) %}
{% endmacro %}
