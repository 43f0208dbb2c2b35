"""The catalogue of metrics: what each one means, its unit, and which direction is better.

Everything that writes a metric's meaning down reads it from here: the columns of the run table,
the reference in ``docs/``. Names are Keras's where Keras has one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Better = Literal["higher", "lower", "neither"]
Logged = Literal["epoch", "end", "diagnostic", "baseline", "arm"]

# When a metric is logged, in words.
LOGGED: MappingProxyType[Logged, str] = MappingProxyType(
    {
        "epoch": "after every epoch",
        "end": "once, when the run ends",
        "diagnostic": "once, where the diagnostic was asked for",
        "baseline": "once, by a baseline",
        "arm": "in the summary of an arm",
    }
)


@dataclass(frozen=True)
class Metric:
    """A number that a run logs.

    Attributes:
        name: as MLflow shows it.
        words: what a reader calls it.
        meaning: what is measured.
        unit: of the values, empty for pure numbers.
        better: the direction in which a model is better, or cheaper.
        repeats: whether the same configuration, seed and machine give the same bits.
        logged: when, a key of ``LOGGED``.
        low: smallest possible value.
        high: largest possible value.
    """

    name: str
    words: str
    meaning: str
    unit: str
    better: Better
    repeats: bool = True
    logged: Logged = "end"
    low: float = 0.0
    high: float = math.inf


def _accuracy(name: str, words: str, meaning: str, logged: Logged = "end") -> Metric:
    return Metric(name, words, meaning, "fraction", "higher", logged=logged, high=1.0)


def _loss(name: str, words: str, meaning: str, logged: Logged = "end") -> Metric:
    return Metric(name, words, meaning, "nats", "lower", logged=logged)


def _gap(name: str, words: str, meaning: str) -> Metric:
    return Metric(name, words, meaning, "fraction", "lower", low=-1.0, high=1.0)


def _seconds(name: str, words: str, meaning: str, logged: Logged = "end") -> Metric:
    return Metric(name, words, meaning, "seconds", "lower", repeats=False, logged=logged)


_ALL = (
    _loss("loss", "training loss", "mean over the epoch, under dropout", "epoch"),
    _accuracy("accuracy", "training accuracy", "mean over the epoch, under dropout", "epoch"),
    _loss("val_loss", "validation loss", "after the epoch, without dropout", "epoch"),
    _accuracy("val_accuracy", "validation accuracy", "after the epoch, without dropout", "epoch"),
    _seconds("epoch_seconds", "seconds of the epoch", "training and validation", "epoch"),
    Metric(
        "parameters_recurrent",
        "recurrent parameters",
        "parameters of the recurrent layers",
        "parameters",
        "neither",
    ),
    Metric("parameters_total", "parameters", "parameters of the model", "parameters", "neither"),
    Metric(
        "parameters_frozen",
        "frozen parameters",
        "parameters that training does not change; only where there are some",
        "parameters",
        "neither",
    ),
    Metric(
        "epochs_trained",
        "epochs trained",
        "epochs trained, fewer where training stopped early",
        "epochs",
        "neither",
        low=1.0,
    ),
    Metric(
        "best_epoch",
        "best epoch",
        "epoch of the highest validation accuracy, from 1",
        "epoch",
        "neither",
        low=1.0,
    ),
    _accuracy(
        "best_val_accuracy", "best validation accuracy", "validation accuracy of the best epoch"
    ),
    _loss("best_val_loss", "lowest validation loss", "lowest validation loss of any epoch"),
    _accuracy("final_accuracy", "last training accuracy", "training accuracy of the last epoch"),
    _loss("final_loss", "last training loss", "training loss of the last epoch"),
    _accuracy(
        "final_val_accuracy", "last validation accuracy", "validation accuracy of the last epoch"
    ),
    _loss("final_val_loss", "last validation loss", "validation loss of the last epoch"),
    _accuracy(
        "test_accuracy", "test accuracy", "test accuracy of the weights named by training.test"
    ),
    _loss("test_loss", "test loss", "test loss of the same weights"),
    _accuracy(
        "test_accuracy_best",
        "test accuracy of the best epoch",
        "test accuracy with the weights of the epoch of the highest validation accuracy",
    ),
    _loss("test_loss_best", "test loss of the best epoch", "test loss of the same weights"),
    _accuracy(
        "test_accuracy_last",
        "test accuracy of the last epoch",
        "test accuracy with the weights of the last epoch",
    ),
    _loss("test_loss_last", "test loss of the last epoch", "test loss of the same weights"),
    Metric(
        "test_calibration_error",
        "calibration error",
        "expected calibration error on the test set",
        "fraction",
        "lower",
        high=1.0,
    ),
    _accuracy(
        "test_accuracy_shuffled",
        "test accuracy, steps shuffled",
        "the same with the steps of each sample shuffled",
        "diagnostic",
    ),
    Metric(
        "order_drop",
        "accuracy lost without order",
        "test_accuracy - test_accuracy_shuffled",
        "fraction",
        "neither",
        logged="diagnostic",
        low=-1.0,
        high=1.0,
    ),
    Metric(
        "order_changed",
        "answers changed without order",
        "test answers that are others for shuffled steps",
        "fraction",
        "neither",
        logged="diagnostic",
        high=1.0,
    ),
    Metric(
        "gradient_reach",
        "reach of the gradient",
        "log10 of |dL/dh|, first step over last, last measured",
        "",
        "neither",
        logged="diagnostic",
        low=-math.inf,
    ),
    Metric(
        "gradient_reach_cell",
        "reach of the cell state's gradient",
        "the same of an LSTM's |dL/dc| over |dL/dh| at the last",
        "",
        "neither",
        logged="diagnostic",
        low=-math.inf,
    ),
    _gap("gap_best", "gap at the best epoch", "training minus validation accuracy, best epoch"),
    _gap("gap_final", "gap at the last epoch", "training minus validation accuracy, last epoch"),
    Metric(
        "val_loss_rise",
        "rise of the validation loss",
        "(last - lowest) / lowest validation loss",
        "fraction",
        "lower",
    ),
    _seconds("fit_seconds", "seconds of training", "training and validation, without compilation"),
    _seconds("validation_seconds", "seconds of validation", "of these, validation"),
    _seconds("seconds_per_epoch", "seconds per epoch", "mean of the epochs"),
    _seconds(
        "compile_seconds",
        "seconds to compile",
        "first batch; short where a seed reuses the program",
    ),
    _seconds("test_seconds", "seconds of the test", "the test set, and its diagnostics"),
    _seconds("run_seconds", "seconds of the run", "from its start in the worker to its end"),
    _seconds(
        "overhead_seconds",
        "seconds of overhead",
        "since the worker's last run, without training and test: start, compilation, waiting",
    ),
    Metric(
        "peak_rss_mb",
        "peak memory",
        "largest resident memory of the worker",
        "MiB",
        "lower",
        repeats=False,
    ),
    Metric(
        "inverse_penalty",
        "inverse penalty",
        "of bag_of_words, scikit-learn's C: the larger, the weaker the penalty",
        "",
        "neither",
        logged="baseline",
    ),
    Metric(
        "seeds", "seeds", "finished runs that the mean is over", "runs", "neither", logged="arm"
    ),
)

METRICS: MappingProxyType[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})

# What arms can be judged by: measured once a run, and better in one direction.
MEASURES: tuple[str, ...] = tuple(
    name
    for name, metric in METRICS.items()
    if metric.logged in ("end", "diagnostic") and metric.better != "neither"
)

# The summary of an arm has each metric's mean under its name, and its spread under these suffixes.
SPREAD: MappingProxyType[str, str] = MappingProxyType(
    {
        "_sd": "sample standard deviation over the seeds",
        "_low": "lower end of the 95 % interval of the mean (Student's t)",
        "_high": "upper end of that interval",
    }
)
