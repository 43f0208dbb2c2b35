"""What one run of a baseline is: a configuration, a data set, a seed, and their content key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnbench.baselines.kinds import BASELINES, Baseline
from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.data import Prepared, input_spec
from rnnbench.data.contract import Progress
from rnnbench.errors import ConfigError
from rnnbench.models.matching import with_dim, with_length
from rnnbench.sweep.declaration import Shelf
from rnnbench.tracking.run_names import baseline_name
from rnnbench.training.spec import digest

# Raised by hand whenever a change can alter a baseline's result.
BASELINE_VERSION = 1


@dataclass(frozen=True)
class BaselineSpec:
    """One run of a baseline.

    Attributes:
        baseline: which one.
        config: the configuration, ``seed`` is this run's.
        data: the prepared data set.
        arm_key: content hash of all that determines the result but the seed.
        key: content hash of all of it; a finished run with it is never repeated.
    """

    baseline: Baseline
    config: Config
    data: Prepared
    arm_key: str
    key: str

    @property
    def name(self) -> str:
        """``bag of words, imdb maxlen 500 seed=0``: what the run is called."""
        seed = f" seed={self.config.seed}" if self.baseline.has_seed else ""
        return f"{self.baseline.title}, {self.data.name} maxlen {self.config.data.maxlen}{seed}"

    @property
    def shown_name(self) -> str:
        """``imdb 500: bag of words, baseline (3fa9c1)``: what MLflow shows it as."""
        seed = self.config.seed if self.baseline.has_seed else None
        return baseline_name(self.baseline.title, self.data, seed, self.key)

    @property
    def parameters(self) -> dict[str, str]:
        """Dotted keys of the configuration that describe the run."""
        described = _described(self.baseline, self.config)
        recorded = {key: r for key, r in self.config.references.items() if described.get(key)}
        return {key: _text(value) for key, value in (described | recorded).items()}


def declare_baselines(
    arms: Iterable[Arm],
    home: Path,
    chosen: Sequence[Baseline] = (),
    on_progress: Progress = lambda _: None,
) -> list[BaselineSpec]:
    """Return every run of some baselines on the data sets of some arms; equal ones appear once.

    Args:
        arms: configurations; what belongs to a cell is ignored.
        home: the folder under which data sets are prepared.
        chosen: the baselines; none for all that the data sets allow.
        on_progress: told what takes long.

    Raises:
        ConfigError: for a baseline that has no use for the data.
        DataError: where the data are not to be had.
    """
    specs: dict[str, BaselineSpec] = {}
    shelf = Shelf(home, on_progress)
    for arm in arms:
        for baseline in chosen or BASELINES.values():
            config = arm.config
            if baseline.needs_tokens and input_spec(config.data).vocabulary is None:
                if chosen:
                    raise ConfigError(
                        "baseline",
                        f"bag_of_words for data={config.data.name}, whose inputs are features",
                        baseline.name,
                        "leave it out",
                    )
                continue
            data = shelf.prepared(config)
            config = with_length(config, data.spec)
            if "embedding" in baseline.sections and config.model.embedding.kind == "vectors":
                config, data = with_dim(config, data.spec), shelf.with_vectors(config)
            for seed in range(
                config.seed, config.seed + (config.seeds if baseline.has_seed else 1)
            ):
                spec = _spec(baseline, _of_seed(baseline, config, seed), data)
                specs.setdefault(spec.key, spec)
    return list(specs.values())


def _of_seed(baseline: Baseline, config: Config, seed: int) -> Config:
    """Return the configuration of a seed; one without seeds has one validation part."""
    training = config.training
    if not baseline.has_seed:
        training = training.model_copy(update={"split_seed": None})
    return config.model_copy(update={"seed": seed, "training": training})


def _spec(baseline: Baseline, config: Config, data: Prepared) -> BaselineSpec:
    content = {
        "baseline": baseline.name,
        "data": data.digest,
        "vocabulary": data.spec.vocabulary,
        "classes": data.spec.classes,
        "config": {
            key: value
            for key, value in _described(baseline, config).items()
            if not key.startswith("data.") and key != "seed"
        },
    }
    if "embedding" in baseline.sections and data.vectors is not None:
        content["vectors"] = data.vectors.digest
    seed = config.seed if baseline.has_seed else None
    key = digest(content | {"seed": seed, "version": BASELINE_VERSION})
    return BaselineSpec(baseline, config, data, digest(content), key)


def _described(baseline: Baseline, config: Config) -> dict[str, Any]:
    """Return by dotted key what decides the result."""
    training = config.training.model_dump(exclude={"jit_compile", "fused", "deterministic"})
    stopping = training.pop("early_stopping")
    if training["validation"] != "split":
        del training["validation_fraction"]
    if "training" in baseline.sections:
        if stopping["patience"] is not None:
            training |= {f"early_stopping.{key}": value for key, value in stopping.items()}
    else:
        training = {
            key: value for key, value in training.items() if key.startswith("validation")
        } | {"test": "none" if training["test"] == "none" else "last"}
    sections: dict[str, dict[str, Any]] = {
        "data": config.data.model_dump(exclude={"mask"}),
        "training": training,
    }
    if "embedding" in baseline.sections:
        embedding = config.model.embedding.model_dump()
        # An embedding that starts from random numbers is told by its width alone.
        sections["model.embedding"] = (
            embedding if embedding["kind"] == "vectors" else {"dim": embedding["dim"]}
        )
    if "optimizer" in baseline.sections:
        sections["optimizer"] = config.optimizer.model_dump()
    found = {f"{name}.{key}": v for name, part in sections.items() for key, v in part.items()}
    return found | {"seed": config.seed}


def _text(value: Any) -> str:
    return "null" if value is None else str(value)
