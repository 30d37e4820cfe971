{% macro spark__trace_condition(text) %}
    {# As JSON has it, escaped or not, and as messages do: "id":42, id = 42, id: 42. What is between \Q and \E in a
       pattern stands for itself. #}
    {% set exact = "concat('\\\\Q', replace(VALUE, '\\\\E', '\\\\E\\\\\\\\E\\\\Q'), '\\\\E')" %}
    {% set value = exact | replace('VALUE', 'value') %}
    {% set beside = 'concat(' ~ exact | replace('VALUE', 'name') ~ ', '
        ~ sluice.literal('[\\\\"\')]*\\s*[=:]\\s*[\\\\"\'(]*') ~ ', ' ~ value ~ ')' %}
    {% set parts = [] %}
    {% for pattern in (beside, value) %}
        {% do parts.append('(' ~ text ~ ' rlike concat(' ~ sluice.literal('(^|\\W)') ~ ', ' ~ pattern ~ ', '
            ~ sluice.literal('($|\\W)') ~ '))') %}
    {% endfor %}
    {% do return('(contains(' ~ text ~ ', value) and (' ~ parts[0]
        ~ ' or (length(value) > 3 and try_cast(value as double) is null and ' ~ parts[1] ~ ')))') %}
{% endmacro %}


{% macro spark__free_space_notice(database) %}
    {% do return('the files of earlier snapshots of the tables hold the rows until these expire and their files are '
        ~ 'deleted: call system.expire_snapshots, system.remove_orphan_files') %}
{% endmacro %}
