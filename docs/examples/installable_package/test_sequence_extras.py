"""Each passes what everything of its kind must pass: ``python -m pytest`` in this folder."""

from typing import Any

import pytest
from sequence_extras.nearest_mean import NEAREST_MEAN
from sequence_extras.signum import SIGNUM
from sequence_extras.ugrnn import UGRNN
from sequence_extras.waves import WAVES

from rnnbench.testing import (
    BaselineConformance,
    CellConformance,
    DataSetConformance,
    OptimizerConformance,
)


class TestCell(CellConformance):
    @pytest.fixture
    def cell(self) -> Any:
        return UGRNN


class TestDataSet(DataSetConformance):
    keys = {"limit": 100, "test_limit": 40}
    other = {"noise": 0.1}

    @pytest.fixture
    def dataset(self) -> Any:
        return WAVES


class TestOptimizer(OptimizerConformance):
    @pytest.fixture
    def optimizer(self) -> Any:
        return SIGNUM


class TestBaseline(BaselineConformance):
    @pytest.fixture
    def baseline(self) -> Any:
        return NEAREST_MEAN
