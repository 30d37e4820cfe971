-- The history's open versions and the current table say the same, row by row.
with open_versions as (
    select
        id,
        firstname,
        lastname,
        email,
        address
    from {{ ref('customers_history') }}
    where valid_to is null
),

missing as (
    select * from {{ ref('customers') }}
    except
    select * from open_versions
),

surplus as (
    select * from open_versions
    except
    select * from {{ ref('customers') }}
)

select * from missing
union all
select * from surplus
