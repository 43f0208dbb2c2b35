"""The baselines by name: a new one is one entry here, and one function that fits it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rnnbench.baselines.classifiers import fit_bag_of_words, fit_majority_class
from rnnbench.baselines.forecasts import (
    fit_last_value,
    fit_mean,
    fit_ridge,
    fit_seasonal_naive,
    no_features,
    no_forecast,
    no_season,
)
from rnnbench.baselines.result import FittedBaseline
from rnnbench.baselines.smoothing import fit_exponential_smoothing
from rnnbench.config.data_section import DataConfig
from rnnbench.config.schema import Config
from rnnbench.config.suggestions import suggestion
from rnnbench.data import InputSpec
from rnnbench.data.contract import Kind
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import find, loaded, names
from rnnbench.training.parts import Parts


class Fit(Protocol):
    """See :attr:`Baseline.fit`."""

    def __call__(self, parts: Parts, spec: InputSpec, config: Config, /) -> FittedBaseline:
        """Return what predicts after it was fitted to ``parts.training``.

        It may choose by ``parts.validation``, where there is one, and leaves the test set alone.
        """
        ...


@dataclass(frozen=True)
class Baseline:
    """A model without recurrence.

    Attributes:
        name: as it is typed.
        title: as tables call it.
        does: what it is, for people.
        fit: fits it for ``config.seed``, and imports what it needs; ``None`` for the Keras model
            without its recurrent layers, which is trained as those of cells are.
        imports: modules that are loaded before the time of the fit is measured.
        sections: sections of the configuration that decide its result, beside data and validation:
            of ``embedding``, ``optimizer`` and ``training``.
        has_seed: whether its result depends on the seed.
        needs_tokens: whether features are no input for it.
        predicts: the tasks that it can be fitted to.
        unsuited: returns why it has no use for data of a shape, or nothing; ``None`` where the
            fields above tell all.
        version: of one from a module of the user's own, raised when it computes otherwise.
    """

    name: str
    title: str
    does: str
    fit: Fit | None = None
    imports: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    has_seed: bool = False
    needs_tokens: bool = False
    predicts: tuple[Kind, ...] = ("classification",)
    version: str = ""
    unsuited: Callable[[InputSpec, DataConfig], str] | None = None

    @property
    def extension(self) -> str | None:
        """Version and source of one from the user's own module, or ``None``."""
        own = None if self.name in BASELINES else find("baseline", self.name)
        return None if own is None else own.identity

    def no_use_for(self, spec: InputSpec, config: DataConfig) -> str:
        """Return why it cannot be fitted to data of a shape, or nothing."""
        if self.needs_tokens and spec.vocabulary is None:
            return "whose inputs are features"
        if spec.task not in self.predicts:
            return f"whose targets are {'numbers' if spec.targets else 'classes'}"
        return "" if self.unsuited is None else self.unsuited(spec, config)


BASELINES: dict[str, Baseline] = {
    baseline.name: baseline
    for baseline in (
        Baseline(
            name="bag_of_words",
            title="bag of words",
            does="logistic regression on which tokens occur (of features: on their mean over time)",
            fit=fit_bag_of_words,
            imports=("scipy.sparse", "sklearn.linear_model"),
        ),
        Baseline(
            name="majority_class",
            title="most frequent class",
            does="the most frequent class of the training samples, whatever the input",
            fit=fit_majority_class,
        ),
        Baseline(
            name="mean_embedding",
            title="mean embedding",
            does="the model without its recurrent layers: embedding, mean over tokens, head",
            sections=("embedding", "optimizer", "training"),
            has_seed=True,
            needs_tokens=True,
            predicts=("classification", "regression"),
        ),
        Baseline(
            name="last_value",
            title="last value",
            does="the last value of the window, repeated at every step ahead",
            fit=fit_last_value,
            predicts=("regression",),
            unsuited=no_forecast,
        ),
        Baseline(
            name="seasonal_naive",
            title="seasonal naive",
            does="the last season of the window, repeated (where data.season says how long it is)",
            fit=fit_seasonal_naive,
            predicts=("regression",),
            unsuited=no_season,
        ),
        Baseline(
            name="mean",
            title="mean",
            does="the mean of the training targets, whatever the input",
            fit=fit_mean,
            predicts=("regression",),
        ),
        Baseline(
            name="ridge",
            title="ridge regression",
            does="ridge regression on all values of the window",
            fit=fit_ridge,
            imports=("sklearn.linear_model",),
            predicts=("regression",),
            unsuited=no_features,
        ),
        Baseline(
            name="exponential_smoothing",
            title="exponential smoothing",
            does="exponential smoothing of the window, with a damped trend and the season",
            fit=fit_exponential_smoothing,
            imports=("scipy.optimize",),
            predicts=("regression",),
            unsuited=no_forecast,
        ),
    )
}


def get_baseline(name: str) -> Baseline:
    """Return the baseline of that name; raises ConfigError where there is none, or it is wrong."""
    own = find("baseline", name)
    if name in BASELINES and own is None:
        return BASELINES[name]
    if own is None:
        known = [*BASELINES, *names("baseline")]
        hint = suggestion(name, known) or f"known: {', '.join(known)}"
        raise ConfigError("baseline", f"one of {', '.join(known)}", name, hint)
    if name in BASELINES:
        taken = f"a name that nothing in rnnbench has ({', '.join(BASELINES)})"
        raise ConfigError("baseline", taken, name, "give your own baseline another name")
    if not isinstance(own.value, Baseline) or own.value.fit is None:
        expected = "an object of rnnbench.baselines.Baseline with a function that fits it"
        raise own.origin.wrong(expected, repr(own.value)[:80])
    return own.value


def own_baselines() -> tuple[Baseline, ...]:
    """Return the baselines of the user's own that this process was given."""
    return tuple(get_baseline(name) for name in loaded("baseline"))
