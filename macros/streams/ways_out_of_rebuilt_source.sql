{% macro ways_out_of_rebuilt_source() %}
    {# For a streaming table that runs, whose source was rebuilt. #}
    {% set name = sluice.dataset_name(model) %}
    {% set rebuild = 'dbt build --full-refresh --select ' ~ name ~ '+' %}
    {% if config.get('full_refresh') is not false %}
        {% do return('Rebuild this table too, with what reads it: ' ~ rebuild) %}
    {% endif %}
    {% do return(
        'It has full_refresh: false, which --full-refresh does not overrule. To keep its rows and take those that the source holds now as read: '
        ~ "dbt run-operation sluice.mark_as_read --args '{dataset: " ~ name ~ "}'. "
        ~ 'To rebuild it with what reads it, take full_refresh: false out of its config, then: ' ~ rebuild
    ) %}
{% endmacro %}
