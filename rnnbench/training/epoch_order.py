"""In which order an epoch presents its samples: at random, or in batches of similar length.

A batch takes as many time steps as its longest sample has. Where samples are put together at
random nearly every batch has a long one; cut into ranges of length first, most have not. The
price is that batches are no longer drawn from all samples alike.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data.lengths import words_in
from rnnbench.seeds import shuffle_order, shuffler
from rnnbench.training.batches import Samples, release


def epoch_orders(training: Samples, config: Config) -> Callable[[int], np.ndarray]:
    """Return a function of the epoch (from 1): the order ``(n,)`` of the training samples."""
    buckets, size, count = config.training.buckets, config.training.batch_size, len(training)
    if buckets is None:
        return lambda epoch: shuffle_order(config.seed, epoch, count)
    known = words_in(training.x)
    release(training.x)

    def in_buckets(epoch: int) -> np.ndarray:
        generator = shuffler(config.seed, epoch)
        return bucketed(generator.permutation(count), known, buckets, size, generator)

    return in_buckets


def bucketed(
    order: np.ndarray,
    lengths: np.ndarray,
    buckets: int,
    size: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Return an order ``(n,)`` whose batches hold samples of similar length.

    The samples, sorted by length, are cut into ranges of equal number. Those of a range follow each
    other in the order given, and so do the ranges; batches are cut from that and then shuffled. The
    one that is not full, which comes last, is cut from a place that is drawn. So there are as many
    batches as without, and at most ``buckets - 1`` of them reach from one range into the next.

    Args:
        order: of an epoch, ``(n,)``: each sample once.
        lengths: of the samples, ``(n,)``.
        buckets: number of ranges.
        size: samples a batch.
        generator: draws the order of the batches.
    """
    count = len(order)
    # Samples of one length go to either side of a cut as the order of this epoch has them.
    ranked = order[np.argsort(lengths[order], kind="stable")]
    place = np.empty(count, np.int64)
    place[ranked] = np.arange(count) * buckets // max(count, 1)
    ranged = order[np.argsort(place[order], kind="stable")]
    full, left = divmod(count, size)
    at = int(generator.integers(full + 1)) * size
    rest = ranged[at : at + left]
    whole = np.delete(ranged, np.s_[at : at + left]).reshape(-1, size)
    return np.concatenate([whole[generator.permutation(full)].ravel(), rest])
