{% macro duckdb_listing(options, known) %}
    {# Paths of the location, by default those that the ledger does not hold. A location without wildcards is a file, or
       a folder read with all below it. Names that begin with a dot or an underscore are not finished yet. #}
    {% set location = options.location %}
    {% set listing = 'select file as path from glob(' ~ sluice.literal(location) ~ ')' %}
    {% if sluice.location_root(location) == location and not location.startswith('http') %}
        {# An object store lists a location without wildcards as itself, be it a file or a folder. #}
        {% set listing = 'select path from (' ~ listing ~ ' union select file from glob('
            ~ sluice.literal(location.rstrip('/') ~ '/**') ~ ')) qualify count(*) over () = 1 or path <> ' ~ sluice.literal(location) %}
    {% endif %}
    {% set whole = options.allow_overwrites %}
    {% do return(sluice.rows(
        'select path from (' ~ listing ~ ") as listing
        where parse_filename(path) not similar to '[._].*'"
        ~ ('' if whole else sluice.duckdb_unknown(options, known, 'known.path = listing.path'))
    ) | map(attribute='path') | list) %}
{% endmacro %}
