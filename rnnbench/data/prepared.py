"""A data set as preparation leaves it on disk: four flat arrays, and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rnnbench.data.contract import HELD_OUT, InputSpec
from rnnbench.data.npy import read_labels
from rnnbench.errors import DataError, StoreError

if TYPE_CHECKING:
    from array import array

    import numpy as np
    from numpy.typing import NDArray

    from rnnbench.data.targets import Naive, TargetScale
    from rnnbench.data.words.vocabulary import Vocabulary

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
# Beside them, where targets are scaled, or are of a series: (1 or n, 2, targets) float64 each.
SCALES = {"train": "scale_train", "test": "scale_test"}
NAIVE = "naive_test"
VOCABULARY = "vocabulary.json"


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
