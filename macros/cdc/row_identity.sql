{% macro row_identity(options) %}
    {# What tells rows of the target apart: the keys, and in a history the start of the version. #}
    {% do return(sluice.quoted(options['keys'] + ([options.start_at] if options.scd_type == 2 else []))) %}
{% endmacro %}
