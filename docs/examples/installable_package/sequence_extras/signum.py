"""Signum: every weight takes a step of the same size, in the direction of its mean gradient.

Bernstein, Wang, Azizzadenesheli & Anandkumar 2018, signSGD: m' = β·m + (1 - β)·gradient,
w' = w - rate·sign(m').
"""

from __future__ import annotations

from typing import Any

from rnnbench.config.optimizers import Optimizer


def build(learning_rate: float, clipnorm: float | None, momentum: float = 0.9) -> Any:
    """Return the optimizer of Keras."""
    import keras  # here, so that commands that train nothing don't wait for it

    class Signum(keras.optimizers.Optimizer):
        def build(self, variables: list[Any]) -> None:
            super().build(variables)
            self.means = [self.add_variable_from_reference(v, "mean") for v in variables]

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            mean = self.means[self._get_variable_index(variable)]
            self.assign(mean, momentum * mean + (1 - momentum) * gradient)
            self.assign_sub(variable, learning_rate * keras.ops.sign(mean))

    return Signum(learning_rate=learning_rate, clipnorm=clipnorm)


SIGNUM = Optimizer(
    name="signum", version="1", build=build, options={"momentum": 0.9}, learning_rate=0.002
)
