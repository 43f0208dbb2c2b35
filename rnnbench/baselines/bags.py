"""Samples as bags: how often each token occurs in them, whatever the order."""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnbench.data import InputSpec
from rnnbench.data.indices import PAD
from rnnbench.training.batches import release

_ROWS = 2000


def count_tokens(x: np.ndarray, vocabulary: int) -> Any:
    """Return how often each token occurs in each sample; padding does not count.

    Args:
        x: tokens ``(n, time)``.
        vocabulary: numbers of different tokens, padding included.

    Returns a sparse matrix ``(n, vocabulary)`` float32 in rows.
    """
    from scipy import sparse

    blocks = []
    for start in range(0, len(x), _ROWS):
        rows = np.asarray(x[start : start + _ROWS])
        real = rows != PAD
        ends = np.concatenate([[0], np.cumsum(real.sum(axis=1))])
        tokens = rows[real]
        ones = np.ones(len(tokens), np.float32)
        counts = sparse.csr_matrix((ones, tokens, ends), shape=(len(rows), vocabulary))
        counts.sum_duplicates()
        blocks.append(counts)
    release(x)
    return sparse.vstack(blocks, format="csr")


def mean_features(x: np.ndarray) -> np.ndarray:
    """Return the mean ``(n, features)`` of features ``(n, time, features)`` over real steps.

    A step of zeros is padding.
    """
    x = np.asarray(x, np.float64)
    real = x.any(axis=2).sum(axis=1)
    return np.asarray(x.sum(axis=1) / np.maximum(real, 1)[:, None])


def presence(x: np.ndarray, spec: InputSpec) -> Any:
    """Return ``(n, vocabulary)``: 1 for each token that occurs; of features their mean."""
    if spec.vocabulary is None:
        return mean_features(x)
    counts = count_tokens(x, spec.vocabulary)
    counts.data[:] = 1.0
    return counts
