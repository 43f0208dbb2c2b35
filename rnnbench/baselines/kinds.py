"""The baselines by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rnnbench.baselines.bag_of_words import fit_bag_of_words
from rnnbench.baselines.mean_embedding import fit_mean_embedding
from rnnbench.baselines.result import Result
from rnnbench.config.schema import Config
from rnnbench.config.validate import suggestion
from rnnbench.data import InputSpec
from rnnbench.errors import ConfigError
from rnnbench.training.parts import Parts


class Fit(Protocol):
    """See :attr:`Baseline.fit`."""

    def __call__(
        self, parts: Parts, spec: InputSpec, config: Config, vectors: np.ndarray | None = None
    ) -> Result:
        """Return what the baseline gives."""
        ...


@dataclass(frozen=True)
class Baseline:
    """A model without recurrence.

    Attributes:
        name: as it is typed.
        title: as tables call it.
        does: what it is, for people.
        fit: trains it on the parts of a data set for ``config.seed``, from word vectors
            ``(vocabulary, dim)`` where the embedding starts from some.
        sections: sections of the configuration that decide its result, beside data and validation.
        has_seed: whether its result depends on the seed.
        needs_tokens: whether features are no input for it.
    """

    name: str
    title: str
    does: str
    fit: Fit
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
        ),
        Baseline(
            name="mean_embedding",
            title="mean embedding",
            does="the model without its recurrent layers: embedding, mean over tokens, head",
            fit=fit_mean_embedding,
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
