{% macro duckdb__claim_statements(relation, version) %}
    {# A file has one process that writes. In a DuckLake inserts never conflict, an update of the same row and a table
       made twice do; an update that ended before this script began is found by the row itself. #}
    {% if sluice.is_v2() or not sluice.duckdb_is_lake(relation) %}{% do return([]) %}{% endif %}
    {% set versions = sluice.version_relation(relation) %}
    {% set failed = 'error(' ~ sluice.literal(sluice.overtaken_error(relation)) ~ ')' %}
    {% if version is not none %}
        {% do return(['update ' ~ versions ~ ' set version = case when version = ' ~ version ~ ' then ' ~ (version + 1)
            ~ ' else ' ~ failed ~ ' end']) %}
    {% endif %}
    {% do adapter.cache_added(versions) %}
    {% do return([
        'create table if not exists ' ~ versions ~ ' (version ' ~ dbt.type_bigint() ~ ')',
        'insert into ' ~ versions ~ ' select case when count(*) = 0 then 1 else ' ~ failed ~ ' end from ' ~ versions,
    ]) %}
{% endmacro %}


{% macro duckdb__check_database(database) %}
    {# DuckLake keeps inserts of a few rows in the catalog. In another catalog than DuckDB's a struct is kept as a text
       there, which loses quotes and cannot be read with a time in it (DuckDB 1.5.5). Of two threads that make tables
       one uses what the other has freed: duckdb/ducklake issues 1248 and 1404, mended for DuckDB 2.0. SQLite bears
       one transaction at a time. #}
    {% if not sluice.duckdb_is_lake(api.Relation.create(database=database)) %}{% do return(none) %}{% endif %}
    {% set query %}
        select
            regexp_extract(path, '^(postgres|sqlite|mysql):', 1) as catalog,
            current_setting('default_order') as default_order,
            version() as version
        from duckdb_databases()
        where database_name = {{ sluice.literal(database) }}
    {% endset %}
    {% set found = sluice.query_rows(query)[0] %}
    {% set catalog, default_order, errors = found.catalog, found.default_order, [] %}
    {% if target.threads > 1 and (catalog == 'sqlite' or found.version.startswith('v1.')) %}
        {% do errors.append('of nodes that make tables at once DuckLake (DuckDB ' ~ found.version ~ ') fails some, and '
            ~ 'may damage its catalog; expected threads: 1, for the lake ' ~ database ~ ', found: ' ~ target.threads
            ~ '; way out: threads: 1 in the profile, or --threads 1 (a query uses all cores all the same)') %}
    {% endif %}
    {% if default_order.upper().startswith('DESC') %}
        {% do errors.append('with default_order: ' ~ default_order ~ ' DuckLake mixes up its own lists of columns; '
            ~ 'expected ASC, for the lake ' ~ database ~ '; way out: leave the setting out of the profile') %}
    {% endif %}
    {% set limit = sluice.duckdb_inlining_limit(database) if catalog else '0' %}
    {% if limit != '0' %}
        {% do errors.append('the lake ' ~ database ~ ' (catalog: ' ~ catalog ~ ') keeps inserts of a few rows in its '
            ~ 'catalog, where texts in structs lose their quotes, and structs with times cannot be read; expected '
            ~ 'data_inlining_row_limit: 0, found: ' ~ limit ~ '; way out, once: CALL ' ~ database
            ~ ".set_option('data_inlining_row_limit', 0)") %}
    {% endif %}
    {% if errors %}{% do exceptions.raise_compiler_error('DuckLake error:\n- ' ~ errors | join('\n- ')) %}{% endif %}
{% endmacro %}


{% macro duckdb_inlining_limit(database) %}
    {# Up to how many rows a lake keeps in its catalog, as a text; 'not set' where nobody has said. #}
    {% set query %}
        select value
        from ducklake_options({{ sluice.literal(database) }})
        where option_name = 'data_inlining_row_limit' and scope = 'GLOBAL'
    {% endset %}
    {% set found = sluice.query_rows(query) %}
    {% do return(found[0].value if found else 'not set') %}
{% endmacro %}
