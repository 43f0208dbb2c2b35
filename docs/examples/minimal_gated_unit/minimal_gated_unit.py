"""The minimal gated unit: a GRU whose one gate is both update and reset gate.

Zhou, Wu, Zhang & Zhou 2016, Minimal gated unit for recurrent neural networks:
f = σ(x·W_f + h·U_f + b_f), candidate = g(x·W_h + (f∘h)·U_h + b_h), h' = (1 - f)∘h + f∘candidate.
"""

from __future__ import annotations

from typing import Any

from rnnbench.errors import ConfigError
from rnnbench.models.cells import Cell, Gate


def build(
    units: int,
    *,
    kernel_initializer: Any,
    recurrent_initializer: Any,
    seed: int,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    activation: str = "tanh",
    **arguments: Any,
) -> Any:
    """Return the layer; it takes the arguments of ``keras.layers.GRU``, and has no dropout."""
    import keras  # here, so that commands that train nothing don't wait for it

    for key, rate in {"dropout": dropout, "recurrent_dropout": recurrent_dropout}.items():
        if rate:
            raise ConfigError(f"model.{key}", "0 with the cell mgu", rate, f"set model.{key}=0")

    @keras.saving.register_keras_serializable("minimal_gated_unit")
    class Step(keras.layers.Layer):
        """One step: input ``(batch, inputs)``, state ``(batch, units)``."""

        def __init__(self, **named: Any) -> None:
            super().__init__(**named)
            self.state_size = self.output_size = units
            self.activation = keras.activations.get(activation)

        def build(self, shape: tuple[int | None, ...]) -> None:
            self.kernel = self.add_weight(
                shape=(shape[-1], 2 * units), initializer=kernel_initializer
            )
            self.recurrent = self.add_weight(
                shape=(units, 2 * units), initializer=recurrent_initializer
            )
            self.bias = self.add_weight(shape=(2 * units,), initializer="zeros")

        def call(self, x: Any, states: Any) -> Any:
            (h,), ops = states, keras.ops
            x_f, x_h = ops.split(ops.matmul(x, self.kernel) + self.bias, 2, axis=-1)
            u_f, u_h = ops.split(self.recurrent, 2, axis=-1)
            f = ops.sigmoid(x_f + ops.matmul(h, u_f))
            candidate = self.activation(x_h + ops.matmul(f * h, u_h))
            h = (1 - f) * h + f * candidate
            return h, [h]

    return keras.layers.RNN(Step(), **arguments)


MGU = Cell(
    name="mgu",
    version="1",
    title="MGU",
    keras_class=build,
    paper="Zhou et al. 2016, Minimal gated unit for recurrent neural networks",
    gates=(
        Gate("f", "forget gate", "how much of the state is replaced, and what the candidate sees"),
        Gate("h", "candidate", "what could become the state"),
    ),
    options={"activation": ("tanh", "relu")},
)
