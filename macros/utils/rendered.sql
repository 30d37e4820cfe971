{% macro rendered(value) %}
    {# Renders the Jinja in a test's argument, as dbt does when it runs the test: text that is one expression (also
       a bare var() or ref()) may stand for a number, a list or a mapping, so it takes the way over YAML. #}
    {% if value is mapping %}
        {% set result = {} %}
        {% for name, item in value.items() %}{% do result.update({name: sluice.rendered(item)}) %}{% endfor %}
        {% do return(result) %}
    {% elif value is sequence and value is not string %}
        {% set result = [] %}
        {% for item in value %}{% do result.append(sluice.rendered(item)) %}{% endfor %}
        {% do return(result) %}
    {% elif value is not string %}
        {% do return(value) %}
    {% endif %}
    {% set bare = modules.re.match('\\s*(?:env_var|ref|var|source|doc)\\s*[(].+[)]\\s*$', value) %}
    {% set braced = modules.re.match('\\s*[{][{]((?:(?![{][{]|[}][}]).)+)[}][}]\\s*$', value, modules.re.S) %}
    {% if bare or braced %}
        {% set expression = value if bare else braced.group(1).strip('-') %}
        {% set text = render('{' ~ '{ toyaml(' ~ expression ~ ') }' ~ '}') %}
        {# toyaml has no answer for what is not plain data: a relation. #}
        {% do return(fromyaml(text) if text != 'None' else render('{' ~ '{ ' ~ expression ~ ' }' ~ '}')) %}
    {% endif %}
    {% do return(render(value)) %}
{% endmacro %}
