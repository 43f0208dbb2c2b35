"""What a data set hands over and what the rest of rnnbench may rely on.

A source gives :class:`Raw` (sequences of any length), preparation turns it into four flat
arrays on disk, and :class:`rnnbench.data.prepared.Prepared` says where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from rnnbench.errors import ConfigError, DataError
from rnnbench.system.user_paths import user_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rnnbench.config.data_section import DataConfig
    from rnnbench.data.targets import Naive, TargetScale
    from rnnbench.data.words.vocabulary import Vocabulary

Progress = Callable[[str], None]
Value = TypeVar("Value")
Kind = Literal["classification", "regression"]
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

    def count(self, is_counted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many steps of each sequence ``(n,)`` are among these of all, ``(total,)``."""
        import numpy as np

        before = np.concatenate([[0], np.cumsum(is_counted)])
        return np.diff(before[self.offsets])

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


def must_be_null(config: DataConfig, *keys: str, where: str = "") -> None:
    """Refuse keys that mean nothing for this data set, or ``where`` it says; raises ConfigError."""
    for key in keys:
        value = getattr(config, key)
        if value is not None:
            expected = f"null {where or f'for data={config.name}'}"
            raise ConfigError(f"data.{key}", expected, value, f"leave data.{key} out")


def given(key: str, value: Value | None, expected: str = "a value", action: str = "") -> Value:
    """The value of a key that must not be null; raises ConfigError."""
    if value is None:
        raise ConfigError(f"data.{key}", expected, "null", action or f"leave data.{key} out")
    return value


def file_of(config: DataConfig, key: str, expected: str, example: str = "") -> Path:
    """The file that a key names; raises ConfigError for null, DataError where there is none."""
    text = given(key, getattr(config, key), expected, f"give data.{key}={example}")
    path = user_path(f"data.{key}", text).absolute()
    if not path.is_file():
        raise DataError(f"data.{key}", expected, f"{path}: no such file", "check the path")
    return path


def length_of(config: DataConfig) -> int:
    """``maxlen`` of a data set whose sequences have no length in common; raises ConfigError."""
    return given(
        "maxlen",
        config.maxlen,
        f"the time steps that sequences of data={config.name} are brought to",
        "give data.maxlen=100, for example",
    )


def words_of(config: DataConfig) -> int:
    """``num_words`` of a data set of tokens; raises ConfigError if it is null."""
    return given(
        "num_words",
        config.num_words,
        f"the number of embedding rows for the tokens of data={config.name}",
        "give data.num_words=10000, for example",
    )
