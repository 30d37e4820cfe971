{# PUBLIC: orphans #}

{% macro orphans(drop=none) %}
    {# What models that were renamed or deleted have left behind. Another project may keep its state in the same
       schema, so nothing goes that is not named. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% do sluice.check_arguments('orphans', kwargs, ['drop']) %}
    {% set left, wanted = sluice.orphaned_datasets(), [drop] if drop is string else drop or [] %}
    {% set errors, statements = [], [] %}
    {% for id in wanted if id not in left %}
        {% do errors.append('drop must name datasets that are no model of this project (known: '
            ~ (left | join(', ') or 'none') ~ '), found: ' ~ tojson(id)) %}
    {% endfor %}
    {% if errors %}
        {% do exceptions.raise_compiler_error('sluice.orphans error:\n- ' ~ errors | join('\n- ')) %}
    {% endif %}
    {% for id, tables in left.items() %}
        {% do log('sluice: ' ~ id ~ (' goes' if id in wanted else ' is no model of this project')
            ~ '; left of it: ' ~ (tables | join(', ') or 'what it has read'), info=true) %}
        {% if id in wanted %}{% do statements.extend(sluice.orphan_statements(id, tables)) %}{% endif %}
    {% endfor %}
    {% if statements %}
        {% do sluice.run_script(statements, 'operation') %}
    {% elif left %}
        {% do log("sluice: to drop it for good: dbt run-operation sluice.orphans --args '{drop: ["
            ~ left | join(', ') ~ "]}'. A model that was renamed reads all anew; to keep its table, give it the old "
            ~ 'name as its alias', info=true) %}
    {% else %}
        {% do log('sluice: nothing is left behind, each dataset is a model of this project', info=true) %}
    {% endif %}
{% endmacro %}


{% macro orphaned_datasets() %}
    {# {id of a dataset that has a state in the target's database, and is no model: its tables that are there}. #}
    {% set known, left, parts = [], {}, [] %}
    {% for node in graph.nodes.values() if sluice.keeps_state(node) %}
        {% do known.extend(sluice.dataset_ids_of(node)) %}
    {% endfor %}
    {% for name in ('targets', 'checkpoints') if load_cached_relation(sluice.state_relation(name)) is not none %}
        {% do parts.append('select dataset from ' ~ sluice.state_relation(name)) %}
    {% endfor %}
    {# Options of a source of files are under 'dataset < source'. #}
    {% set rows = sluice.query_rows(parts | join(' union ') ~ ' order by dataset') if parts else [] %}
    {% for row in rows if row.dataset not in known and ' < ' not in row.dataset %}
        {% do left.update({row.dataset: sluice.tables_of_dataset(row.dataset)}) %}
    {% endfor %}
    {% do return(left) %}
{% endmacro %}


{% macro tables_of_dataset(id) %}
    {# The tables of a dataset that are there: its own, the quarantine, and what is kept beside the state. #}
    {% set schema, _, name = id.partition('.') %}
    {% set own = api.Relation.create(database=target.get('database'), schema=schema, identifier=name, type='table') %}
    {% set found = [] %}
    {% for relation in [own, sluice.quarantine_relation(own)] %}
        {% set there = adapter.get_relation(relation.database, relation.schema, relation.identifier) %}
        {% if there is not none %}{% do found.append(there) %}{% endif %}
    {% endfor %}
    {% for relation in [
        sluice.events_relation(own), sluice.changed_keys_relation(own), sluice.adopted_relation(own),
        sluice.version_relation(own),
    ] if load_cached_relation(relation) is not none %}
        {% do found.append(relation) %}
    {% endfor %}
    {% do return(found) %}
{% endmacro %}


{% macro orphan_statements(id, tables) %}
    {# What takes a dataset away. Its options go last: a script that is cut off can be run again. #}
    {% set statements = [] %}
    {% for relation in tables %}{% do statements.append(sluice.drop_statement(relation)) %}{% endfor %}
    {% for table, column in {'files': 'relation', 'checkpoints': 'dataset', 'targets': 'dataset'}.items() %}
        {% do statements.append('delete from ' ~ sluice.state_relation(table) ~ ' where ' ~ column ~ ' = '
            ~ sluice.literal(id) ~ ' or substr(' ~ column ~ ', 1, ' ~ (id | length + 3) ~ ') = '
            ~ sluice.literal(id ~ ' < ')) %}
    {% endfor %}
    {% do return(statements) %}
{% endmacro %}
