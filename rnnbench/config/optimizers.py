"""Keras's optimizers and their options: which there are, what each takes, what it is by default.

It is a table, because Keras takes seconds to import and ``plan`` needs the names alone; a test
holds it against the signatures of ``keras.optimizers``. Left out are those that wrap others
(``LossScaleOptimizer``, ``MultiOptimizer``) and ``ScheduleFreeAdamW``, whose weights are other ones
for training than for evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnbench.extensions.registry import find

# Options that all of Keras's optimizers have.
COMMON: Mapping[str, Any] = {"weight_decay": None, "clipvalue": None, "global_clipnorm": None}


@dataclass(frozen=True)
class Optimizer:
    """An optimizer: how it is built, and its options with their defaults.

    Attributes:
        name: as in ``optimizer=NAME``.
        build: class of ``keras.optimizers``, or a function that is called with ``learning_rate``,
            ``clipnorm`` and the options, and returns an optimizer of Keras. It imports Keras
            itself: what trains nothing must not wait for it.
        options: keys of ``optimizer`` that it takes, with their defaults. Whether one is a number,
            a whole number, true or false, or text follows from its default; ``None`` stands for a
            number that may be missing.
        version: of one from a module of the user's own, raised when it computes otherwise.
        learning_rate: of one from an installed package, or whose file gives none.
    """

    name: str
    build: str | Callable[..., Any]
    options: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    learning_rate: float = 0.001

    def given(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that are not what they are by default."""
        return {
            key: value
            for key, value in options.items()
            if key not in self.options or value != self.options[key]
        }


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}


def _keras(name: str, build: str, **options: Any) -> Optimizer:
    return Optimizer(name, build, {**COMMON, **options})


OPTIMIZERS: dict[str, Optimizer] = {
    one.name: one
    for one in (
        _keras("adam", "Adam", **_ADAM, amsgrad=False),
        _keras("adamw", "AdamW", **_ADAM, amsgrad=False, weight_decay=0.004),
        _keras("nadam", "Nadam", **_ADAM),
        _keras("adamax", "Adamax", **_ADAM),
        _keras("lamb", "Lamb", **_ADAM),
        _keras("lion", "Lion", beta_1=0.9, beta_2=0.99),
        _keras("rmsprop", "RMSprop", rho=0.9, momentum=0.0, epsilon=1e-7, centered=False),
        _keras("sgd", "SGD", momentum=0.0, nesterov=False),
        _keras("adagrad", "Adagrad", initial_accumulator_value=0.1, epsilon=1e-7),
        _keras("adadelta", "Adadelta", rho=0.95, epsilon=1e-7),
        _keras(
            "adafactor",
            "Adafactor",
            beta_2_decay=-0.8,
            epsilon_1=1e-30,
            epsilon_2=1e-3,
            clip_threshold=1.0,
            relative_step=True,
        ),
        _keras(
            "ftrl",
            "Ftrl",
            learning_rate_power=-0.5,
            initial_accumulator_value=0.1,
            l1_regularization_strength=0.0,
            l2_regularization_strength=0.0,
            l2_shrinkage_regularization_strength=0.0,
            beta=0.0,
        ),
        _keras(
            "muon",
            "Muon",
            momentum=0.95,
            nesterov=True,
            epsilon=1e-7,
            weight_decay=0.004,
            ns_steps=5,
            rms_rate=0.2,
            muon_a=3.4445,
            muon_b=-4.775,
            muon_c=2.0315,
            adam_beta_1=0.9,
            adam_beta_2=0.999,
            adam_weight_decay=0.004,
            adam_lr_ratio=1.0,
            exclude_embeddings=True,
        ),
    )
}


def find_optimizer(name: str) -> Optimizer | None:
    """Return the optimizer of that name, Keras's or the user's own, where there is one."""
    own = find("optimizer", name)
    value = None if own is None else own.value
    return OPTIMIZERS.get(name) or (value if isinstance(value, Optimizer) else None)
