"""What every baseline must satisfy for cells to be compared with it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnbench.baselines import Baseline
from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.testing.modules import must_have_a_name, must_have_a_version, must_not_import_keras
from rnnbench.training.batches import Samples
from rnnbench.training.parts import Parts

SPECS = {
    "tokens": InputSpec(timesteps=12, features=None, vocabulary=30, classes=3),
    "features": InputSpec(timesteps=6, features=4, vocabulary=None, classes=2),
}


class Untouched:
    """The test set, which a fit leaves alone."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("the fit of a baseline looks at the test set")


def samples(spec: InputSpec, count: int, seed: int) -> Samples:
    """Return samples of which each class has something of its own, but for their order."""
    rng = np.random.default_rng(seed)
    y = np.arange(count, dtype=np.int32) % spec.classes
    if spec.features is None:
        x = rng.integers(3, 10, size=(count, spec.timesteps)).astype(np.int32)
        x[:, : spec.timesteps // 3] = 10 + y[:, None]
        return Samples(rng.permuted(x, axis=1), y)
    shape = (count, spec.timesteps, spec.features)
    return Samples((rng.normal(size=shape) + y[:, None, None]).astype(np.float32), y)


@cache
def _config() -> Config:
    return load(["seed=1"], cell=False)


class BaselineConformance:
    """Tests of a baseline; a class of yours inherits them and has a fixture ``baseline``.

    Examples:
        In a file of your tests, beside the module ``my_baselines``:

        .. code-block:: python

            import pytest
            from rnnbench.testing import BaselineConformance

            from my_baselines import NEAREST_MEAN

            class TestNearestMean(BaselineConformance):
                @pytest.fixture
                def baseline(self):
                    return NEAREST_MEAN
    """

    @pytest.fixture
    def baseline(self) -> Baseline:
        """Return the baseline that is tested."""
        raise NotImplementedError("a class that inherits BaselineConformance has `baseline`")

    @pytest.fixture(params=SPECS)
    def spec(self, baseline: Baseline, request: pytest.FixtureRequest) -> InputSpec:
        """Return the shape of the inputs: tokens, and features where the baseline reads them."""
        if request.param == "features" and baseline.needs_tokens:
            pytest.skip("features are no input for this baseline")
        return SPECS[request.param]

    @pytest.fixture
    def config(self) -> Config:
        """Return the configuration of a run."""
        return _config()

    @staticmethod
    def probabilities(
        baseline: Baseline, spec: InputSpec, config: Config, *, held_out: bool = True
    ) -> NDArray[Any]:
        """Fit a baseline and return its probabilities of new samples, ``(n, classes)``."""
        if baseline.fit is None:
            pytest.skip("a model of Keras, which is trained as those of cells are")
        validation = samples(spec, 40, seed=2) if held_out else None
        parts = Parts(samples(spec, 120, seed=1), validation, Untouched())  # type: ignore[arg-type]
        fitted = baseline.fit(parts, spec, config)
        assert all(isinstance(value, float) for value in fitted.metrics.values())
        return np.asarray(fitted.predict(samples(spec, 31, seed=3).x))

    def test_has_a_name_a_title_and_a_version(self, baseline: Baseline) -> None:
        must_have_a_name(baseline.name)
        assert baseline.title
        assert baseline.does
        if baseline.fit is not None:
            must_have_a_version(baseline.version, baseline.fit.__module__)

    def test_its_module_imports_no_tensorflow(self, baseline: Baseline) -> None:
        if baseline.fit is not None:
            must_not_import_keras(baseline.fit.__module__)

    def test_gives_the_probability_of_every_class(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        found = self.probabilities(baseline, spec, config)
        assert found.shape == (31, spec.classes)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)

    def test_names_classes_that_differ_in_more_than_order(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        named = self.probabilities(baseline, spec, config).argmax(axis=1)
        assert (named == samples(spec, 31, seed=3).y).mean() > 1.5 / spec.classes

    def test_is_fitted_without_samples_held_out(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        assert len(self.probabilities(baseline, spec, config, held_out=False)) == 31

    def test_the_same_samples_give_the_same_bit_for_bit(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        first = self.probabilities(baseline, spec, config)
        np.testing.assert_array_equal(first, self.probabilities(baseline, spec, config))

    def test_depends_on_the_seed_only_where_it_says_so(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        if baseline.has_seed:
            pytest.skip("it says so")
        first = self.probabilities(baseline, spec, config)
        other = config.model_copy(update={"seed": 2})
        np.testing.assert_array_equal(first, self.probabilities(baseline, spec, other))
