"""The product of a time step and its gradients, with or without dropout.

Keras draws a mask for a batch and keeps it for all time steps: one for the inputs, or with a
recurrent dropout one for the inputs and one for h of every gate. A column ``[x; h; 1]`` meets its
mask on the way into the product, so that a mask has the column's rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnbench.models.kernels.steps import Step
from rnnbench.models.tensors import CellWeights, Columns, Tensor


class Product:
    """``z = M^T [x; h; 1]``, with the arguments of logistic functions halved.

    Attributes:
        matrix: M.
        inputs, units: rows of x and of h.

    Args:
        step: the cell.
        weights: Keras's kernel, recurrent kernel and bias.
        masks: what columns are multiplied with, ``(inputs + units + 1, batch)`` each: none, one for
            all blocks, or one for each block.
    """

    def __init__(self, step: Step, weights: CellWeights, masks: Sequence[Columns] = ()) -> None:
        import tensorflow as tf

        self.matrix = step.matrix(*weights)
        self.inputs = int(weights[0].shape[0])
        self.units = int(weights[1].shape[0])
        scale = np.where(step.halved, np.float32(0.5), np.float32(1.0))
        self._forward = tf.transpose(self.matrix) * np.repeat(scale, self.units)[:, None]
        self._masks = masks

    def of(self, column: Columns) -> Columns:
        """Return z ``(blocks · units, width)``."""
        import tensorflow as tf

        if len(self._masks) < 2:
            return tf.matmul(self._forward, self._masked(column, 0))
        parts = [
            tf.matmul(self._forward[self._rows(block)], self._masked(column, block))
            for block in range(len(self._masks))
        ]
        return tf.concat(parts, 0)

    def gradients(self, column: Columns, dz: Columns, *, wanted: bool) -> tuple[Tensor, Columns]:
        """Return dL/dM, and the gradient of the column without the one for the bias.

        Args:
            column: ``[x; h; 1]``.
            dz: dL/dz, by the whole z.
            wanted: whether the gradient of x is: else the second result is that of h.
        """
        import tensorflow as tf

        down = self.matrix[:-1] if wanted else self.matrix[self.inputs : -1]
        rows = slice(None, -1) if wanted else slice(self.inputs, -1)
        if not self._masks:
            return tf.matmul(column, dz, transpose_b=True), tf.matmul(down, dz)
        if len(self._masks) == 1:
            d_matrix = tf.matmul(self._masked(column, 0), dz, transpose_b=True)
            return d_matrix, tf.matmul(down, dz) * self._masks[0][rows]
        d_blocks: list[Tensor] = []
        below: list[Columns] = []
        for block, mask in enumerate(self._masks):
            own = dz[self._rows(block)]
            d_blocks.append(tf.matmul(self._masked(column, block), own, transpose_b=True))
            below.append(tf.matmul(down[:, self._rows(block)], own) * mask[rows])
        return tf.concat(d_blocks, 1), tf.add_n(below)

    def _masked(self, column: Columns, block: int) -> Columns:
        return column * self._masks[block] if self._masks else column

    def _rows(self, block: int) -> slice:
        return slice(block * self.units, (block + 1) * self.units)
