{% macro check_extracts(relation, options, arrived, known) %}
    {# An extract must be whole, in order and one row a key: else what is absent would not mean a delete. #}
    {% set version = sluice.quote(options.version) %}
    {% set keys = sluice.quoted(options['keys']) %}
    {% set text = dbt.type_string() %}
    {% set errors = [] %}
    {% set counts = ['count(*) as num_rows', 'count(*) filter (where ' ~ version ~ ' is null) as nulls_0'] %}
    {% for key in keys %}{% do counts.append('count(*) filter (where ' ~ key ~ ' is null) as nulls_' ~ loop.index) %}{% endfor %}
    {% set found = sluice.rows('select ' ~ counts | join(', ') ~ ' from ' ~ arrived ~ ' as arrived')[0] %}
    {% for name in ["version '" ~ options.version ~ "'"] + options['keys'] %}
        {% set count = found['nulls_' ~ loop.index0] %}
        {% if count %}
            {% do errors.append((name if loop.first else "key '" ~ name ~ "'") ~ ' is null in ' ~ count ~ ' of ' ~ found.num_rows
                ~ ' rows; expected a value in every one') %}
        {% endif %}
    {% endfor %}
    {% set shown = [] %}
    {% for name in options['keys'] + [options.version] %}
        {% do shown.append(sluice.literal(name ~ ' = ') ~ ' || cast(' ~ sluice.quote(name) ~ ' as ' ~ text ~ ')') %}
    {% endfor %}
    {% set double = sluice.rows('select ' ~ shown | join(" || ', ' || ") ~ ' as example, count(*) as copies, count(*) over () as num_keys from '
        ~ arrived ~ ' as arrived where ' ~ (keys + [version]) | join(' is not null and ') ~ ' is not null group by '
        ~ (keys + [version]) | join(', ') ~ ' having count(*) > 1 order by 1 limit 3') %}
    {% if double %}
        {% set examples = [] %}
        {% for row in double %}{% do examples.append(row.example ~ ' (' ~ row.copies ~ ' rows)') %}{% endfor %}
        {% do errors.append('one row a key is expected in each version, found several for ' ~ double[0].num_keys ~ ': ' ~ examples | join('; ')) %}
    {% endif %}
    {% set wrong = errors | length %}
    {% set late = sluice.rows('select distinct cast(' ~ version ~ ' as ' ~ text ~ ') as version, cast(newest as ' ~ text ~ ') as newest from '
        ~ arrived ~ ' as arrived cross join (select max(' ~ version ~ ') as newest from (' ~ known ~ ') as known) as known where '
        ~ version ~ ' <= newest order by 1 limit 3') %}
    {% if late %}
        {% do errors.append('an extract must be newer than those that were read before it and land whole; the newest is '
            ~ late[0].newest ~ ', found: ' ~ late | map(attribute='version') | join(', ')
            ~ '. Way out: start over, which takes all extracts in the order of their versions: '
            ~ ('drop table ' ~ this ~ ', then dbt snapshot --select ' if model.resource_type == 'snapshot' else 'dbt run --full-refresh --select ')
            ~ model.name) %}
    {% endif %}
    {% if wrong %}
        {% do errors.append('way out: keep such rows out of ' ~ relation.identifier ~ ' (an expectation with on_violation: drop), or correct the '
            ~ 'extract, then: dbt build --full-refresh --select ' ~ relation.identifier ~ '+') %}
    {% endif %}
    {% do sluice.raise_errors('Extracts of ' ~ relation.identifier ~ ' that cannot be compared, nothing was written,', errors) %}
{% endmacro %}
