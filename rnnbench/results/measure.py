"""What the arms of a section are judged by: one measure, of those that their runs have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnbench.config.metric import UNIT, Metric
from rnnbench.config.metrics import METRICS, entry
from rnnbench.data import InputSpec
from rnnbench.results.facts import Facts
from rnnbench.training.tested_weights import Weights, asked_for

AUTO = "auto"
BEST, LAST, ASKED = "test_accuracy_best", "test_accuracy_last", "test_accuracy"
VALIDATED = "best_val_accuracy"
# The same of targets that are numbers.
ERROR_BEST, ERROR_LAST, ERROR_ASKED = "test_rmse_best", "test_rmse_last", "test_rmse"
ERROR_VALIDATED = "best_val_rmse"


@dataclass(frozen=True)
class Usual:
    """The metrics that arms of a task are judged by, unless others are asked for.

    Attributes:
        best, last, asked: on the test set, by the weights that answered.
        validated: in validation, of the best epoch.
        epoch: in validation, of every epoch.
    """

    best: str
    last: str
    asked: str
    validated: str
    epoch: str

    @property
    def in_order(self) -> tuple[str, str, str]:
        """Those of which the first is taken that all arms have."""
        return self.best, self.last, self.validated


ACCURACIES = Usual(BEST, LAST, ASKED, VALIDATED, "val_accuracy")
ERRORS = Usual(ERROR_BEST, ERROR_LAST, ERROR_ASKED, ERROR_VALIDATED, "val_rmse")


def usual_for(spec: InputSpec) -> Usual:
    """Return what arms on a data set are usually judged by, before any is trained."""
    return ERRORS if spec.targets else ACCURACIES


def usual_of(arms: Iterable[Facts]) -> Usual:
    """Return what arms of one data set are usually judged by: errors where targets are numbers."""
    names = (*ERRORS.in_order, ERRORS.asked)
    return ERRORS if any(arm.by_seed(name) for arm in arms for name in names) else ACCURACIES


@dataclass(frozen=True)
class Measure:
    """A metric of the catalogue, and why it is not the one that readers would expect.

    Attributes:
        metric: its name.
        remark: a sentence; empty where it is what they expect.
    """

    metric: str
    remark: str = ""

    @property
    def entry(self) -> Metric:
        """What the catalogue knows of it."""
        return METRICS[self.metric]

    @property
    def words(self) -> str:
        """What readers call it."""
        return self.entry.words

    @property
    def is_lower_better(self) -> bool:
        """Whether the lower of two values is the better one."""
        return self.entry.better == "lower"

    @property
    def is_accuracy(self) -> bool:
        """Whether values are shares of samples, of which a hundredth is a point."""
        return self.entry.points

    @property
    def is_error(self) -> bool:
        """Whether values are errors of numbers, in the unit of these."""
        return self.entry.unit == UNIT

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest value that there can be."""
        return self.entry.low, self.entry.high

    @property
    def sign(self) -> float:
        """1 where higher is better, else -1."""
        return float(self.entry.sign)

    def rank(self, arm: Facts) -> float:
        """Return by what arms are sorted, best first; those without a value stand last."""
        value = arm.one(self.metric) if arm.by_seed(self.metric) else float("nan")
        return -self.sign * value if value == value else float("inf")


def score_of(arms: Sequence[Facts], measure: Measure | None) -> str | None:
    """Return the accuracy or RMSE of a section: its measure, or the first that all arms have."""
    if measure is not None and (measure.is_accuracy or measure.is_error):
        return measure.metric
    usual = usual_of(arms).in_order
    return next((one for one in usual if all(arm.by_seed(one) for arm in arms)), None)


def choose(arms: Sequence[Facts], wanted: str, *, has_best: bool) -> Measure | None:
    """Return what some arms are judged by; ``None`` where they have no measure that could be.

    Args:
        arms: of one section.
        wanted: ``report.metric``. With ``auto``, the test accuracy (of targets that are numbers,
            the RMSE) of the best epoch where validation is a split of the training data, that of
            the last epoch where it is the test set or there is none, and that of the best epoch in
            validation where nothing was tested.
        has_best: whether all arms of the data set that should have a test of the best epoch do
            (:func:`all_have_best`): no arm's best epoch is compared with another's last one.
    """
    if wanted != AUTO:
        return Measure(wanted, _doubt(arms, wanted))
    usual = usual_of(arms)
    known = [arm for arm in arms if any(can_judge(arm, metric) for metric in usual.in_order)]
    if not known:
        return None
    tested = {arm.params.get("training.test") for arm in known}
    if len(tested) > 1 and all(can_judge(arm, usual.asked) for arm in known):
        differ = "The arms differ in which weights are tested, the last or the best."
        return Measure(usual.asked, differ)
    is_split = [_validation(arm) == "split" for arm in known]
    if all(is_split) and has_best and all(can_judge(arm, usual.best) for arm in known):
        return Measure(usual.best)
    if all(can_judge(arm, usual.last) for arm in known):
        return Measure(usual.last, _why_last(is_split))
    if all(can_judge(arm, usual.best) for arm in known):
        return Measure(usual.best)
    if all(can_judge(arm, usual.validated) for arm in known):
        return Measure(usual.validated, "Not all arms were tested: they are judged by validation.")
    counts = {metric: sum(can_judge(arm, metric) for arm in known) for metric in usual.in_order}
    return Measure(max(usual.in_order, key=lambda metric: counts[metric]))


def all_have_best(arms: Iterable[Facts]) -> bool:
    """Return whether every run that was validated on a split has a test of its best epoch."""
    known = list(arms)
    usual = usual_of(known)
    return all(
        len(arm.by_seed(usual.best)) == len(arm.seeds)
        for arm in known
        if _validation(arm) == "split" and (arm.by_seed(usual.best) or arm.by_seed(usual.last))
    )


def can_judge(arm: Facts, metric: str) -> bool:
    """Return whether an arm has a measure, and not one that was chosen on the test set."""
    on_test = metric in (VALIDATED, ERROR_VALIDATED) and _validation(arm) == "test"
    return bool(arm.by_seed(metric)) and not on_test and not is_chosen_on_test(arm, metric)


def weights_of(arm: Facts, metric: str | None) -> Weights:
    """Return the weights that a metric is about, or that were asked for.

    Args:
        arm: with its ``training.test``.
        metric: what it is judged by.
    """
    named = "" if metric is None else entry(metric).weights
    return named or asked_for(arm.params.get("training.test"))


def is_chosen_on_test(arm: Facts, metric: str) -> bool:
    """Return whether the weights that a metric is about were chosen on the test set.

    A test set on which the best epoch or the last one was chosen is no test.
    """
    if _validation(arm) != "test" or entry(metric).on != "test":
        return False
    is_best = weights_of(arm, metric) == "best"
    return is_best or arm.params.get("training.early_stopping.patience", "null") != "null"


def _validation(arm: Facts) -> str:
    return arm.params.get("training.validation", "split")


def _why_last(is_split: Sequence[bool]) -> str:
    """Return why arms are judged by their last epoch, some of which could have a best one."""
    if all(is_split):
        return (
            "Some runs here are of an earlier version, which tested the last epoch only: all arms "
            "are judged by it. Train them again for the test of the best epoch."
        )
    if any(is_split):
        return (
            "Not all arms were validated on a part of the training data: all are judged by the "
            "last epoch, which no validation chose."
        )
    return ""


def _doubt(arms: Sequence[Facts], metric: str) -> str:
    """Return what is wrong with a measure that was asked for."""
    if metric in (VALIDATED, ERROR_VALIDATED) and any(_validation(arm) == "test" for arm in arms):
        return "The best of all epochs on the test set says too much of an arm."
    return ""
