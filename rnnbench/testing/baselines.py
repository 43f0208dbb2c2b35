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
    "series": InputSpec(22, features=1, vocabulary=None, classes=0, targets=2, observed=1),
}
SEASON = 11  # steps of the series
NEW = 31  # samples


class Untouched:
    """The test set, which a fit leaves alone."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError("the fit of a baseline looks at the test set")


def samples(spec: InputSpec, count: int, seed: int) -> Samples:
    """Return samples of which each class has something of its own, but for their order.

    For regression windows of noisy waves of one length, and how they go on.
    """
    rng = np.random.default_rng(seed)
    if spec.targets:
        steps = np.arange(spec.timesteps + spec.horizon) + rng.uniform(0, SEASON, (count, 1))
        waves = np.sin(2 * np.pi * steps / SEASON) + 0.1 * rng.normal(size=steps.shape)
        past, future = np.split(waves.astype(np.float32), [spec.timesteps], axis=1)
        return Samples(past[:, :, None], future)
    y = np.arange(count, dtype=np.int32) % spec.classes
    if spec.features is None:
        x = rng.integers(3, 10, size=(count, spec.timesteps)).astype(np.int32)
        x[:, : spec.timesteps // 3] = 10 + y[:, None]
        return Samples(rng.permuted(x, axis=1), y)
    shape = (count, spec.timesteps, spec.features)
    return Samples((rng.normal(size=shape) + y[:, None, None]).astype(np.float32), y)


@cache
def _config() -> Config:
    return load(["seed=1", "data=sunspots", "data.season=11"], cell=False)


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
        """Return the shape of the data: each that the baseline has a use for."""
        spec = SPECS[request.param]
        if why := baseline.no_use_for(spec, _config().data):
            pytest.skip(f"it has no use for data {why}")
        return spec

    @pytest.fixture
    def config(self) -> Config:
        """Return the configuration of a run."""
        return _config()

    @pytest.fixture
    def least(self, spec: InputSpec) -> float:
        """Return how many of new samples it names right at least, or explains of new targets."""
        return 0.0 if spec.targets else 1.5 / spec.classes

    @staticmethod
    def predictions(
        baseline: Baseline, spec: InputSpec, config: Config, *, held_out: bool = True
    ) -> NDArray[Any]:
        """Fit a baseline and return what it says of new samples.

        Probabilities ``(n, classes)``, or for regression the targets ``(n, targets)``.
        """
        if baseline.fit is None:
            pytest.skip("a model of Keras, which is trained as those of cells are")
        validation = samples(spec, 40, seed=2) if held_out else None
        parts = Parts(samples(spec, 120, seed=1), validation, Untouched())  # type: ignore[arg-type]
        fitted = baseline.fit(parts, spec, config)
        assert all(isinstance(value, int | float) for value in fitted.metrics.values())
        return np.asarray(fitted.predict(samples(spec, NEW, seed=3).x))

    def test_has_a_name_a_title_and_a_version(self, baseline: Baseline) -> None:
        must_have_a_name(baseline.name)
        assert baseline.title
        assert baseline.does
        if baseline.fit is not None:
            must_have_a_version(baseline.version, baseline.fit.__module__)

    def test_its_module_imports_no_tensorflow(self, baseline: Baseline) -> None:
        if baseline.fit is not None:
            must_not_import_keras(baseline.fit.__module__)

    def test_gives_the_probability_of_every_class_or_every_target(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        found = self.predictions(baseline, spec, config)
        assert found.shape == (NEW, spec.targets or spec.classes)
        assert np.isfinite(found).all()
        if spec.classes:
            assert (found >= 0).all()
            np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)

    def test_knows_more_than_nothing_of_new_samples(
        self, baseline: Baseline, spec: InputSpec, config: Config, least: float
    ) -> None:
        found, y = self.predictions(baseline, spec, config), samples(spec, NEW, seed=3).y
        if spec.classes:
            assert (found.argmax(axis=1) == y).mean() > least
        else:
            assert 1 - ((found - y) ** 2).mean() / y.var() > least

    def test_is_fitted_without_samples_held_out(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        assert len(self.predictions(baseline, spec, config, held_out=False)) == NEW

    def test_the_same_samples_give_the_same_bit_for_bit(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        first = self.predictions(baseline, spec, config)
        np.testing.assert_array_equal(first, self.predictions(baseline, spec, config))

    def test_depends_on_the_seed_only_where_it_says_so(
        self, baseline: Baseline, spec: InputSpec, config: Config
    ) -> None:
        if baseline.has_seed:
            pytest.skip("it says so")
        first = self.predictions(baseline, spec, config)
        other = config.model_copy(update={"seed": 2})
        np.testing.assert_array_equal(first, self.predictions(baseline, spec, other))
