"""Sequences of any length to one length, as Keras's ``pad_sequences`` does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Split
from rnnbench.data.indices import OOV

End = Literal["pre", "post"]


@dataclass(frozen=True)
class Padding:
    """The length to reach, at which end to pad and cut, and how many words to keep (or all)."""

    maxlen: int
    padding: End
    truncating: End
    num_words: int | None = None


def padded(split: Split, how: Padding, dtype: Any) -> NDArray[Any]:
    """The whole split at once, ``(n, maxlen)`` or ``(n, maxlen, features)``."""
    shape = (len(split.labels), how.maxlen, *split.values.shape[1:])
    out = np.empty(shape, dtype)
    row = 0
    for block in padded_blocks(split, how, dtype):
        out[row : row + len(block)] = block
        row += len(block)
    return out


def padded_blocks(
    split: Split, how: Padding, dtype: Any, cells: int = 2_000_000
) -> Iterator[NDArray[Any]]:
    """The split in consecutive blocks of about ``cells`` numbers, to keep the peak memory low.

    Each block is ``(rows, maxlen)`` or ``(rows, maxlen, features)``. Words from ``num_words``
    upwards become the out-of-vocabulary index.
    """
    width = how.maxlen * int(np.prod(split.values.shape[1:], dtype=np.int64))
    rows = max(1, cells // width)
    for first in range(0, len(split.labels), rows):
        offsets = split.offsets[first : first + rows + 1]
        values = split.values[offsets[0] : offsets[-1]]
        if how.num_words is not None:
            values = np.where(values >= how.num_words, OOV, values)
        yield pad(values, offsets - offsets[0], how, dtype)


def pad(values: NDArray[Any], offsets: NDArray[np.int64], how: Padding, dtype: Any) -> NDArray[Any]:
    """Lay each sequence into a row of zeros.

    ``values`` is ``(total[, features])``, ``offsets`` ``(n + 1,)``; gives
    ``(n, maxlen[, features])``. "pre" puts zeros in front or cuts the beginning off.
    """
    lengths = np.diff(offsets)
    kept = np.minimum(lengths, how.maxlen)
    skipped = lengths - kept if how.truncating == "pre" else np.zeros_like(lengths)
    if (kept < lengths).any():
        place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        after = np.repeat(skipped, lengths)
        values = values[(place >= after) & (place < after + np.repeat(kept, lengths))]
    column = np.arange(how.maxlen)
    if how.padding == "pre":
        filled = column >= (how.maxlen - kept)[:, None]
    else:
        filled = column < kept[:, None]
    out = np.zeros((len(lengths), how.maxlen, *values.shape[1:]), dtype)
    # Both sides run row by row and left to right, so one boolean assignment fits them.
    out[filled] = values
    return out
