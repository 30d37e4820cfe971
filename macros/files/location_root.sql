{% macro location_root(location) %}
    {# The folder that a location names, up to its first wildcard. #}
    {% set fixed = modules.re.split('[*?[]', location)[0] %}
    {% do return(location if fixed == location else fixed.rpartition('/')[0]) %}
{% endmacro %}
