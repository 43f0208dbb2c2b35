"""The adding problem: the sum of two marked numbers (Hochreiter & Schmidhuber 1997, experiment 4).

S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997. Each
element is a pair: a number drawn uniformly from [-1, 1], and a marker. A sequence has between T
and T + T/10 elements. One of the first ten is marked with 1 (its number is X1), then one of the
first T/2 - 1 elements that are still unmarked (X2). The first and the last element have the marker
-1, all others 0; where the first element is chosen, it keeps its marker and its X is 0. The target,
at the end of the sequence, is ``0.5 + (X1 + X2) / 4``, from 0 to 1. The paper counts an error below
0.04 as right. ``data.maxlen`` is T + T/10: 110 for the paper's T of 100.

What differs from the paper: a fixed training set instead of a fresh sequence for every update, and
zero vectors that pad to one length. The paper says what becomes of X1 in the first element; here
X2 is treated alike.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import (
    Fingerprint,
    InputSpec,
    Progress,
    Raw,
    Split,
    length_of,
    must_be_null,
)
from rnnbench.data.sets.blocks import BLOCK, Block, check_sizes, sequences
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1
SEED = 1997
_FIRST = 10  # elements of which one is X1
_LEAST = 26  # below, fewer than ten elements are in the first half


class Adding:
    """Generated sequences of pairs, and one number for each."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen, 2)`` features; raises ConfigError for a length or a limit out of range."""
        must_be_null(config, "path", "num_words")
        maxlen = length_of(config)
        if maxlen < _LEAST:
            raise ConfigError(
                "data.maxlen",
                f"at least {_LEAST} for data=adding, which marks one of the first ten elements "
                "and another one in the first half",
                maxlen,
                "the paper has 110",
            )
        check_sizes(config, maxlen)
        return InputSpec(maxlen, 2, None, 0, targets=1)

    def fingerprint(self, _config: DataConfig) -> Fingerprint:
        """Constant: the sequences follow from a fixed seed and ``maxlen``."""
        return Fingerprint("generated", {"loader": VERSION, "seed": SEED})

    def load(self, config: DataConfig, _found: Fingerprint, _report: Progress) -> Raw:
        """The first sequences of two streams; more of them never change the earlier ones."""
        maxlen = length_of(config)
        train = _split(maxlen, "train", config.limit)
        test = _split(maxlen, "test", config.test_limit)
        return Raw(train, test, {"target": "0.5 + (X1 + X2) / 4"})


def _split(maxlen: int, part: str, limit: int | None) -> Split:
    pairs, offsets, targets = sequences(partial(_block, maxlen), SEED, part, limit)
    return Split(pairs, offsets, targets[:, None].astype(np.float32))


def _block(maxlen: int, rng: np.random.RandomState) -> Block:
    """Pairs ``(BLOCK, maxlen, 2)``, lengths and targets ``(BLOCK,)``."""
    shortest = maxlen * 10 // 11

    def below(count: int | NDArray[np.int64]) -> NDArray[np.int64]:
        return (rng.random_sample(BLOCK) * count).astype(np.int64)

    lengths = shortest + below(maxlen - shortest + 1)
    numbers = 2 * rng.random_sample((BLOCK, maxlen)) - 1
    first = below(_FIRST)
    second = below(shortest // 2 - 2)
    second += second >= first  # of the elements that are still unmarked
    rows = np.arange(BLOCK)
    markers = np.zeros((BLOCK, maxlen))
    markers[rows, first] = markers[rows, second] = 1
    markers[:, 0] = markers[rows, lengths - 1] = -1
    chosen = np.stack([first, second])
    x = np.where(chosen > 0, numbers[rows, chosen], 0.0)
    pairs = np.stack([numbers, markers], axis=2).astype(np.float32)
    return pairs, lengths, 0.5 + x.sum(axis=0) / 4
