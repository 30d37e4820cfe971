with changes as (
    select
        id,
        count(distinct operation_date) as change_count,
        count(distinct operation_date) filter (where operation = 'DELETE') as delete_count,
        min(operation_date) as first_change_at,
        max(operation_date) as last_change_at
    from {{ sluice.changed(ref('customers_cdc_silver')) }}
    group by id
),

versions as (
    select
        id,
        count(*) as version_count,
        count(distinct firstname) as distinct_firstnames,
        count(distinct lastname) as distinct_lastnames,
        count(distinct email) as distinct_emails,
        count(distinct address) as distinct_addresses,
        bool_or(valid_to is null) as is_current
    from {{ sluice.changed(ref('customers_history')) }}
    group by id
)

select
    changes.id,
    changes.change_count,
    coalesce(versions.version_count, 0) as version_count,
    changes.delete_count,
    changes.first_change_at,
    changes.last_change_at,
    coalesce(versions.distinct_firstnames, 0) as distinct_firstnames,
    coalesce(versions.distinct_lastnames, 0) as distinct_lastnames,
    coalesce(versions.distinct_emails, 0) as distinct_emails,
    coalesce(versions.distinct_addresses, 0) as distinct_addresses,
    coalesce(versions.is_current, false) as is_current
from changes
left join versions on changes.id = versions.id
