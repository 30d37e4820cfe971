{% macro signature(query, columns, rules, ranges, plans) %}
    {# A short text that stands for all that is checked and declared once: the query but for what it reads this time,
       its columns, the rules, and what the model's YAML says. The same text as last time: checked already. #}
    {% set described = [] %}
    {% for column in columns %}{% do described.append([column.name, column.dtype]) %}{% endfor %}
    {% set read = ranges | map(attribute='source') | list %}
    {% for plan in plans %}{% do read.append(plan.source) %}{% endfor %}
    {% set judged = [] %}
    {% for rule in rules %}{% do judged.append([rule.name, rule.on_violation, rule.condition]) %}{% endfor %}
    {% set declared = [model.get('description')] %}
    {% for name in ('contract', 'grants', 'persist_docs', 'on_schema_change', 'sql_header') %}
        {% do declared.append(config.get(name) | string) %}
    {% endfor %}
    {% for name, column in model.columns.items() %}
        {% do declared.append([
            name, column.get('data_type'), column.get('description'), column.get('quote'),
            column.get('constraints') | string,
        ]) %}
    {% endfor %}
    {% set query = sluice.outlines(query) if model.language == 'sql' else model.raw_code %}
    {% do return(local_md5(tojson([query, described, read, judged, declared]))) %}
{% endmacro %}


{% macro rows_record(rules, signature, ranges, plans) %}
    {# What is recorded of a table's rows: the rules that they were held against, the streams that they come from, and
       the query that made them of these, where it is the same at every run. What another materialization wrote is gone
       after a rebuild. #}
    {% set conditions, reads = {}, {} %}
    {% for rule in rules %}{% do conditions.update({rule.name: rule.condition}) %}{% endfor %}
    {% set streams = ranges | rejectattr('is_once', 'defined') | list %}
    {% for range in streams %}{% do reads.update({range.source: range.relation}) %}{% endfor %}
    {% set template = sluice.feed_template(model.get('compiled_code'), ranges)
        if ranges and streams == ranges and not plans else none %}
    {% do return({
        'rules': conditions, 'signature': signature, 'reads': reads,
        'template': none if template and sluice.moment_in(template) else template,
    }) %}
{% endmacro %}
