"""Options of optimizers: what each does, which values it takes, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping

from rnnbench.config.allowed import OptionMeaning, is_allowed, words_for
from rnnbench.config.optimizers import OPTIMIZERS, Optimizer
from rnnbench.config.suggestions import suggestion
from rnnbench.config.training_section import OptimizerConfig
from rnnbench.errors import ConfigError
from rnnbench.extensions.registry import configured, names

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")  # of which Keras takes one at most


_MOMENT = {"least": 0.0, "below": 1.0}
OPTION_MEANINGS: Mapping[str, OptionMeaning] = {
    "beta_1": OptionMeaning("How slowly the mean of the gradients changes.", **_MOMENT),
    "beta_2": OptionMeaning("How slowly the mean of the squared gradients changes.", **_MOMENT),
    "rho": OptionMeaning("Part of the mean of the squared gradients that a step keeps.", **_MOMENT),
    "momentum": OptionMeaning("Part of the last step that is taken again.", **_MOMENT),
    "nesterov": OptionMeaning("Whether the gradient is taken after the momentum's step."),
    "epsilon": OptionMeaning("Added to what the step is divided by.", 0.0),
    "amsgrad": OptionMeaning("Whether the largest mean of the squared gradients counts."),
    "centered": OptionMeaning("Whether the gradients' variance stands for their mean square."),
    "weight_decay": OptionMeaning("Part of each weight that a step takes away; null: none.", 0.0),
    "clipvalue": OptionMeaning("Largest entry of a gradient; null for no limit.", 0.0),
    "global_clipnorm": OptionMeaning(
        "Largest norm of all variables' gradients together; null for no limit.", 0.0
    ),
    "initial_accumulator_value": OptionMeaning("What the sum of squared gradients starts at.", 0.0),
    "learning_rate_power": OptionMeaning(
        "Exponent by which the rate falls, at most 0.", below=1e-9
    ),
    "l1_regularization_strength": OptionMeaning("Weight of the L1 penalty.", 0.0),
    "l2_regularization_strength": OptionMeaning("Weight of the L2 penalty.", 0.0),
    "l2_shrinkage_regularization_strength": OptionMeaning(
        "Weight of an L2 penalty that acts on the gradient alone.", 0.0
    ),
    "beta": OptionMeaning("Smooths the rate of each weight.", 0.0),
    "beta_2_decay": OptionMeaning("Exponent by which beta_2 comes to 1.", below=0.0),
    "epsilon_1": OptionMeaning("Added to the squared gradient.", 0.0),
    "epsilon_2": OptionMeaning("Smallest scale of a weight.", 0.0),
    "clip_threshold": OptionMeaning("Largest root mean square of an update.", 0.0),
    "relative_step": OptionMeaning("Whether the rate falls as one over the root of the steps."),
    "adam_beta_1": OptionMeaning(
        "With muon, beta_1 of the variables that Adam updates.", **_MOMENT
    ),
    "adam_beta_2": OptionMeaning(
        "With muon, beta_2 of the variables that Adam updates.", **_MOMENT
    ),
    "adam_weight_decay": OptionMeaning(
        "With muon, weight_decay of the variables that Adam updates.", 0.0
    ),
    "adam_lr_ratio": OptionMeaning(
        "Rate of the variables that Adam updates over the others'.", 0.0
    ),
    "exclude_embeddings": OptionMeaning("Whether Adam updates the embedding."),
    "muon_a": OptionMeaning("First coefficient of the Newton-Schulz iteration."),
    "muon_b": OptionMeaning("Second coefficient of the Newton-Schulz iteration."),
    "muon_c": OptionMeaning("Third coefficient of the Newton-Schulz iteration."),
    "ns_steps": OptionMeaning("Steps of the Newton-Schulz iteration.", 1, 101),
    "rms_rate": OptionMeaning("Root mean square that an update is scaled to.", 0.0),
}


def check_optimizer(config: OptimizerConfig) -> Optimizer:
    """Return the configured optimizer after checking the keys that belong to it.

    Raises:
        ConfigError: for an unknown one, or a key or value that it does not take.
    """
    own = configured("optimizer", config.name, config.extension, OPTIMIZERS)
    if own is not None and not isinstance(own, Optimizer):
        expected = "an object of rnnbench.config.optimizers.Optimizer"
        raise ConfigError("optimizer", expected, repr(own)[:80], "correct your module")
    optimizer = OPTIMIZERS.get(config.name, own)
    if optimizer is None:
        known = [*OPTIMIZERS, *names("optimizer")]
        action = suggestion(config.name, known) or "choose one"
        raise ConfigError("optimizer.name", f"one of {', '.join(known)}", config.name, action)
    _check_options(optimizer, config)
    return optimizer


def _check_options(optimizer: Optimizer, config: OptimizerConfig) -> None:
    """Refuse options that an optimizer does not take; raises ConfigError."""
    for key, value in config.options.items():
        if key not in optimizer.options:
            known = ", ".join(optimizer.options) or "no further ones"
            raise ConfigError(
                f"optimizer.{key}",
                f"a key of {optimizer.name} (learning_rate, clipnorm, {known})",
                f"{key}={value}",
                "leave it out, or choose another optimizer",
            )
        expected = allowed(optimizer, key)
        if not is_allowed(value, optimizer.options[key], OPTION_MEANINGS.get(key)):
            shown = "null" if value is None else value
            action = f"see python -m rnnbench help optimizer.{key}"
            if key not in OPTION_MEANINGS:
                action = f"set optimizer.{key}={optimizer.options[key]}"
            raise ConfigError(f"optimizer.{key}", expected, shown, action)
    given = config.options | {"clipnorm": config.clipnorm}
    clipped = [key for key in _CLIPPING if given.get(key) is not None]
    if len(clipped) > 1:
        raise ConfigError(
            f"optimizer.{clipped[1]}",
            f"null beside optimizer.{clipped[0]}, because gradients are clipped in one way",
            given[clipped[1]],
            "leave one of them out",
        )


def allowed(optimizer: Optimizer, key: str) -> str:
    """Return in words which values an option takes."""
    return words_for(optimizer.options[key], OPTION_MEANINGS.get(key))
