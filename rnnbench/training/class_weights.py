"""What a sample counts for in the loss that is minimised, by its class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rnnbench.config.class_weight import by_class
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np


def class_weights(config: Config, labels: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the weight of each class, ``(classes,)`` float32.

    ``balanced`` is ``n / (classes * n_c)``, with which all classes weigh the same in sum, as
    scikit-learn's ``class_weight="balanced"`` (King & Zeng, Logistic regression in rare events
    data, Political Analysis 9, 2001).

    Args:
        config: the run.
        labels: of the samples that it trains on, ``(n,)``; every class is among them.
        names: of the classes, in the order of their labels.
    """
    import numpy as np

    wanted = config.training.class_weight
    if wanted == "none":
        return np.ones(len(names), np.float32)
    if wanted == "balanced":
        counts = np.bincount(labels, minlength=len(names))
        return (len(labels) / (len(names) * counts)).astype(np.float32)
    given = by_class(wanted) or {}
    return np.array([given[name] for name in names], np.float32)


def check_class_weights(config: Config, names: Sequence[str]) -> None:
    """Refuse weights that are not those of the classes ``names``; raises ConfigError."""
    wanted = by_class(config.training.class_weight)
    if wanted is not None and set(wanted) != set(names):
        raise ConfigError(
            "training.class_weight",
            f"a number for each class, {', '.join(names)}",
            ", ".join(wanted),
            "name them all, or set it to balanced",
        )
