{% macro input_datasets(node) %}
    {# What a node reads: names of datasets, and source.table of sources. An ephemeral model is what it reads. #}
    {% set inputs = [] %}
    {% for id in node.depends_on.nodes %}
        {% set source = graph.sources.get(id) %}
        {% set input = graph.nodes.get(id) %}
        {% if source %}
            {% do inputs.append(source.source_name ~ '.' ~ source.name) %}
        {% elif input and input.config.materialized == 'ephemeral' %}
            {% do inputs.extend(sluice.input_datasets(input)) %}
        {% elif input %}
            {% do inputs.append(input.name) %}
        {% endif %}
    {% endfor %}
    {% do return(inputs) %}
{% endmacro %}
