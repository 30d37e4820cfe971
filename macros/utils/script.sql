{% macro run_script(statements, name='main', in_transaction=false, answer=none) %}
    {# All that a node writes, in one call: nothing half done can be left. A node reads and plans first and gathers its
       writes in a list; the list comes here, last. Within a transaction that dbt has opened for hooks it is part of
       that one. Engines that commit each statement get the list one by one, in its order; each may be the last. The
       result of a model is called main; that of an operation is not, for dbt would look for the model. It has the rows
       of `answer`, a query of what is there when the script is done. #}
    {# dbt opens a transaction where it fills its cache of relations: nothing is in it, and it would hold the script. #}
    {% if not in_transaction %}{% do adapter.commit() %}{% endif %}
    {% do adapter.dispatch('run_script', 'sluice')(
        sluice.plain_statements(statements), name, in_transaction, answer) %}
{% endmacro %}

{% macro default__run_script(statements, name, in_transaction, answer) %}
    {# One by one. #}
    {% set statements = statements + ([answer] if answer else []) %}
    {% do sluice.send_statements(statements[:-1]) %}
    {% call statement(name, fetch_result=answer is not none, auto_begin=false) %}
        {{ statements[-1] }}
    {% endcall %}
{% endmacro %}


{% macro script_of_dbt(statements) %}
    {# A script for a materialization of dbt's own, which sends what it is given in one call: the last of it. #}
    {% do return(adapter.dispatch('script_of_dbt', 'sluice')(sluice.plain_statements(statements))) %}
{% endmacro %}

{% macro default__script_of_dbt(statements) %}
    {# One by one. #}
    {% do sluice.send_statements(statements[:-1]) %}
    {% do return(statements[-1]) %}
{% endmacro %}


{% macro send_statements(statements) %}
    {# The statements of a script, one by one, but for the last. #}
    {% do adapter.dispatch('send_statements', 'sluice')(statements) %}
{% endmacro %}

{% macro default__send_statements(statements) %}
    {# Each as it is. #}
    {% for sql in statements %}{% do sluice.run_statement(sql) %}{% endfor %}
{% endmacro %}


{% macro plain_statements(statements) %}
    {# Those in which there is something, without semicolons behind them; at least one. #}
    {% set plain = [] %}
    {% for sql in statements if sql %}
        {% set sql = modules.re.sub('[;\\s]+$', '', sql) %}
        {% if sql | trim %}{% do plain.append(sql) %}{% endif %}
    {% endfor %}
    {% do return(plain or ['select 1 as nothing_to_write']) %}
{% endmacro %}


{% macro commits_each_statement() %}
    {# Whether a run that breaks off can leave the first statements of a script done and the others not. #}
    {% do return(adapter.dispatch('commits_each_statement', 'sluice')()) %}
{% endmacro %}

{% macro default__commits_each_statement() %}
    {# The careful answer. #}
    {% do return(true) %}
{% endmacro %}


{% macro needs_transaction(hooks) %}
    {# Whether hooks of a model are to see and to share the transaction of its rows, as dbt's are by default. #}
    {% do return(hooks | selectattr('transaction') | list | length > 0) %}
{% endmacro %}
