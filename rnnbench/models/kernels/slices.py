"""Slices of arrays: read and written at changing indices, widened and narrowed by columns."""

from __future__ import annotations

import numpy as np

from rnnbench.models.tensors import Columns, Tensor

# TensorFlow's own ways to write a slice into a tensor become a loop over elements under XLA.


def read(array: Tensor, at: tuple[Tensor | int, ...], shape: tuple[int, ...]) -> Tensor:
    """Return a slice of that shape; a start beyond the array's ends is moved to them."""
    from tensorflow.compiler.tf2xla.python import xla

    return xla.dynamic_slice(array, _start(at), np.array(shape, np.int32))


def write(array: Tensor, value: Tensor, at: tuple[Tensor | int, ...]) -> Tensor:
    """Return the array with a slice replaced."""
    from tensorflow.compiler.tf2xla.python import xla

    return xla.dynamic_update_slice(array, value, _start(at))


def widen(array: Columns, width: int) -> Columns:
    """Return the array with its last column repeated up to that width."""
    import tensorflow as tf

    repeats = [1] * (len(array.shape) - 1) + [width - array.shape[-1]]
    return tf.concat([array, tf.tile(array[..., -1:], repeats)], -1)


def narrow(gradient: Columns, width: int) -> Columns:
    """Return the gradient of what :func:`widen` has widened."""
    import tensorflow as tf

    shared = tf.reduce_sum(gradient[:, width - 1 :], 1, keepdims=True)
    return tf.concat([gradient[:, : width - 1], shared], 1)


def _start(at: tuple[Tensor | int, ...]) -> Tensor:
    import tensorflow as tf

    return tf.stack([tf.cast(index, tf.int32) for index in at])
