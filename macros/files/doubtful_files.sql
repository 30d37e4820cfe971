{% macro doubted_plans(plans, rows, columns) %}
    {# The plans whose rows say of which file they are, and what they should have: [{'plan', 'expected': see
       expected_columns()}]. `rows` is what is to be appended, `columns` are its columns. #}
    {% set doubted = [] %}
    {% for plan in plans if plan.files and sluice.has_file_columns(columns) %}
        {% do doubted.append({'plan': plan, 'expected': sluice.expected_columns(plan, rows, columns)}) %}
    {% endfor %}
    {% do return(doubted) %}
{% endmacro %}


{% macro doubtful_files_query(doubted, rows) %}
    {# A query of the files that may be doubtful: number (which of the plans) and what doubtful_rows() has. By the first
       of the expected columns: nearly always it has values, and the others need not be looked at. #}
    {% set queries = [] %}
    {% for item in doubted %}
        {% do queries.append('select ' ~ loop.index0 ~ ' as number, _sluice_doubtful.* from ('
            ~ sluice.doubtful_rows(rows, item.expected[:1]) ~ ') as _sluice_doubtful') %}
    {% endfor %}
    {% do return(queries | join('\nunion all\n')) %}
{% endmacro %}


{% macro doubtful_files_events(doubted, rows, columns, found) %}
    {# The events about files of which no row was read as it is meant: all are corrupt or rescued, or none has a column
       that is expected. One a plan, which is said on the screen too. `found` are the rows of doubtful_files_query(). #}
    {% set events = [] %}
    {% for item in doubted %}
        {% set plan = item.plan %}
        {% set of_plan = found | selectattr('number', 'equalto', loop.index0)
            | sort(attribute='path', case_sensitive=true) %}
        {% set doubtful = sluice.doubtful_files(item, rows, columns, of_plan) %}
        {% if doubtful %}
            {% set shown = [] %}
            {% for file in doubtful[:5] %}{% do shown.append(file.path ~ ' (' ~ file.doubt ~ ')') %}{% endfor %}
            {% set message = model.name ~ ': ' ~ doubtful | length ~ ' of ' ~ plan.files | length
                ~ ' new files of source ' ~ plan.source ~ ' have no row that was read as it is probably meant: '
                ~ shown | join('; ')
                ~ ('; ...' if doubtful | length > 5 else '') ~ '. Their rows are in the table.' %}
            {% do exceptions.warn(message) %}
            {% do events.append({
                'level': 'WARN', 'event_type': 'flow_progress', 'dataset': model.name, 'message': message,
                'details': {
                    'unique_id': model.unique_id, 'relation': this | string,
                    'doubtful_files': doubtful | map(attribute='path') | list,
                },
            }) %}
        {% endif %}
    {% endfor %}
    {% do return(events) %}
{% endmacro %}


{% macro has_file_columns(columns) %}
    {# Whether rows say of which file they are and what was rescued of them: a model may leave both out. #}
    {% set metadata = sluice.find_column(columns, '_metadata') %}
    {% do return(metadata is not none and 'file_path' in metadata.dtype
        and sluice.find_column(columns, '_rescued_data') is not none) %}
{% endmacro %}


{% macro doubtful_files(item, rows, columns, found) %}
    {# [{'path', 'doubt': the likely cause}] of the rows of doubtful_files_query() for one of doubted_plans(). #}
    {% set plan, expected = item.plan, item.expected %}
    {% set paths = plan.files | map(attribute='path') | list %}
    {% if expected | length > 1 and found | selectattr('num_met', 'equalto', 0) | list %}
        {% set found = sluice.query_rows(sluice.doubtful_rows(rows, expected)) %}
    {% endif %}
    {% set doubtful = [] %}
    {% for row in found if row.path in paths %}
        {% do doubtful.append({'path': row.path, 'doubt': sluice.doubt(plan, row, expected, columns)}) %}
    {% endfor %}
    {% do return(doubtful) %}
{% endmacro %}


{% macro doubtful_rows(rows, expected) %}
    {# A query of the files of which all rows are rescued, none has one of these columns, or half are the lines of a
       list: path, num_rows, num_corrupt, num_rescued, num_met, begins_a_list (1 or 2), example. #}
    {% set there = [] %}
    {% for name in expected %}{% do there.append(sluice.quote(name) ~ ' is not null') %}{% endfor %}
    {% set corrupt = "substr(_rescued_data, 1, 19) = '{\"_corrupt_record\":'" %}
    {# A blank line, and the null that follows a delete in Kafka, say nothing. #}
    {% set silent = "_rescued_data in ('{\"_corrupt_record\":\"\"}', '{\"_corrupt_record\":\"null\"}')" %}
    select *
    from (
        select
            {{ sluice.path_expression('_metadata.file_path') }} as path,
            count(*) as num_rows,
            sum(case when {{ corrupt }} then 1 else 0 end) as num_corrupt,
            count(_rescued_data) as num_rescued,
            sum(case when {{ there | join(' or ') or 'true' }} then 1 else 0 end) as num_met,
            min(case when {{ corrupt }} and substr(_rescued_data, 21, 1) = '[' then 1 else 2 end) as begins_a_list,
            min(_rescued_data) as example
        from {{ rows }} as _sluice_rows
        where _rescued_data is null or not {{ silent }}
        group by 1
    ) as _sluice_files
    where num_rescued = num_rows or num_met = 0 or (begins_a_list = 1 and num_corrupt * 2 >= num_rows)
    order by path asc
{% endmacro %}


{% macro expected_columns(plan, rows, columns) %}
    {# The columns of which a file should have one: hints, those that were read before, else those of the first file.
       Not those that the path says. #}
    {% set names = plan.options.columns.keys() | list + plan.schema.remembered %}
    {% if not names and plan.options.format == 'csv' and plan.files | length > 1 %}
        {% set candidates = sluice.user_columns(columns) | map(attribute='name')
            | reject('in', ['_metadata', '_rescued_data']) | list %}
        {% set counts = [] %}
        {% for name in candidates %}
            {% do counts.append('count(' ~ sluice.quote(name) ~ ') as num_' ~ loop.index) %}
        {% endfor %}
        {% set path = sluice.path_expression('_metadata.file_path') %}
        {% set query %}
            select {{ path }} as path, {{ counts | join(', ') }}
            from {{ rows }} as _sluice_rows
            group by 1
            order by 1 asc
            limit 1
        {% endset %}
        {% for first in (sluice.query_rows(query) if candidates else []) %}
            {% for name in candidates %}
                {% if first['num_' ~ loop.index] %}{% do names.append(name) %}{% endif %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {% set expected = [] %}
    {% for name in names | unique if name not in plan.schema.partitions %}
        {% set column = sluice.find_column(columns, name) %}
        {% if column is not none %}{% do expected.append(column.name) %}{% endif %}
    {% endfor %}
    {% do return(expected) %}
{% endmacro %}


{% macro doubt(plan, row, expected, columns) %}
    {# The likely cause why no row of a file was read as it is meant. #}
    {% set format = plan.options.format %}
    {% set example = (row.example or '')[:100] %}
    {% set names = expected[:8] | join(', ') ~ (', ...' if expected | length > 8 else '') %}
    {% if row.begins_a_list == 1 %}
        {% do return(row.num_corrupt ~ ' of ' ~ row.num_rows ~ ' lines are corrupt (no JSON objects), and one begins a '
            ~ 'list: is multi_line: true meant?') %}
    {% elif row.num_corrupt == row.num_rows %}
        {% do return('all of its ' ~ row.num_rows ~ ' lines are corrupt (no JSON objects), such as ' ~ example
            ~ ': is format: csv or multi_line: true meant?') %}
    {% elif row.num_met == 0 and expected %}
        {% do return('none of the columns ' ~ names ~ ' has a value in its ' ~ row.num_rows ~ ' rows: ' ~ (
            sluice.header_doubt(plan, expected, columns) if format == 'csv'
            else 'are the names, also their case, as in the file?'
        )) %}
    {% endif %}
    {% do return('something of each of its ' ~ row.num_rows ~ ' rows did not fit the columns ' ~ names
        ~ ', such as ' ~ example) %}
{% endmacro %}


{% macro header_doubt(plan, expected, columns) %}
    {# What a CSV file has in place of the columns that are expected, and what that looks like. #}
    {% set others = sluice.user_columns(columns) | map(attribute='name')
        | reject('in', expected + ['_metadata', '_rescued_data']) | list %}
    {% set delimiters = [] %}
    {% for delimiter in (';', '|', '\t', ',') if others and delimiter in others[0] %}
        {% do delimiters.append("is delimiter '" ~ delimiter ~ "' meant?") %}
    {% endfor %}
    {% do return(
        ("it has: '" ~ others[:8] | join("', '") ~ "'; " if others else '')
        ~ (delimiters[0] if delimiters else
            "is its first line a header (header), and delimiter '" ~ plan.options.delimiter ~ "' meant?")
    ) %}
{% endmacro %}
