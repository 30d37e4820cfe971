select *
from {{ sluice.read_files(source('landing', 'orders')) }}
