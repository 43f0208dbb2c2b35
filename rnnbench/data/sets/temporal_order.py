"""Two relevant symbols far apart: which came first? (Hochreiter & Schmidhuber 1997, 6a.)

S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8), 1997,
experiment 6a. A sequence starts with E, ends with B and consists of random a, b, c, d except for
X or Y at t1 and at t2; its class is one of XX, XY, YX, YY. With the paper's length of 100 to 110
elements t1 lies in 10 to 20 and t2 in 50 to 60; for another ``maxlen`` all scale by maxlen/110.

What differs from the paper: a fixed training set instead of a fresh sequence for every update,
zero vectors that pad to one length, and a softmax over four classes (by the model) instead of
four sigmoid outputs with squared error. E is element 0; the paper does not say whether it counts
from 0 or 1.
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
SYMBOLS = "abcdXYBE"
CLASS_NAMES = ["XX", "XY", "YX", "YY"]


class Ranges:
    """First and last value of t1, t2 and length for a ``maxlen``, all in elements."""

    def __init__(self, maxlen: int) -> None:
        self.first = _scaled(maxlen, 10, 20)
        self.second = _scaled(maxlen, 50, 60)
        self.length = _scaled(maxlen, 100, 110)

    @property
    def apart(self) -> bool:
        """Whether E, t1, t2 and B can never meet and each range has more than one value."""
        ranges = (self.first, self.second, self.length)
        return (
            self.first[0] > 0
            and self.first[1] < self.second[0]
            and self.second[1] < self.length[0] - 1
            and all(low < high for low, high in ranges)
        )


class TemporalOrder:
    """Generated sequences of one-hot symbols in four classes, equally likely."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen, 8)`` features; raises ConfigError for a length or a limit out of range."""
        must_be_null(config, "path", "num_words")
        maxlen = length_of(config)
        if not Ranges(maxlen).apart:
            least = next(n for n in range(1, 111) if all(Ranges(m).apart for m in range(n, 111)))
            raise ConfigError(
                "data.maxlen",
                f"at least {least} for data=temporal_order (below, the symbols' ranges collapse)",
                maxlen,
                "the paper has 110",
            )
        check_sizes(config, maxlen)
        return InputSpec(maxlen, len(SYMBOLS), None, len(CLASS_NAMES))

    def fingerprint(self, _config: DataConfig) -> Fingerprint:
        """Constant: the sequences follow from a fixed seed and ``maxlen``."""
        return Fingerprint("generated", {"loader": VERSION, "seed": SEED})

    def load(self, config: DataConfig, _found: Fingerprint, _report: Progress) -> Raw:
        """The first sequences of two streams; more of them never change the earlier ones."""
        ranges = Ranges(length_of(config))
        return Raw(
            _split(ranges, "train", config.limit),
            _split(ranges, "test", config.test_limit),
            {"class_names": CLASS_NAMES, "best_possible_accuracy": 1.0, "label_noise": 0.0},
        )


def _split(ranges: Ranges, part: str, limit: int | None) -> Split:
    symbols, offsets, labels = sequences(partial(_block, ranges), SEED, part, limit)
    # One byte a feature until the padded float32 rows are written block by block.
    one_hot = np.eye(len(SYMBOLS), dtype=np.uint8)[symbols]
    return Split(one_hot, offsets, labels.astype(np.int32))


def _block(ranges: Ranges, rng: np.random.RandomState) -> Block:
    """Symbols ``(BLOCK, maxlen)``, lengths and labels ``(BLOCK,)``."""

    def between(bounds: tuple[int, int]) -> NDArray[np.int64]:
        low, high = bounds
        return low + (rng.random_sample(BLOCK) * (high - low + 1)).astype(np.int64)

    length, first, second = (between(r) for r in (ranges.length, ranges.first, ranges.second))
    labels = between((0, len(CLASS_NAMES) - 1))
    symbols = (rng.random_sample((BLOCK, ranges.length[1])) * 4).astype(np.uint8)
    rows = np.arange(BLOCK)
    symbols[rows, first] = SYMBOLS.index("X") + labels // 2
    symbols[rows, second] = SYMBOLS.index("X") + labels % 2
    symbols[:, 0] = SYMBOLS.index("E")
    symbols[rows, length - 1] = SYMBOLS.index("B")
    return symbols, length, labels


def _scaled(maxlen: int, low: int, high: int) -> tuple[int, int]:
    return round(low / 110 * maxlen), round(high / 110 * maxlen)
