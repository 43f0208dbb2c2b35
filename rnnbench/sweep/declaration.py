"""What the arms of a sweep declare: what is refused of them, their data sets, their runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from rnnbench.config.expand import Arm
from rnnbench.config.keys import OF_ARMS, is_about, of_network
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec, Prepared, Vectors, input_spec, prepare, prepare_vectors
from rnnbench.errors import ConfigError
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import resolve_units, with_dim, with_length
from rnnbench.training.parts import check_classes
from rnnbench.training.spec import RunSpec, replicates

MOST_RUNS = 100_000


def check_arms(arms: Sequence[Arm]) -> None:
    """Refuse arms that cannot be trained, before any data is read.

    Raises:
        ConfigError: for a cell's own keys, a match that cannot be read, a model without a head,
            a measurement that is never reached, several values of what all runs share, or more
            runs than a store holds.
    """
    _refuse_too_many_runs(arms)
    for arm in arms:
        for key in arm.axes:
            if not is_about(key.split("/")[0], *OF_ARMS):
                raise ConfigError(
                    key,
                    "one value for the whole sweep",
                    "several",
                    f"run one sweep for each {key}; finished runs are shared",
                )
        check_cell(arm.config.cell)
        spec = input_spec(arm.config.data)
        with_dim(arm.config, spec)
        _refuse_buckets(arm.config, spec)
        if arm.config.match is not None:
            resolve_units(arm.config, spec)
        _refuse_unreached(arm.config)
        if arm.config.model.head == "none":
            raise ConfigError(
                "model.head",
                "last, flatten, mean or max",
                "none",
                "a model without a head has nothing to train; use explain to count its parameters",
            )


def _refuse_unreached(config: Config) -> None:
    """Refuse a measurement that is never made; a preset with fewer epochs makes some of its own."""
    asked, epochs = config.diagnostics.gradient_flow, config.training.epochs
    if asked and min(asked) > epochs:
        raise ConfigError(
            "diagnostics.gradient_flow",
            f"an epoch from 0 to training.epochs={epochs} among them",
            str(asked),
            "leave it out, or raise training.epochs",
        )


def _refuse_too_many_runs(arms: Sequence[Arm]) -> None:
    trials = {arm.config.search.n_trials for arm in arms if arm.config.search.sampler != "none"}
    runs = sum(arm.config.seeds for arm in arms) + len(arms) * max(trials, default=0)
    if runs > MOST_RUNS:
        raise ConfigError(
            "search.n_trials" if trials else "most_seeds" if arms[0].config.until else "seeds",
            f"a sweep of at most {MOST_RUNS:,} runs",
            f"{runs:,} ({len(arms)} arms)",
            "give fewer values, or several sweeps: finished runs are shared",
        )


def declare(
    arms: Sequence[Arm],
    home: Path,
    seeds: int | None = None,
    *,
    on_progress: Callable[[str], None] | None = None,
    scratch: Path | None = None,
) -> list[RunSpec]:
    """Return every run of a sweep, data prepared and units solved; equal runs appear once."""
    shelf = Shelf(home, on_progress, scratch)
    specs: dict[str, RunSpec] = {}
    for arm in arms:
        config, data = shelf.ready(arm.config)
        count = config.seeds if seeds is None else seeds
        for spec in replicates(arm.label, config, data, range(config.seed, config.seed + count)):
            specs.setdefault(spec.key, spec)
    return list(specs.values())


class Shelf:
    """The prepared data sets of a sweep with their word vectors, each prepared once.

    What is not under ``home`` yet is prepared there, or under ``scratch`` where one is given.
    """

    def __init__(
        self,
        home: Path,
        on_progress: Callable[[str], None] | None = None,
        scratch: Path | None = None,
    ) -> None:
        self._home = home
        self._scratch = scratch
        self._report = on_progress or (lambda _: None)
        self._prepared: dict[str, Prepared] = {}
        self._vectors: dict[tuple[str, str], Vectors] = {}
        self._checked: set[tuple[object, ...]] = set()

    def ready(self, config: Config) -> tuple[Config, Prepared]:
        """Return a configuration with its units solved, and its prepared data.

        Raises:
            ConfigError, DataError: where the two don't go together, or the data is not to be had.
        """
        data = self._data(config, lambda new: self._fitted(config, new))
        return self._fitted(config, data)

    def prepared(self, config: Config) -> Prepared:
        """Return the prepared data, without word vectors.

        Raises:
            ConfigError, DataError: where they are not to be had, or divided without a class.
        """
        return self._data(config, lambda new: self._check_classes(config, new))

    def with_vectors(self, config: Config) -> Prepared:
        """Return the prepared data with the vectors that the embedding starts from."""
        return self._add_vectors(config, self.prepared(config))

    def _data(self, config: Config, check: Callable[[Prepared], object]) -> Prepared:
        """Return the prepared data; new ones are kept only if the check passes."""
        name = _name(config)
        if name not in self._prepared:
            self._prepared[name] = prepare(
                config.data,
                self._home,
                on_progress=self._report,
                scratch=self._scratch,
                check=check,
            )
        self._check_classes(config, self._prepared[name])
        return self._prepared[name]

    def _check_classes(self, config: Config, data: Prepared) -> None:
        training = config.training
        division = (
            training.validation,
            training.validation_fraction,
            training.split_seed,
            training.test,
        )
        if (_name(config), *division) not in self._checked:
            remarks = check_classes(data, config)
            self._checked.add((_name(config), *division))
            for remark in remarks:
                self._report(f"data={data.name}: {remark}")

    def _fitted(self, config: Config, data: Prepared) -> tuple[Config, Prepared]:
        """Return a configuration that goes together with its data, and these with its vectors."""
        self._check_classes(config, data)
        config = with_length(config, data.spec)
        _refuse_empty_samples(config, data)
        _refuse_buckets(config, data.spec)
        solved = resolve_units(config, data.spec)
        if config.model.embedding.kind == "vectors":
            data = self._add_vectors(config, data)
        return solved, data

    def _add_vectors(self, config: Config, data: Prepared) -> Prepared:
        embedding = config.model.embedding
        key = (_name(config), embedding.model_dump_json(exclude={"trainable"}))
        if key not in self._vectors:
            self._vectors[key] = prepare_vectors(
                embedding,
                config.data,
                data,
                self._home,
                on_progress=self._report,
                scratch=self._scratch,
            )
        return replace(data, vectors=self._vectors[key])


def _refuse_buckets(config: Config, spec: InputSpec) -> None:
    if config.training.buckets is not None and spec.features is not None:
        raise ConfigError(
            "training.buckets",
            "null where samples are features, because only tokens tell their length",
            config.training.buckets,
            "leave it out",
        )


def _name(config: Config) -> str:
    """Return what tells a data set from another: masking doesn't change its arrays."""
    return config.data.model_dump_json(exclude=of_network())


def _refuse_empty_samples(config: Config, data: Prepared) -> None:
    """Refuse a masked mean over samples that are nothing but padding: it would divide by zero."""
    if not config.data.mask or config.model.head != "mean":
        return
    arrays = data.arrays()
    for part, x in (("training", arrays.x_train), ("test", arrays.x_test)):
        axes = tuple(range(1, x.ndim))
        empty = int((~np.any(x, axis=axes)).sum())
        if empty:
            raise ConfigError(
                "model.head",
                "last where data.mask=true and samples may be empty",
                f"mean, with {empty} {part} samples of padding only",
                "set model.head=last or data.mask=false",
            )
