{% macro nearly_equal(left, right) %}
    {# One or two letters apart, or the same letters in another order: the usual typing errors. #}
    {% set a = left | lower | replace('_', '') | replace('-', '') %}
    {% set b = right | replace('_', '') %}
    {% if a == b or a ~ 's' == b or a == b ~ 's' or a | sort == b | sort %}{% do return(true) %}{% endif %}
    {% if (a | length - b | length) | abs > 2 or b | length < 4 %}{% do return(false) %}{% endif %}
    {# Edit distance, row by row. #}
    {% set ns = namespace(previous=range(b | length + 1) | list) %}
    {% for i in range(a | length) %}
        {% set row = [i + 1] %}
        {% for j in range(b | length) %}
            {% do row.append([
                ns.previous[j + 1] + 1, row[j] + 1, ns.previous[j] + (0 if a[i] == b[j] else 1)
            ] | min) %}
        {% endfor %}
        {% set ns.previous = row %}
    {% endfor %}
    {% do return(ns.previous[-1] <= (1 if b | length < 6 else 2)) %}
{% endmacro %}
