"""Whether a search chooses by the epoch whose weights are tested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rnnbench.config.schema import Config

_LAST, _BEST = "the last epoch", "the epoch of the highest validation accuracy"
_CHOSEN = {
    "best_val_accuracy": _BEST,
    "final_val_accuracy": _LAST,
    "best_val_loss": "the epoch of the lowest validation loss",
    "final_val_loss": _LAST,
}
METRICS = tuple(_CHOSEN)  # of search.metric, the default first
_TESTED = {"best": _BEST, "last": _LAST}


@dataclass(frozen=True)
class OtherEpoch:
    """That a search chooses by another epoch than is tested: in words, and the keys that say so."""

    words: str
    keys: tuple[str, str]


def other_epoch(metric: str, test: str) -> OtherEpoch | None:
    """Return that a search chooses by another epoch than the test takes.

    What wins then may have overfitted by the epoch that is tested. ``None`` where it is one epoch,
    or nothing is tested.

    Args:
        metric: ``search.metric``.
        test: ``training.test``.
    """
    chosen, tested = _CHOSEN.get(metric), _TESTED.get(test)
    if chosen is None or tested is None or chosen == tested:
        return None
    return OtherEpoch(
        f"the search chooses by {chosen}, but the test uses the weights of {tested}",
        (f"search.metric={metric}", f"training.test={test}"),
    )


def remarks(configs: Iterable[Config]) -> list[str]:
    """Return a line for each way in which the searches of some arms choose by another epoch."""
    found: dict[str, None] = {}
    for config in configs:
        told = other_epoch(config.search.metric, config.training.test)
        has_one_epoch = config.training.epochs == 1 and "training.epochs" not in config.search.space
        if config.search.sampler == "none" or told is None or has_one_epoch:
            continue
        found.setdefault(
            f"{told.words} ({', '.join(told.keys)}); for one epoch in both, set "
            "training.test=best and search.metric=best_val_accuracy, or last and final_val_accuracy"
        )
    return list(found)
