"""The update-gate network: a SimpleRNN that keeps a part of its state at every step.

Collins, Sohl-Dickstein & Sussillo 2017, Capacity and trainability in recurrent neural networks:
g = σ(x·W_g + h·U_g + b_g), candidate = tanh(x·W_c + h·U_c + b_c), h' = g∘h + (1 - g)∘candidate.
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
    **arguments: Any,
) -> Any:
    """Return the layer; it takes the arguments of ``keras.layers.GRU``, and has no dropout."""
    import keras  # here, so that commands that train nothing don't wait for it

    for key, rate in {"dropout": dropout, "recurrent_dropout": recurrent_dropout}.items():
        if rate:
            raise ConfigError(f"model.{key}", "0 with the cell ugrnn", rate, f"set model.{key}=0")

    @keras.saving.register_keras_serializable("sequence_extras")
    class Step(keras.layers.Layer):
        """One step: input ``(batch, inputs)``, state ``(batch, units)``."""

        def __init__(self, **named: Any) -> None:
            super().__init__(**named)
            self.state_size = self.output_size = units

        def build(self, shape: tuple[int | None, ...]) -> None:
            wide = 2 * units
            self.kernel = self.add_weight((shape[-1], wide), kernel_initializer)
            self.recurrent = self.add_weight((units, wide), recurrent_initializer)
            self.bias = self.add_weight((wide,), "zeros")

        def call(self, x: Any, states: Any) -> Any:
            (h,), ops = states, keras.ops
            seen = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent) + self.bias
            gate, candidate = ops.split(seen, 2, axis=-1)
            gate = ops.sigmoid(gate)
            h = gate * h + (1 - gate) * ops.tanh(candidate)
            return h, [h]

    return keras.layers.RNN(Step(), **arguments)


UGRNN = Cell(
    name="ugrnn",
    version="1",
    title="UGRNN",
    keras_class=build,
    paper="Collins et al. 2017, Capacity and trainability in recurrent neural networks",
    gates=(
        Gate("g", "update gate", "how much of the last state stays"),
        Gate("c", "candidate", "what could become the state"),
    ),
)
