"""Seeds hashed from what may depend on them, so that arms are paired.

A run has one ``seed``. What it initialises, shuffles and drops out draws from streams of their
own, and none of them depends on the cell: two cells with the same seed see the same batches.
"""

from __future__ import annotations

import hashlib

import numpy as np

SCOPES = ("initialisation", "shuffle", "dropout")


def derive(seed: int, scope: str) -> int:
    """Return a seed of 31 bits for one purpose of one run."""
    digest = hashlib.sha256(f"rnnbench/{scope}/{seed}".encode()).digest()
    return int.from_bytes(digest[:4], "little") >> 1


def shuffle_order(seed: int, epoch: int, samples: int) -> np.ndarray:
    """Return the order ``(samples,)`` in which an epoch (from 1) presents its training samples."""
    return np.random.default_rng([derive(seed, "shuffle"), epoch]).permutation(samples)
