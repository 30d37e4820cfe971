"""The tests import the benchmarks, and hold their truth against the functional reference."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# At the end: some modules of these folders have the same names.
sys.path += [str(ROOT / "tests" / "functional"), str(ROOT / "benchmarks")]
