{% macro extract_options(relation, keys, version, columns) %}
    {# {'keys', 'version', 'values' (the columns that are compared)} of extracts, checked; every error at once.
       A unit test's fixture has no columns to look at, so there they are taken as they are given. #}
    {% set errors = [] %}
    {% if relation %}
        {% set names = sluice.user_columns(sluice.columns_of(relation)) %}
    {% else %}
        {% set names = (([keys] if keys is string else keys or []) + [version] + (columns or [])) | unique | list %}
        {% if not columns %}
            {% do errors.append('columns must be a list of the columns to compare in a unit test, whose fixture does not show its own; found: none') %}
        {% endif %}
    {% endif %}
    {% set keys = sluice.column_list_option('keys', keys, names, errors) %}
    {% set versions = sluice.column_list_option('version', version if version is string else none, names, errors) %}
    {% for name in versions if name in keys %}
        {% do errors.append("version '" ~ name ~ "' is one of the keys; expected a column that all rows of an extract share") %}
    {% endfor %}
    {% if sluice.same_name(names, '__op') is not none %}
        {% do errors.append("the extracts have a column '__op', which is the name of what an event does; rename it") %}
    {% endif %}
    {# Where a row came from differs from extract to extract, and is no change of the row. #}
    {% set values = names | reject('in', ['_metadata', '_rescued_data']) | list if columns is none
        else sluice.column_list_option('columns', columns, names, errors) %}
    {% do sluice.raise_errors('changes_from_snapshots() error', errors) %}
    {% do return({'keys': keys, 'version': versions[0], 'values': values | reject('in', keys + versions) | list}) %}
{% endmacro %}
