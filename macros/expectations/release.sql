{% macro release(dataset, where='true') %}
    {# Run by `dbt run-operation sluice.release --args '{dataset: customers_cdc_silver}'`. Judges quarantined rows by the
       rules as they are now; those that pass become the table's next batch, all in one transaction. #}
    {% if not execute %}{% do return(none) %}{% endif %}
    {% set started = modules.datetime.datetime.now() %}
    {% set node = sluice.streaming_table_node(dataset, 'release') %}
    {% set relation = sluice.relation_of(node) %}
    {% set quarantine = sluice.check_release(node, relation) %}
    {% if quarantine is none %}
        {% do log('sluice: ' ~ relation ~ ' has no quarantine, nothing to release', info=true) %}
        {% do return({'judged': 0, 'released': 0, 'held': 0}) %}
    {% endif %}
    {% set rules = sluice.expectations(node) %}
    {% do sluice.begin_transaction() %}
    {% set columns = sluice.release_columns(relation, quarantine) %}
    {% set batch = sluice.release_batch(node, relation, quarantine, columns.all, rules, where) %}
    {% set judgement = sluice.judge(batch, rules, node) %}
    {% set counts = {'judged': judgement.rows, 'released': judgement.rows - judgement.dropped, 'held': judgement.dropped} %}
    {% set head = sluice.next_batch(relation, false, counts.released, relation) %}
    {% do run_query(sluice.insert_batch(relation, batch, rules, columns.table, head)) %}
    {% do sluice.hold_back(quarantine, batch, rules, columns.quarantine) %}
    {% do sluice.record_checkpoints([head], false, relation) %}
    {% do sluice.log_release(node, relation, judgement, counts, started) %}
    {% do sluice.drop_temp([batch]) %}
    {% do adapter.commit() %}
    {% if node.database != target.database %}{% do sluice.gather_events([node.database]) %}{% endif %}
    {% do log('sluice: ' ~ counts.judged ~ ' quarantined rows of ' ~ relation ~ ' were judged, ' ~ counts.released
        ~ ' released' ~ (' as batch ' ~ head.to if counts.released else '') ~ ', ' ~ counts.held ~ ' held back', info=true) %}
    {% do return(counts) %}
{% endmacro %}
