"""How baselines are declared and trained: as runs of a sweep, on the data sets of its arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.baselines import BASELINE_VERSION, BASELINES, Baseline
from rnnbench.baselines.content import configured, content
from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.data import Prepared, input_spec
from rnnbench.errors import ConfigError
from rnnbench.models.matching import with_dim, with_length
from rnnbench.sweep.data_cache import DataCache
from rnnbench.sweep.fixed import DeclaredRuns
from rnnbench.training.spec import RunSpec, digest


@dataclass(frozen=True)
class Baselines:
    """Trains baselines on the data sets of the arms (:class:`rnnbench.sweep.strategy.Strategy`).

    Attributes:
        chosen: which of them.
        is_typed: whether they were typed, so that one that has no use for the data is refused, and
            not passed over.
    """

    chosen: tuple[Baseline, ...]
    is_typed: bool = False

    @property
    def needs_tensorflow(self) -> bool:
        """Whether one of them is a Keras model."""
        return any(baseline.fit is None for baseline in self.chosen)

    def check(self, arms: Sequence[Arm]) -> None:
        """Refuse a sweep that ends when something is decided: baselines are not compared.

        Raises:
            ConfigError: naming the key.
        """
        until = arms[0].config.until
        if until is not None:
            action = "leave it out, or type seeds=5 for as many"
            raise ConfigError("until", "null for baselines", until, action)

    def declare(self, arms: Sequence[Arm], cache: DataCache) -> DeclaredRuns:
        """Declare each run once; what belongs to a cell is ignored.

        Raises:
            ConfigError: for a baseline that has no use for the data.
            DataError: where the data are not to be had.
        """
        specs: dict[str, RunSpec] = {}
        for arm in arms:
            for baseline in self.chosen:
                for spec in self._runs(baseline, arm.config, cache):
                    specs.setdefault(spec.key, spec)
        return DeclaredRuns(tuple(specs.values()))

    def _runs(self, baseline: Baseline, config: Config, cache: DataCache) -> list[RunSpec]:
        spec = input_spec(config.data)
        if why := baseline.no_use_for(spec, config.data):
            if not self.is_typed and any(not b.no_use_for(spec, config.data) for b in self.chosen):
                return []
            suiting = [b.name for b in BASELINES.values() if not b.no_use_for(spec, config.data)]
            raise ConfigError(
                "baseline",
                f"{' or '.join(suiting) or 'none'} for data={config.data.name}, {why}",
                baseline.name,
                "leave it out",
            )
        data = cache.prepared(config)
        config = with_length(config, data.spec)
        if "embedding" in baseline.sections and config.model.embedding.kind == "vectors":
            config, data = with_dim(config, data.spec), cache.with_vectors(config)
        count = config.seeds if baseline.has_seed else 1
        seeds = range(config.seed, config.seed + count)
        return [_spec(baseline, configured(baseline, config, seed), data) for seed in seeds]


def _spec(baseline: Baseline, config: Config, data: Prepared) -> RunSpec:
    found = content(baseline, config, data)
    seed = config.seed if baseline.has_seed else None
    key = digest(found | {"seed": seed, "version": BASELINE_VERSION})
    return RunSpec(baseline.title, config, data, digest(found), key, baseline=baseline)
