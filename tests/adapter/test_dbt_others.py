"""More of dbt's adapter suite: what stands beside models and could notice the package.

Left out are the parts that look at the adapter alone (utils, column types, debug, functions), and
what fails or has no meaning on DuckDB, with this package and without:

- grants, materialized_view, catalog_integrations: DuckDB has none of them.
- `BaseClonePossible`: DuckDB clones no tables, dbt makes views (`BaseCloneNotPossible`).
- `BaseCachingUppercaseModel`: dbt-duckdb finds `MODEL` in lower case and takes it for another one.
- `BaseTestEmptySeedFlag`: dbt-core 1.11 has no `dbt seed --empty`.
"""

from __future__ import annotations

from typing import Any

import pytest
from dbt.tests.adapter.aliases.test_aliases import (
    BaseAliasErrors,
    BaseAliases,
    BaseSameAliasDifferentDatabases,
    BaseSameAliasDifferentSchemas,
)
from dbt.tests.adapter.basic.expected_catalog import (
    base_expected_catalog,
    expected_references_catalog,
    no_stats,
)
from dbt.tests.adapter.basic.test_adapter_methods import BaseAdapterMethod
from dbt.tests.adapter.basic.test_docs_generate import BaseDocsGenerate, BaseDocsGenReferences
from dbt.tests.adapter.basic.test_singular_tests_ephemeral import BaseSingularTestsEphemeral
from dbt.tests.adapter.caching.test_caching import (
    BaseCachingLowercaseModel,
    BaseCachingSelectedSchemaOnly,
    BaseNoPopulateCache,
)
from dbt.tests.adapter.concurrency.test_concurrency import BaseConcurrency
from dbt.tests.adapter.dbt_clone.test_dbt_clone import (
    BaseCloneNotPossible,
    BaseCloneSameTargetAndState,
)
from dbt.tests.adapter.dbt_show.test_dbt_show import (
    BaseShowDoesNotHandleDoubleLimit,
    BaseShowLimit,
    BaseShowSqlHeader,
)
from dbt.tests.adapter.empty.test_empty import (
    BaseTestEmpty,
    BaseTestEmptyInlineSourceRef,
    MetadataWithEmptyFlag,
)
from dbt.tests.adapter.ephemeral.test_ephemeral import BaseEphemeralErrorHandling
from dbt.tests.adapter.persist_docs.test_persist_docs import (
    BasePersistDocs,
    BasePersistDocsAllColumnsMissing,
    BasePersistDocsColumnMissing,
    BasePersistDocsCommentOnQuotedColumn,
)
from dbt.tests.adapter.python_model.test_python_model import (
    BasePythonEmptyTests,
    BasePythonModelTests,
    BasePythonSampleTests,
)
from dbt.tests.adapter.query_comment.test_query_comment import (
    BaseMacroQueryComments,
    BaseQueryComments,
)
from dbt.tests.adapter.relations.test_changing_relation_type import (
    BaseChangeRelationTypeValidator,
)
from dbt.tests.adapter.relations.test_dropping_schema_named import BaseDropSchemaNamed
from dbt.tests.adapter.sample_mode import fixtures
from dbt.tests.adapter.sample_mode.test_sample_mode import BaseSampleModeTest
from dbt.tests.adapter.store_test_failures_tests.basic import (
    StoreTestFailuresAsExceptions,
    StoreTestFailuresAsGeneric,
    StoreTestFailuresAsInteractions,
    StoreTestFailuresAsProjectLevelEphemeral,
    StoreTestFailuresAsProjectLevelOff,
    StoreTestFailuresAsProjectLevelView,
)
from dbt.tests.adapter.store_test_failures_tests.test_store_test_failures import (
    BaseStoreTestFailures,
    BaseStoreTestFailuresLimit,
)
from dbt.tests.adapter.unit_testing.test_case_insensitivity import BaseUnitTestCaseInsensivity
from dbt.tests.adapter.unit_testing.test_invalid_input import BaseUnitTestInvalidInput
from dbt.tests.adapter.unit_testing.test_quoted_reserved_word_column_names import (
    BaseUnitTestQuotedReservedWordColumnNames,
)
from dbt.tests.adapter.unit_testing.test_types import (
    BaseUnitTestingTypes,
    BaseUnitTestingVarcharFixtureNoTruncation,
)


class TestAliases(BaseAliases):
    """aliases."""


class TestAliasErrors(BaseAliasErrors):
    """aliases."""


class TestSameAliasDifferentSchemas(BaseSameAliasDifferentSchemas):
    """aliases."""


class TestSameAliasDifferentDatabases(BaseSameAliasDifferentDatabases):
    """aliases."""


class TestSingularTestsEphemeral(BaseSingularTestsEphemeral):
    """basic."""


class TestAdapterMethods(BaseAdapterMethod):
    """basic."""


class TestDocsGenerate(BaseDocsGenerate):
    """basic."""

    @pytest.fixture(scope="class")
    def expected_catalog(self, project: Any) -> dict:
        """The catalog in DuckDB's words."""
        return base_expected_catalog(project, **CATALOG)


class TestDocsGenerateReferences(BaseDocsGenReferences):
    """basic."""

    @pytest.fixture(scope="class")
    def expected_catalog(self, project: Any) -> dict:
        """The catalog in DuckDB's words."""
        return expected_references_catalog(project, **CATALOG, bigint_type="BIGINT")


CATALOG = {
    "role": None,
    "id_type": "INTEGER",
    "text_type": "VARCHAR",
    "time_type": "TIMESTAMP",
    "view_type": "VIEW",
    "table_type": "BASE TABLE",
    "model_stats": no_stats(),
}


class TestCachingLowercase(BaseCachingLowercaseModel):
    """caching."""


class TestCachingSelectedSchema(BaseCachingSelectedSchemaOnly):
    """caching."""


class TestNoPopulateCache(BaseNoPopulateCache):
    """caching."""


class TestConcurrency(BaseConcurrency):
    """concurrency."""


class TestCloneNotPossible(BaseCloneNotPossible):
    """dbt_clone."""


class TestCloneSameTargetAndState(BaseCloneSameTargetAndState):
    """dbt_clone."""


class TestShowLimit(BaseShowLimit):
    """dbt_show."""


class TestShowSqlHeader(BaseShowSqlHeader):
    """dbt_show."""


class TestShowDoubleLimit(BaseShowDoesNotHandleDoubleLimit):
    """dbt_show."""


class TestEmptyFlag(BaseTestEmpty):
    """empty."""


class TestEmptyFlagInline(BaseTestEmptyInlineSourceRef):
    """empty."""


class TestEmptyFlagMetadata(MetadataWithEmptyFlag):
    """empty."""


class TestEphemeralErrors(BaseEphemeralErrorHandling):
    """ephemeral."""


class TestPersistDocs(BasePersistDocs):
    """persist_docs."""


class TestPersistDocsColumnMissing(BasePersistDocsColumnMissing):
    """persist_docs."""


class TestPersistDocsAllColumnsMissing(BasePersistDocsAllColumnsMissing):
    """persist_docs."""


class TestPersistDocsQuotedColumn(BasePersistDocsCommentOnQuotedColumn):
    """persist_docs."""


class TestPythonModel(BasePythonModelTests):
    """python_model."""


class TestPythonEmpty(BasePythonEmptyTests):
    """python_model."""

    @pytest.fixture(scope="class")
    def input_model_sql(self) -> str:
        """The input without offsets, which DuckDB reads only with an extension."""
        return fixtures.input_model_sql.replace("-0'", "'")


class TestPythonSample(BasePythonSampleTests):
    """python_model."""

    @pytest.fixture(scope="class")
    def input_model_sql(self) -> str:
        """The input without offsets, which DuckDB reads only with an extension."""
        return fixtures.input_model_sql.replace("-0'", "'")


class TestQueryComment(BaseQueryComments):
    """query_comment."""


class TestMacroQueryComment(BaseMacroQueryComments):
    """query_comment."""


class TestChangingRelationType(BaseChangeRelationTypeValidator):
    """relations."""


class TestDropSchemaNamed(BaseDropSchemaNamed):
    """relations."""


class TestSampleMode(BaseSampleModeTest):
    """sample_mode."""

    @pytest.fixture(scope="class")
    def input_model_sql(self) -> str:
        """The input without offsets, which DuckDB reads only with an extension."""
        return fixtures.input_model_sql.replace("-0'", "'")


class TestStoreTestFailures(BaseStoreTestFailures):
    """store_test_failures."""


class TestStoreTestFailuresLimit(BaseStoreTestFailuresLimit):
    """store_test_failures."""


class TestStoreFailuresAsInteractions(StoreTestFailuresAsInteractions):
    """store_test_failures."""


class TestStoreFailuresAsProjectLevelOff(StoreTestFailuresAsProjectLevelOff):
    """store_test_failures."""


class TestStoreFailuresAsProjectLevelView(StoreTestFailuresAsProjectLevelView):
    """store_test_failures."""


class TestStoreFailuresAsProjectLevelEphemeral(StoreTestFailuresAsProjectLevelEphemeral):
    """store_test_failures."""


class TestStoreFailuresAsGeneric(StoreTestFailuresAsGeneric):
    """store_test_failures."""


class TestStoreFailuresAsExceptions(StoreTestFailuresAsExceptions):
    """store_test_failures."""


class TestUnitTestTypes(BaseUnitTestingTypes):
    """unit_testing."""

    @pytest.fixture
    def data_types(self) -> list[list[str]]:
        """A value in SQL and in YAML."""
        return [
            ["1", "1"],
            ["2.0", "2.0"],
            ["'12345'", "12345"],
            ["'string'", "string"],
            ["true", "true"],
            ["DATE '2020-01-02'", "2020-01-02"],
            ["TIMESTAMP '2013-11-03 00:00:00-0'", "2013-11-03 00:00:00-0"],
            ["'2013-11-03 00:00:00-0'::TIMESTAMPTZ", "2013-11-03 00:00:00-0"],
            ["{'Alberta':'Edmonton'}", "{'Alberta':'Edmonton'}"],
            ["ARRAY['a','b','c']", "['a','b','c']"],
            ["ARRAY[1,2,3]", "[1, 2, 3]"],
        ]


class TestUnitTestVarchar(BaseUnitTestingVarcharFixtureNoTruncation):
    """unit_testing."""


class TestUnitTestCaseInsensitivity(BaseUnitTestCaseInsensivity):
    """unit_testing."""


class TestUnitTestInvalidInput(BaseUnitTestInvalidInput):
    """unit_testing."""


class TestUnitTestReservedWords(BaseUnitTestQuotedReservedWordColumnNames):
    """unit_testing."""
