select *
from {{ sluice.read_files(source('landing', 'customers_cdc')) }}
