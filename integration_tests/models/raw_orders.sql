-- A plain select reads the files of the source raw.
select *
from {{ source('landing', 'orders') }}
