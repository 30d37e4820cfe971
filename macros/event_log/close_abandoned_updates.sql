{% macro close_abandoned_updates() %}
    {% do adapter.dispatch('close_abandoned_updates', 'sluice')() %}
{% endmacro %}

{% macro default__close_abandoned_updates() %}
    {# Another update may be running beside this one, so an open end proves nothing here. #}
{% endmacro %}
