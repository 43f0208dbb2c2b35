"""The prepared data sets of a sweep, and what is refused of a model that does not fit its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rnnbench.config.keys import of_network
from rnnbench.config.schema import Config
from rnnbench.data import InputSpec, Prepared, Vectors, prepare
from rnnbench.errors import ConfigError
from rnnbench.models.matching import resolve_units, with_length
from rnnbench.training.division import check_division
from rnnbench.training.task_keys import refuse_for_task


class DataCache:
    """The prepared data sets of a sweep with their word vectors, each prepared once.

    What is not under ``home`` yet is prepared there, or under ``scratch`` where one is given.
    """

    def __init__(
        self,
        home: Path,
        on_progress: Callable[[str], None] | None = None,
        scratch: Path | None = None,
    ) -> None:
        self.home = home
        self._scratch = scratch
        self.report = on_progress or (lambda _: None)
        self._prepared: dict[str, Prepared] = {}
        self._vectors: dict[tuple[str, str], Vectors] = {}
        self._checked: set[tuple[object, ...]] = set()

    def ready(self, config: Config) -> tuple[Config, Prepared]:
        """Return a configuration with its units solved, and its prepared data.

        Raises:
            ConfigError, DataError: where the two don't go together, or the data is not to be had.
        """
        name = _name(config)
        data = self._data(config, name, lambda new: self._fitted(config, name, new))
        return self._fitted(config, name, data)

    def prepared(self, config: Config) -> Prepared:
        """Return the prepared data, without word vectors.

        Raises:
            ConfigError, DataError: where they are not to be had, or divided without a class.
        """
        name = _name(config)
        return self._data(config, name, lambda new: self._check_division(config, name, new))

    def with_vectors(self, config: Config) -> Prepared:
        """Return the prepared data with the vectors that the embedding starts from."""
        return self._add_vectors(config, self.prepared(config))

    def _data(self, config: Config, name: str, check: Callable[[Prepared], object]) -> Prepared:
        """Return the prepared data; new ones are kept only if the check passes."""
        if name not in self._prepared:
            self._prepared[name] = prepare(
                config.data,
                self.home,
                on_progress=self.report,
                scratch=self._scratch,
                check=check,
            )
        self._check_division(config, name, self._prepared[name])
        return self._prepared[name]

    def _check_division(self, config: Config, name: str, data: Prepared) -> None:
        training = config.training
        division = (
            training.validation,
            training.validation_fraction,
            training.split_seed,
            training.test,
        )
        if (name, *division) not in self._checked:
            remarks = check_division(data, config)
            self._checked.add((name, *division))
            for remark in remarks:
                self.report(f"data={data.name}: {remark}")

    def _fitted(self, config: Config, name: str, data: Prepared) -> tuple[Config, Prepared]:
        """Return a configuration that goes together with its data, and these with its vectors."""
        self._check_division(config, name, data)
        config = with_length(config, data.spec)
        _refuse_empty_samples(config, data)
        refuse_buckets(config, data.spec)
        refuse_for_task(config, data.spec)
        solved = resolve_units(config, data.spec)
        if config.model.embedding.kind == "vectors":
            data = self._add_vectors(config, data)
        return solved, data

    def _add_vectors(self, config: Config, data: Prepared) -> Prepared:
        embedding = config.model.embedding
        key = (_name(config), embedding.model_dump_json(exclude={"trainable"}))
        if key not in self._vectors:
            from rnnbench.data.vectors.matrix import prepare_vectors

            self._vectors[key] = prepare_vectors(
                embedding,
                config.data,
                data,
                self.home,
                on_progress=self.report,
                scratch=self._scratch,
            )
        return replace(data, vectors=self._vectors[key])


def refuse_buckets(config: Config, spec: InputSpec) -> None:
    """Refuse widths of batches for samples that do not tell their length.

    Raises:
        ConfigError: for samples that are features.
    """
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
    import numpy as np

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
