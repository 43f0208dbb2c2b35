"""The arms that several data sets of a report have in common, with what was measured of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from rnnbench.config.arm_names import telling_name
from rnnbench.config.schema import ReportConfig
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.pairs import Pair
from rnnbench.report.statements import result_of
from rnnbench.report.titles import LIMIT
from rnnbench.report.wording import arm_place
from rnnbench.results.arm_names import own_words
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.margins import target_sd
from rnnbench.results.measure import Measure
from rnnbench.stats.bootstrap import Interval
from rnnbench.stats.several_sets import Overall, over_sets

_MOST_APART = 2.0  # spreads of targets in one unit; others are in units of their own


@dataclass(frozen=True)
class Part:
    """One data set, or one protocol on it, as a row of tables and figures.

    Attributes:
        data: which data set it is: parts of one count once.
        place: its name in words.
        scores: name of an arm -> its values, one a seed.
        run_ids: of the runs behind it.
    """

    data: str
    place: str
    scores: Mapping[str, tuple[float, ...]]
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class SetPair:
    """Two arms over data sets, the one with the better mean first.

    Attributes:
        names: of both arms.
        words: what is each arm's own in its name, and what both have.
        differences: first minus second with its interval on each part where they were compared.
        overall: what the data sets say together.
    """

    names: tuple[str, str]
    words: tuple[str, str, str]
    differences: tuple[tuple[Part, Interval], ...]
    overall: Overall


@dataclass(frozen=True)
class DataSets:
    """Arms over data sets.

    Attributes:
        measure: what they are judged by.
        parts: the rows; one data set has several where it has several protocols.
        arms: names of the arms that at least two data sets have, with their cells, best first.
        pairs: those that are compared on at least two data sets.
        options: margin and confidence.
        has_failed: whether a run of these arms failed.
    """

    measure: Measure
    parts: tuple[Part, ...]
    arms: tuple[tuple[str, str], ...]
    pairs: tuple[SetPair, ...]
    options: ReportConfig
    has_failed: bool

    @property
    def count(self) -> int:
        """How many data sets there are."""
        return len({part.data for part in self.parts})

    def by_data(self, arm: str) -> dict[str, list[tuple[float, ...]]]:
        """Return the values of an arm by data set, for each of its parts that has some."""
        found: dict[str, list[tuple[float, ...]]] = {}
        for part in self.parts:
            if part.scores.get(arm):
                found.setdefault(part.data, []).append(part.scores[arm])
        return found

    def everywhere(self) -> list[tuple[str, str]]:
        """Return the arms, with their cells, that every data set has."""
        return [(arm, cell) for arm, cell in self.arms if len(self.by_data(arm)) == self.count]


def over(datasets: Sequence[DatasetSection]) -> DataSets | None:
    """Return what data sets have in common; ``None`` where no pair is compared on two of them.

    They are judged by what most of them are judged by; the others are left out.
    """
    datasets = _apart_by_samples(datasets)
    found = [dataset.measure for dataset in datasets if dataset.pairs and dataset.measure]
    if not found:
        return None
    metrics = [measure.metric for measure in found]
    measure = max(found, key=lambda one: metrics.count(one.metric))
    own = [dataset for dataset in datasets if _compared(dataset, measure)]
    if measure.is_error and not _are_alike(own):
        return None
    known = _data_names(own)
    parts = [
        _part(dataset, data, measure, is_alone=known.count(data) == 1)
        for dataset, data in zip(own, known, strict=True)
    ]
    met: dict[tuple[str, str], list[tuple[Part, Pair]]] = {}
    for dataset, part in zip(own, parts, strict=True):
        for pair in _compared(dataset, measure):
            first, second = sorted((pair.a.name, pair.b.name), key=arm_place)
            met.setdefault((first, second), []).append((part, pair))
    shared = {k: v for k, v in met.items() if len({part.data for part, _ in v}) > 1}
    if not shared:
        return None
    names = {name for pair in shared for name in pair}
    arms = [arm for dataset in own for arm in dataset.arms if arm.name in names]
    told = tuple(part for part in parts if names & part.scores.keys())
    options = datasets[0].options
    if measure.is_error:
        margin = fmean(dataset.options.margin for dataset in own)
        options = options.model_copy(update={"margin": margin})
    pairs = _pairs(shared, options, measure)
    has_failed = any(arm.failed for arm in arms)
    return DataSets(measure, told, _order(arms, told, measure), pairs, options, has_failed)


def _are_alike(datasets: Sequence[DatasetSection]) -> bool:
    """Return whether errors on data sets have a mean: their targets spread about as widely."""
    spreads = [target_sd(dataset.arms) for dataset in datasets]
    return max(spreads) <= _MOST_APART * min(spreads)


def _apart_by_samples(datasets: Sequence[DatasetSection]) -> list[DatasetSection]:
    """Return data sets with a section for each number of training samples, where some have one.

    Arms are then called alike on all data sets. Where each has several, these tell arms apart.
    """
    several = [len({_limit(arm) for arm in dataset.arms}) > 1 for dataset in datasets]
    if all(several):
        return list(datasets)
    parts = zip(datasets, several, strict=True)
    return [
        part for dataset, is_cut in parts for part in (_parts(dataset) if is_cut else [dataset])
    ]


def _parts(dataset: DatasetSection) -> list[DatasetSection]:
    """Return a section with the arms and comparisons of each number of training samples."""
    found = []
    for limit in sorted({_limit(arm) for arm in dataset.arms}):
        arms = {arm.name: _unlimited(arm) for arm in dataset.arms if _limit(arm) == limit}
        pairs = [
            replace(pair, a=arms[pair.a.name], b=arms[pair.b.name])
            for pair in dataset.pairs
            if pair.names <= arms.keys()
        ]
        samples = "all" if limit == "null" else f"first {limit}"
        title = f"{dataset.title}, {samples} training samples"
        found.append(replace(dataset, title=title, arms=tuple(arms.values()), pairs=tuple(pairs)))
    return found


def _limit(arm: ArmRuns) -> str:
    return arm.params.get(LIMIT, "null")


def _unlimited(arm: ArmRuns) -> ArmRuns:
    """Return an arm whose name does not tell its number of training samples."""
    word = f"{telling_name(LIMIT)}="
    return replace(arm, name=" ".join(w for w in arm.name.split() if not w.startswith(word)))


def _compared(dataset: DatasetSection, measure: Measure) -> list[Pair]:
    """Return the comparisons of a data set by a measure."""
    pairs = dataset.pairs
    return [pair for pair in pairs if pair.measure and pair.measure.metric == measure.metric]


def _order(
    arms: Sequence[ArmRuns], parts: Sequence[Part], measure: Measure
) -> tuple[tuple[str, str], ...]:
    """Return the names and cells of arms, the best mean over all runs first."""

    def place(arm: tuple[str, str]) -> tuple[object, ...]:
        values = [value for part in parts for value in part.scores.get(arm[0], ())]
        return (-measure.sign * fmean(values) if values else math.inf, arm_place(arm[0]))

    return tuple(sorted({arm.name: arm.cell for arm in arms}.items(), key=place))


def _part(dataset: DatasetSection, data: str, measure: Measure, *, is_alone: bool) -> Part:
    """Return a row, which is called after its data set where that has no other."""
    by_seed = {arm.name: sorted(arm.by_seed(measure.metric).items()) for arm in dataset.arms}
    scores = {name: tuple(value for _, value in found) for name, found in by_seed.items()}
    run_ids = tuple(run_id for arm in dataset.arms for run_id in arm.run_ids)
    return Part(data, data if is_alone else dataset.place, scores, run_ids)


def _data_names(datasets: Sequence[DatasetSection]) -> list[str]:
    """Return which data set each is: arrays by their contents, series by what not all share."""
    words = [dataset.arms[0].data_name.split(" ") for dataset in datasets]
    alike = {name: [own[1:] for own in words if own[0] == name] for name, *_ in words}
    named = []
    for name, *told in words:
        shared = set.intersection(*map(set, alike[name])) if name != "arrays" else set()
        own = [word[:8] if name == "arrays" else word for word in told if word not in shared]
        named.append(" ".join([name, *own]))
    return named


def _pairs(
    met: Mapping[tuple[str, str], Sequence[tuple[Part, Pair]]],
    options: ReportConfig,
    measure: Measure,
) -> tuple[SetPair, ...]:
    """Return the pairs with what all data sets say, the clearest first."""
    turned = []
    for names, found in met.items():
        own = [(part, _of(pair, names[0])) for part, pair in found]
        if measure.sign * fmean(_by_data(own)) < 0:
            own = [(part, _negative(interval)) for part, interval in own]
            names = (names[1], names[0])
        turned.append((names, own_words(*names), tuple(own)))
    overall = over_sets(
        [_by_data(own) for _, _, own in turned],
        options.margin,
        options.confidence,
        lower_is_better=measure.is_lower_better,
        widest=measure.limits[1] - measure.limits[0],
    )
    pairs = [SetPair(*one, summary) for one, summary in zip(turned, overall, strict=True)]
    pairs.sort(key=lambda pair: (-pair.overall.sets, pair.overall.p, *map(arm_place, pair.names)))
    return tuple(pairs)


def _by_data(differences: Sequence[tuple[Part, Interval]]) -> list[float]:
    """Return the difference on each data set: the mean over its parts."""
    found: dict[str, list[float]] = {}
    for part, interval in differences:
        found.setdefault(part.data, []).append(interval.estimate)
    return [fmean(values) for values in found.values()]


def _of(pair: Pair, first: str) -> Interval:
    """Return the difference of a pair, with this arm first."""
    found = result_of(pair).difference
    return found if pair.a.name == first else _negative(found)


def _negative(interval: Interval) -> Interval:
    return Interval(-interval.estimate, -interval.high, -interval.low)
