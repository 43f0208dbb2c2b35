"""The catalogue of metrics: what each one means, its unit, direction and format.

Whatever depends on what a metric means reads it from here: columns of the run table, what a report
may be judged by, which way a search goes, what ``reproduce`` compares, the summary of an arm, how
numbers are written, the reference in ``docs/``. Names are Keras's where Keras has one.
"""

from __future__ import annotations

import math
from types import MappingProxyType

from rnnbench.config.class_metrics import OF_CLASSES
from rnnbench.config.metric import (
    SPREAD,
    InSummary,
    Metric,
    accuracy,
    epochs,
    gap,
    loss,
    parameters,
    seconds,
)
from rnnbench.config.number_metrics import OF_NUMBERS

_ALL = (
    loss("loss", "training loss", "mean over the epoch, under dropout", "training", logged="epoch"),
    accuracy(
        *("accuracy", "training accuracy", "mean over the epoch, under dropout", "training"),
        logged="epoch",
    ),
    loss(
        *("val_loss", "validation loss", "after the epoch, without dropout", "validation"),
        logged="epoch",
    ),
    accuracy(
        *("val_accuracy", "validation accuracy", "after the epoch, without dropout", "validation"),
        logged="epoch",
    ),
    Metric(
        *("learning_rate", "learning rate"),
        "of the steps of the epoch; only where training.schedule changes it",
        *("", "neither"),
        logged="epoch",
        significant=4,
        optional=True,
    ),
    seconds("epoch_seconds", "seconds of the epoch", "training and validation", logged="epoch"),
    parameters(
        "parameters_recurrent",
        "recurrent parameters",
        "parameters of the recurrent layers",
        in_summary=InSummary(80),
    ),
    parameters(
        "parameters_total", "parameters", "parameters of the model", in_summary=InSummary(90)
    ),
    parameters(
        "parameters_frozen",
        "frozen parameters",
        "parameters that training does not change; only where there are some",
        optional=True,
    ),
    epochs(
        "epochs_trained",
        "epochs trained",
        "epochs trained, fewer where training stopped early",
        "epochs",
        short="epochs",
    ),
    epochs(
        *("best_epoch", "best epoch", "epoch of the highest validation accuracy, from 1", "epoch"),
        on="validation",
    ),
    accuracy(
        "best_val_accuracy",
        "best validation accuracy",
        "validation accuracy of the best epoch",
        "validation",
        short="best validation",
        in_summary=InSummary(30, ("_sd",), is_told=True),
    ),
    loss(
        *("best_val_loss", "lowest validation loss", "lowest validation loss of any epoch"),
        "validation",
    ),
    accuracy(
        *("final_accuracy", "last training accuracy", "training accuracy of the last epoch"),
        "training",
        short="accuracy",
    ),
    loss(
        *("final_loss", "last training loss", "training loss of the last epoch", "training"),
        short="loss",
    ),
    accuracy(
        "final_val_accuracy",
        "last validation accuracy",
        "validation accuracy of the last epoch",
        "validation",
        short="final validation",
    ),
    loss(
        *("final_val_loss", "last validation loss", "validation loss of the last epoch"),
        "validation",
    ),
    accuracy(
        "test_accuracy",
        "test accuracy",
        "test accuracy of the weights named by training.test",
        "test",
        in_summary=InSummary(10, tuple(SPREAD), is_told=True),
    ),
    loss(
        *("test_loss", "test loss", "test loss of the same weights", "test"),
        in_summary=InSummary(20, tuple(SPREAD)),
    ),
    accuracy(
        *("test_accuracy_best", "test accuracy of the best epoch"),
        *("test accuracy with the weights of the epoch of the highest validation accuracy", "test"),
        weights="best",
    ),
    loss(
        *("test_loss_best", "test loss of the best epoch"),
        *("test loss of the same weights", "test"),
        weights="best",
    ),
    accuracy(
        *("test_accuracy_last", "test accuracy of the last epoch"),
        *("test accuracy with the weights of the last epoch", "test"),
        weights="last",
    ),
    loss(
        *("test_loss_last", "test loss of the last epoch"),
        *("test loss of the same weights", "test"),
        weights="last",
    ),
    Metric(
        "test_calibration_error",
        "calibration error",
        "expected calibration error on the test set",
        "fraction",
        "lower",
        high=1.0,
        on="test",
    ),
    accuracy(
        "test_accuracy_shuffled",
        "test accuracy, steps shuffled",
        "the same with the steps of each sample shuffled",
        "test",
        logged="diagnostic",
        short="shuffled",
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
        on="test",
        short="drop",
    ),
    Metric(
        "order_changed",
        "answers changed without order",
        "test answers that are others for shuffled steps",
        "fraction",
        "neither",
        logged="diagnostic",
        high=1.0,
        on="test",
        short="answers changed",
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
    gap(
        *("gap_best", "gap at the best epoch", "training minus validation accuracy, best epoch"),
        in_summary=InSummary(50),
    ),
    gap(
        *("gap_final", "gap at the last epoch", "training minus validation accuracy, last epoch"),
        short="last gap",
        in_summary=InSummary(40, ("_sd",), is_told=True),
    ),
    Metric(
        "val_loss_rise",
        "rise of the validation loss",
        "(last - lowest) / lowest validation loss",
        "fraction",
        "lower",
        on="validation",
        in_summary=InSummary(60),
    ),
    seconds(
        "fit_seconds",
        "seconds of training",
        "training and validation, without compilation",
        short="seconds",
        in_summary=InSummary(70),
    ),
    seconds("validation_seconds", "seconds of validation", "of these, validation", on="validation"),
    seconds("seconds_per_epoch", "seconds per epoch", "mean of the epochs"),
    seconds(
        "compile_seconds",
        "seconds to compile",
        "first batch; short where a seed reuses the program",
    ),
    seconds("test_seconds", "seconds of the test", "the test set, and its diagnostics"),
    seconds("run_seconds", "seconds of the run", "from its start in the worker to its end"),
    seconds(
        "overhead_seconds",
        "seconds of overhead",
        "since the worker's last run, without training and test: start, compilation, waiting",
    ),
    Metric(
        *("peak_rss_mb", "peak memory", "largest resident memory of the worker", "MiB", "lower"),
        repeats=False,
        digits=0,
    ),
    Metric(
        *("inverse_penalty", "inverse penalty"),
        "of bag_of_words, scikit-learn's C: the larger, the weaker the penalty",
        *("", "neither"),
        logged="baseline",
        optional=True,
    ),
    *OF_CLASSES,
    *OF_NUMBERS,
    Metric(
        *("seeds", "seeds", "finished runs that the mean is over", "runs", "neither"),
        logged="arm",
        digits=0,
    ),
)

METRICS: MappingProxyType[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})

# What an epoch comes to, its seconds aside.
EPOCH_METRICS: tuple[str, ...] = tuple(
    name for name, metric in METRICS.items() if metric.logged == "epoch" and metric.repeats
)

# What a run measures once.
RUN_METRICS: tuple[str, ...] = tuple(
    name for name, metric in METRICS.items() if metric.logged in ("end", "diagnostic", "baseline")
)

# What arms can be judged by: measured once a run, and better in one direction.
MEASURES: tuple[str, ...] = tuple(
    name
    for name, metric in METRICS.items()
    if metric.logged in ("end", "diagnostic") and metric.better != "neither"
)

# What the summary of an arm has of its runs, in that order.
SUMMARY: MappingProxyType[str, InSummary] = MappingProxyType(
    dict(
        sorted(
            ((m.name, m.in_summary) for m in _ALL if m.in_summary is not None),
            key=lambda pair: pair[1].place,
        )
    )
)

# Of these, what lists of runs and arms have a column of, where it was measured.
TOLD: tuple[str, ...] = tuple(name for name, place in SUMMARY.items() if place.is_told)


def is_smaller_better(name: str) -> bool:
    """Return whether the lower of two values of a metric is the better one."""
    return entry(name).better == "lower"


def entry(name: str) -> Metric:
    """Return what is known of a metric; one that the catalogue doesn't know is a mere number."""
    known = METRICS.get(name)
    words = name.replace("_", " ")
    return known or Metric(name, words, "", "", "neither", low=-math.inf, optional=True)
