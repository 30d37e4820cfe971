{% macro lost_rule_errors(node) %}
    {# dbt v2 keeps one of several tests of one name, also of different models, and says nothing: a message for each
       declaration in the YAML of a node whose name is that of another node's test by now. #}
    {% if not sluice.is_v2() or not node.get('patch_path') %}{% do return([]) %}{% endif %}
    {% set names = {} %}
    {% for test in graph.nodes.values() | selectattr('resource_type', 'equalto', 'test') %}
        {% do names.setdefault(test.name, []).append(test.attached_node) %}
    {% endfor %}
    {% set lost = [] %}
    {% for name in (sluice.declared_test_names(node) if names else []) %}
        {% if name in names and node.unique_id not in names[name] %}
            {% do lost.append(name ~ ': dbt ' ~ dbt_version ~ ' has only one test of this name, and it is that of '
                ~ names[name] | join(', ') ~ '; way out: a name for each') %}
        {% endif %}
    {% endfor %}
    {% do return(lost) %}
{% endmacro %}


{% macro declared_test_names(node) %}
    {# The names that the tests of a node have in its YAML; none where it cannot be read. #}
    {% set root = '' if node.package_name == project_name else 'dbt_packages/' ~ node.package_name ~ '/' %}
    {% set text = sluice.file_text(root ~ node.patch_path.split('://')[-1]) %}
    {% set tests = [] %}
    {% for entry in ((fromyaml(text) if text else none) or {}).get('models') or [] if entry.get('name') == node.name %}
        {% for part in [entry] + (entry.get('columns') or []) %}
            {% do tests.extend((part.get('data_tests') or []) + (part.get('tests') or [])) %}
        {% endfor %}
    {% endfor %}
    {% set names = [] %}
    {% for test in tests if test is mapping %}
        {% for given in [test] + test.values() | select('mapping') | list if given.get('name') is string %}
            {% do names.append(given.name) %}
        {% endfor %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}


{% macro file_text(path) %}
    {# The text of a file of the project, or none where it is not there or the engine cannot read it. #}
    {% do return(adapter.dispatch('file_text', 'sluice')(path)) %}
{% endmacro %}

{% macro default__file_text(path) %}
    {# An engine on another machine does not have the project. #}
    {% do return(none) %}
{% endmacro %}
