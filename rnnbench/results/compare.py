"""Like with like: in what two arms differ, and whether a comparison of them means anything."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pandas as pd

from rnnbench.results.arms import drawn_keys, search_of

Metric = Literal["test_accuracy", "best_val_accuracy"]

# Parameters that change nothing in a result, or are told by others.
_SILENT = (
    *("seed", "match", "data.name", "cell.name"),
    *("data.path", "data.test_path", "data.word_index"),
)
_SAME_ARRAYS = ("data.mask",)  # of data.*, what leaves the prepared arrays as they are
_LEADING = ("cell", "model.embedding.kind", "model.embedding.path")
_SILENT_SECTIONS = ("executor.",)
_CIRCUMSTANCES = {
    "training_version": "training code version",
    "path": "computed by",
    "data_digest": "other contents of the data set",
}
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
class ArmRuns:
    """The finished replicates of one configuration.

    Attributes:
        name: what tells it from the other arms of its section.
        cell: its cell.
        params: dotted key -> value, as text.
        runs: one row a replicate (:data:`rnnbench.results.frame.COLUMNS`).
        trials: how many trials its search had, 0 without one.
    """

    name: str
    cell: str
    params: Mapping[str, str]
    runs: pd.DataFrame = field(compare=False)
    trials: int = 0
    _known: dict[str, list[float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def seeds(self) -> frozenset[int]:
        """Seeds of the replicates."""
        return frozenset(int(seed) for seed in self.runs["seed"])

    def by_seed(self, metric: str) -> dict[int, float]:
        """Return a metric by seed, where it was measured."""
        if metric not in self.runs:
            return {}
        pairs = zip(self.values("seed"), self.values(metric), strict=True)
        return {int(seed): value for seed, value in pairs if value == value}

    def values(self, column: str) -> list[float]:
        """Return a column as numbers; NaN where it was not measured."""
        if column not in self._known:
            numbers = self.runs[column].to_numpy(dtype=float, na_value=float("nan"))
            self._known[column] = [float(value) for value in numbers]
        return list(self._known[column])

    def one(self, column: str) -> float:
        """Return the mean of what all replicates share."""
        values = [value for value in self.values(column) if value == value]
        return sum(values) / len(values) if values else float("nan")

    @cached_property
    def search(self) -> dict[str, object]:
        """What a search drew for it, and how; empty where it was not searched for."""
        known = self.runs["search"].dropna()
        return {} if known.empty else search_of(known.iloc[-1])

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Dotted keys whose values a search chose."""
        known = self.runs["search"].dropna()
        return frozenset() if known.empty else drawn_keys(known.iloc[-1])

    @cached_property
    def telling(self) -> frozenset[tuple[str, str]]:
        """The parameters that can make a difference."""
        return frozenset(
            (key, value)
            for key, value in self.params.items()
            if key not in _SILENT and not key.startswith(_SILENT_SECTIONS)
        )

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """Ids of its runs, by seed."""
        return tuple(str(run_id) for run_id in self.runs.sort_values("seed")["run_id"])

    @cached_property
    def metric(self) -> Metric | None:
        """What it is judged by: test accuracy, else that of validation; ``None``: neither.

        A test set on which the best epoch or the last one was chosen is no test.
        """
        validation = self.params.get("training.validation")
        patience = self.params.get("training.early_stopping.patience", "null")
        has_choice = self.params.get("training.test") == "best" or patience != "null"
        chosen_on_test = validation == "test" and has_choice
        if not chosen_on_test and self.by_seed("test_accuracy"):
            return "test_accuracy"
        if validation != "test" and self.by_seed("best_val_accuracy"):
            return "best_val_accuracy"
        return None

    @cached_property
    def circumstances(self) -> Mapping[str, str]:
        """What is no parameter and may make a difference, by column of :attr:`runs`."""
        return {column: _shown(self.runs[column]) for column in _CIRCUMSTANCES}


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


def group_arms(runs: pd.DataFrame, trials: Mapping[str, int] | None = None) -> list[ArmRuns]:
    """Return the arms of finished runs that carry names (``add_arm_names``), in their order.

    Args:
        runs: one row a run.
        trials: number of ended trials by study.
    """
    keys = [key for key in runs.columns if "." in str(key)]
    arms = []
    for name, group in runs.groupby("arm", sort=True):
        first = group.iloc[0]
        params = {str(key): str(first[key]) for key in keys if not pd.isna(first[key])}
        if not pd.isna(first.get("match")):
            params["match"] = str(first["match"])
        study = group["study"].dropna()
        count = 0 if study.empty or trials is None else trials.get(str(study.iloc[-1]), 0)
        arms.append(ArmRuns(str(name), str(first["cell"]), params, group, count))
    return arms


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
            found.append(f"{_CIRCUMSTANCES[column]} {first} against {second}")
    if same_data and a.circumstances["data_digest"] != b.circumstances["data_digest"]:
        found.append(_CIRCUMSTANCES["data_digest"])
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


def _shown(values: pd.Series) -> str:
    return ", ".join(sorted({str(value) for value in values.dropna()})) or "unknown"


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
