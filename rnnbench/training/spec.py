"""What one training run is: a resolved configuration, a data set, a seed, and their content key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from rnnbench.config.keys import content
from rnnbench.config.roles import Fact
from rnnbench.config.schema import Config
from rnnbench.data import Prepared
from rnnbench.extensions.origin import Origin
from rnnbench.extensions.registry import origins
from rnnbench.models.cells import check_cell
from rnnbench.models.kernels.support import tells_fused, wants_kernels
from rnnbench.models.parameters import ParameterTable, count
from rnnbench.training import TRAINING_VERSION

if TYPE_CHECKING:
    from rnnbench.baselines import Baseline

_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class TrialOf(NamedTuple):
    """A trial of a search: its study, its number from 0, and whether it may be pruned."""

    study: str
    number: int
    prunable: bool


class SearchOf(NamedTuple):
    """The search that a run belongs to: its study, and what was searched and how, as JSON."""

    study: str
    description: str


@dataclass(frozen=True)
class Task:
    """What a worker needs for one run.

    Attributes:
        key: content key of the run.
        group: runs of one group share a compiled model.
        config: the resolved configuration.
        data: the prepared data set.
        folder: where files of the run are left.
        work: relative cost, for scheduling.
        prunable: whether each epoch is followed by a decision to go on.
        extensions: where what comes from the user's own modules is found.
        baseline: the name of the baseline that it is a run of, or ``None`` for one of a cell.
        trainer: what trains it, as ``module:class``; made without arguments.
        title: what its files call the run; empty for a task that leaves none of those.
        has_figure: whether its learning curves are drawn.
    """

    key: str
    group: str
    config: Config
    data: Prepared
    folder: Path
    work: float
    prunable: bool = False
    baseline: str | None = None
    trainer: str = "rnnbench.training.trainer:Trainer"
    extensions: tuple[Origin, ...] = ()
    title: str = ""
    has_figure: bool = False


@dataclass(frozen=True)
class RunSpec:
    """One training run: a resolved configuration with its own seed, and its data set.

    Attributes:
        label: the arm's name, as in ``gru model.depth=2``.
        config: the configuration; ``model.units`` is solved, ``seed`` is this run's.
        data: the prepared data set.
        arm_key: content hash of everything that determines the result but the seed.
        key: content hash including the seed; a finished run with it is never repeated.
        trial: the trial of a search that it is, or ``None`` for a run that reports count.
        search: the search that drew its values, as a trial or as the winner's replicate.
        baseline: the baseline that it is a run of, or ``None`` for one of a cell.
    """

    label: str
    config: Config
    data: Prepared
    arm_key: str
    key: str
    trial: TrialOf | None = None
    search: SearchOf | None = None
    baseline: Baseline | None = None

    @property
    def name(self) -> str:
        """``gru seed=0``: how the run is called in tables and in the MLflow UI."""
        if self.trial is not None:
            return f"{self.label} trial {self.trial.number}"
        if self.baseline is not None:
            seed = f" seed={self.config.seed}" if self.baseline.has_seed else ""
            return f"{self.label}, {self.data.name} maxlen {self.config.data.maxlen}{seed}"
        return f"{self.label} seed={self.config.seed}"

    def of_search(self, search: SearchOf, trial: TrialOf | None = None) -> RunSpec:
        """Return the run as a trial of a search, or as a replicate of its winner."""
        return replace(self, search=search, trial=trial)

    def task(self, folder: Path) -> Task:
        """Return what a worker needs for the run, which leaves its files in a folder."""
        return Task(
            self.key,
            self.group,
            self.config,
            self.data,
            folder,
            self.work,
            prunable=self.trial is not None and self.trial.prunable,
            baseline=None if self.baseline is None else self.baseline.name,
            extensions=origins(),
            title=self.name,
            has_figure=self.trial is None,
        )

    @property
    def kind(self) -> Literal["run", "trial", "baseline"]:
        """What the store calls it."""
        if self.baseline is not None:
            return "baseline"
        return "run" if self.trial is None else "trial"

    @property
    def version(self) -> int:
        """The version of the code that its result depends on."""
        if self.baseline is None:
            return TRAINING_VERSION
        from rnnbench.baselines import BASELINE_VERSION

        return BASELINE_VERSION

    @cached_property
    def group(self) -> str:
        """Content hash of what is compiled: runs of one group share a compiled model."""
        data = self.data
        # The kernels' loops are chosen by the padding of the tokens.
        padded = wants_kernels(self.config) and data.spec.features is None
        name = None if self.baseline is None else self.baseline.name
        told = {
            "baseline": name,
            "input": asdict(data.spec),
            "arrays": data.digest if padded else None,
        }
        return digest(_content(self.config, data, compiled=True) | told)

    @property
    def parameters(self) -> ParameterTable:
        """The model's layers with their parameter counts."""
        config = self.config
        return count(check_cell(config.cell), config.model, self.data.spec, mask=config.data.mask)

    @cached_property
    def work(self) -> float:
        """A relative cost for scheduling: multiplications a training, up to a constant."""
        training, spec = self.config.training, self.data.spec
        samples = int(self.data.facts.get("n_train", 1))
        is_cell = self.baseline is None
        step = self.parameters.recurrent if is_cell else self.config.model.embedding.dim
        return float(samples) * training.epochs * spec.timesteps * step


def replicates(label: str, config: Config, data: Prepared, seeds: Sequence[int]) -> list[RunSpec]:
    """Return the replicates of one arm, one for each seed."""
    content = relevant(config, data)
    arm_key = digest(content)
    texts = _texts(content | {"training_version": TRAINING_VERSION})
    return [
        RunSpec(
            label,
            config.model_copy(update={"seed": seed}),
            data,
            arm_key,
            _digest(texts | {"seed": f'"seed":{seed}'}),
        )
        for seed in seeds
    ]


def relevant(config: Config, data: Prepared) -> dict[str, Any]:
    """Return what determines a result: no path, no thread count, no name, no idle key."""
    found = _content(config, data)
    spec = data.spec
    told = {"digest": data.digest, "vocabulary": spec.vocabulary, "classes": spec.classes}
    told |= {"targets": spec.targets} if spec.targets else {}
    return found | {"data": found["data"] | told}


def _content(config: Config, data: Prepared, *, compiled: bool = False) -> dict[str, Any]:
    """Return by section what the schema marks, with the contents of files in their place."""
    facts: set[Fact] = {"fusible"} if tells_fused(config) else set()
    if data.spec.features is None:
        facts.add("tokens")
    found = content(config, facts, compiled=compiled)
    if data.vectors is not None and "embedding" in found["model"]:
        found["model"]["embedding"]["digest"] = data.vectors.digest
    return found


def digest(content: Mapping[str, Any]) -> str:
    """Return 32 hexadecimal digits of the SHA-256 of plain containers, independent of key order."""
    return _digest(_texts(content))


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    """Return by key the JSON of plain containers: of replicates all but one are the same."""
    return {key: f"{_json(key)}:{_json(part)}" for key, part in content.items()}


def _digest(texts: Mapping[str, str]) -> str:
    text = ",".join(texts[key] for key in sorted(texts))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()[:32]
