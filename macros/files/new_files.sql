{% macro new_files(options) %}
    {# The files of the location that the ledger does not hold: [{path, size, modified_at}], oldest name first. #}
    {% set ledger = sluice.state_relation('files', this.database) %}
    {% set known = 'select cast(null as ' ~ dbt.type_string() ~ ') as path where false' %}
    {% if not sluice.starts_over()
        and adapter.get_relation(ledger.database, ledger.schema, ledger.identifier) is not none %}
        {% set known = 'select path from ' ~ ledger ~ ' where relation = '
            ~ sluice.literal(sluice.dataset_id(this)) ~ " and status = 'INGESTED'" %}
    {% endif %}
    {% do return(sluice.list_files(options, known)) %}
{% endmacro %}
