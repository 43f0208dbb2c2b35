"""What a run measured: its epochs and the summary of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rnnbench.config.metrics import EPOCH_METRICS


@dataclass(frozen=True)
class Epoch:
    """One epoch (from 1): training means under dropout, validation means after it.

    ``loss`` in nats, ``accuracy`` as a fraction, ``seconds`` of training and validation.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float

    def metrics(self) -> dict[str, float]:
        """Return the measured values under Keras's names."""
        values = asdict(self)
        return {name: values[name] for name in EPOCH_METRICS if values.get(name) is not None}

    @property
    def gap(self) -> float | None:
        """Training accuracy minus validation accuracy."""
        return None if self.val_accuracy is None else self.accuracy - self.val_accuracy


def epochs_of(history: Mapping[str, Sequence[tuple[int, float]]]) -> list[Epoch]:
    """Return the epochs whose metrics are given by name as pairs of epoch and value.

    Their seconds are not known.
    """
    by_epoch: dict[int, dict[str, float]] = {}
    for metric, points in history.items():
        for epoch, value in points:
            by_epoch.setdefault(epoch, {})[metric] = value
    return [
        Epoch(
            number,
            values["loss"],
            values["accuracy"],
            values.get("val_loss"),
            values.get("val_accuracy"),
            math.nan,
        )
        for number, values in sorted(by_epoch.items())
    ]


@dataclass(frozen=True)
class Outcome:
    """What a finished run hands back: epochs, summary metrics, execution path, model summary."""

    epochs: tuple[Epoch, ...]
    metrics: dict[str, float]
    path: str
    summary: str


def better(candidate: Epoch, best: Epoch | None) -> bool:
    """Return whether an epoch beats the best: higher validation accuracy, then lower loss."""
    if candidate.val_accuracy is None or candidate.val_loss is None:
        return False
    if best is None or best.val_accuracy is None or best.val_loss is None:
        return True
    return (candidate.val_accuracy, -candidate.val_loss) > (best.val_accuracy, -best.val_loss)


def summarise(epochs: Sequence[Epoch]) -> dict[str, float]:
    """Return the summary metrics of a history.

    ``best_epoch`` has the highest validation accuracy (of equals, the lower validation loss);
    ``best_val_loss`` is the lowest of any epoch; ``val_loss_rise`` = (last - lowest) / lowest.
    """
    best: Epoch | None = None
    for epoch in epochs:
        if better(epoch, best):
            best = epoch
    last = epochs[-1]
    summary = {
        "epochs_trained": float(len(epochs)),
        "final_accuracy": last.accuracy,
        "final_loss": last.loss,
        "fit_seconds": math.fsum(epoch.seconds for epoch in epochs),
        "seconds_per_epoch": math.fsum(epoch.seconds for epoch in epochs) / len(epochs),
    }
    if best is None or best.gap is None or last.gap is None:
        return summary
    assert best.val_accuracy is not None
    assert last.val_accuracy is not None
    assert last.val_loss is not None
    lowest = min(epoch.val_loss for epoch in epochs if epoch.val_loss is not None)
    return summary | {
        "best_epoch": float(best.epoch),
        "best_val_accuracy": best.val_accuracy,
        "best_val_loss": lowest,
        "final_val_accuracy": last.val_accuracy,
        "final_val_loss": last.val_loss,
        "gap_best": best.gap,
        "gap_final": last.gap,
        "val_loss_rise": (last.val_loss - lowest) / lowest if lowest > 0 else 0.0,
    }
