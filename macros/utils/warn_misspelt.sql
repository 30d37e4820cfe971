{% macro warn_misspelt(node, given, options) %}
    {# meta is free-form, so an unknown key is legal; one that is nearly ours is most likely a typing error. #}
    {% for name in given if name not in options %}
        {% for option in options if sluice.nearly_equal(name, option) %}
            {% do exceptions.warn(
                node.unique_id ~ ": meta key '" ~ name ~ "' is no option of sluice; did you mean '" ~ option ~ "'?"
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
