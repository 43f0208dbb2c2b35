"""New text as the input of a model that was trained on a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import InputSpec, Progress, Split
from rnnbench.data.padding import Padding, padded
from rnnbench.data.sources import SOURCES, source_of
from rnnbench.data.vocabulary import ReadsText, TextReader
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.schema import DataConfig


def text_reader(
    config: DataConfig, home: Path, word_index: str | None, report: Progress
) -> TextReader:
    """Return how a data set reads text.

    Args:
        config: the data section of the run's configuration.
        home: the folder under which data sets are prepared.
        word_index: the user's own file of words, or ``None``.
        report: told what takes long.

    Raises:
        ConfigError: for a data set that is no text.
        DataError: where its vocabulary is not to be had.
    """
    source = source_of(config)
    if not isinstance(source, ReadsText):
        known = ", ".join(name for name, one in SOURCES.items() if isinstance(one, ReadsText))
        raise ConfigError(
            "run",
            f"a run on data that is text ({known})",
            f"one on data={config.name}",
            "choose another run",
        )
    return source.reader(config, home, word_index, report)


def pad_tokens(
    tokens: Sequence[NDArray[np.int32]], config: DataConfig, spec: InputSpec
) -> NDArray[np.int32]:
    """Return sequences as preparation would lay them out, ``(n, timesteps)`` int32."""
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in tokens])]).astype(np.int64)
    split = Split(np.concatenate(tokens), offsets, np.zeros(len(tokens), np.int32))
    how = Padding(spec.timesteps, config.padding, config.truncating, spec.vocabulary)
    return padded(split, how, np.int32)
