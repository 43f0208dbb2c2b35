"""Recurrences compiled as XLA does them best; each computes what Keras's layer computes.

Keras's loop keeps a batch as rows, so every gate is a strided piece of the product, and
differentiates itself step by step. Here a batch is columns: gates are whole slabs, one product
has kernel, recurrent kernel and bias in one matrix, and the backward loop reads products that the
forward loop has saved. On a CPU memory traffic limits it, so no more than that is kept.

Padded reviews share work besides. All samples of a batch are in the same state for as long as
they are in their padding, so one column stands for all of them (:mod:`rnnbench.kernels.ladder`).

What is computed is the same up to rounding; :data:`TOLERANCE` says how near, and tests hold it.
"""

TOLERANCE = 2e-5
"""Largest difference from Keras's layer, relative to the largest entry: states and gradients."""

__all__ = ["TOLERANCE"]
