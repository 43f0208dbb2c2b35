"""What a run measured: its epochs and the summary of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rnnbench.config.metrics import EPOCH_METRICS

# What is measured of answers: the mean loss, and by Keras's name how good they are.
Measured = tuple[float, Mapping[str, float]]
VALIDATED = "val_"


@dataclass(frozen=True)
class Epoch:
    """One epoch (from 1): training means under dropout, validation means after it.

    ``loss`` is in nats, of targets that are numbers in their scaled unit; ``accuracy`` a fraction;
    ``rmse`` and ``mae`` are in the targets' own unit; ``seconds`` of training and validation.
    ``learning_rate`` is known where a schedule changes it.
    """

    epoch: int
    loss: float
    accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    seconds: float
    rmse: float | None = None
    mae: float | None = None
    val_rmse: float | None = None
    val_mae: float | None = None
    learning_rate: float | None = None

    @classmethod
    def of(cls, epoch: int, trained: Measured, validated: Measured | None, seconds: float) -> Epoch:
        """Return an epoch of what was measured in training, and in validation if there was any."""
        values: dict[str, float] = {"loss": trained[0], **trained[1]}
        if validated is not None:
            values |= {"val_loss": validated[0]}
            values |= {f"{VALIDATED}{name}": value for name, value in validated[1].items()}
        return cls.read(epoch, values, seconds)

    @classmethod
    def read(cls, epoch: int, values: Mapping[str, float], seconds: float = math.nan) -> Epoch:
        """Return an epoch of its metrics by Keras's names."""
        known = {"accuracy": None, "val_loss": None, "val_accuracy": None}
        return cls(epoch, seconds=seconds, **{**known, **values})  # type: ignore[arg-type]

    def metrics(self) -> dict[str, float]:
        """Return the measured values under Keras's names."""
        values = asdict(self)
        return {name: values[name] for name in EPOCH_METRICS if values.get(name) is not None}

    @property
    def score(self) -> Score:
        """What tells how good its answers are."""
        return ACCURACY if self.accuracy is not None else RMSE

    @property
    def trained(self) -> float:
        """Its score in training."""
        return self.metrics()[self.score.name]

    @property
    def validated(self) -> float | None:
        """Its score in validation, ``None`` where nothing was validated."""
        return self.metrics().get(f"{VALIDATED}{self.score.name}")

    @property
    def gap(self) -> float | None:
        """By how much training is better than validation."""
        return None if self.validated is None else self.score.sign * (self.trained - self.validated)


@dataclass(frozen=True)
class Score:
    """What epochs are chosen by, and arms judged.

    Attributes:
        name: of the metric, Keras's.
        sign: -1 where lower is better, else 1.
        gap: what the names of gaps begin with.
    """

    name: str
    sign: int
    gap: str


ACCURACY, RMSE = Score("accuracy", 1, "gap"), Score("rmse", -1, "rmse_gap")


def epochs_of(history: Mapping[str, Sequence[tuple[int, float]]]) -> list[Epoch]:
    """Return the epochs whose metrics are given by name as pairs of epoch and value.

    Their seconds are not known.
    """
    by_epoch: dict[int, dict[str, float]] = {}
    for metric, points in history.items():
        for epoch, value in points:
            by_epoch.setdefault(epoch, {})[metric] = value
    return [Epoch.read(number, values) for number, values in sorted(by_epoch.items())]


@dataclass(frozen=True)
class Outcome:
    """What a finished run hands back: epochs, summary metrics, execution path, model summary."""

    epochs: tuple[Epoch, ...]
    metrics: dict[str, float]
    path: str
    summary: str


def better(candidate: Epoch, best: Epoch | None) -> bool:
    """Return whether an epoch beats the best: better in validation, then of lower loss there."""
    if candidate.validated is None or candidate.val_loss is None:
        return False
    if best is None or best.validated is None or best.val_loss is None:
        return True
    sign = candidate.score.sign
    return (sign * candidate.validated, -candidate.val_loss) > (
        sign * best.validated,
        -best.val_loss,
    )


def summarise(epochs: Sequence[Epoch]) -> dict[str, float]:
    """Return the summary metrics of a history.

    ``best_epoch`` has the highest validation accuracy, or the lowest RMSE (of equals, the lower
    validation loss); ``best_val_loss`` is the lowest of any epoch; ``val_loss_rise`` = (last -
    lowest) / lowest.
    """
    best: Epoch | None = None
    for epoch in epochs:
        if better(epoch, best):
            best = epoch
    last = epochs[-1]
    score = last.score
    summary = {
        "epochs_trained": float(len(epochs)),
        f"final_{score.name}": last.trained,
        "final_loss": last.loss,
        "fit_seconds": math.fsum(epoch.seconds for epoch in epochs),
        "seconds_per_epoch": math.fsum(epoch.seconds for epoch in epochs) / len(epochs),
    }
    if best is None or best.gap is None or last.gap is None:
        return summary
    assert best.validated is not None
    assert last.validated is not None
    assert last.val_loss is not None
    lowest = min(epoch.val_loss for epoch in epochs if epoch.val_loss is not None)
    return summary | {
        "best_epoch": float(best.epoch),
        f"best_val_{score.name}": best.validated,
        "best_val_loss": lowest,
        f"final_val_{score.name}": last.validated,
        "final_val_loss": last.val_loss,
        f"{score.gap}_best": best.gap,
        f"{score.gap}_final": last.gap,
        "val_loss_rise": (last.val_loss - lowest) / lowest if lowest > 0 else 0.0,
    }
