"""What every optimizer must satisfy for runs with it to be repeatable and comparable."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnnbench.config.optimizers import OPTIMIZERS, Optimizer
from rnnbench.config.own_section import own_defaults
from rnnbench.config.training_section import OptimizerConfig
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import EXTENSION, given
from rnnbench.testing.modules import must_have_a_name, must_have_a_version, must_not_import_keras
from rnnbench.training.program import make_optimizer

SHAPES = ((4, 3), (3,))  # of a layer's weights
STEPS = 5


class Problem:
    """Weights that an optimizer moves towards others, by the mean of squared differences."""

    def __init__(self, optimizer: Any) -> None:
        import keras

        rng = np.random.default_rng(0)
        self.optimizer = optimizer
        self.weights = [
            keras.Variable(rng.normal(size=shape).astype(np.float32)) for shape in SHAPES
        ]
        self._targets = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
        optimizer.build(self.weights)
        self._fresh = [np.array(one) for one in self._variables]

    @property
    def _variables(self) -> list[Any]:
        return [*self.weights, *self.optimizer.variables]

    def start_again(self, learning_rate: float) -> None:
        """Give every variable the value that it had at first, as a next seed's run does."""
        for variable, value in zip(self._variables, self._fresh, strict=True):
            variable.assign(value)
        self.optimizer.learning_rate = learning_rate

    def loss(self) -> float:
        """Return the mean of squared differences."""
        pairs = zip(self.weights, self._targets, strict=True)
        return float(np.mean([((np.array(one) - target) ** 2).mean() for one, target in pairs]))

    def step(self) -> None:
        """Take one step."""
        pairs = zip(self.weights, self._targets, strict=True)
        gradients = [one - target for one, target in pairs]
        self.optimizer.apply(gradients, self.weights)

    def after(self, steps: int) -> list[NDArray[np.float32]]:
        """Return the weights after some steps."""
        for _ in range(steps):
            self.step()
        return [np.array(one) for one in self.weights]


class OptimizerConformance:
    """Tests of an optimizer; a class of yours inherits them and has a fixture ``optimizer``.

    Examples:
        In a file of your tests, beside the module ``my_optimizers``:

        .. code-block:: python

            import pytest
            from rnnbench.testing import OptimizerConformance

            from my_optimizers import SIGNUM

            class TestSignum(OptimizerConformance):
                @pytest.fixture
                def optimizer(self):
                    return SIGNUM
    """

    @pytest.fixture
    def optimizer(self) -> Optimizer:
        """Return the optimizer that is tested."""
        raise NotImplementedError("a class that inherits OptimizerConformance has `optimizer`")

    @staticmethod
    def problem(optimizer: Optimizer, **keys: Any) -> Problem:
        """Return a problem for an optimizer that is built with some keys of ``optimizer``."""
        is_own = optimizer.name not in OPTIMIZERS
        with given("optimizer", optimizer) if is_own else nullcontext() as extension:
            told = {EXTENSION: extension.identity} if extension is not None else {}
            section = {"name": optimizer.name, **own_defaults("optimizer", optimizer), **told}
            return Problem(make_optimizer(OptimizerConfig(**{**section, **keys})))

    def test_has_a_name_and_a_version_if_a_function_builds_it(self, optimizer: Optimizer) -> None:
        must_have_a_name(optimizer.name)
        assert optimizer.learning_rate > 0
        if not isinstance(optimizer.build, str):
            must_have_a_version(optimizer.version, optimizer.build.__module__)

    def test_its_module_imports_no_tensorflow(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer.build, str):
            must_not_import_keras(optimizer.build.__module__)

    def test_every_step_comes_nearer(self, optimizer: Optimizer) -> None:
        problem = self.problem(optimizer)
        before = problem.loss()
        problem.after(STEPS)
        assert problem.loss() < before

    def test_a_fresh_start_repeats_bit_for_bit(self, optimizer: Optimizer) -> None:
        """Seeds of an arm share an optimizer: all that it remembers is in its variables."""
        problem = self.problem(optimizer)
        first = problem.after(STEPS)
        problem.start_again(optimizer.learning_rate)
        for one, again in zip(first, problem.after(STEPS), strict=True):
            np.testing.assert_array_equal(one, again)

    def test_another_learning_rate_is_taken_without_building_it_again(
        self, optimizer: Optimizer
    ) -> None:
        rate = 2 * optimizer.learning_rate
        changed, built = self.problem(optimizer), self.problem(optimizer, learning_rate=rate)
        slow = changed.after(STEPS)
        changed.start_again(rate)
        for one, other, before in zip(changed.after(STEPS), built.after(STEPS), slow, strict=True):
            np.testing.assert_array_equal(one, other)
            assert not np.array_equal(one, before)

    def test_a_compiled_step_is_the_same(self, optimizer: Optimizer) -> None:
        import tensorflow as tf

        problem, compiled = self.problem(optimizer), self.problem(optimizer)
        problem.step()
        tf.function(compiled.step, jit_compile=True)()
        for one, other in zip(problem.after(0), compiled.after(0), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)

    def test_gradients_are_clipped(self, optimizer: Optimizer) -> None:
        assert self.problem(optimizer, clipnorm=0.5).optimizer.clipnorm == 0.5

    def test_takes_every_option_that_it_says_it_has(self, optimizer: Optimizer) -> None:
        import keras

        build = optimizer.build
        make = getattr(keras.optimizers, build) if isinstance(build, str) else build
        assert make(learning_rate=0.1, clipnorm=None, **optimizer.options) is not None

    def test_an_option_that_it_does_not_have_is_refused(self, optimizer: Optimizer) -> None:
        with pytest.raises(ConfigError, match=r"optimizer\.no_such_option"):
            self.problem(optimizer, no_such_option=1)
