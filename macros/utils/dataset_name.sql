{% macro dataset_name(node) %}
    {# As dbt's selectors and named_node() take it: the bare name of a versioned model is another node, the latest. #}
    {% set version = node.get('version') %}
    {% do return(node.name if version is none else node.name ~ '.v' ~ version) %}
{% endmacro %}
