{% macro tell_counts(metrics) %}
    {# Lets dbt say what a flow did in its own line, and in run_results.json: as the answer to the statement `main`. A
       count of rows that were in a script before anyone had counted them is the answer that the script gave. #}
    {% set counts = dict(metrics) %}
    {% if counts.get('num_upserted_rows') == '_sluice_count' %}
        {% do counts.update({'num_upserted_rows': load_result('main').table.rows[0][0] | int}) %}
    {% endif %}
    {% set written = namespace(rows=0) %}
    {% for name in ('num_output_rows', 'num_upserted_rows', 'num_deleted_rows') %}
        {% set written.rows = written.rows + counts.get(name, 0) | int %}
    {% endfor %}
    {% do store_raw_result(
        'main', message=sluice.counts_text(counts), code='INSERT' if 'num_output_rows' in counts else 'MERGE',
        rows_affected=written.rows) %}
{% endmacro %}


{% macro counts_text(counts) %}
    {# The counts of a flow in words, without those that are 0: 9844 rows, 158 quarantined. #}
    {% set words = {
        'num_output_rows': ['row', 'rows'], 'num_upserted_rows': ['upserted', 'upserted'],
        'num_deleted_rows': ['deleted', 'deleted'], 'num_dropped_rows': ['quarantined', 'quarantined'],
        'num_late_rows': ['late', 'late'], 'num_conflicts': ['conflict', 'conflicts'],
    } %}
    {% set parts = [] %}
    {% for name, word in words.items() if counts.get(name, 0) | int %}
        {% do parts.append(counts[name] | int ~ ' ' ~ word[0 if counts[name] | int == 1 else 1]) %}
    {% endfor %}
    {% do return(parts | join(', ') or 'nothing new') %}
{% endmacro %}
