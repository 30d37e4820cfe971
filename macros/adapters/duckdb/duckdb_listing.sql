{% macro duckdb_listing(options, known) %}
    {# Paths of the location, by default those that the ledger does not hold. A location without wildcards is a file, or
       a folder read with all below it. Names that begin with a dot or an underscore are not finished yet. #}
    {% set listings = ['select file as path from glob(' ~ sluice.literal(options.location) ~ ')'] %}
    {% if sluice.location_root(options.location) == options.location and not options.location.startswith('http') %}
        {% do listings.append('select file from glob(' ~ sluice.literal(options.location.rstrip('/') ~ '/**') ~ ')') %}
    {% endif %}
    {% set whole = options.allow_overwrites %}
    {% do return(sluice.rows(
        'select path from (' ~ listings | join(' union ') ~ ") as listing
        where parse_filename(path) not similar to '[._].*'"
        ~ ('' if whole else sluice.duckdb_unknown(options, known, 'known.path = listing.path'))
    ) | map(attribute='path') | list) %}
{% endmacro %}
