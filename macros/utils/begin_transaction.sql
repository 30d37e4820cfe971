{% macro begin_transaction() %}
    {% do adapter.dispatch('begin_transaction', 'sluice')() %}
{% endmacro %}

{% macro default__begin_transaction() %}
    {# Engines without transactions: every step is idempotent per batch, the checkpoint comes last. #}
{% endmacro %}
