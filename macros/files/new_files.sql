{% macro new_files(options) %}
    {# The files of the location that the ledger does not hold, sorted by path: {'files': [{path, size, modified_at,
       reader}], 'failed': [paths that cannot be read]}. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set known = none %}
    {% if not sluice.starts_over()
        and adapter.get_relation(ledger.database, ledger.schema, ledger.identifier) is not none %}
        {% set known = 'select path, size, modified_at, status from ' ~ ledger ~ ' where relation = '
            ~ sluice.literal(sluice.dataset_id(this)) %}
    {% endif %}
    {% do return(sluice.list_files(options, known)) %}
{% endmacro %}
