"""Generated sequences, drawn in blocks: more of them never change the earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

BLOCK = 1_000  # sequences
_SIZES = {"train": 10_000, "test": 2_000}  # where no limit is set
_LARGEST = 100_000
_LARGEST_STEPS = 100_000_000

# Sequences ``(BLOCK, maxlen, ...)`` of a random stream, their lengths and targets ``(BLOCK,)``.
Block = tuple[NDArray[Any], NDArray[np.int64], NDArray[Any]]
Draw = Callable[[np.random.RandomState], Block]


def check_sizes(config: DataConfig, maxlen: int) -> None:
    """Refuse more sequences than memory holds; raises ConfigError."""
    for key in ("limit", "test_limit"):
        value = getattr(config, key)
        if value is not None and value > _LARGEST:
            raise ConfigError(f"data.{key}", f"at most {_LARGEST}", value, "choose fewer")
    count = (config.limit or _SIZES["train"]) + (config.test_limit or _SIZES["test"])
    if count * maxlen > _LARGEST_STEPS:
        raise ConfigError(
            "data.maxlen",
            f"at most {_LARGEST_STEPS // count} for {count:,} sequences of data={config.name} "
            f"({_LARGEST_STEPS:,} time steps in all)",
            maxlen,
            "lower it, or data.limit and data.test_limit",
        )


def sequences(
    draw: Draw, seed: int, part: str, limit: int | None
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[Any]]:
    """Return the steps of all sequences ``(steps, ...)``, offsets ``(n + 1,)``, targets ``(n,)``.

    Args:
        draw: gives a block from a stream of random numbers, which has a seed of its own.
        seed: of the data set.
        part: "train" or "test".
        limit: how many sequences; ``None`` for the usual number.
    """
    size, stream = limit or _SIZES[part], list(_SIZES).index(part)
    numbers = range(-(-size // BLOCK))
    blocks = [draw(np.random.RandomState([seed, stream, number])) for number in numbers]
    steps, lengths, targets = (np.concatenate(kind)[:size] for kind in zip(*blocks, strict=True))
    inside = np.arange(steps.shape[1]) < lengths[:, None]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return steps[inside], offsets, targets
