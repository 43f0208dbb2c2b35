"""The accuracy of every arm: mean, spread, interquartile mean, extremes; then comparisons."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rnnbench.report.comparisons import comparisons_block
from rnnbench.report.document import (
    Block,
    Cell,
    Column,
    DataTable,
    interval,
    number,
    spread,
    text,
)
from rnnbench.report.ground import Ground, arm_cell, failures, order
from rnnbench.report.pairs import outstanding
from rnnbench.report.seeds import seed_pictures
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.stats import statistic
from rnnbench.stats.bootstrap import FEWEST, Interval, bootstrap, interquartile_mean
from rnnbench.stats.paired import FEWEST as FEWEST_PAIRS

_OF_IQM = f"percentile bootstrap over seeds; it is too narrow for fewer than {FEWEST} of them"
_MEASURES = (("test_accuracy", "test"), ("best_val_accuracy", "validation"))
_TESTED = {"last": "after the last epoch", "best": "after the epoch of the best validation"}


def accuracy_blocks(ground: Ground) -> tuple[Block, ...]:
    """Return the tables of accuracy, with a figure of every seed, and that of the comparisons."""
    tables = tuple(
        _accuracy(ground, metric, word)
        for metric, word in _MEASURES
        if any(arm.by_seed(metric) for arm in ground.arms)
    )
    measured = Block("", tables=tables, pictures=seed_pictures(ground))
    comparisons = comparisons_block(ground)
    return (measured,) if comparisons is None else (measured, comparisons)


def _accuracy(ground: Ground, metric: str, word: str) -> DataTable:
    percent = f"{100 * ground.options.confidence:g} %"
    arms = [arm for arm in (*order(ground), *ground.baselines) if arm.by_seed(metric)]
    arms.sort(key=lambda arm: -arm.one(metric))
    has_interval = any(len(arm.by_seed(metric)) >= FEWEST for arm in arms)
    columns = (
        Column("arm", numeric=False),
        Column("seeds", "replicates that were measured"),
        Column("mean", "mean ± standard deviation over seeds", key=f"{word}_accuracy_mean"),
        Column(
            "IQM",
            "interquartile mean: the mean of the middle half (Agarwal et al. 2021)",
            key=f"{word}_accuracy_iqm",
        ),
        *([Column(f"IQM {percent}", _OF_IQM, key=f"{word}_accuracy_iqm")] if has_interval else []),
        Column("best", "highest of the seeds", key=f"{word}_accuracy_best"),
        Column("worst", "lowest of the seeds", key=f"{word}_accuracy_worst"),
    )
    marked = outstanding(arms, metric, ground.options)
    return DataTable(
        f"{ground.key}_{word}_accuracy",
        f"{word.capitalize()} accuracy",
        columns,
        tuple(
            _row(
                arm,
                metric,
                ground.options.confidence,
                marked=arm.name in marked,
                has_interval=has_interval,
            )
            for arm in arms
        ),
        _note(ground, arms, word, marked),
        tuple(arm.run_ids for arm in arms),
    )


def _note(ground: Ground, arms: Sequence[ArmRuns], word: str, marked: Collection[str]) -> str:
    """Return what the numbers are, why some are marked, and what baselines are."""
    where = _validated_on(arms) if word == "validation" else _tested(arms)
    note = f"{word.capitalize()} accuracy {where}."
    own = [arm for arm in arms if arm.cell]
    baselines = [arm for arm in arms if not arm.cell]
    if marked:
        note += " Marked: the best arm, and those below it that are not shown to be worse."
    elif len(own) > 1:
        note += (
            " Nothing is marked: the first two arms differ in more than one thing, or share fewer "
            f"than {FEWEST_PAIRS} seeds."
        )
    if baselines:
        note += " Baselines see which tokens occur, not their order, and are not compared."
        note += _untuned(own, baselines)
    failed = failures(ground.arms)
    return f"{note} {failed}" if failed else note


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


def _row(
    arm: ArmRuns, metric: str, confidence: float, *, marked: bool, has_interval: bool
) -> tuple[Cell, ...]:
    values = list(arm.by_seed(metric).values())
    summary = statistic(values)
    middle = bootstrap(values, interquartile_mean, confidence)
    return (
        arm_cell(arm.name),
        number(summary.n, 0),
        spread(summary.mean, summary.sd, marked=marked),
        number(middle.estimate),
        *([_span(middle, len(values))] if has_interval else []),
        number(max(values)),
        number(min(values)),
    )


def _span(middle: Interval, seeds: int) -> Cell:
    """Return an interval, where it holds what it says."""
    return interval(middle.low, middle.high) if seeds >= FEWEST else text(None)
