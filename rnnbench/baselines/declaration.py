"""The runs of baselines that are to be trained on the data sets of some arms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnbench.baselines import BASELINE_VERSION, BASELINES, Baseline
from rnnbench.baselines.content import configured, content
from rnnbench.config.expand import Arm
from rnnbench.config.schema import Config
from rnnbench.data import Prepared, input_spec
from rnnbench.errors import ConfigError
from rnnbench.models.matching import with_dim, with_length
from rnnbench.sweep.data_cache import DataCache
from rnnbench.training.spec import RunSpec, digest


def declare_baselines(
    arms: Iterable[Arm],
    cache: DataCache,
    chosen: Sequence[Baseline],
    *,
    is_typed: bool = True,
) -> list[RunSpec]:
    """Return every run of some baselines on the data sets of some arms; equal ones appear once.

    Args:
        arms: configurations; what belongs to a cell is ignored.
        cache: prepares the data.
        chosen: the baselines.
        is_typed: whether one that has no use for the data is refused, and not passed over.

    Raises:
        ConfigError: for a baseline that has no use for the data.
        DataError: where the data are not to be had.
    """
    specs: dict[str, RunSpec] = {}
    for arm in arms:
        for baseline in chosen:
            config = arm.config
            spec = input_spec(config.data)
            if why := baseline.no_use_for(spec, config.data):
                suiting = [
                    one.name for one in BASELINES.values() if not one.no_use_for(spec, config.data)
                ]
                if is_typed or all(one.no_use_for(spec, config.data) for one in chosen):
                    raise ConfigError(
                        "baseline",
                        f"{' or '.join(suiting) or 'none'} for data={config.data.name}, {why}",
                        baseline.name,
                        "leave it out",
                    )
                continue
            data = cache.prepared(config)
            config = with_length(config, data.spec)
            if "embedding" in baseline.sections and config.model.embedding.kind == "vectors":
                config, data = with_dim(config, data.spec), cache.with_vectors(config)
            count = config.seeds if baseline.has_seed else 1
            for seed in range(config.seed, config.seed + count):
                declared = _spec(baseline, configured(baseline, config, seed), data)
                specs.setdefault(declared.key, declared)
    return list(specs.values())


def _spec(baseline: Baseline, config: Config, data: Prepared) -> RunSpec:
    found = content(baseline, config, data)
    seed = config.seed if baseline.has_seed else None
    key = digest(found | {"seed": seed, "version": BASELINE_VERSION})
    return RunSpec(baseline.title, config, data, digest(found), key, baseline=baseline)
