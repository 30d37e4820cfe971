{% macro duckdb_split(query, paths, found=none) %}
    {# {'good', 'bad', 'groups' of good ones}: the paths with which a query succeeds, its PATHS being a list of them,
       COUNT their number. All at once when all are good, else by halves: a few bad files among many cost a few more
       looks. #}
    {% set found = found if found is not none else {'good': [], 'bad': [], 'groups': []} %}
    {% if paths %}
        {% if sluice.duckdb_succeeds(query | replace('COUNT', paths | length) | replace('PATHS', sluice.duckdb_paths(paths))) %}
            {% do found.good.extend(paths) %}
            {% do found.groups.append(paths) %}
        {% elif paths | length == 1 %}
            {% do found.bad.extend(paths) %}
        {% else %}
            {% set middle = paths | length // 2 %}
            {% do sluice.duckdb_split(query, paths[:middle], found) %}
            {% do sluice.duckdb_split(query, paths[middle:], found) %}
        {% endif %}
    {% endif %}
    {% do return(found) %}
{% endmacro %}
