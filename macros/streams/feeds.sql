{% macro feed_template(feed, ranges) %}
    {# A query with a name in the place of each range that stream() rendered into it: the same text at every run. None
       where one of them is not there as it was rendered. #}
    {% set template = namespace(text=modules.re.sub('\n    /\\* sluice:state .*? \\*/', '', feed)) %}
    {% for range in ranges %}
        {% set block = sluice.stream_block(range) %}
        {% if block not in template.text %}{% do return(none) %}{% endif %}
        {% set template.text = template.text | replace(block, sluice.stream_name(range.source)) %}
    {% endfor %}
    {% do return(template.text) %}
{% endmacro %}


{% macro moment_in(template) %}
    {# What of the run itself stands in a template, in words; none where it is the same text at the next one. #}
    {% for text, what in {
        invocation_id: 'the id of the run', run_started_at.strftime('%Y-%m-%d'): 'the date of the run',
        run_started_at.strftime('%Y%m%d'): 'the date of the run',
    }.items() if text in template %}
        {% do return(what) %}
    {% endfor %}
    {% do return(none) %}
{% endmacro %}


{% macro stream_name(source_id) %}
    {# What stands for the rows of a stream in a template. #}
    {% do return(sluice.quote('_sluice_stream ' ~ source_id)) %}
{% endmacro %}


{% macro feed_over(template, ranges) %}
    {# The query of a template over these ranges: {source, relation, from, to}. #}
    {% set feed = namespace(text=template) %}
    {% for range in ranges %}
        {% set feed.text = feed.text | replace(
            sluice.stream_name(range.source), '(\n    ' ~ sluice.stream_rows(range.relation, range) ~ '\n)') %}
    {% endfor %}
    {% do return(feed.text) %}
{% endmacro %}


{% macro not_row_by_row(sql, streams) %}
    {# What a query has beside projections and filters of these tables, so that a row of it is no function of one row of
       theirs; none where there is nothing. #}
    {% do return(adapter.dispatch('not_row_by_row', 'sluice')(sql, streams)) %}
{% endmacro %}

{% macro default__not_row_by_row(sql, streams) %}
    {# Engines that do not tell. #}
    {% do return('it is not known how ' ~ adapter.type() ~ ' reads the query') %}
{% endmacro %}
