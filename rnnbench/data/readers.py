"""How a data set reads new text: what :mod:`rnnbench.data.new_text` asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from rnnbench.data.contract import Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rnnbench.config.data_section import DataConfig
    from rnnbench.data.targets import TargetScale
    from rnnbench.data.words.vocabulary import Vocabulary


class TextEncoder(Protocol):
    """Turns text into the tokens that a data set was made of."""

    def encode(self, text: str) -> NDArray[np.int32]:
        """Return the tokens of a text as the data set has them before padding, ``(length,)`` int32.

        Marks (a start mark, the number of an unknown word) are those of the data set. Rare words
        need not be left out: ``data.num_words`` does so afterwards, as in preparation. A text
        without a word gives the marks alone, or nothing.
        """
        ...


class TextReader(NamedTuple):
    """A vocabulary, and the classes by name in the order of their labels.

    Where targets are numbers there are none; ``scale`` says how these were scaled.
    """

    vocabulary: TextEncoder
    classes: tuple[str, ...]
    scale: TargetScale | None = None


@runtime_checkable
class ReadsText(Protocol):
    """A source (:class:`rnnbench.data.contract.DataSource`) that can read new text."""

    def reader(
        self, config: DataConfig, home: Path, word_index: str | None, report: Progress, /
    ) -> TextReader:
        """Return how text is read.

        Args:
            config: the data section of the run's configuration.
            home: the folder under which data sets are prepared, for what is kept beside them.
            word_index: the user's own file of words, or ``None``.
            report: told what takes long.

        Raises ConfigError or DataError where the vocabulary is not to be had.
        """
        ...


@runtime_checkable
class KnowsWords(Protocol):
    """A source whose words follow from itself, so that they are kept beside no prepared arrays."""

    def rows(self, config: DataConfig, /) -> Vocabulary:
        """Return which row of an embedding each word has."""
        ...
