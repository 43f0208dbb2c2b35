"""The baselines by name: a new one is one entry here, and one function that fits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rnnbench.baselines.bag_of_words import fit_bag_of_words
from rnnbench.baselines.result import FittedBaseline
from rnnbench.config.schema import Config
from rnnbench.config.validate import suggestion
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.training.parts import Parts


class Fit(Protocol):
    """See :attr:`Baseline.fit`."""

    def __call__(self, parts: Parts, spec: InputSpec, config: Config) -> FittedBaseline:
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
    """

    name: str
    title: str
    does: str
    fit: Fit | None = None
    imports: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    has_seed: bool = False
    needs_tokens: bool = False


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
            name="mean_embedding",
            title="mean embedding",
            does="the model without its recurrent layers: embedding, mean over tokens, head",
            sections=("embedding", "optimizer", "training"),
            has_seed=True,
            needs_tokens=True,
        ),
    )
}


def get_baseline(name: str) -> Baseline:
    """Return the baseline of that name; raises ConfigError where there is none."""
    if name not in BASELINES:
        known = ", ".join(BASELINES)
        hint = suggestion(name, BASELINES) or f"known: {known}"
        raise ConfigError("baseline", f"one of {known}", name, hint)
    return BASELINES[name]
