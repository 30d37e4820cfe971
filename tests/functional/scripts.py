"""What a node sends, and an engine that commits each statement.

A run on DuckDB commits all or nothing. `CUT`, as a macro of a project, sends a script one by one
and ends the run behind the n-th statement, n being the environment variable STOP_BEHIND.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from project import Project, Run

CUT = """\
{% macro default__commits_each_statement() %}{% do return(true) %}{% endmacro %}

{% macro default__run_script(statements, name, in_transaction, answer) %}
    {% set stop = env_var('STOP_BEHIND', '1000') | int %}
    {% for sql in statements[:stop] %}{% do sluice.run_statement(sql) %}{% endfor %}
    {% if stop < statements | length %}
        {% do exceptions.raise_compiler_error('cut off behind ' ~ statements[:stop][-1:]) %}
    {% endif %}
    {% call statement(name, fetch_result=true, auto_begin=false) %}
        {{- answer or 'select 1 as done' }}
    {% endcall %}
{% endmacro %}
"""

HELD = """\
{{% macro default__run_script(statements, name, in_transaction, answer) %}}
    {{% set stop = env_var('STOP_BEHIND', '1000') | int %}}
    {{% do log('statements of ' ~ name ~ ': ' ~ statements | length) %}}
    {{% if not in_transaction %}}{{% do sluice.run_statement('begin transaction') %}}{{% endif %}}
    {{% for sql in statements[:stop] %}}{{% do sluice.run_statement(sql) %}}{{% endfor %}}
    {{% if stop < statements | length %}}{{% do sluice.run_statement("{waits}") %}}{{% endif %}}
    {{% if not in_transaction %}}{{% do sluice.run_statement('commit') %}}{{% endif %}}
    {{% call statement(name, fetch_result=true, auto_begin=false) %}}
        {{{{- answer or 'select 1 as done' }}}}
    {{% endcall %}}
{{% endmacro %}}
"""
"""The same within a transaction, standing still instead of ending, so that it can be killed."""


def cut_off(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: Sequence[str]
) -> Iterator[str]:
    """Run a command from the saved state, cut off one statement later each time, then whole.

    Yields, for the message of an assertion, behind which statement it ended.
    """
    stop, is_cut = 0, True
    while is_cut:
        project.engine.restore()
        monkeypatch.setenv("STOP_BEHIND", str(stop))
        is_cut = not project.dbt(*command).success
        monkeypatch.delenv("STOP_BEHIND")
        assert not is_cut or "cut off behind" in project.last.error, project.last.error
        if command[0] == "run-operation":
            project.engine.forget_claims()
        yield f"behind statement {stop}: {project.last.error}"
        stop += 1


def calls(run: Run, name: str) -> list[str]:
    """What a node sent to the database, but for what dbt's adapter asks once a process."""
    begin = f"On model.consumer.{name}: "
    sent = [text.removeprefix(begin) for _level, text in run.lines if text.startswith(begin)]
    of_dbt = ("type from duckdb_databases()", "constraint_type from duckdb_constraints()")
    return [sql for sql in sent if sql != "Close" and not any(text in sql for text in of_dbt)]
