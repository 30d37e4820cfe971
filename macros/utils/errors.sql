{% macro raise_errors(subject, errors, node=none) %}
    {# One error for all of them: what, where, and a line each. #}
    {% if errors %}
        {% set node = node or model %}
        {% set where = node.unique_id ~ (' (' ~ node.original_file_path ~ ')' if node.original_file_path else '') %}
        {% do exceptions.raise_compiler_error(subject ~ ' in ' ~ where ~ ':\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
{% endmacro %}


{% macro check_arguments(operation, others, arguments) %}
    {# An operation that was given arguments that it does not have: `others` is its kwargs, by which Jinja lets them in
       (that of dbt v2 refuses them itself). #}
    {% set errors = [] %}
    {% for name in others | default({}, true) %}
        {% set meant = sluice.nearest(name, arguments) %}
        {% do errors.append("'" ~ name ~ "' is no argument of it" ~ ("; did you mean '" ~ meant ~ "'?" if meant
            else ', expected of: ' ~ arguments | join(', '))) %}
    {% endfor %}
    {% if errors %}
        {% do exceptions.raise_compiler_error('sluice.' ~ operation ~ ' error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
{% endmacro %}


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


{% macro nearest(name, names) %}
    {# Which of some names is probably meant; none where no one is nearly it. #}
    {% for known in names if sluice.nearly_equal(name, known) %}{% do return(known) %}{% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro warn_misspelt(node, given, options) %}
    {# meta is free-form, so an unknown key is legal; one that is nearly ours is most likely a typing error. #}
    {% for name in given if name not in options and sluice.nearest(name, options) %}
        {% do exceptions.warn(node.unique_id ~ ': ' ~ sluice.misspelt(name, sluice.nearest(name, options))) %}
    {% endfor %}
{% endmacro %}


{% macro misspelt(name, meant) %}
    {# What is said of a key of meta that is nearly an option of ours. #}
    {% do return("meta key '" ~ name ~ "' is no option of sluice; did you mean '" ~ meant ~ "'?") %}
{% endmacro %}


{% macro misspelt_errors(given, required) %}
    {# The keys of meta that are probably required options which are not there. #}
    {% set errors = [] %}
    {% for option in required if given.get(option) is none %}
        {% for name in given if name != option and sluice.nearly_equal(name, option) %}
            {% do errors.append(sluice.misspelt(name, option)) %}
        {% endfor %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}
