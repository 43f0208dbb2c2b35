"""What a layer reads at a time step, and where the gradient of that goes.

A gradient is gathered in an array that a loop carries, so that it is written in place.
"""

from __future__ import annotations

from typing import Protocol

from rnnbench.models.kernels.slices import read, write
from rnnbench.models.tensors import Columns, Steps, Tensor, Time


class StepInputs(Protocol):
    """Inputs of a layer, sample by column.

    Attributes:
        times: time steps.
        wanted: whether anything asks for the gradient.
    """

    times: int
    wanted: bool

    def at(self, t: Time, width: int) -> Columns:
        """Return the first columns of a time step, ``(inputs, width)``."""

    def zeros(self) -> Tensor:
        """Return the gradient before anything is added to it."""

    def add(self, gathered: Tensor, dx: Columns, t: Time) -> Tensor:
        """Return the gradient with that of the first columns of a time step, as many as dx has."""


class Tokens:
    """Rows of an embedding.

    Args:
        table: ``(vocabulary, inputs)``.
        tokens: ``(time, batch)`` int32.
        trainable: whether the table is.
    """

    def __init__(self, table: Tensor, tokens: Tensor, *, trainable: bool) -> None:
        self.times = int(tokens.shape[0])
        self.wanted = trainable
        self._table = table
        self._tokens = tokens

    def at(self, t: Time, width: int) -> Columns:
        """Return the embedded tokens."""
        import tensorflow as tf

        return tf.transpose(tf.gather(self._table, self._of(t, width)))

    def zeros(self) -> Tensor:
        """Return zeros like the table."""
        import tensorflow as tf

        return tf.zeros_like(self._table)

    def add(self, gathered: Tensor, dx: Columns, t: Time) -> Tensor:
        """Add to the rows of the tokens."""
        import tensorflow as tf

        # A token may stand in a batch several times, and each adds to its row.
        rows = self._of(t, dx.shape[1])[:, None]
        return tf.tensor_scatter_nd_add(gathered, rows, tf.transpose(dx))

    def _of(self, t: Time, width: int) -> Tensor:
        return read(self._tokens, (t, 0), (1, width))[0]


class Array:
    """Rows of an array: features, or the states of the layer below.

    Args:
        array: ``(at least first + times, at least inputs, batch)``.
        inputs: its rows that are read.
        first: what is read at time 0.
        wanted: whether the layer below asks for the gradient, ``(times, inputs, batch)``.
    """

    def __init__(self, array: Steps, inputs: int, *, first: int = 0, wanted: bool) -> None:
        self.times = int(array.shape[0]) - first
        self.wanted = wanted
        self._array = array
        self._inputs = inputs
        self._first = first

    def at(self, t: Time, width: int) -> Columns:
        """Return the rows of a time step."""
        return read(self._array, (t + self._first, 0, 0), (1, self._inputs, width))[0]

    def zeros(self) -> Tensor:
        """Return zeros, which stay where a column is not computed."""
        import tensorflow as tf

        return tf.zeros((self.times, self._inputs, self._array.shape[2]))

    def add(self, gathered: Tensor, dx: Columns, t: Time) -> Tensor:
        """Write the gradient of a time step."""
        return write(gathered, dx[None], (t, 0, 0))


class Reversed:
    """Inputs read against time: step 0 is the last.

    Args:
        source: in the order of time; gradients are gathered as it gathers them.
    """

    def __init__(self, source: StepInputs) -> None:
        self.times = source.times
        self.wanted = source.wanted
        self._source = source

    def at(self, t: Time, width: int) -> Columns:
        """Return the first columns of a time step."""
        return self._source.at(self.times - 1 - t, width)

    def zeros(self) -> Tensor:
        """Return the gradient before anything is added to it."""
        return self._source.zeros()

    def add(self, gathered: Tensor, dx: Columns, t: Time) -> Tensor:
        """Return the gradient with that of a time step."""
        return self._source.add(gathered, dx, self.times - 1 - t)
