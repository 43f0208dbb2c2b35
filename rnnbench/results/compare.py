"""Like with like: in what two arms differ, and whether a comparison of them means anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rnnbench.results.arm_runs import CIRCUMSTANCES, ArmRuns

_SAME_ARRAYS = ("data.mask",)  # of data.*, what leaves the prepared arrays as they are
_LEADING = ("cell", "model.embedding.kind", "model.embedding.path")
_MATCHED_WITHIN = 0.01  # of the recurrent parameters

_WORDS = {
    "training.epochs": "epochs",
    "training.batch_size": "batch size",
    "training.buckets": "buckets of length",
    "training.validation": "validation",
    "training.validation_fraction": "validation fraction",
    "training.test": "weights tested",
    "model.units": "units",
    "model.depth": "depth",
    "model.dropout": "dropout",
    "model.recurrent_dropout": "recurrent dropout",
    "model.stateful": "carried-over state",
    "model.embedding.dim": "embedding width",
    "model.embedding.kind": "embedding",
    "model.embedding.path": "word vectors",
    "model.embedding.trainable": "trained word vectors",
    "data.maxlen": "maxlen",
    "data.limit": "training samples",
    "data.num_words": "vocabulary",
    "optimizer.name": "optimizer",
    "optimizer.learning_rate": "learning rate",
}


@dataclass(frozen=True)
class Relation:
    """What two arms are compared by.

    Attributes:
        factor: the one thing in which they differ, ``None`` where there is none.
        confounds: what else differs, in words; with any there is no verdict.
        remarks: what differs on purpose, such as matched units.
        has_one_factor: whether no second parameter differs, whatever the circumstances.
    """

    factor: str | None
    confounds: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    has_one_factor: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether a verdict means what it says."""
        return self.factor is not None and not self.confounds


def relate(a: ArmRuns, b: ArmRuns) -> Relation:
    """Return in what two arms differ: the factor that is compared, and everything else."""
    different = {
        key: (a.params.get(key, "none"), b.params.get(key, "none"))
        for key in sorted({key for key, _ in a.telling ^ b.telling})
    }
    remarks = []
    if a.cell != b.cell:
        # Options of a cell come with the cell.
        different = {key: pair for key, pair in different.items() if not key.startswith("cell.")}
        different["cell"] = (a.cell, b.cell)
    for key in _brought_along(different, a, b):
        different.pop(key, None)
    if a.drawn and a.search == b.search:
        chosen = sorted(key for key in different if key in a.drawn)
        for key in chosen:
            del different[key]
        if chosen:
            remarks.append("tuned apart: " + ", ".join(_words(key) for key in chosen))
    if "model.units" in different and "cell" in different and _is_matched(a, b):
        first, second = different.pop("model.units")
        remarks.append(f"units matched by parameters: {first} and {second}")
    elif "cell" in different and not _has_as_many(a, b):
        p, q = a.one("parameters_recurrent"), b.one("parameters_recurrent")
        remarks.append(f"{p:,.0f} and {q:,.0f} recurrent parameters")
    factors: dict[str, list[str]] = {}
    for key in different:
        factors.setdefault(_factor(key, different), []).append(key)
    factor = next((name for name in (*_LEADING, *factors) if name in factors), None)
    confounds = [
        f"{_words(key)} {different[key][0]} against {different[key][1]}"
        for name, members in factors.items()
        if name != factor
        for key in members
    ]
    shapes = any(key.startswith("data.") and key not in _SAME_ARRAYS for key in different)
    confounds += _circumstances(a, b, same_data=not shapes)
    common = len(a.seeds & b.seeds)
    # Where one arm has all seeds of the other, these are what is compared.
    if a.seeds - b.seeds and b.seeds - a.seeds:
        counts = f"{len(a.seeds)} against {len(b.seeds)}"
        confounds.append(f"seeds {counts}, {common} of them in common")
    elif a.seeds != b.seeds:
        remarks.append(f"the {common} seeds in common of {len(a.seeds | b.seeds)}")
    return Relation(factor, tuple(confounds), tuple(remarks), len(factors) == 1)


def _brought_along(different: Collection[str], a: ArmRuns, b: ArmRuns) -> tuple[str, ...]:
    """Return the keys of an embedding that follow from what it starts from.

    A file decides the width, and vectors have options that random numbers don't have.
    """
    kind, path = "model.embedding.kind" in different, "model.embedding.path" in different
    options = ("model.embedding.path", "model.embedding.trainable") if kind else ()
    has_file = any(arm.params.get("model.embedding.path", "null") != "null" for arm in (a, b))
    return (*options, "model.embedding.dim") if has_file and (kind or path) else options


def _circumstances(a: ArmRuns, b: ArmRuns, *, same_data: bool) -> list[str]:
    """Return differences that are no parameters: code, path, data, search budget."""
    found = []
    for column in ("training_version", "path"):
        first, second = (_computed(arm.circumstances[column]) for arm in (a, b))
        if first != second:
            found.append(f"{CIRCUMSTANCES[column]} {first} against {second}")
    if same_data and a.circumstances["data_digest"] != b.circumstances["data_digest"]:
        found.append(CIRCUMSTANCES["data_digest"])
    if bool(a.drawn) != bool(b.drawn):
        found.append(f"tuned by a search: {'the first' if a.drawn else 'the second'} only")
    elif a.drawn and a.search != b.search:
        found.append("searched in another way or another space")
    elif a.trials != b.trials:
        found.append(f"trials of the search {a.trials} against {b.trials}")
    return found + [
        f"{arm.name}: validation on the test set, where the epoch was chosen"
        for arm in (a, b)
        if arm.metric is None
    ]


def _computed(words: str) -> str:
    """Return a circumstance without what changes seconds only: a kernel equals Keras's layer."""
    return words.replace(" fused", "")


def _is_matched(a: ArmRuns, b: ArmRuns) -> bool:
    """Return whether units were chosen so that the recurrent parameters agree."""
    first, second = a.params.get("match"), b.params.get("match")
    if first == second and first not in (None, "null"):
        return True
    for arm, other in ((a, b), (b, a)):
        if arm.params.get("match") == f"{other.cell}:{other.params.get('model.units')}":
            return True
    return _has_as_many(a, b)


def _has_as_many(a: ArmRuns, b: ArmRuns) -> bool:
    """Return whether two arms have equal numbers of recurrent parameters, or nearly so."""
    p, q = a.one("parameters_recurrent"), b.one("parameters_recurrent")
    return abs(p - q) <= _MATCHED_WITHIN * max(p, q)


def _factor(key: str, different: Collection[str]) -> str:
    """Return the name of what varies: another cell or optimizer comes with options of its own."""
    section = key.split(".")[0]
    return section if section == "cell" or f"{section}.name" in different else key


def _words(key: str) -> str:
    return _WORDS.get(key, key.rsplit(".", 1)[-1].replace("_", " "))


def factor_words(factor: str) -> str:
    """Return a factor as readers know it."""
    return _words(factor)
