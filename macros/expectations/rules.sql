{% macro expectations(node=none) %}
    {# The model's dbt tests that are expectations, rule by rule: name, on_violation, fail_above (how many broken rows
       it bears), an SQL condition, and the column in which the batch has the result. #}
    {% set node = node or model %}
    {% set rules = [] %}
    {% set errors = sluice.lost_rule_errors(node) %}
    {% for test in sluice.tests_of(node) %}
        {% set on_violation = sluice.on_violation(test, node) %}
        {% for option in ('on_violation', 'fail_above') if test.config.get(option) is not none %}
            {% do errors.append(test.name ~ ': ' ~ option ~ ' (' ~ test.config.get(option)
                ~ ') belongs under config: meta:, found directly under config:, where it has no effect') %}
        {% endfor %}
        {% set fail_above = sluice.fail_above_option(test, on_violation, errors) %}
        {% if on_violation is not none %}
            {% set found = sluice.expectation_errors(test, on_violation, node) %}
            {% do errors.extend(found) %}
            {% if not found and on_violation == 'warn' %}{% do sluice.warn_failing_severity(test, node) %}{% endif %}
            {% for name, condition in ({} if found else sluice.row_conditions(test)).items() %}
                {% if name in rules | map(attribute='name') %}
                    {% do errors.append(
                        name ~ ': two expectations of this model have this name, expected a name for each'
                    ) %}
                {% endif %}
                {% do rules.append({
                    'name': name, 'on_violation': on_violation, 'fail_above': fail_above, 'condition': condition,
                    'column': '_sluice_rule_' ~ (rules | length + 1),
                }) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('Expectation errors', errors, node) %}
    {% do return(rules) %}
{% endmacro %}


{% macro tests_of(node) %}
    {# Generic tests of the node, and singular ones that read it, in an order that stays. #}
    {% set tests = [] %}
    {% for test in graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'test') | sort(attribute='unique_id') %}
        {% if test.test_metadata %}
            {% if test.attached_node == node.unique_id %}{% do tests.append(test) %}{% endif %}
        {% elif node.unique_id in test.depends_on.nodes %}
            {% do tests.append(test) %}
        {% endif %}
    {% endfor %}
    {% do return(tests) %}
{% endmacro %}


{% macro on_violation(test, node) %}
    {# What a bad row means to a test, or none where it is no expectation. #}
    {% set meta = test.config.meta or {} %}
    {% do sluice.warn_misspelt(test, meta, ['on_violation', 'fail_above']) %}
    {% set chosen = meta.get('on_violation') %}
    {% if chosen is none and node.config.materialized == 'streaming_table'
        and sluice.kind_of_test(test) in ('sluice.expectation', 'sluice.expectations') %}
        {% do return('warn') %}
    {% endif %}
    {% do return(chosen) %}
{% endmacro %}


{% macro kind_of_test(test) %}
    {# As a user writes it: not_null, sluice.in_range. Ours are known by their macro, for in the package's own
       project they have no prefix, and another project may have a test of the same name. #}
    {% if not test.test_metadata %}{% do return('a singular test') %}{% endif %}
    {% set name = test.test_metadata.name %}
    {% if 'macro.sluice.test_' ~ name in test.depends_on.macros %}{% do return('sluice.' ~ name) %}{% endif %}
    {% set namespace = test.test_metadata.namespace %}
    {% do return((namespace ~ '.' if namespace else '') ~ name) %}
{% endmacro %}


{% macro expectation_errors(test, on_violation, node) %}
    {# Why a test cannot be an expectation of the node, a message each. #}
    {% set errors = [] %}
    {% if on_violation not in ('warn', 'drop', 'fail') %}
        {% do errors.append(test.name ~ ': on_violation must be one of [warn, drop, fail], found: ' ~ on_violation) %}
    {% endif %}
    {% set kind = sluice.kind_of_test(test) %}
    {% set row_level = [
        'sluice.expectation', 'sluice.expectations', 'sluice.in_range', 'sluice.matches_pattern',
        'not_null', 'accepted_values', 'relationships',
    ] %}
    {% if kind not in row_level %}
        {% do errors.append(
            test.name ~ ': on_violation needs a test that looks at one row at a time (' ~ row_level | join(', ')
            ~ '), found: ' ~ kind ~ '; way out: write the rule as the condition of a sluice.expectation, '
            ~ 'or leave on_violation out'
        ) %}
        {% do return(errors) %}
    {% endif %}
    {% if kind == 'sluice.expectation'
        and not sluice.arguments_of_test(test).get('expression') | default('', true) | string | trim %}
        {% do errors.append(test.name ~ ': expected an SQL condition as arguments: {expression: ...}, found: '
            ~ tojson(test.test_metadata.kwargs.get('expression'))) %}
    {% endif %}
    {% do return(errors + sluice.reference_errors(test, node)) %}
{% endmacro %}


{% macro arguments_of_test(test) %}
    {# dbt keeps a test's arguments as they were written, Jinja and all. #}
    {% set arguments = {} %}
    {% for name, value in test.test_metadata.kwargs.items() if name != 'model' %}
        {% do arguments.update({name: value if name == 'column_name' else sluice.rendered(value)}) %}
    {% endfor %}
    {% do return(arguments) %}
{% endmacro %}


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
        {# A relation is no plain data: dbt v1 has no YAML for it, and that of dbt v2 is its parts. #}
        {% set is_relation = modules.re.match('\\s*(?:ref|source)\\s*[(]', expression) is not none %}
        {% set text = 'None' if is_relation else render('{' ~ '{ toyaml(' ~ expression ~ ') }' ~ '}') %}
        {% do return(fromyaml(text) if text != 'None' else render('{' ~ '{ ' ~ expression ~ ' }' ~ '}')) %}
    {% endif %}
    {% do return(render(value)) %}
{% endmacro %}


{% macro reference_errors(test, node) %}
    {# What a rule reads beside the row has to be there before the rows are judged, and only the model's own
       dependencies say so: those of its tests make nothing wait. #}
    {% set errors = [] %}
    {% for id in test.depends_on.nodes if id != node.unique_id and id in graph.nodes %}
        {% set other = graph.nodes[id] %}
        {% if id not in node.depends_on.nodes %}
            {% do errors.append(
                test.name ~ ': reads ' ~ other.name ~ ', on which ' ~ node.name ~ ' does not depend, '
                ~ 'so that nothing builds it first; '
                ~ 'way out: begin the model with: -- depends_on: {' ~ "{ ref('" ~ other.name ~ "') }" ~ '}'
            ) %}
        {% elif other.config.materialized == 'ephemeral' %}
            {% do errors.append(
                test.name ~ ': reads ' ~ other.name ~ ', which is ephemeral, expected a table or a view'
            ) %}
        {% elif not other.get('defer_relation')
            and adapter.get_relation(other.database, other.schema, other.alias or other.name) is none %}
            {% do errors.append(
                test.name ~ ': reads ' ~ other.name ~ ', which is not built yet; way out: dbt build --select '
                ~ other.name ~ ' ' ~ node.name
            ) %}
        {% endif %}
    {% endfor %}
    {% do return(errors) %}
{% endmacro %}


{% macro warn_failing_severity(test, node) %}
    {# A rule that warns keeps what its test then finds. Our own tests know (default_severity); dbt's are the same for
       all. #}
    {% if not sluice.kind_of_test(test).startswith('sluice.') and test.config.severity | lower == 'error'
        and 'severity' not in (test.unrendered_config or {}) %}
        {% do exceptions.warn(
            test.name ~ ': ' ~ node.name ~ ' keeps the rows that break this rule (on_violation: warn), '
            ~ 'and the test then fails, which stops dbt build; '
            ~ 'give it severity: warn, or severity: error if that is meant'
        ) %}
    {% endif %}
{% endmacro %}


{% macro warn_unused_on_violation() %}
    {# Said at the start of a run, because what is not a streaming table never asks for its expectations. #}
    {% for test in graph.nodes.values() if test.resource_type == 'test' %}
        {% set meta = test.config.meta or {} %}
        {% set option = 'on_violation' if meta.get('on_violation') is not none else 'fail_above' %}
        {# A target refuses rules itself. #}
        {% set heard = ['streaming_table'] + (['apply_changes'] if option == 'on_violation' else []) %}
        {% set judges = [] %}
        {% for id in ([test.attached_node] if test.test_metadata else test.depends_on.nodes) %}
            {% set materialized = graph.nodes.get(id, {}).get('config', {}).get('materialized') %}
            {% if materialized in heard %}
                {% do judges.append(id) %}
            {% endif %}
        {% endfor %}
        {% if meta.get(option) is not none and not judges %}
            {% do exceptions.warn(
                test.name ~ ': ' ~ option ~ ' (' ~ meta[option] ~ ') has no effect, '
                ~ 'for only a streaming_table judges its rows, and ' ~ (test.attached_node or 'none of its inputs')
                ~ ' is ' ~ ('not one' if test.attached_node else 'one')
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
