"""Seeds that failed: in how many, and what the worst case would make of the verdicts."""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.document import Statement
from rnnbench.report.pairs import Pair
from rnnbench.report.statements import as_good
from rnnbench.report.wording import arm_place, arm_words, either
from rnnbench.results.chance import guessing, learned_nothing


def failed(dataset: DatasetSection) -> list[Statement]:
    """Return in how many seeds arms failed, and what follows; nothing where none did."""
    arms = sorted((arm for arm in dataset.arms if arm.failed), key=lambda arm: arm_place(arm.name))
    if not arms:
        return []
    told = either([f"{arm_words(arm.name)} in {arm.failures} seeds" for arm in arms], "and")
    numbers = "All numbers are of the seeds that did not fail."
    return [Statement("Failed:", f" {told}. {numbers}{_worst(dataset)}")]


def worst_words(pair: Pair) -> str:
    """Return what a verdict would be if failed seeds had the worst value; empty without any."""
    if pair.result is None or pair.worst is None:
        return ""
    if _is_same(pair):
        return "the verdict would be the same with failed seeds at the worst value"
    return f"with failed seeds at the worst value: {_verdict(pair)}"


def _worst(dataset: DatasetSection) -> str:
    """Return what the worst case would make of all verdicts, in a sentence or two."""
    pairs = [pair for pair in dataset.pairs if pair.worst is not None]
    if not pairs:
        return ""
    counted = " If failed seeds counted with the worst value seen or with what guessing gives"
    changed = [pair for pair in pairs if not _is_same(pair)]
    if not changed:
        return f"{counted}, no verdict would be another."
    if len(changed) > 1:
        return f"{counted}, {len(changed)} of {len(dataset.pairs)} verdicts would be others."
    (pair,) = changed
    names = either([arm_words(arm.name) for arm in (pair.a, pair.b)], "and")
    return f"{counted}, the verdict on {names} would be: {_verdict(pair)}."


def _is_same(pair: Pair) -> bool:
    assert pair.result is not None
    assert pair.worst is not None
    return (pair.result.verdict, pair.result.better) == (pair.worst.verdict, pair.worst.better)


def _verdict(pair: Pair) -> str:
    """Return the verdict of the worst case, with the name of the arm that would be better."""
    assert pair.worst is not None
    if pair.worst.better is None:
        return pair.worst.verdict
    arm = pair.a if pair.worst.better == "a" else pair.b
    return f"{arm_words(arm.name)} {pair.worst.verdict}"


def without_success(dataset: DatasetSection) -> list[Statement]:
    """Return which arms learned nothing, and which others are no more accurate than guessing."""
    measure = dataset.measure
    if measure is None:
        return []
    nothing: dict[str, float] = {}
    something: dict[str, float] = {}
    for arm in dataset.arms:
        level = guessing(arm, measure)
        if level is not None:
            of_nothing = learned_nothing(arm, measure) is not None
            (nothing if of_nothing else something)[arm.name] = level
    told = (("Learned nothing:", nothing), ("No more accurate than guessing:", something))
    return [
        Statement(lead, f" {_named(found)}. {as_good(dataset.arms, {*found.values()})}")
        for lead, found in told
        if found
    ]


def _named(names: Iterable[str]) -> str:
    return either(map(arm_words, sorted(names, key=arm_place)), "and")
