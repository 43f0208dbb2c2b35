"""What the arms of a sweep declare: what is refused of them, their data sets, their runs."""

from __future__ import annotations

from collections.abc import Sequence

from rnnbench.config.expand import Arm
from rnnbench.config.keys import OF_ARMS, is_about
from rnnbench.config.schema import Config
from rnnbench.data import input_spec
from rnnbench.errors import ConfigError
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import resolve_units, with_dim
from rnnbench.sweep.data_cache import DataCache, refuse_buckets
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
        refuse_buckets(arm.config, spec)
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


def declare(arms: Sequence[Arm], cache: DataCache, seeds: int | None = None) -> list[RunSpec]:
    """Return every run of a sweep, data prepared and units solved; equal runs appear once."""
    specs: dict[str, RunSpec] = {}
    for arm in arms:
        config, data = cache.ready(arm.config)
        count = config.seeds if seeds is None else seeds
        for spec in replicates(arm.label, config, data, range(config.seed, config.seed + count)):
            specs.setdefault(spec.key, spec)
    return list(specs.values())
