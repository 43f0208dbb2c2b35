"""New text as the input of a model that was trained on a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import InputSpec, Progress, Split
from rnnbench.data.padding import Padding, padded
from rnnbench.data.preparation import prepare
from rnnbench.data.prepared import Prepared
from rnnbench.data.readers import ReadsText, TextReader
from rnnbench.data.soundness import META
from rnnbench.data.sources import SOURCES, shipped, source_of
from rnnbench.data.store import beside_damage, prepared_with
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig


# Data sets whose vocabulary is kept beside their prepared arrays.
_WITH_VOCABULARY = ("text_dir", "csv")


def text_reader(
    config: DataConfig, home: Path, digest: str, word_index: str | None, report: Progress
) -> TextReader:
    """Return how a data set reads text.

    Args:
        config: the data section of the run's configuration.
        home: the folder under which data sets are prepared.
        digest: of the arrays that the run was trained on.
        word_index: the user's own file of words, or ``None``.
        report: told what takes long.

    Raises:
        ConfigError: for a data set that is no text.
        DataError: where its vocabulary is not to be had, or is no longer the one of the run.
    """
    source = source_of(config)
    if config.name in _WITH_VOCABULARY:
        if word_index is not None:
            raise ConfigError(
                "data.word_index",
                f"nothing for a run on data={config.name}, which keeps its vocabulary",
                word_index,
                "leave it out",
            )
        return _prepared_reader(config, home, digest, report)
    if not isinstance(source, ReadsText):
        known = ", ".join(name for name in SOURCES if _reads(name, shipped(name)))
        raise ConfigError(
            "run",
            f"a run on data that is text ({known})",
            f"one on data={config.name}",
            "choose another run",
        )
    return source.reader(config, home, word_index, report)


def reads_text(config: DataConfig) -> bool:
    """Return whether the models of a data set can be applied to new text."""
    return _reads(config.name, source_of(config))


def _reads(name: str, source: object) -> bool:
    return name in _WITH_VOCABULARY or isinstance(source, ReadsText)


def _prepared_reader(config: DataConfig, home: Path, digest: str, report: Progress) -> TextReader:
    # What the run was trained on is prepared already, whatever became of the user's own file.
    kept, damaged = prepared_with(digest, Path(home).absolute() / "data", config.name)
    try:
        prepared = _as_first_read(kept) or prepare(config, home, on_progress=report)
        prepared.must_be(digest)
    except DataError as error:
        raise beside_damage(error, *next(iter(damaged.items()), (home, ""))) from error
    vocabulary = prepared.vocabulary()
    if vocabulary is None:
        raise ConfigError(
            "run", "a run on words", "one on token numbers", "give a run with data.tokens=keras"
        )
    names = tuple(map(str, prepared.facts.get("class_names", ())))
    scale = prepared.target_scale() if prepared.spec.targets else None
    return TextReader(vocabulary, names, scale)


def _as_first_read(kept: Sequence[Prepared]) -> Prepared | None:
    """Return which of data sets with the same arrays a run was trained on, ``None`` if unclear.

    A newer version prepares the same texts once more. The run is not trained again for that, so
    its reading is the older one, where words and classes agree.
    """
    told = set()
    for one in kept:
        vocabulary = one.vocabulary()
        rows = () if vocabulary is None else tuple(sorted(vocabulary.rows.items()))
        told.add((rows, tuple(map(str, one.facts.get("class_names", ())))))
    if len(told) != 1:
        return None
    return min(kept, key=lambda one: (one.folder / META).stat().st_mtime_ns)


def pad_tokens(
    tokens: Sequence[NDArray[np.int32]], config: DataConfig, spec: InputSpec
) -> NDArray[np.int32]:
    """Return sequences as preparation would lay them out, ``(n, timesteps)`` int32."""
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in tokens])]).astype(np.int64)
    split = Split(np.concatenate(tokens), offsets, np.zeros(len(tokens), np.int32))
    how = Padding(spec.timesteps, config.padding, config.truncating, spec.vocabulary)
    return padded(split, how, np.int32)
