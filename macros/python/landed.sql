{% macro python_feed_relation(relation=none) %}
    {# Where the rows of a Python model land before they are a batch or a feed. #}
    {% do return(sluice.state_relation_of(relation or this, 'python_feed')) %}
{% endmacro %}


{% macro python_taken_relation(relation=none) %}
    {# What there is to know of a Python model that has run: (kind, name, value), which are the calls that it made, and
       the types of columns that a frame does not say. #}
    {% do return(sluice.state_relation_of(relation or this, 'python_taken')) %}
{% endmacro %}


{% macro python_tables(relation=none) %}
    {# All that a Python model leaves, to be dropped. #}
    {% do return([sluice.python_feed_relation(relation), sluice.python_taken_relation(relation)]) %}
{% endmacro %}


{% macro python_feed(compiled_code, reads) %}
    {# A Python model may write through a connection of its own, so its rows land in a table, before the transaction;
       beside them what is to be known of it. #}
    {% do return(adapter.dispatch('python_feed', 'sluice')(compiled_code, reads)) %}
{% endmacro %}


{% macro make_room_for_python() %}
    {# dbt may run Python through a connection of its own, which sees and shows only what is committed. #}
    {% do sluice.begin_transaction() %}
    {% do adapter.commit() %}
    {% do sluice.drop_staged(sluice.python_tables()) %}
{% endmacro %}


{% macro types_expected(reads) %}
    {# {'kept', 'read'}, {name in lower case: type} each: the types that columns have in this model's table, or are
       declared to have, and those of the columns of what it reads. #}
    {% set read, kept, existing = {}, {}, load_cached_relation(this) %}
    {% for query in reads | map(attribute='query') %}
        {% for column in sluice.query_columns(query) %}
            {% do read.update({column.name | lower: column.dtype}) %}
        {% endfor %}
    {% endfor %}
    {% for name, column in model.columns.items() if column.get('data_type') %}
        {% do kept.update({name | lower: column.data_type}) %}
    {% endfor %}
    {% for column in (sluice.columns_of(existing) if existing is not none else []) %}
        {% do kept.update({column.name | lower: column.dtype}) %}
    {% endfor %}
    {% do return({'kept': kept, 'read': read}) %}
{% endmacro %}


{% macro landed_feed(reads, ranges, plans) %}
    {# What a Python model made: {'query' of its rows, 'ranges' and 'plans' of what it read, 'staged'}. Python reads a
       streaming table whole by ref(): its batch number is no column of the user's. #}
    {% set calls, types, selected = [], {}, [] %}
    {% for row in sluice.query_rows('select kind, name, value from ' ~ sluice.python_taken_relation()) %}
        {% if row.kind == 'call' %}{% do calls.append(row.name) %}{% else %}
            {% do types.update({row.name: row.value}) %}
        {% endif %}
    {% endfor %}
    {% for column in sluice.columns_of(sluice.python_feed_relation()) if column.name != '_sluice_batch' %}
        {% set name = sluice.quote(column.name) %}
        {% do selected.append(name if column.name not in types
            else 'cast(' ~ name ~ ' as ' ~ types[column.name] ~ ') as ' ~ name) %}
    {% endfor %}
    {% do return(dict(
        sluice.reads_taken(reads, calls, ranges, plans),
        query='select ' ~ selected | join(', ') ~ ' from ' ~ sluice.python_feed_relation(),
        staged=sluice.python_tables(),
    )) %}
{% endmacro %}
