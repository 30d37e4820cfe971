{% macro python_reads() %}
    {# What the code of a Python model names by stream("x") and read_files("s", "t"), each with the query of its new
       rows: [{'call', 'query', 'source' (as ranges and plans name it)}]; of an SQL model nothing. As with dbt.ref,
       names have to be written out. Noted for noted_query(). #}
    {% set reads = [] %}
    {% if model.language == 'python' %}
        {% for call in sluice.python_calls(model.raw_code) %}
            {% set block = sluice.python_stream(call) if call.word == 'stream' else sluice.python_files(call) %}
            {% set note = sluice.notes('stream', block) + sluice.notes('files', block) %}
            {% do reads.append({'call': call.text, 'query': 'select * from ' ~ block, 'source': note[0].source}) %}
        {% endfor %}
        {% do model.update({'_sluice_noted': reads | map(attribute='query') | join('\n')}) %}
    {% endif %}
    {% do return(reads) %}
{% endmacro %}


{% macro python_calls(code) %}
    {# The calls of ours in a Python model's code: [{'word', 'names', 'text'}], each once. #}
    {% set code = modules.re.sub('(?m)^\\s*#.*$', '', code) %}
    {% set word, string = '(?<![\\w.])(?<!def )(stream|read_files)\\(', '["\']([^"\'\n]+)["\']' %}
    {% set literal = word ~ '\\s*' ~ string ~ '\\s*(?:,\\s*' ~ string ~ '\\s*)?,?\\s*\\)' %}
    {% set found, calls = modules.re.findall(literal, code), {} %}
    {% if modules.re.findall(word, code) | length > found | length %}
        {% do sluice.raise_errors('Python model error', [
            'what is read has to be written out, as for dbt.ref: stream("<model>"), read_files("<source>", "<table>")',
        ]) %}
    {% endif %}
    {% for word, first, second in found %}
        {% set names = [first, second] if second else [first] %}
        {% set text = word ~ '("' ~ names | join('", "') ~ '")' %}
        {% do calls.update({text: {'word': word, 'names': names, 'text': text}}) %}
    {% endfor %}
    {% do return(calls.values() | list) %}
{% endmacro %}


{% macro python_stream(call) %}
    {# The block of a stream() in Python, which names a model as dbt.ref does. #}
    {% set found = [] %}
    {% for node in graph.nodes.values() if node.resource_type in ('model', 'snapshot', 'seed')
        and call.names in ([node.name], [node.package_name, node.name])
        and node.get('version') == node.get('latest_version') %}
        {% do found.append(node) %}
    {% endfor %}
    {% set own = found | selectattr('package_name', 'equalto', model.package_name) | list %}
    {% if not found %}
        {% do sluice.raise_errors('stream() error', [
            call.text ~ ' names no model; streaming tables are: ' ~ (graph.nodes.values()
                | selectattr('config.materialized', 'equalto', 'streaming_table') | map(attribute='name')
                | sort | join(', ') or 'none'),
        ]) %}
    {% endif %}
    {% set node = (own or found)[0] %}
    {% if node.unique_id in model.depends_on.nodes %}
        {% do return(sluice.stream(ref(node.package_name, node.name))) %}
    {% endif %}
    {# dbt finds what a Python model depends on by dbt.ref alone. #}
    {% set way_out = 'way out: a line dbt.ref("' ~ call.names | join('", "') ~ '") in the model' %}
    {% if node.unique_id != model.unique_id and load_cached_relation(sluice.relation_of(node)) is none %}
        {% do sluice.raise_errors('stream() error', [
            node.name ~ ' is not there yet, and dbt does not know that it has to be built first: it only looks for '
            ~ 'dbt.ref(); ' ~ way_out,
        ]) %}
    {% endif %}
    {% do exceptions.warn(model.name ~ ': ' ~ call.text ~ ' without dbt.ref(), so dbt does not know that ' ~ node.name
        ~ ' has to be built first, and may run both at once; ' ~ way_out) %}
    {% do return(sluice.stream(sluice.relation_of(node))) %}
{% endmacro %}


{% macro python_files(call) %}
    {# The block of a read_files() in Python, which names a source as dbt.source does. #}
    {% set known = [] %}
    {% for node in graph.sources.values() %}
        {% do known.append(node.source_name ~ '.' ~ node.name) %}
        {% if call.names == [node.source_name, node.name] %}
            {% do return(sluice.read_files(source(node.source_name, node.name))) %}
        {% endif %}
    {% endfor %}
    {% do sluice.raise_errors('read_files() error', [
        call.text ~ ' names no source table, expected read_files("<source>", "<table>"); there are: '
        ~ (known | sort | join(', ') or 'none'),
    ]) %}
{% endmacro %}


{% macro rows_without_python(reads, ranges, plans, table=none, columns=[]) %}
    {# {'query' of this run's rows, 'ranges' and 'plans' that it reads, 'staged'}, where no Python has to run for that:
       an SQL model; and a Python model that reads streams and files which have nothing new, whose rows have the columns
       of a table, or these [name, type]. Else none. #}
    {% if model.language == 'sql' %}
        {% set query = sluice.query_of_plans(model.compiled_code, plans) %}
        {% do return({'query': query, 'ranges': ranges, 'plans': plans, 'staged': []}) %}
    {% endif %}
    {% if not reads or (table is none and not columns) or sluice.has_news(ranges, plans) %}
        {% do return(none) %}
    {% endif %}
    {% set empty = [] %}
    {% for name, type in columns or sluice.names_and_types(sluice.user_columns(sluice.columns_of(table))) %}
        {% do empty.append('cast(null as ' ~ type ~ ') as ' ~ sluice.quote(name)) %}
    {% endfor %}
    {% set query = 'select * from (select ' ~ empty | join(', ') ~ ') as _sluice_nothing where 1 = 0' %}
    {% do return({'query': query, 'ranges': ranges, 'plans': plans, 'staged': []}) %}
{% endmacro %}


{% macro reads_of_plans(reads, plans) %}
    {# The same, over the files that are still there. #}
    {% set there = [] %}
    {% for read in reads %}
        {% do there.append(dict(read, query=sluice.query_of_plans(read.query, plans))) %}
    {% endfor %}
    {% do return(there) %}
{% endmacro %}


{% macro reads_taken(reads, taken, ranges, plans) %}
    {# {'ranges', 'plans'} as they are when a Python model has run: what it did not ask for, for it came to its end
       before, is not read, and comes the next time. #}
    {% set sources = reads | selectattr('call', 'in', taken) | map(attribute='source') | list %}
    {% set read = [] %}
    {% for range in ranges %}
        {% do read.append(range if range.source in sources else dict(range, to=range['from'])) %}
    {% endfor %}
    {% do return({'ranges': read, 'plans': plans | selectattr('source', 'in', sources) | list}) %}
{% endmacro %}
