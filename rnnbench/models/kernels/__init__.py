"""Recurrences compiled as XLA does them best; each computes what Keras's layer computes.

Keras's loop keeps a batch as rows, so every gate is a strided piece of the product, and
differentiates itself step by step. Here a batch is columns: gates are whole slabs, and one product
has kernel, recurrent kernel and bias in one matrix. On a CPU memory traffic limits such loops: so
tokens are embedded where they are read, their gradient is added where it arises, and of a time
step nothing but the states is kept; the backward loop computes the gates again, in cache.

Padded reviews share work besides. All samples of a batch are in the same state for as long as
they are in their padding, so one column stands for all of them
(:mod:`rnnbench.models.kernels.width_schedule`).

What is computed is the same up to rounding; :data:`TOLERANCE` says how near, and tests hold it.
"""

TOLERANCE = 2e-5
"""Largest difference from Keras's layer, relative to the largest entry: states and gradients."""

__all__ = ["TOLERANCE"]
