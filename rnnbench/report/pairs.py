"""Which arms of a section are compared, and what comes of it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rnnbench.config.schema import ReportConfig
from rnnbench.results.arm_runs import ArmRuns, Metric
from rnnbench.results.compare import Relation, relate
from rnnbench.stats.paired import FEWEST, Comparison, compare, holm


@dataclass(frozen=True)
class Pair:
    """Two arms, the one with the higher mean first, and their comparison.

    Attributes:
        a: the arm with the higher mean over the seeds in common.
        b: the other one.
        relation: in what they differ.
        metric: what they are compared by; ``None`` where they share no measure.
        result: ``None`` where they are not alike in everything else.
        p_holm: the exact test's p, adjusted for the number of comparisons in the section.
    """

    a: ArmRuns
    b: ArmRuns
    relation: Relation
    metric: Metric | None
    result: Comparison | None = None
    p_holm: float = float("nan")

    @property
    def names(self) -> frozenset[str]:
        """Names of both arms."""
        return frozenset((self.a.name, self.b.name))

    @property
    def words(self) -> tuple[str, str, str]:
        """What is each arm's own in its name, and what both have: ``lstm``, ``gru``, ``depth=2``.

        Both names in full, and nothing shared, where one says nothing of its own.
        """
        first, second = self.a.name.split(), self.b.name.split()
        a = " ".join(word for word in first if word not in second)
        b = " ".join(word for word in second if word not in first)
        if not a or not b:
            return self.a.name, self.b.name, ""
        return a, b, " ".join(word for word in first if word in second)


def make_pair(a: ArmRuns, b: ArmRuns, options: ReportConfig) -> Pair:
    """Relate two arms, and compare them where they are alike in everything but one factor."""
    metric = shared_metric(a, b)
    if metric is None:
        return Pair(a, b, relate(a, b), None)
    common = a.seeds & b.seeds
    if _mean(b, metric, common) > _mean(a, metric, common):
        a, b = b, a
    relation = relate(a, b)
    if not relation.is_clean:
        return Pair(a, b, relation, metric)
    result = compare(a.by_seed(metric), b.by_seed(metric), options.margin, options.confidence)
    return Pair(a, b, relation, metric, result)


def compare_all(arms: Sequence[ArmRuns], options: ReportConfig) -> tuple[list[Pair], list[Pair]]:
    """Return the comparisons of a section, and the pairs that cannot be compared.

    Compared are all pairs that differ in one factor and nothing else. Of the others, those are
    told that a reader would look for: an arm that has no clean partner of some other cell, beside
    the arm of that cell that is most like it.
    """
    pairs = [make_pair(a, b, options) for a, b in itertools.combinations(arms, 2)]
    clean = [pair for pair in pairs if pair.result is not None]
    adjusted = holm([pair.result.p for pair in clean if pair.result is not None])
    compared = [replace(pair, p_holm=p) for pair, p in zip(clean, adjusted, strict=True)]
    refused: dict[frozenset[str], Pair] = {}
    met: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        met.setdefault((pair.a.name, pair.b.cell), []).append(pair)
        met.setdefault((pair.b.name, pair.a.cell), []).append(pair)
    for arm in arms:
        for cell in sorted({other.cell for other in arms} - {arm.cell}):
            candidates = met[arm.name, cell]
            if not any(pair.result is not None for pair in candidates):
                nearest = min(candidates, key=lambda pair: len(pair.relation.confounds))
                refused.setdefault(nearest.names, nearest)
    # A single cell under different conditions: every pair is one that a reader would look for.
    if len({arm.cell for arm in arms}) == 1 and not compared:
        refused = {pair.names: pair for pair in pairs}
    return compared, list(refused.values())


def shared_metric(a: ArmRuns, b: ArmRuns) -> Metric | None:
    """Return what both arms can be judged by."""
    first, second = a.metric, b.metric
    if first == second:
        return first
    if "best_val_accuracy" in (first, second) and a.by_seed("best_val_accuracy"):
        return "best_val_accuracy" if b.by_seed("best_val_accuracy") else None
    return None


def outstanding(arms: Sequence[ArmRuns], metric: str, options: ReportConfig) -> frozenset[str]:
    """Return the names of the arms that stand out in a table, whatever it is written in.

    The best arm and those that follow it and are not shown to be worse, down to the first that is
    or cannot be compared with it (something else differs, or they share too few seeds to decide
    anything). The best one stands out only where the next can be compared with it. A baseline,
    which is compared with nothing, stands out where it lies above an arm that does.

    Args:
        arms: the rows of the table, highest mean first; baselines have no cell.
        metric: what they are sorted by.
        options: margin and confidence.
    """
    own = [arm for arm in arms if arm.cell]
    count = 0
    for arm in own[1:]:
        if not relate(own[0], arm).is_clean:
            break
        first, second = own[0].by_seed(metric), arm.by_seed(metric)
        result = compare(first, second, options.margin, options.confidence)
        if result.n < FEWEST:
            break
        count = max(count, 1)
        if result.verdict == "A better":
            break
        count += 1
    if not count:
        return frozenset()
    last = arms.index(own[count - 1])
    return frozenset(arm.name for arm in arms[: last + 1])


def _mean(arm: ArmRuns, metric: str, seeds: Collection[int]) -> float:
    values = [value for seed, value in arm.by_seed(metric).items() if seed in seeds]
    return sum(values) / len(values) if values else float("-inf")
