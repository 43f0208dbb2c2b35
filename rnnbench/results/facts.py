"""What is known of an arm beside what it measured: parameters, conditions, its search, failures.

No pandas here: ``plan`` and sweeps relate arms, too, and must start fast.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cached_property, lru_cache
from numbers import Integral
from typing import TYPE_CHECKING, Any

from rnnbench.config.arm_names import OPTION
from rnnbench.config.keys import makes_a_difference, role
from rnnbench.config.metrics import METRICS
from rnnbench.config.roles import Compilation
from rnnbench.models.cells import CELLS, DEFAULTS

UNKNOWN = "unknown"
# Of either sign: no loss of float32 comes near it, and MLflow stores infinity as 1.8e308.
LARGEST_NUMBER = 1e100

# What runs of earlier versions logged under one name, of the weights that training.test names.
OF_WEIGHTS = {
    name: (name.removesuffix(f"_{metric.weights}"), metric.weights)
    for name, metric in METRICS.items()
    if metric.weights
}

# What is no parameter of a run: column -> words. The first ones make a difference, the others at
# most in the last bits of a sum, and in seconds.
DECISIVE = {
    "training_version": "training code version",
    "data_digest": "other contents of the data set",
}
MACHINE = {
    "hardware": "hardware",
    "versions": "versions",
    "threads": "threads",
    "path": "computed by",
}
_TRAINING = ("tensorflow=", "keras=")  # of the versions, those that compute


class Facts:
    """What two arms are related by; :class:`rnnbench.results.arm_runs.ArmRuns` explains each."""

    if TYPE_CHECKING:  # what an arm has of its own, as a field or a property

        @property
        def name(self) -> str: ...  # noqa: D102
        @property
        def cell(self) -> str: ...  # noqa: D102
        @property
        def params(self) -> Mapping[str, str]: ...  # noqa: D102
        @property
        def trials(self) -> int: ...  # noqa: D102
        @property
        def failed(self) -> frozenset[int]: ...  # noqa: D102
        @property
        def seeds(self) -> frozenset[int]: ...  # noqa: D102
        @property
        def conditions(self) -> Mapping[str, Mapping[int, str]]: ...  # noqa: D102
        def one(self, column: str) -> float: ...  # noqa: D102
        def by_seed(self, metric: str) -> Mapping[int, float]: ...  # noqa: D102
        @property
        def run_by_seed(self) -> Mapping[int, str]: ...  # noqa: D102
        @property
        def _described(self) -> str | None: ...

    @cached_property
    def search(self) -> dict[str, Any]:
        """What a search drew for it, and how; empty where it was not searched for."""
        return search_of(self._described)

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Dotted keys whose values a search chose."""
        return drawn_keys(self._described)

    @cached_property
    def telling(self) -> frozenset[tuple[str, str]]:
        """The parameters that can make a difference."""
        return frozenset((k, value) for k, value in self.params.items() if makes_a_difference(k))

    @cached_property
    def options(self) -> Mapping[str, str]:
        """The options of its cell by dotted key; one that its file leaves out has its default."""
        known = CELLS[self.cell].options if self.cell in CELLS else ()
        defaults = {f"{OPTION}{name}": str(DEFAULTS[name]) for name in known}
        own = {k: v for k, v in self.params.items() if k.startswith(OPTION) and k != "cell.name"}
        return defaults | own

    @cached_property
    def sole(self) -> Mapping[str, str]:
        """The conditions that all its replicates share, by column."""
        known = {column: set(values.values()) for column, values in self.conditions.items()}
        return {column: values.pop() for column, values in known.items() if len(values) == 1}


def default_option(key: str) -> str:
    """Return the value that a cell's option has where nothing is said of it."""
    return str(DEFAULTS.get(key.removeprefix(OPTION), "none"))


def is_who_computes(key: str) -> bool:
    """Return whether a parameter says who computes a result, and doesn't change it."""
    program = role(key, Compilation)
    return program is not None and program.same_result


def is_measured(value: float) -> bool:
    """Return whether a metric of a store is a number that training can come to."""
    return abs(value) <= LARGEST_NUMBER


def told(value: object) -> str:
    """Return a condition as text; of several packages, those that train."""
    if not isinstance(value, str | Integral):
        return UNKNOWN
    words = str(value).split()
    return " ".join([word for word in words if word.startswith(_TRAINING)] or words)


def failures_in(failed: Collection[int], finished: Collection[int]) -> str:
    """Return in how many of its seeds an arm failed: ``2 of 10``."""
    return f"{len(failed)} of {len({*failed, *finished})}"


def search_of(described: object) -> dict[str, Any]:
    """Return what a run's tag says of the search that chose its values.

    Empty without one, and where it is none: a space is a range by dotted key.
    """
    return _read(described) if isinstance(described, str) else {}


def drawn_keys(described: object) -> frozenset[str]:
    """Return the dotted keys whose values that search chose."""
    return frozenset(search_of(described).get("space", ()))


@lru_cache(maxsize=256)
def _read(described: str) -> dict[str, Any]:
    try:
        found = json.loads(described)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not isinstance(found.get("space", {}), dict):
        return {}
    is_space = all(isinstance(one, dict) for one in found.get("space", {}).values())
    return found if is_space else {}
