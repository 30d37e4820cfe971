{% macro forgotten_relation(database=none) %}
    {# The keys that were forgotten, as salted hashes: by `relation` (a dataset id) and `key_columns` (JSON). Made when
       something is forgotten for the first time, so that nobody else pays for looking. #}
    {% do return(sluice.state_relation('forgotten_keys', database)) %}
{% endmacro %}


{% macro forgotten_table_statement(database) %}
    {# The statement that makes that table where it is missing. #}
    {% set text = dbt.type_string() ~ ' not null' %}
    {% set definitions = [] %}
    {% for name in ('relation', 'key_columns', 'salt', 'hash', 'update_id') %}
        {% do definitions.append(name ~ ' ' ~ text) %}
    {% endfor %}
    {% do definitions.append('forgotten_at ' ~ dbt.type_timestamp() ~ ' not null') %}
    {% do return(sluice.create_table_statement(
        sluice.forgotten_relation(database), '(' ~ definitions | join(', ') ~ ')', if_not_exists=true)) %}
{% endmacro %}


{% macro forgotten_queries(relation) %}
    {# For known_state(): by which columns keys of a table were forgotten, and their salt. #}
    {% set forgotten = sluice.forgotten_relation(relation.database) %}
    {% if load_cached_relation(forgotten) is none %}{% do return([]) %}{% endif %}
    {% do return(["select distinct 'forgotten' as kind, key_columns as name, salt as value from " ~ forgotten
        ~ ' where relation = ' ~ sluice.literal(sluice.dataset_id(relation))]) %}
{% endmacro %}


{% macro key_texts(keys, columns) %}
    {# The values of keys as texts that compare byte by byte. A key is a column, or an SQL expression over columns; the
       name of a column that is not there is null. #}
    {% set texts = [] %}
    {% for key in keys %}
        {% set column = sluice.find_column(columns, key) %}
        {% set expression = sluice.quote(column.name) if column is not none
            else 'null' if modules.re.match('\\w+$', key) else '(' ~ key ~ ')' %}
        {% do texts.append(sluice.exact_expression(
            'cast(' ~ expression ~ ' as ' ~ sluice.type_text() ~ ')', sluice.type_text())) %}
    {% endfor %}
    {% do return(texts) %}
{% endmacro %}


{% macro key_hash(salt, texts) %}
    {# The hash of a key: null where a part of it is null. The lengths keep apart ('a', 'bc') and ('ab', 'c'). #}
    {% set parts = [sluice.literal(salt)] %}
    {% for text in texts %}
        {% do parts.append('cast(length(' ~ text ~ ') as ' ~ sluice.type_text() ~ ')') %}
        {% do parts.append(text) %}
    {% endfor %}
    {% do return(sluice.sha256_expression(parts | join(" || ':' || "))) %}
{% endmacro %}


{% macro is_forgotten_expression(state, relation, columns) %}
    {# True for a row of a batch, which has these columns, whose key was forgotten; none where no key of the table
       was. #}
    {% set parts, errors = [], [] %}
    {% for key_columns, salt in state.forgotten.items() %}
        {% set keys = fromjson(key_columns) %}
        {% for key in keys if modules.re.match('\\w+$', key) and sluice.find_column(columns, key) is none %}
            {% do errors.append("its query has no column '" ~ key ~ "' any more, by which rows of forgotten keys are "
                ~ 'left out; ways out: keep the column; or let such rows come: delete from '
                ~ sluice.forgotten_relation(relation.database) ~ ' where relation = '
                ~ sluice.literal(state.dataset)) %}
        {% endfor %}
        {% do parts.append(sluice.key_hash(salt, sluice.key_texts(keys, columns)) ~ ' in (select hash from '
            ~ sluice.forgotten_relation(relation.database) ~ ' where relation = ' ~ sluice.literal(state.dataset)
            ~ ' and key_columns = ' ~ sluice.literal(key_columns) ~ ')') %}
    {% endfor %}
    {% do sluice.raise_errors('Forgotten keys error', errors) %}
    {% do return('coalesce(' ~ parts | join(' or ') ~ ', false)' if parts else none) %}
{% endmacro %}
