{% macro fail_above_option(test, on_violation, errors) %}
    {# From how many broken rows on a rule ends the run, as text: '12', or '5%' of a batch. A rule with on_violation:
       fail bears none. None where a rule never does. #}
    {% set given = (test.config.meta or {}).get('fail_above') %}
    {% if given is none %}{% do return('0' if on_violation == 'fail' else none) %}{% endif %}
    {% set limit = given | string | trim %}
    {% if on_violation is none or on_violation == 'fail' %}
        {% do errors.append(
            test.name ~ ': fail_above (' ~ limit ~ ') belongs beside on_violation: drop or warn, found: '
            ~ ('no on_violation' if on_violation is none
                else 'fail, which ends the run at the first row; way out: one of the two'))
        %}
    {% elif not modules.re.match('(\\d+|\\d{1,2}([.]\\d{1,6})? *%)$', limit) %}
        {% do errors.append(
            test.name ~ ': fail_above must be a number of rows (20) or a share of a batch below 100% ("2.5%"), '
            ~ 'found: ' ~ tojson(given)) %}
    {% endif %}
    {% do return(limit) %}
{% endmacro %}


{% macro is_above(failed, rows, limit) %}
    {# Whether so many of the rows of a batch are more than fail_above. In whole numbers: exactly 64.6 % of 500 rows are
       not more than 64.6 %. #}
    {% if not limit.endswith('%') %}{% do return(failed > limit | int) %}{% endif %}
    {% set digits = limit[:-1] | trim %}
    {% set decimals = (digits ~ '.').split('.')[1] | length %}
    {% do return(failed * 100 * 10 ** decimals > digits | replace('.', '') | int * rows) %}
{% endmacro %}
