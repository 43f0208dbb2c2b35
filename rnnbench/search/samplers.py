"""Optuna's samplers and pruners, as the configuration names them."""

from __future__ import annotations

import warnings
from typing import Any

from rnnbench.config.schema import SearchConfig
from rnnbench.errors import ConfigError
from rnnbench.seeds import derive


def make_sampler(search: SearchConfig, seed: int, number: int) -> Any:
    """Return the sampler for one trial.

    It is seeded by the number of the trial, so that a search that was stopped and resumed draws
    what it would have drawn, and by nothing of the arm, so that all arms draw alike while their
    samplers know nothing.
    """
    from optuna import samplers
    from optuna.exceptions import ExperimentalWarning

    drawn = derive(seed, f"search/{number}")
    with warnings.catch_warnings():
        # Optuna calls some of their options experimental.
        warnings.simplefilter("ignore", category=ExperimentalWarning)
        if search.sampler == "random":
            return samplers.RandomSampler(seed=drawn)
        if search.sampler == "tpe":
            # Of trials that are still running the sampler assumes the worst (constant liar).
            return samplers.TPESampler(
                seed=drawn,
                n_startup_trials=search.n_startup_trials,
                multivariate=False,
                constant_liar=True,
            )
        independent = samplers.RandomSampler(seed=drawn)
        if search.sampler == "qmc":
            return samplers.QMCSampler(
                seed=derive(seed, "search"),
                scramble=True,
                independent_sampler=independent,
                warn_asynchronous_seeding=False,
                warn_independent_sampling=False,
            )
        return samplers.CmaEsSampler(
            seed=drawn,
            n_startup_trials=search.n_startup_trials,
            independent_sampler=independent,
            warn_independent_sampling=False,
        )


def make_pruner(search: SearchConfig, epochs: int) -> Any:
    """Return the pruner of a study whose trials train up to ``epochs``."""
    from optuna import pruners

    if search.pruner == "median":
        return pruners.MedianPruner(n_startup_trials=min(5, search.n_startup_trials))
    if search.pruner == "hyperband":
        return pruners.HyperbandPruner(min_resource=1, max_resource=epochs)
    return pruners.NopPruner()


def check_sampler(search: SearchConfig) -> None:
    """Refuse a sampler whose package is not installed.

    Raises:
        ConfigError: naming the package.
    """
    if search.sampler != "cmaes":
        return
    from importlib.util import find_spec

    if find_spec("cmaes") is None:
        raise ConfigError(
            "search.sampler",
            "a sampler whose package is installed",
            "cmaes",
            "install it with: python -m pip install cmaes",
        )
