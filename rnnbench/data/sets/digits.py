"""scikit-learn's 8x8 handwritten digits, read row by row: eight time steps of eight pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, Split, must_be_null
from rnnbench.errors import ConfigError, DataError

if TYPE_CHECKING:
    import numpy as np

    from rnnbench.config.data_section import DataConfig

VERSION = 1
SIDE, CLASSES, TRAIN_SHARE, SHUFFLE_SEED = 8, 10, 0.8, 1797


class Digits:
    """1,797 real images in ten classes; 80 % for training after a fixed shuffle."""

    def spec(self, config: DataConfig) -> InputSpec:
        """``(8, 8)`` features; raises ConfigError for words or another length."""
        must_be_null(config, "path", "num_words")
        if config.maxlen != SIDE:
            raise ConfigError(
                "data.maxlen", "8 for data=digits (rows of an image)", config.maxlen, "set it to 8"
            )
        return InputSpec(timesteps=SIDE, features=SIDE, vocabulary=None, classes=CLASSES)

    def fingerprint(self, _config: DataConfig) -> Fingerprint:
        """Constant: the images come with scikit-learn."""
        return Fingerprint("scikit-learn", {"loader": VERSION, "seed": SHUFFLE_SEED})

    def load(self, config: DataConfig, _found: Fingerprint, _report: Progress) -> Raw:
        """Pixels from 0 to 1; raises DataError where scikit-learn is missing."""
        import numpy as np

        try:
            from sklearn.datasets import load_digits
        except ImportError as error:
            raise DataError(
                "data.name", "scikit-learn for data=digits", str(error), "pip install scikit-learn"
            ) from error
        images, labels = load_digits(return_X_y=True)
        order = np.random.RandomState(SHUFFLE_SEED).permutation(len(labels))
        cut = int(TRAIN_SHARE * len(labels))
        pixels = (images / 16).astype(np.float32)

        def part(rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Split:
            offsets = np.arange(len(rows) + 1, dtype=np.int64) * SIDE
            return Split(pixels[rows].reshape(-1, SIDE), offsets, labels[rows].astype(np.int32))

        return Raw(
            part(order[:cut][: config.limit]),
            part(order[cut:][: config.test_limit]),
            {"class_names": [str(digit) for digit in range(CLASSES)]},
        )
