"""The parts of dbt's adapter suite that meet what sluice overrides: snapshots, materializations.

Our snapshot macros stand in front of dbt's for every snapshot of the project, and the hooks run
with every command, so dbt's own tests must not notice that the package is there.

Left out: `BaseIncrementalBadStrategy`. dbt-duckdb looks a strategy up at the second run only, with
this package and without.
"""

from __future__ import annotations

import pytest
from dbt.tests.adapter.basic.test_base import BaseSimpleMaterializations
from dbt.tests.adapter.basic.test_empty import BaseEmpty
from dbt.tests.adapter.basic.test_ephemeral import BaseEphemeral
from dbt.tests.adapter.basic.test_generic_tests import BaseGenericTests
from dbt.tests.adapter.basic.test_incremental import (
    BaseIncremental,
    BaseIncrementalNotSchemaChange,
)
from dbt.tests.adapter.basic.test_singular_tests import BaseSingularTests
from dbt.tests.adapter.basic.test_snapshot_check_cols import BaseSnapshotCheckCols
from dbt.tests.adapter.basic.test_snapshot_timestamp import BaseSnapshotTimestamp
from dbt.tests.adapter.basic.test_table_materialization import BaseTableMaterialization
from dbt.tests.adapter.incremental.test_incremental_merge_exclude_columns import (
    BaseMergeExcludeColumns,
)
from dbt.tests.adapter.incremental.test_incremental_microbatch import (
    BaseMicrobatch,
    _input_model_sql,
    _microbatch_model_sql,
)
from dbt.tests.adapter.incremental.test_incremental_on_schema_change import (
    BaseIncrementalOnSchemaChange,
)
from dbt.tests.adapter.incremental.test_incremental_predicates import BaseIncrementalPredicates
from dbt.tests.adapter.incremental.test_incremental_unique_id import BaseIncrementalUniqueKey
from dbt.tests.adapter.simple_snapshot.new_record_check_mode import (
    BaseSnapshotNewRecordCheckMode,
)
from dbt.tests.adapter.simple_snapshot.new_record_dbt_valid_to_current import (
    BaseSnapshotNewRecordDbtValidToCurrent,
)
from dbt.tests.adapter.simple_snapshot.new_record_timestamp_mode import (
    BaseSnapshotNewRecordTimestampMode,
)
from dbt.tests.adapter.simple_snapshot.test_ephemeral_snapshot_hard_deletes import (
    BaseSnapshotEphemeralHardDeletes,
    BaseSnapshotNewColumnSpecificCheckCols,
    BaseSnapshotNewColumnTimestampStrategy,
    BaseSnapshotNewColumnWithDeletes,
)
from dbt.tests.adapter.simple_snapshot.test_snapshot import (
    BaseSimpleSnapshot,
    BaseSnapshotCheck,
)
from dbt.tests.adapter.simple_snapshot.test_various_configs import (
    BaseSnapshotColumnNames,
    BaseSnapshotColumnNamesFromDbtProject,
    BaseSnapshotDbtValidToCurrent,
    BaseSnapshotInvalidColumnNames,
    BaseSnapshotMultiUniqueKey,
)


class TestSimpleMaterializations(BaseSimpleMaterializations):
    """basic."""


class TestEmpty(BaseEmpty):
    """basic."""


class TestEphemeral(BaseEphemeral):
    """basic."""


class TestGenericTests(BaseGenericTests):
    """basic."""


class TestSingularTests(BaseSingularTests):
    """basic."""


class TestTableMaterialization(BaseTableMaterialization):
    """basic."""


class TestIncremental(BaseIncremental):
    """basic."""


class TestIncrementalNotSchemaChange(BaseIncrementalNotSchemaChange):
    """basic."""


class TestIncrementalOnSchemaChange(BaseIncrementalOnSchemaChange):
    """incremental."""


class TestIncrementalUniqueKey(BaseIncrementalUniqueKey):
    """incremental."""


class TestIncrementalPredicates(BaseIncrementalPredicates):
    """incremental."""


class TestIncrementalMergeExcludeColumns(BaseMergeExcludeColumns):
    """incremental."""


class TestIncrementalMicrobatch(BaseMicrobatch):
    """incremental."""

    @pytest.fixture(scope="class")
    def microbatch_model_sql(self) -> str:
        """The model without a unique key, which dbt-duckdb refuses beside event time."""
        return _microbatch_model_sql.replace("unique_key='id', ", "")

    @pytest.fixture(scope="class")
    def input_model_sql(self) -> str:
        """The input without offsets, which DuckDB reads only with an extension."""
        return _input_model_sql.replace("-0'", "'")

    @pytest.fixture(scope="class")
    def insert_two_rows_sql(self, project) -> str:
        """Two more days."""
        return (
            f"insert into {project.test_schema}.input_model (id, event_time) values "
            "(4, timestamp '2020-01-04 00:00:00'), (5, timestamp '2020-01-05 00:00:00')"
        )


class TestSnapshotCheckCols(BaseSnapshotCheckCols):
    """basic."""


class TestSnapshotTimestamp(BaseSnapshotTimestamp):
    """basic."""


class TestSimpleSnapshot(BaseSimpleSnapshot):
    """simple_snapshot."""


class TestSnapshotCheck(BaseSnapshotCheck):
    """simple_snapshot."""


class TestSnapshotNewRecordTimestampMode(BaseSnapshotNewRecordTimestampMode):
    """simple_snapshot."""


class TestSnapshotNewRecordCheckMode(BaseSnapshotNewRecordCheckMode):
    """simple_snapshot."""


class TestSnapshotNewRecordDbtValidToCurrent(BaseSnapshotNewRecordDbtValidToCurrent):
    """simple_snapshot."""


class TestSnapshotColumnNames(BaseSnapshotColumnNames):
    """simple_snapshot."""


class TestSnapshotColumnNamesFromDbtProject(BaseSnapshotColumnNamesFromDbtProject):
    """simple_snapshot."""


class TestSnapshotInvalidColumnNames(BaseSnapshotInvalidColumnNames):
    """simple_snapshot."""


class TestSnapshotDbtValidToCurrent(BaseSnapshotDbtValidToCurrent):
    """simple_snapshot."""


class TestSnapshotMultiUniqueKey(BaseSnapshotMultiUniqueKey):
    """simple_snapshot."""


class TestSnapshotEphemeralHardDeletes(BaseSnapshotEphemeralHardDeletes):
    """simple_snapshot."""


class TestSnapshotNewColumnTimestampStrategy(BaseSnapshotNewColumnTimestampStrategy):
    """simple_snapshot."""


class TestSnapshotNewColumnSpecificCheckCols(BaseSnapshotNewColumnSpecificCheckCols):
    """simple_snapshot."""


class TestSnapshotNewColumnWithDeletes(BaseSnapshotNewColumnWithDeletes):
    """simple_snapshot."""
