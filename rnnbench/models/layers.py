"""Layers that Keras does not have, built from its own parts.

Importing this module imports Keras, which is done when one of them is built.
"""

from __future__ import annotations

from typing import Any

import keras

from rnnbench.models.tensors import Tensor
from rnnbench.seeds import derive


@keras.saving.register_keras_serializable("rnnbench")
class PeepholeLSTMCell(keras.layers.LSTMCell):  # type: ignore[misc]
    """Keras's LSTM cell whose output gate also sees the cell state that comes into the step.

    ``o_t = s(W_o x_t + U_o h_{t-1} + V_o c_{t-1} + b_o)`` with a full matrix V_o (units, units);
    everything else is Keras's. See :func:`rnnbench.reference.lstm_peephole` for the source.
    """

    def __init__(
        self, units: int, *, peephole_initializer: Any = "orthogonal", **arguments: Any
    ) -> None:
        super().__init__(units, **arguments)
        self.peephole_initializer = keras.initializers.get(peephole_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights: Keras's three, then V_o."""
        super().build(input_shape)
        self.peephole_kernel = self.add_weight(
            shape=(self.units, self.units),
            name="peephole_kernel",
            initializer=self.peephole_initializer,
        )

    # The two places where Keras computes the gates: with a mask for each of them, as recurrent
    # dropout has it, and all at once. Of both the last argument is c_{t-1} (batch, units).

    def _compute_carry_and_output(
        self, x: list[Tensor], h_tm1: list[Tensor], c_tm1: Tensor
    ) -> tuple[Tensor, Tensor]:
        x_i, x_f, x_c, x_o = x
        return super()._compute_carry_and_output(
            (x_i, x_f, x_c, x_o + self._peep(c_tm1)), h_tm1, c_tm1
        )

    def _compute_carry_and_output_fused(
        self, z: list[Tensor], c_tm1: Tensor
    ) -> tuple[Tensor, Tensor]:
        z_i, z_f, z_c, z_o = z
        return super()._compute_carry_and_output_fused(
            (z_i, z_f, z_c, z_o + self._peep(c_tm1)), c_tm1
        )

    def _peep(self, c_tm1: Tensor) -> Tensor:
        return keras.ops.matmul(c_tm1, self.peephole_kernel)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this cell."""
        initializer = keras.initializers.serialize(self.peephole_initializer)
        return {**super().get_config(), "peephole_initializer": initializer}


@keras.saving.register_keras_serializable("rnnbench")
class PeepholeLSTM(keras.layers.RNN):  # type: ignore[misc]
    """A layer of :class:`PeepholeLSTMCell`: input (batch, time, inputs)."""

    def __init__(self, cell: PeepholeLSTMCell, **arguments: Any) -> None:
        super().__init__(cell, **arguments)


@keras.saving.register_keras_serializable("rnnbench")
class MeanOverTokens(keras.layers.GlobalAveragePooling1D):  # type: ignore[misc]
    """The mean ``(batch, features)`` over steps that are no padding; zeros where all are.

    Keras's own mean of a sample without tokens is no number.
    """

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the mean of ``inputs (batch, time, features)`` where ``mask (batch, time)`` is."""
        weights = keras.ops.cast(mask, inputs.dtype)[..., None]
        count = keras.ops.maximum(keras.ops.sum(weights, axis=1), 1.0)
        return keras.ops.sum(inputs * weights, axis=1) / count


def lstm_peephole(
    units: int,
    *,
    recurrent_initializer: Any,
    return_sequences: bool = False,
    go_backwards: bool = False,
    stateful: bool = False,
    name: str | None = None,
    **arguments: Any,
) -> PeepholeLSTM:
    """Return the layer; called as Keras's layers are.

    V_o starts orthogonal, as U does, from a seed of its own that follows from that of U.
    """
    seed = recurrent_initializer.seed
    cell = PeepholeLSTMCell(
        units,
        recurrent_initializer=recurrent_initializer,
        peephole_initializer=keras.initializers.Orthogonal(seed=derive(seed, "peephole")),
        **arguments,
    )
    return PeepholeLSTM(
        cell,
        return_sequences=return_sequences,
        go_backwards=go_backwards,
        stateful=stateful,
        name=name,
    )
