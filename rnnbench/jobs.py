"""The job table of a sweep: its declared runs, and which of them are still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnbench.cells import check_cell
from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config, SweepConfig
from rnnbench.data import Prepared, input_spec, prepare
from rnnbench.errors import ConfigError
from rnnbench.matching import parse_reference, resolve_units
from rnnbench.run import Task
from rnnbench.runspec import RunSpec, digest, replicates
from rnnbench.tracking.store import Record

# What all runs of a sweep share.
_SHARED = ("seed", "seeds", "home", "executor", "tracking", "report", "sweep", "search")


@dataclass(frozen=True)
class Job:
    """A declared run, and the store's record of it where there is one."""

    spec: RunSpec
    record: Record | None

    @property
    def is_done(self) -> bool:
        """Whether a finished run with this key is in the store."""
        return self.record is not None and self.record.is_finished

    def is_pending(self, options: SweepConfig) -> bool:
        """Return whether a sweep trains it: never finished, and not failed unless asked for."""
        if self.is_done:
            return False
        if self.record is not None and self.record.status == "FAILED":
            return options.retry_failed
        return True


def check_arms(arms: Iterable[Arm]) -> None:
    """Refuse arms that cannot be trained, before any data is read.

    Raises:
        ConfigError: for a cell's own keys, a match that cannot be read, a model without a head, or
            several values of what all runs share.
    """
    for arm in arms:
        for key in arm.axes:
            if key.split(".")[0].split("/")[0] in _SHARED:
                raise ConfigError(
                    key,
                    "one value for the whole sweep",
                    "several",
                    "replicates are declared with seeds=3, from seed=0 upwards",
                )
        check_cell(arm.config.cell)
        input_spec(arm.config.data)
        if arm.config.match is not None:
            parse_reference(arm.config.match)
        if arm.config.model.head == "none":
            raise ConfigError(
                "model.head",
                "last, flatten, mean or max",
                "none",
                "a model without a head has nothing to train; use explain to count its parameters",
            )


def declare(arms: Sequence[Arm], home: Path, seeds: int | None = None) -> list[RunSpec]:
    """Return every run of a sweep, data prepared and units solved; equal runs appear once."""
    prepared: dict[str, Prepared] = {}
    specs: dict[str, RunSpec] = {}
    for arm in arms:
        name = arm.config.data.model_dump_json(exclude={"mask"})
        if name not in prepared:
            prepared[name] = prepare(arm.config.data, home)
        data = prepared[name]
        _refuse_empty_samples(arm.config, data)
        config = resolve_units(arm.config, data.spec)
        count = config.seeds if seeds is None else seeds
        for spec in replicates(arm.label, config, data, range(config.seed, config.seed + count)):
            specs.setdefault(spec.key, spec)
    return list(specs.values())


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


def sweep_key(specs: Sequence[RunSpec]) -> str:
    """Return the content key of a set of runs, whatever their order."""
    return digest({"runs": sorted(spec.key for spec in specs)})


def make_task(spec: RunSpec, folder: Path) -> Task:
    """Return what a worker needs for a run; runs of one arm share a compiled model."""
    return Task(spec.key, spec.arm_key, spec.config, spec.data, folder, spec.work)
