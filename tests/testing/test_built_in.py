"""What rnnbench ships passes the tests that it offers; cells and data sets beside their own."""

from __future__ import annotations

import pytest

from rnnbench.baselines import BASELINES, Baseline
from rnnbench.config.optimizers import OPTIMIZERS, Optimizer
from rnnbench.data import InputSpec
from rnnbench.testing import BaselineConformance, OptimizerConformance


@pytest.mark.slow
class TestOptimizers(OptimizerConformance):
    @pytest.fixture(params=OPTIMIZERS)
    def optimizer(self, request: pytest.FixtureRequest) -> Optimizer:
        return OPTIMIZERS[request.param]


class TestBaselines(BaselineConformance):
    @pytest.fixture(params=BASELINES)
    def baseline(self, request: pytest.FixtureRequest) -> Baseline:
        return BASELINES[request.param]

    @pytest.fixture
    def least(self, baseline: Baseline, spec: InputSpec) -> float:
        if baseline.name in ("majority_class", "mean"):  # whatever the input
            return -0.1 if spec.targets else 0.3
        return 0.0 if spec.targets else 1.5 / spec.classes
