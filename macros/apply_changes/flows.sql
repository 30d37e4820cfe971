{% macro flows_taken_away(before, ranges) %}
    {# The streams in which events of this target lie, and which its query does not read any more, as ranges of what was
       read of them. One that is no model any more may be one that is read under another name now: see
       is_renamed_stream(). One whose table is gone cannot be taken over: see check_streams_read(). #}
    {% set read, gone = ranges | map(attribute='source') | list, [] %}
    {% for id, relation in (before.get('reads') or {}).items() if before.kind == 'stream' and id not in read %}
        {% set schema, _, identifier = id.partition('.') %}
        {% set place = api.Relation.create(database=this.database, schema=schema, identifier=identifier) %}
        {% set is_model = sluice.node_at(place) is not none %}
        {% if (is_model or not ranges | rejectattr('known') | list) and load_cached_relation(place) is not none %}
            {% do gone.append(sluice.range_that_was_read(id, relation, place)) %}
        {% endif %}
    {% endfor %}
    {% do return(gone) %}
{% endmacro %}


{% macro range_that_was_read(id, relation, place) %}
    {# All that this target has read of a stream. #}
    {% set columns = sluice.stream_columns(place) %}
    {% do return(dict(
        {'source': id, 'relation': relation, 'from': 0,
         'to': sluice.committed_batch(sluice.dataset_id(this), id, this.database).batch},
        **({'columns': columns} if columns else {}))) %}
{% endmacro %}


{% macro feed_with_flows_taken_away(source, recorded) %}
    {# The whole feed, and beside it the query as it was, over what was read of its streams: what the flows brought that
       are not there any more is kept from now on. #}
    {% set feed = sluice.whole_feed(source) %}
    {% if not source.gone %}{% do return(feed) %}{% endif %}
    {% set columns = sluice.query_columns(feed) %}
    {% set ranges = source.gone | list %}
    {% for range in source.ranges if range.source in recorded.state.reads %}
        {% do ranges.append(dict(range, from=0, to=range['from'])) %}
    {% endfor %}
    {% set before = sluice.feed_over(recorded.state.template, ranges) %}
    {% set names = sluice.quoted(columns | map(attribute='name')) | join(', ') %}
    {% do return('select ' ~ names ~ ' from (\n' ~ feed ~ '\n) as _sluice_feed\nunion all\nselect ' ~ names
        ~ ' from ' ~ sluice.aligned_rows(columns, sluice.query_columns(before), '(\n' ~ before ~ '\n)')
        ~ ' as _sluice_feed_before') %}
{% endmacro %}


{% macro flows_warnings(source) %}
    {# What is told of flows that were taken away, as events of the log. #}
    {% set warnings = [] %}
    {% for range in source.gone %}
        {% do warnings.append(sluice.flow_warning(
            model.name ~ ': it does not read ' ~ range.source ~ ' any more; what it has read of it stays, for its '
            ~ 'events are kept beside the target from now on. A full refresh goes without them.', {})) %}
    {% endfor %}
    {% do return(warnings) %}
{% endmacro %}
