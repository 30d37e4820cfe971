{% test current_versions_equal(model, current, columns, end_at='valid_to') %}

{% set names = columns | join(', ') %}

with open_versions as (
    select {{ names }} from {{ model }} where {{ end_at }} is null
),

current_rows as (
    select {{ names }} from {{ current }}
),

missing as (
    select * from current_rows
    except
    select * from open_versions
),

surplus as (
    select * from open_versions
    except
    select * from current_rows
)

select * from missing
union all
select * from surplus

{% endtest %}
