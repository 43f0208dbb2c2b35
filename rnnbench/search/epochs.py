"""Whether a search chooses by the epoch whose weights its report judges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rnnbench.config.metrics import METRICS as CATALOGUE
from rnnbench.config.schema import Config

_LAST, _BEST = "the last epoch", "the epoch of the highest validation accuracy"
_LEAST = "the epoch of the lowest validation RMSE"
_CHOSEN = {
    "best_val_accuracy": _BEST,
    "final_val_accuracy": _LAST,
    "best_val_loss": "the epoch of the lowest validation loss",
    "final_val_loss": _LAST,
    "best_val_rmse": _LEAST,
    "final_val_rmse": _LAST,
}
METRICS = tuple(_CHOSEN)  # of search.metric, the default first
_WEIGHTS = {"best": _BEST, "last": _LAST}


class OtherEpoch(NamedTuple):
    """That a search chooses by another epoch than is judged: in words, and the keys that say so."""

    words: str
    keys: tuple[str, str]


def other_epoch(metric: str, weights: str | None, judged_by: str) -> OtherEpoch | None:
    """Return that a search chooses by another epoch than its report judges.

    What wins then may have overfitted by the epoch that is judged. ``None`` where it is one epoch,
    or no test is judged.

    Args:
        metric: ``search.metric``.
        weights: which weights are judged, ``last`` or ``best`` (:func:`judged_weights`).
        judged_by: the key with its value that says so.
    """
    chosen, judged = _CHOSEN.get(metric), _WEIGHTS.get(weights or "")
    if judged == _BEST and metric.endswith("rmse"):
        judged = _LEAST
    if chosen is None or judged is None or chosen == judged:
        return None
    return OtherEpoch(
        f"the search chooses by {chosen}, but the report judges the weights of {judged}",
        (f"search.metric={metric}", judged_by),
    )


def judged_weights(config: Config) -> str | None:
    """Return the weights, ``last`` or ``best``, whose test a report judges; ``None`` for none."""
    metric, training = config.report.metric, config.training
    if training.test == "none" or (metric != "auto" and CATALOGUE[metric].on != "test"):
        return None
    if metric == "auto":
        return "best" if training.validation == "split" else "last"
    return CATALOGUE[metric].weights or training.test


def remarks(configs: Iterable[Config]) -> list[str]:
    """Return a line for each way in which the searches of some arms choose by another epoch."""
    found: dict[str, None] = {}
    for config in configs:
        key = f"report.metric={config.report.metric}"
        told = other_epoch(config.search.metric, judged_weights(config), key)
        has_one_epoch = config.training.epochs == 1 and "training.epochs" not in config.search.space
        if config.search.sampler == "none" or told is None or has_one_epoch:
            continue
        score = "rmse" if config.search.metric.endswith("rmse") else "accuracy"
        found.setdefault(
            f"{told.words} ({', '.join(told.keys)}); for one epoch in both, set "
            f"search.metric=best_val_{score} and report.metric=test_{score}_best, or "
            f"final_val_{score} and test_{score}_last"
        )
    return list(found)
