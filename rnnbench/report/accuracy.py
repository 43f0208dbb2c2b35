"""What every arm reaches: mean, spread, jitter, interquartile mean, extremes; then comparisons."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from rnnbench.config.metric import Metric
from rnnbench.config.metrics import METRICS
from rnnbench.formatting.sentences import capital
from rnnbench.report.arm_table import NAMES, ArmColumn, arm_table, mean_column
from rnnbench.report.comparisons import comparisons_block
from rnnbench.report.dataset_section import DatasetSection, failures, order
from rnnbench.report.document import (
    Block,
    DataTable,
    TableCell,
    TableColumn,
    interval,
    number,
    spread,
    text,
)
from rnnbench.report.pairs import outstanding
from rnnbench.report.seeds import seed_pictures
from rnnbench.report.wording import metric_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.measure import ACCURACIES, ERRORS, Measure
from rnnbench.stats import statistic
from rnnbench.stats.bootstrap import FEWEST, bootstrap, interquartile_mean
from rnnbench.stats.family import FEWEST as FEWEST_SEEDS

_OF_IQM = f"percentile bootstrap over seeds; it is too narrow for fewer than {FEWEST} of them"
_OF_JITTER = "standard deviation of {} from epoch to epoch, last third of a run"
_JITTERED = (
    " Jitter: how much {} moves from one epoch to the next at the end of a "
    "training. Where it is as large as the spread over seeds, that spread is mostly the moment at "
    "which training ended."
)
_TESTED = {"last": "after the last epoch", "best": "after the epoch of the best validation"}
_FEWEST_EPOCHS = 2  # that tell of a spread
_PART = 3  # of the epochs of a run, the last one, which jitter is about
# What stands beside a test accuracy: that of the other weights.
_OTHER = {
    one: other
    for usual in (ACCURACIES, ERRORS)
    for one, other in (
        (usual.best, (usual.last, "last epoch")),
        (usual.last, (usual.best, "best epoch")),
    )
}
# Of targets that are numbers, what has a table beside their RMSE.
_BESIDE = ("test_mae", "test_r2", "test_mase", "test_scaled_rmse", "test_direction")


def accuracy_blocks(dataset: DatasetSection) -> tuple[Block, ...]:
    """Return the tables of accuracy, with a figure of every seed, and that of the comparisons.

    That of the measure comes first.
    """
    shown = [metric for metric in _metrics(dataset) if _have(dataset, metric)]
    tables = tuple(_accuracy(dataset, metric) for metric in shown)
    measured = Block("", tables=tables, pictures=seed_pictures(dataset))
    comparisons = comparisons_block(dataset)
    return (measured,) if comparisons is None else (measured, comparisons)


def _metrics(dataset: DatasetSection) -> list[str]:
    """Return what has a table: the measure, and a test and a validation accuracy."""
    own = [dataset.measure.metric] if dataset.measure else []
    usual = dataset.usual
    is_tested = any(metric in (usual.best, usual.last, usual.asked) for metric in own)
    known = [metric for metric in (usual.best, usual.last) if _have(dataset, metric)]
    tests = [] if is_tested else known[:1]
    beside = _BESIDE if usual is ERRORS else ()
    return list(dict.fromkeys([*own, *tests, usual.validated, *beside]))


def _have(dataset: DatasetSection, metric: str) -> bool:
    return any(arm.by_seed(metric) for arm in dataset.arms)


def _accuracy(dataset: DatasetSection, metric: str) -> DataTable:
    percent = dataset.options.percent
    measure = Measure(metric)
    arms = [arm for arm in (*order(dataset), *dataset.baselines) if arm.by_seed(metric)]
    arms.sort(key=measure.rank)
    has_interval = any(len(arm.by_seed(metric)) >= FEWEST for arm in arms)
    key, title = _named(metric)
    beside = _beside(dataset, metric, arms)
    is_measure = dataset.measure is not None and metric == dataset.measure.metric
    marked = outstanding(arms, dataset.pairs) if is_measure else frozenset()
    by, (best, worst) = measure.entry, (max, min) if measure.sign > 0 else (min, max)

    def column(
        name: str, meaning: str, of: Callable[[list[float]], TableCell], end: str = ""
    ) -> ArmColumn:
        known = TableColumn(name, meaning, key=f"{key}_{end}" if end else "")
        return ArmColumn(known, lambda arm: of(list(arm.by_seed(metric).values())))

    mean = TableColumn("mean", "mean ± standard deviation over seeds", key=f"{key}_mean")
    span = partial(_span, confidence=dataset.options.confidence, by=by)
    columns = (
        NAMES,
        column("seeds", "replicates that were measured", lambda found: number(len(found), 0)),
        ArmColumn(
            mean,
            lambda arm: spread(
                statistic(arm.by_seed(metric).values()), by, marked=arm.name in marked
            ),
        ),
        *beside,
        column(
            "IQM",
            "interquartile mean: the mean of the middle half (Agarwal et al. 2021)",
            lambda found: number(float(interquartile_mean(np.asarray(found))), by),
            "iqm",
        ),
        *([column(f"IQM {percent}", _OF_IQM, span, "iqm")] if has_interval else []),
        column("best", "best of the seeds", lambda found: number(best(found), by), "best_seed"),
        column("worst", "worst of the seeds", lambda found: number(worst(found), by), "worst_seed"),
    )
    has_jitter = any(one.column.name == "jitter" for one in beside)
    note = _note(dataset, arms, metric, marked, is_measure=is_measure, has_jitter=has_jitter)
    return arm_table(f"{dataset.key}_{key}", title, arms, columns, note)


def _span(found: list[float], confidence: float, by: Metric) -> TableCell:
    """Return the interval of an interquartile mean; with few seeds it doesn't hold what it says."""
    if len(found) < FEWEST:
        return text(None)
    ends = bootstrap(found, interquartile_mean, confidence)
    return interval(ends.low, ends.high, by)


def _named(metric: str) -> tuple[str, str]:
    """Return the stem of a table's file, and its title."""
    for usual, key, words in ((ACCURACIES, "accuracy", "accuracy"), (ERRORS, "rmse", "RMSE")):
        if metric in (usual.best, usual.last, usual.asked):
            return f"test_{key}", f"Test {words}"
        if metric == usual.validated:
            return f"validation_{key}", f"Validation {words}"
    return metric, capital(metric_words(metric))


def _beside(dataset: DatasetSection, metric: str, arms: Sequence[ArmRuns]) -> list[ArmColumn]:
    """Return what stands beside the spread of a test accuracy over seeds, where it was measured.

    The accuracy of the other weights, and the jitter from epoch to epoch.
    """
    if metric not in _OTHER:
        return []
    found = []
    other, words = _OTHER[metric]

    def tested(arm: ArmRuns) -> Iterable[float]:
        return arm.by_seed(other).values() if arm.cell else ()

    if any(map(tested, arms)):
        meaning = f"{metric_words(other)}, mean ± standard deviation over seeds"
        found.append(mean_column(words, meaning, other, tested))
    moving = METRICS[dataset.usual.epoch]
    names = [arm.name for arm in arms]
    moves = dict(zip(names, jitters(arms, dataset.history, moving.name), strict=True))
    if any(value == value for value in moves.values()):
        column = TableColumn("jitter", _OF_JITTER.format(moving.words))
        found.append(ArmColumn(column, lambda arm: number(moves[arm.name], moving)))
    return found


def jitters(arms: Sequence[ArmRuns], history: pd.DataFrame, metric: str) -> list[float]:
    """Return the standard deviation of a metric of epochs over the last third of them, by arm.

    That within a run, over its runs the root of the mean square; NaN where no run has two epochs in
    its last third that were validated.

    Args:
        arms: whose runs.
        history: one row an epoch (:func:`rnnbench.results.load_history`).
        metric: ``val_accuracy``, or ``val_rmse`` of targets that are numbers.
    """
    if metric not in history:
        return [math.nan] * len(arms)
    known = history[["run_id", "epoch", metric]].dropna(subset=[metric]).sort_values("epoch")
    by_run: dict[str, list[float]] = {}
    for run_id, value in zip(known["run_id"].tolist(), known[metric].tolist(), strict=True):
        by_run.setdefault(run_id, []).append(value)
    return [
        _jitter([by_run[run_id] for run_id in sorted(arm.run_ids) if run_id in by_run])
        for arm in arms
    ]


def _jitter(runs: Sequence[Sequence[float]]) -> float:
    squares = []
    for run in runs:
        last = run[-len(run) // _PART :]
        if len(last) >= _FEWEST_EPOCHS:
            squares.append(statistic(last).sd ** 2)
    return math.sqrt(sum(squares) / len(squares)) if squares else math.nan


def _note(
    dataset: DatasetSection,
    arms: Sequence[ArmRuns],
    metric: str,
    marked: Collection[str],
    *,
    is_measure: bool,
    has_jitter: bool,
) -> str:
    """Return what the numbers are, why some are marked, and what baselines are."""
    own = [arm for arm in arms if arm.cell]
    baselines = [arm for arm in arms if not arm.cell]
    note = _about(metric, own)
    if has_jitter:
        note += _JITTERED.format(metric_words(dataset.usual.epoch))
    if marked:
        note += " Marked: the best arm, and those below it that are not shown to be worse."
    elif is_measure and len(own) > 1:
        note += (
            " Nothing is marked: the first two arms differ in more than one thing, or have fewer "
            f"than {FEWEST_SEEDS} seeds."
        )
    if baselines:
        seen = "see which tokens occur, not their order,"
        if dataset.usual is ERRORS:
            seen = "have no recurrence"
        note += f" Baselines {seen} and are not compared."
        note += _untuned(own, baselines)
    failed = failures(dataset.arms)
    return f"{note} {failed}" if failed else note


def _about(metric: str, arms: Sequence[ArmRuns]) -> str:
    """Return what the numbers of a table are."""
    if metric in (ACCURACIES.validated, ERRORS.validated):
        return f"{_named(metric)[1]} {_validated_on(arms)}."
    if metric in (ACCURACIES.asked, ERRORS.asked, *_BESIDE):
        return f"{capital(metric_words(metric))} {_tested(arms)}."
    return f"{capital(metric_words(metric))}."


def _untuned(arms: Sequence[ArmRuns], baselines: Sequence[ArmRuns]) -> str:
    """Return what was chosen of the baselines and not of the arms, and the other way round."""
    note = ""
    if any(
        arm.params.get("baseline.name") == "bag_of_words"
        and arm.params.get("training.validation") == "split"
        for arm in baselines
    ):
        note += " A bag of words has the penalty of the best validation accuracy."
    drawn = {key for arm in arms for key in arm.drawn}
    if any(drawn & set(arm.params) for arm in baselines):
        note += " What a search drew for the arms, baselines have as it was configured."
    return note


def _validated_on(arms: Sequence[ArmRuns]) -> str:
    """Return which samples the arms were validated on."""
    on_test = {arm.params.get("training.validation") == "test" for arm in arms}
    places = {
        False: "on held-out training data",
        True: "on the test data, of which the best of all epochs says too much",
    }
    where = " or ".join(places[place] for place in sorted(on_test))
    return f"of the best epoch, {where}"


def _tested(arms: Sequence[ArmRuns]) -> str:
    """Return after which epoch the arms were tested."""
    tests = {arm.params.get("training.test", "last") for arm in arms if arm.cell}
    return " or ".join(_TESTED[test] for test in sorted(tests) if test in _TESTED)
