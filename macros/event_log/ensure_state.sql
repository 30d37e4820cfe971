{% macro ensure_state() %}
    {# on_run_start makes our tables in the target's database. A model in another database keeps its state there:
       a transaction of DuckDB writes to one database only. #}
    {% if this.database != target.database %}{% do sluice.create_state(this.database) %}{% endif %}
{% endmacro %}
