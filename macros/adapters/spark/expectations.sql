{% macro spark__violations(rules) %}
    {% if not rules %}{% do return("filter(array(cast(null as string)), name -> false)") %}{% endif %}
    filter(array(
        {%- for rule in rules %}
        case when not {{ rule.column }} then {{ sluice.literal(rule.name) }} end
        {{- ',' if not loop.last }}
        {%- endfor %}
    ), name -> name is not null)
{%- endmacro %}


{% macro spark__sample_rows(relation, condition, limit) %}
    {% set names = [] %}
    {% for column in sluice.user_columns(sluice.query_columns('select * from ' ~ relation)) %}
        {% do names.append(sluice.quote(column.name)) %}
    {% endfor %}
    select to_json(struct({{ names | join(', ') }}), map('ignoreNullFields', 'false')) as sample
    from {{ relation }}
    where {{ condition }}
    limit {{ limit }}
{% endmacro %}
