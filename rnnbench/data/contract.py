"""What a data set hands over and what the rest of rnnbench may rely on.

A source gives :class:`Raw` (sequences of any length), preparation turns it into four flat
arrays on disk, and :class:`Prepared` says where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from rnnbench.data.npy import read_labels
from rnnbench.errors import ConfigError, DataError, StoreError

if TYPE_CHECKING:
    from array import array

    import numpy as np
    from numpy.typing import NDArray

    from rnnbench.config.data_section import DataConfig
    from rnnbench.data.targets import Naive, TargetScale
    from rnnbench.data.words.vocabulary import Vocabulary

Progress = Callable[[str], None]
Kind = Literal["classification", "regression"]
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
# Beside them, where targets are scaled, or are of a series: (1 or n, 2, targets) float64 each.
SCALES = {"train": "scale_train", "test": "scale_test"}
NAIVE = "naive_test"
VOCABULARY = "vocabulary.json"
# The fact that says how many of the last training samples are for validation.
HELD_OUT = "n_validation"
TARGET_SD = "target_sd"  # a fact of a data set, and a metric of its runs


@dataclass(frozen=True)
class InputSpec:
    """What a model needs to know about its input ``(batch, timesteps[, features])`` and output.

    ``classes`` is how many there are, 0 for regression; ``targets`` how many numbers are predicted
    for a sample, 0 for classification. Of a series, ``observed`` is how many of the first features
    are what is forecast, 0 where inputs do not show its past; targets are all of them at the first
    step ahead, then all at the next one.
    """

    timesteps: int
    features: int | None
    vocabulary: int | None
    classes: int
    targets: int = 0
    observed: int = 0

    @property
    def horizon(self) -> int:
        """How many steps ahead are forecast; 0 where that is not known."""
        return self.targets // self.observed if self.observed else 0

    @property
    def task(self) -> Kind:
        """What is asked of a model: the class of a sample, or numbers."""
        return "regression" if self.targets else "classification"


class Arrays(NamedTuple):
    """The prepared arrays: x ``(n, timesteps)`` int32 or ``(n, timesteps, features)`` float32.

    y is ``(n,)`` int32, or for regression ``(n, targets)`` float32, scaled; ``naive`` is of the
    test samples of a series. ``held_out`` is how many of the last training samples the data set
    itself sets aside for validation; ``None`` where any may be.
    """

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]
    scale_train: TargetScale | None = None
    scale_test: TargetScale | None = None
    naive: Naive | None = None
    held_out: int | None = None


@dataclass(frozen=True)
class Split:
    """Sequences of any length, laid end to end.

    Sequence i is ``values[offsets[i]:offsets[i + 1]]``; values are ``(total,)`` tokens or
    ``(total, features)`` numbers, offsets ``(n + 1,)``, labels ``(n,)`` int32, or for regression
    ``(n, targets)`` float32.
    """

    values: NDArray[Any]
    offsets: NDArray[np.int64]
    labels: NDArray[Any]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Time steps of each sequence, ``(n,)``."""
        import numpy as np

        return np.diff(self.offsets)

    def taken(self, order: NDArray[np.int64]) -> Split:
        """The sequences with these numbers, in this order."""
        import numpy as np

        if not len(order):
            return Split(self.values[:0], np.zeros(1, np.int64), self.labels[:0])
        rows = [self.values[self.offsets[i] : self.offsets[i + 1]] for i in order]
        offsets = np.concatenate([[0], np.cumsum(self.lengths[order])]).astype(np.int64)
        return Split(np.concatenate(rows), offsets, self.labels[order])


@dataclass(frozen=True)
class Raw:
    """A data set as its source gives it, already cut to ``limit`` and ``test_limit``.

    ``facts_of`` adds facts that depend on what is left after padding, from the function that
    pads a split to ``(n, maxlen)``. ``vocabulary`` says which words the tokens are, where that is
    known. The fact ``HELD_OUT`` says how many of the last training samples are for validation,
    where the data set decides that. For regression, ``target_scale`` says how the targets of the
    training and of the test samples were scaled (``None``: not at all), and ``naive`` what
    forecasts of the test samples of a series are held against.
    """

    train: Split
    test: Split
    facts: dict[str, Any]
    facts_of: Callable[[Callable[[Split], NDArray[Any]]], dict[str, Any]] | None = None
    vocabulary: Vocabulary | None = None
    target_scale: tuple[TargetScale, TargetScale] | None = None
    naive: Naive | None = None


@dataclass(frozen=True)
class Fingerprint:
    """What identifies a source: equal identities give equal raw data.

    ``identity`` holds the loader's version, what only this source knows and the SHA-256 of local
    files; ``file`` is that file, ``text`` its description for people, ``remarks`` what they are
    told whenever it is used. ``is_remote``: the data have to be downloaded from ``text``, unless
    they are prepared already; ``action`` says how to have them on this machine instead.
    """

    text: str
    identity: dict[str, Any] = field(default_factory=dict)
    file: Path | None = None
    remarks: tuple[str, ...] = ()
    is_remote: bool = False
    action: str = ""


class DataSource(Protocol):
    """A data set: one entry in :mod:`rnnbench.data.sources` and one YAML file.

    ``spec`` is called before the others and refuses keys that make no sense for the data set.
    """

    def spec(self, config: DataConfig, /) -> InputSpec:
        """The shape that a model sees."""

    def fingerprint(self, config: DataConfig, /) -> Fingerprint:
        """Where the data come from and what identifies them."""

    def load(self, config: DataConfig, found: Fingerprint, report: Progress, /) -> Raw:
        """The sequences, at most ``limit`` and ``test_limit`` of them."""


@dataclass(frozen=True)
class Vectors:
    """Word vectors on disk, a row for each token.

    ``digest`` is the SHA-256 of the matrix where it comes from a file, and that of its recipe
    where it was trained on the data set's own texts.
    """

    path: Path
    digest: str
    source: str
    facts: dict[str, Any]

    def matrix(self) -> NDArray[np.float32]:
        """The matrix ``(vocabulary, dim)``, memory-mapped read-only; raises StoreError."""
        import numpy as np

        try:
            matrix: NDArray[np.float32] = np.load(self.path, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise StoreError(
                "home", "prepared word vectors", f"{self.path}: {error}", "run the command again"
            ) from error
        return matrix

    @property
    def coverage(self) -> str:
        """How many words, and how much of the training texts, have a vector."""
        share = f"{100 * self.facts['tokens_covered_share']:.1f} % of the words in training texts"
        if "words" not in self.facts:
            return f"word vectors: {self.facts['rows_covered']:,} words, {share}"
        known, words = self.facts["words_covered"], self.facts["words"]
        return f"word vectors: {known:,} of {words:,} words ({100 * known / words:.1f} %), {share}"


@dataclass(frozen=True)
class Prepared:
    """A data set on disk; ``digest`` is the SHA-256 of its arrays, whatever made them.

    ``vectors`` are those that a model's embedding starts from, where it asks for some.
    """

    name: str
    folder: Path
    digest: str
    spec: InputSpec
    source: str
    facts: dict[str, Any]
    vectors: Vectors | None = None

    def arrays(self) -> Arrays:
        """The arrays, memory-mapped read-only; raises StoreError if they are gone."""
        import numpy as np

        try:
            four = [np.load(self.folder / f"{n}.npy", mmap_mode="r") for n in ARRAY_NAMES]
            return Arrays(*four, **self._beside())
        except (OSError, ValueError) as error:
            raise self._gone(error) from error

    def train_labels(self, first: int = 0) -> array[int]:
        """The labels of the training samples from ``first`` on, of classes; raises StoreError."""
        try:
            return read_labels(self.folder / "y_train.npy", first)
        except (OSError, ValueError) as error:
            raise self._gone(error) from error

    def _gone(self, error: Exception) -> StoreError:
        received = f"{self.folder}: {error}"
        return StoreError("home", "prepared arrays", received, "run the command again")

    def target_scale(self) -> TargetScale:
        """How targets were scaled where that is the same for all samples; raises StoreError."""
        from rnnbench.data.targets import TargetScale

        scale = self.arrays().scale_test
        return scale or TargetScale.identity(self.spec.targets)

    def _beside(self) -> dict[str, Any]:
        """What belongs to targets that are numbers; a classification has nothing of it."""
        if not self.spec.targets:
            return {}
        import numpy as np

        from rnnbench.data.targets import Naive, TargetScale

        kinds: dict[str, Any] = dict.fromkeys(SCALES.values(), TargetScale) | {NAIVE: Naive}
        paths = {name: self.folder / f"{name}.npy" for name in kinds}
        pairs = {name: np.load(path) for name, path in paths.items() if path.is_file()}
        made = {name: kinds[name](both[:, 0], both[:, 1]) for name, both in pairs.items()}
        found = {name.replace(NAIVE, "naive"): one for name, one in made.items()}
        return found | {"held_out": self.facts.get(HELD_OUT)}

    def must_be(self, digest: str) -> None:
        """Refuse other arrays than those that a run logged; raises DataError."""
        if self.digest != digest:
            raise DataError(
                "data",
                f"the arrays that the run was trained on (digest {digest[:16]})",
                f"digest {self.digest[:16]} from {self.source}",
                "name the run's own file with data.path=...",
            )

    def vocabulary(self) -> Vocabulary | None:
        """Which words the tokens are, ``None`` where that is not known; raises StoreError."""
        from rnnbench.data.words.vocabulary import Vocabulary

        try:
            return Vocabulary.from_json((self.folder / VOCABULARY).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError(
                "home", "a vocabulary", f"{self.folder}: {error}", "remove the folder"
            ) from error


def must_be_null(config: DataConfig, *keys: str) -> None:
    """Refuse keys that mean nothing for this data set; raises ConfigError."""
    for key in keys:
        value = getattr(config, key)
        if value is not None:
            raise ConfigError(
                f"data.{key}", f"null for data={config.name}", value, f"leave data.{key} out"
            )


def length_of(config: DataConfig) -> int:
    """``maxlen`` of a data set whose sequences have no length in common; raises ConfigError."""
    if config.maxlen is None:
        raise ConfigError(
            "data.maxlen",
            f"the time steps that sequences of data={config.name} are brought to",
            "null",
            "give data.maxlen=100, for example",
        )
    return config.maxlen


def words_of(config: DataConfig) -> int:
    """``num_words`` of a data set of tokens; raises ConfigError if it is null."""
    if config.num_words is None:
        raise ConfigError(
            "data.num_words",
            f"the number of embedding rows for the tokens of data={config.name}",
            "null",
            "give data.num_words=10000, for example",
        )
    return config.num_words
