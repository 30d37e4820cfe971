"""The part `constraints` of dbt's adapter suite, in DuckDB's types and words."""

from __future__ import annotations

import pytest
from dbt.tests.adapter.constraints import fixtures
from dbt.tests.adapter.constraints.test_constraints import (
    BaseConstraintQuotedColumn,
    BaseConstraintsRollback,
    BaseConstraintsRuntimeDdlEnforcement,
    BaseIncrementalConstraintsColumnsEqual,
    BaseIncrementalConstraintsRollback,
    BaseIncrementalConstraintsRuntimeDdlEnforcement,
    BaseIncrementalContractSqlHeader,
    BaseIncrementalForeignKeyConstraint,
    BaseModelConstraintsRuntimeEnforcement,
    BaseTableConstraintsColumnsEqual,
    BaseTableContractSqlHeader,
    BaseViewConstraintsColumnsEqual,
)


class DuckDBTypes:
    """The names of DuckDB's types, as contracts spell them."""

    @pytest.fixture
    def int_type(self) -> str:
        """The type of a whole number."""
        return "INT"

    @pytest.fixture
    def string_type(self) -> str:
        """The type of a text."""
        return "VARCHAR"

    @pytest.fixture
    def data_types(self, schema_int_type: str, int_type: str, string_type: str) -> list[list[str]]:
        """A value in SQL, its type in a contract, and its type in an error."""
        return [
            ["1", schema_int_type, int_type],
            ["'1'", string_type, string_type],
            ["true", "bool", "BOOL"],
            ["'2013-11-03 00:00:00-07'::timestamp", "TIMESTAMP", "TIMESTAMP"],
            ["'2013-11-03 00:00:00-07'::timestamptz", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"],
            ["ARRAY['a','b','c']", "VARCHAR[]", "VARCHAR[]"],
            ["ARRAY[1,2,3]", "INTEGER[]", "INTEGER[]"],
            ["'1'::numeric", "numeric", "DECIMAL"],
            ["""'{"bar": "baz", "balance": 7.77}'::json""", "json", "JSON"],
        ]


class NotNull:
    """The words in which DuckDB refuses a null."""

    @pytest.fixture(scope="class")
    def expected_error_messages(self) -> list[str]:
        """What the error must contain."""
        return ["NOT NULL constraint failed"]


class TestTableColumnsEqual(DuckDBTypes, BaseTableConstraintsColumnsEqual):
    """constraints."""


class TestViewColumnsEqual(DuckDBTypes, BaseViewConstraintsColumnsEqual):
    """constraints."""


class TestIncrementalColumnsEqual(DuckDBTypes, BaseIncrementalConstraintsColumnsEqual):
    """constraints."""


class TestTableDdl(BaseConstraintsRuntimeDdlEnforcement):
    """constraints."""


class TestIncrementalDdl(BaseIncrementalConstraintsRuntimeDdlEnforcement):
    """constraints."""


class TestModelDdl(BaseModelConstraintsRuntimeEnforcement):
    """constraints."""


class TestQuotedColumn(BaseConstraintQuotedColumn):
    """constraints."""


class TestTableRollback(NotNull, BaseConstraintsRollback):
    """constraints."""


class TestIncrementalRollback(NotNull, BaseIncrementalConstraintsRollback):
    """constraints."""


def with_variable(sql: str) -> str:
    """The model with a header that DuckDB knows: the suite's sets the time zone of a session."""
    return sql.replace("set session time zone", "set variable zone =").replace(
        "current_setting('timezone')", "getvariable('zone')"
    )


class TestTableSqlHeader(BaseTableContractSqlHeader):
    """constraints."""

    @pytest.fixture(scope="class")
    def models(self) -> dict[str, str]:
        """A table that needs its header."""
        return {
            "my_model_contract_sql_header.sql": with_variable(
                fixtures.my_model_contract_sql_header_sql
            ),
            "schema.yml": fixtures.model_contract_header_schema_yml,
        }


class TestIncrementalSqlHeader(BaseIncrementalContractSqlHeader):
    """constraints."""

    @pytest.fixture(scope="class")
    def models(self) -> dict[str, str]:
        """An incremental model that needs its header."""
        return {
            "my_model_contract_sql_header.sql": with_variable(
                fixtures.my_model_incremental_contract_sql_header_sql
            ),
            "schema.yml": fixtures.model_contract_header_schema_yml,
        }


class TestIncrementalForeignKey(BaseIncrementalForeignKeyConstraint):
    """constraints."""
