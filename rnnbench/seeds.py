"""Seeds hashed from what may depend on them, so that arms are paired.

A run has one ``seed``. What it initialises, shuffles and drops out draws from streams of their
own, and none of them depends on the cell: two cells with the same seed see the same batches.
Data sets that are generated or divided draw from seeds of their own, which no run changes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from rnnbench.config.schema import ModelConfig

if TYPE_CHECKING:
    import numpy as np

SHUFFLE = "shuffle"
MEAN_EMBEDDING = "baselines/mean_embedding"  # all initial weights of the model of depth 0


def derive(seed: int, scope: str) -> int:
    """Return a seed of 31 bits for one purpose of one run."""
    digest = hashlib.sha256(f"rnnbench/{scope}/{seed}".encode()).digest()
    return int.from_bytes(digest[:4], "little") >> 1


def shuffle_order(seed: int, epoch: int, samples: int) -> np.ndarray:
    """Return the order ``(samples,)`` in which an epoch (from 1) presents its training samples."""
    return shuffler(seed, epoch).permutation(samples)


def shuffler(seed: int, epoch: int) -> np.random.Generator:
    """Return what draws the order of an epoch (from 1)."""
    import numpy as np

    return np.random.default_rng([derive(seed, SHUFFLE), epoch])


def streams(model: ModelConfig, seed: int, *, tokens: bool) -> dict[str, int]:
    """Return the seed of every stream that a run draws from, by its purpose and place.

    Streams are named by the place of their layer and nothing else: arms that differ in their
    cell, their depth or their dropout share the initial weights of the layers that they share.
    """
    if not model.depth:
        return {scope: derive(seed, scope) for scope in (MEAN_EMBEDDING, SHUFFLE)}
    scopes = ["initialisation/embedding"] if tokens else []
    for number in range(1, model.depth + 1):
        for direction in ("forward", "backward") if model.bidirectional else ("forward",):
            scopes += layer_scopes(number, direction).values()
    scopes += ["initialisation/head", "dropout/head", SHUFFLE]
    return {scope: derive(seed, scope) for scope in scopes}


def layer_scopes(number: int, direction: Literal["forward", "backward"]) -> dict[str, str]:
    """Return the names of the streams of a recurrent layer (from 1), by Keras's argument."""
    place = f"recurrent_{number}" + ("/backward" if direction == "backward" else "")
    return {
        "seed": f"initialisation/{place}/kernel",
        "recurrent_seed": f"initialisation/{place}/recurrent_kernel",
        "dropout_seed": f"dropout/{place}",
    }


def selection_seed(seed: int, trial: int) -> int:
    """Return the seed of a search's trial (from 0), far above those that replicates are given.

    It depends on the number of the trial and not on the arm, so that trials are paired too.
    """
    return derive(seed, f"selection/{trial}") | 1 << 30
