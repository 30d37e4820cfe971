{% macro node_state() %}
    {# What is known of the model that runs (see known_state): as stream() and read_files() found it when the model was
       compiled, else asked for. #}
    {% set states, versions = [], [] %}
    {% for state in sluice.notes('state', sluice.noted_query()) if state.dataset == sluice.dataset_id(this) %}
        {% do states.append(state) %}
        {% do versions.append(state.version or 0) %}
    {% endfor %}
    {# What was read first has the lowest version. #}
    {% do return(dict(states[0], version=versions | min or none) if states else sluice.known_state(this)) %}
{% endmacro %}


{% macro known_state(relation, sources=[]) %}
    {# All that a dataset needs to know before it reads, in one query: {'dataset': its id, 'options': {dataset id, or
       'id < source': the options that it was last made with}, 'read': {dataset id: how far it has read that}, 'latest':
       {id of a source: how far that has come}, 'unfinished': whether it began to start over and did not come to the
       end, 'forgotten': {key columns (JSON): salt} of the keys that were forgotten, 'version': see claimed()}. A
       position is {epoch, batch}, and `rows` of the source up to there where they were counted. #}
    {% set queries = sluice.state_queries(relation, sources) %}
    {% set rows = sluice.query_rows(queries | join('\nunion all\n')) if queries else [] %}
    {% do return(sluice.state_of_rows(relation, rows)) %}
{% endmacro %}


{% macro state_queries(relation, sources=[]) %}
    {# The queries of known_state(): kind, name, value (a text) of each thing that is known. #}
    {% set id = sluice.dataset_id(relation) %}
    {% set queries = [] %}
    {% set targets = sluice.state_relation('targets', relation.database) %}
    {% if load_cached_relation(targets) is not none %}
        {% do queries.append(sluice.newest_options(targets, id)) %}
    {% endif %}
    {% set checkpoints = sluice.state_relation('checkpoints', relation.database) %}
    {% if load_cached_relation(checkpoints) is not none %}
        {% do queries.append(sluice.positions('read', checkpoints, 'dataset = ' ~ sluice.literal(id))) %}
    {% endif %}
    {% for source in sources %}
        {% set checkpoints = sluice.state_relation('checkpoints', source.database) %}
        {% if load_cached_relation(checkpoints) is not none %}
            {% set own = sluice.literal(sluice.dataset_id(source)) %}
            {% do queries.append(sluice.positions(
                'latest', checkpoints, 'dataset = ' ~ own ~ ' and source = ' ~ own)) %}
        {% endif %}
    {% endfor %}
    {% set version = sluice.version_query(relation) %}
    {% do return(queries + ([version] if version else []) + sluice.forgotten_queries(relation)) %}
{% endmacro %}


{% macro newest_options(targets, id) %}
    {# A query of the options that a dataset, and its sources of files, were last made with. #}
    {% set of_sources = id ~ ' < ' %}
    select 'options' as kind, dataset as name, cast(options as {{ dbt.type_string() }}) as value
    from (
        select
            dataset,
            options,
            row_number() over (partition by dataset order by version desc) as _sluice_place
        from {{ targets }}
        where dataset = {{ sluice.literal(id) }}
            or substr(dataset, 1, {{ of_sources | length }}) = {{ sluice.literal(of_sources) }}
    ) as _sluice_options
    where _sluice_place = 1
{% endmacro %}


{% macro positions(kind, checkpoints, condition) %}
    {# A query of the greatest positions among checkpoints, one a source. #}
    select
        '{{ kind }}' as kind,
        source as name,
        concat(
            cast(epoch as {{ dbt.type_string() }}), ' ', cast(batch as {{ dbt.type_string() }}), ' ',
            coalesce(cast(rows as {{ dbt.type_string() }}), '')
        ) as value
    from (
        select
            source,
            epoch,
            batch,
            rows,
            row_number() over (partition by source order by epoch desc, batch desc) as _sluice_place
        from {{ checkpoints }}
        where {{ condition }}
    ) as _sluice_positions
    where _sluice_place = 1
{% endmacro %}


{% macro state_of_rows(relation, rows) %}
    {# What known_state() returns, of the rows of its queries. #}
    {% set id = sluice.dataset_id(relation) %}
    {% set state = {
        'dataset': id, 'options': {}, 'read': {}, 'latest': {}, 'unfinished': false, 'forgotten': {}, 'version': none,
    } %}
    {% for row in rows if row.kind == 'options' %}
        {% do state.options.update({row.name: fromjson(row.value)}) %}
    {% endfor %}
    {% do state.update({'unfinished': sluice.is_unfinished(state.options.get(id))}) %}
    {% for row in rows if row.kind == 'version' %}
        {% do state.update({'version': sluice.version_told(row.value, relation)}) %}
    {% endfor %}
    {% for row in rows if row.kind == 'forgotten' %}{% do state.forgotten.update({row.name: row.value}) %}{% endfor %}
    {% for row in rows if row.kind in ('read', 'latest') %}
        {% set epoch, batch, num_rows = row.value.split(' ') %}
        {% set is_begun = batch | int == sluice.begun_batch() %}
        {% do state[row.kind].update({row.name: {
            'epoch': epoch | int, 'batch': 0 if is_begun else batch | int, 'rows': num_rows | int if num_rows else none,
        }}) %}
        {% if is_begun and row.kind == 'read' and row.name == id %}
            {% do state.update({'unfinished': true}) %}
        {% endif %}
    {% endfor %}
    {% do return(state) %}
{% endmacro %}


{% macro position(positions, id) %}
    {# One of the positions of known_state(); 0 of both where nothing is known. #}
    {% do return(positions.get(id, {'epoch': 0, 'batch': 0, 'rows': none})) %}
{% endmacro %}


{% macro begun_batch() %}
    {# The batch of a checkpoint that says: this epoch was begun, and nothing of it counts yet. Below all others, so
       the first real checkpoint of the epoch takes its place (docs/decisions/0007). #}
    {% do return(-1) %}
{% endmacro %}
