"""Tests that everything of a kind must pass, for your own tests to inherit.

Of cells, data sets, optimizers and baselines here, of executors in
:mod:`rnnbench.testing.executors`, of locks in :mod:`rnnbench.testing.locks`. Needs pytest, which
nothing else in rnnbench imports; no other folder imports this one.
"""

from __future__ import annotations

try:
    import pytest
except ImportError as error:
    raise ImportError(
        "rnnbench.testing needs pytest: install the extra with pip install 'rnnbench[test]'"
    ) from error

# A failed assertion in these says what was compared, as in a file of tests.
for _name in ("baselines", "cells", "data", "executors", "locks", "modules", "optimizers"):
    pytest.register_assert_rewrite(f"rnnbench.testing.{_name}")

from rnnbench.testing.baselines import BaselineConformance  # noqa: E402
from rnnbench.testing.cells import CellConformance  # noqa: E402
from rnnbench.testing.data import DataSetConformance  # noqa: E402
from rnnbench.testing.optimizers import OptimizerConformance  # noqa: E402

__all__ = ["BaselineConformance", "CellConformance", "DataSetConformance", "OptimizerConformance"]
