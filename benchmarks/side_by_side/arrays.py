"""The prepared arrays, as every contender but rnnbench reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Data(NamedTuple):
    """Tokens ``(samples, maxlen)`` and labels ``(samples,)``, to be trained on and of the test."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load_data(job: dict[str, Any]) -> Data:
    """Read the prepared arrays."""
    folder = Path(job["arrays"])
    return Data(*(np.load(folder / f"{name}.npy") for name in Data._fields))
