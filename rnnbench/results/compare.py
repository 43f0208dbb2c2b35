"""Like with like: in what two arms differ, and whether a comparison of them means anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rnnbench.config.arm_names import OPTION, key_words, unset
from rnnbench.config.keys import implied_by, shapes_arrays
from rnnbench.config.metrics import entry
from rnnbench.config.optimizers import COMMON
from rnnbench.models.cells import DEFAULTS
from rnnbench.results.facts import (
    DECISIVE,
    MACHINE,
    Facts,
    default_option,
    failures_in,
    is_who_computes,
)
from rnnbench.results.measure import ASKED, is_chosen_on_test
from rnnbench.stats.arm_values import FEWEST, has_only_pairs

_LEADING = ("cell", "optimizer", "model.embedding.kind", "model.embedding.path")
# An optimizer has a rate and options of its own; what all share is no part of it.
_SHARED = ("optimizer.clipnorm", *(f"optimizer.{key}" for key in COMMON))
_LIMIT, _LEAK = "data.limit", "data.scaling_leak"
_MATCHED_WITHIN = 0.01  # of the recurrent parameters
# Where seconds of different arms cannot be compared.
ELSEWHERE = ("hardware", "threads")


@dataclass(frozen=True)
class Relation:
    """What two arms are compared by.

    Attributes:
        factor: the one thing in which they differ, ``None`` where there is none.
        confounds: what else differs, in words; with any there is no verdict.
        remarks: what differs on purpose, such as matched units.
        has_one_factor: whether no second parameter differs, whatever the conditions.
        failures: in how many seeds each of the two failed, empty where none did.
        machine: hardware, versions, threads and execution path, where they differ, in words by
            column: a risk, not a cause.
    """

    factor: str | None
    confounds: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    has_one_factor: bool = False
    failures: str = ""
    machine: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether a verdict means what it says."""
        return self.factor is not None and not self.confounds

    @property
    def all_remarks(self) -> tuple[str, ...]:
        """Everything that a reader of the verdict has to know."""
        return (*((self.failures,) if self.failures else ()), *self.remarks, *self.machine.values())


def relate(a: Facts, b: Facts, metric: str = ASKED) -> Relation:
    """Return in what two arms differ: the factor that is compared, and everything else.

    Args:
        a: an arm.
        b: another one.
        metric: what they are to be compared by.
    """
    different = {
        key: (a.params.get(key, unset(key)), b.params.get(key, unset(key)))
        for key in sorted({key for key, _ in a.telling ^ b.telling})
        if not key.startswith(OPTION)
    }
    different |= _options(a, b)
    remarks = []
    if a.cell != b.cell:
        different["cell"] = (a.cell, b.cell)
    for key in _brought_along(different, a, b):
        different.pop(key, None)
    # Who computes a result doesn't change it: compared only where nothing else differs.
    of_results = {key: pair for key, pair in different.items() if not is_who_computes(key)}
    different = of_results or different
    if a.drawn and a.search == b.search:
        chosen = sorted(key for key in different if key in a.drawn)
        for key in chosen:
            del different[key]
        if chosen:
            remarks.append("tuned apart: " + ", ".join(key_words(key) for key in chosen))
    if "model.units" in different and "cell" in different and _is_matched(a, b):
        first, second = different.pop("model.units")
        remarks.append(f"units matched by parameters: {first} and {second}")
    factors: dict[str, list[str]] = {}
    for key in different:
        factors.setdefault(_factor(key, different), []).append(key)
    factor = next((name for name in (*_LEADING, *factors) if name in factors), None)
    confounds = [
        f"{key_words(key)} {different[key][0]} against {different[key][1]}"
        for name, members in factors.items()
        if name != factor
        for key in members
    ]
    confounds += _conditions(a, b, metric, same_data=not any(map(shapes_arrays, different)))
    if _LIMIT in different and _is_held_out(a, metric):
        confounds.append("the samples that validate are others")
    machine = {column: words for column in MACHINE if (words := _differing(a, b, column))}
    if not entry(metric).repeats:
        # A machine decides seconds and memory as much as an arm does.
        confounds += [words for column, words in machine.items() if column in ELSEWHERE]
    if all(arm.params.get(_LEAK) == "True" for arm in (a, b)):
        remarks.append("series scaled with knowledge of the test")
    remarks += _unpaired(a, b)
    has_failed = a.failed or b.failed
    return Relation(
        factor,
        tuple(confounds),
        tuple(remarks),
        len(factors) == 1,
        failures_of((a, b)) if has_failed else "",
        machine,
    )


def _unpaired(a: Facts, b: Facts) -> list[str]:
    """Return a remark where seeds are not all shared: what becomes of the others."""
    common, every = a.seeds & b.seeds, a.seeds | b.seeds
    if common == every:
        return []
    if not common:
        return [f"no seed in common ({len(a.seeds)} against {len(b.seeds)}): not paired"]
    if _compared_seeds(a, b) == (common, common):
        return [f"the {len(common)} seeds in common of {len(every)}"]
    if len(common) < FEWEST:
        return [f"{len(common)} of {len(every)} seeds in common, too few to be paired"]
    return [f"{len(common)} of {len(every)} seeds in common, the others compared without pairs"]


def failures_of(arms: Collection[Facts]) -> str:
    """Return in how many seeds arms failed: ``lstm failed in 2 of 10 seeds, gru in 0 of 10``."""
    first, *others = arms
    rest = (f", {arm.name} in {failures_in(arm.failed, arm.seeds)}" for arm in others)
    return f"{first.name} failed in {failures_in(first.failed, first.seeds)} seeds" + "".join(rest)


def _options(a: Facts, b: Facts) -> dict[str, tuple[str, str]]:
    """Return the options of the cells in which two arms differ, by dotted key.

    One that only one of two cells has is a part of that cell while it has its default, and a
    difference beside the cell otherwise. What no cell of rnnbench has, as the source of a user's
    own, is a part of that cell.
    """
    if a.options == b.options:
        return {}
    found = {}
    for key in sorted(a.options.keys() | b.options.keys()):
        option = key.removeprefix(OPTION)
        if option not in DEFAULTS and a.cell != b.cell:
            continue
        default = default_option(key)
        values = a.options.get(key, default), b.options.get(key, default)
        if values[0] != values[1]:
            found[key] = values
    return found


def _brought_along(different: Collection[str], a: Facts, b: Facts) -> tuple[str, ...]:
    """Return the keys that are there because another one differs.

    Vectors have options that random numbers don't have, and a file decides their width.
    """
    options = tuple(key for one in different for key in implied_by(one))
    kind, path = "model.embedding.kind" in different, "model.embedding.path" in different
    has_file = any(arm.params.get("model.embedding.path", "null") != "null" for arm in (a, b))
    return (*options, "model.embedding.dim") if has_file and (kind or path) else options


def _conditions(a: Facts, b: Facts, metric: str, *, same_data: bool) -> list[str]:
    """Return differences that are no parameters: code, data, search budget."""
    found = []
    for column in DECISIVE:
        if column == "data_digest" and not same_data:
            continue
        if not _is_same(a, b, column):
            # A digest says nothing to a reader.
            found.append(DECISIVE[column] if column == "data_digest" else _differing(a, b, column))
    if bool(a.drawn) != bool(b.drawn):
        found.append(f"tuned by a search: {'the first' if a.drawn else 'the second'} only")
    elif a.drawn and a.search != b.search:
        found.append("searched in another way or another space")
    elif a.trials != b.trials:
        found.append(f"trials of the search {a.trials} against {b.trials}")
    return found + [
        f"{arm.name}: validation on the test set, where the epoch was chosen"
        for arm in (a, b)
        if is_chosen_on_test(arm, metric)
    ]


def _is_same(a: Facts, b: Facts, column: str) -> bool:
    """Return whether a condition, such as code or machine, is the same for every shared seed.

    Of other seeds that are compared, one arm has nothing that the other does not have, too.
    """
    if _is_shared(a, b, column):
        return True
    first, second = _by_seed(a, b, column)
    known = ({*first.values()}, {*second.values()})
    if len(known[0] | known[1]) == 1:
        return True
    common = first.keys() & second.keys()
    return known[0] == known[1] and all(first[seed] == second[seed] for seed in common)


def _differing(a: Facts, b: Facts, column: str) -> str:
    """Return in words how a condition differs between two arms, or between their seeds.

    Empty where it does not.
    """
    if _is_shared(a, b, column):
        return ""
    # A kernel equals Keras's layer: it changes seconds only.
    plain = ({words.replace(" fused", "") for words in f.values()} for f in _by_seed(a, b, column))
    first, second = map(sorted, plain)
    words = {**DECISIVE, **MACHINE}[column]
    if first != second:
        return f"{words} {' and '.join(first)} against {' and '.join(second)}"
    return f"{words} {' and '.join(first)}, by seed" if len(first) > 1 else ""


def _is_shared(a: Facts, b: Facts, column: str) -> bool:
    """Return whether all runs of two arms share a condition: most do."""
    return column in a.sole and a.sole[column] == b.sole.get(column)


def _compared_seeds(a: Facts, b: Facts) -> tuple[frozenset[int], frozenset[int]]:
    """Return the seeds of two arms that a comparison uses: those in common alone, or all."""
    common = a.seeds & b.seeds
    is_paired = has_only_pairs(len(common), len(a.seeds), len(b.seeds))
    return (common, common) if is_paired else (a.seeds, b.seeds)


def _by_seed(a: Facts, b: Facts, column: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return a condition of two arms by seed, of the seeds that are compared."""
    first, second = (
        {seed: arm.conditions[column][seed] for seed in seeds}
        for arm, seeds in zip((a, b), _compared_seeds(a, b), strict=True)
    )
    return first, second


def _is_held_out(arm: Facts, metric: str) -> bool:
    """Return whether a metric is measured on a part of an arm's training samples."""
    is_split = arm.params.get("training.validation") == "split"
    return is_split and entry(metric).on == "validation"


def _is_matched(a: Facts, b: Facts) -> bool:
    """Return whether units were chosen so that the recurrent parameters agree."""
    first, second = a.params.get("match"), b.params.get("match")
    if first == second and first not in (None, "null"):
        return True
    for arm, other in ((a, b), (b, a)):
        if arm.params.get("match") == f"{other.cell}:{other.params.get('model.units')}":
            return True
    return has_as_many(a, b)


def has_as_many(a: Facts, b: Facts) -> bool:
    """Return whether two arms have equal numbers of recurrent parameters, or nearly so."""
    p, q = a.one("parameters_recurrent"), b.one("parameters_recurrent")
    return abs(p - q) <= _MATCHED_WITHIN * max(p, q)


def _factor(key: str, different: Collection[str]) -> str:
    """Return the name of what varies: another optimizer comes with a rate of its own."""
    is_own = key.startswith("optimizer.") and key not in _SHARED
    return "optimizer" if is_own and "optimizer.name" in different else key
