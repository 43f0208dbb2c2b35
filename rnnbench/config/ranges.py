"""What a search and the ranges of its space must be like, whatever their keys are."""

from __future__ import annotations

from rnnbench.config.metrics import is_smaller_better
from rnnbench.config.schema import CategoricalSpace, Config, FloatSpace, IntSpace
from rnnbench.errors import ConfigError


def check_search(config: Config) -> None:
    """Refuse a search that contradicts itself.

    Raises:
        ConfigError: naming the key.
    """
    search = config.search
    if search.sampler == "none":
        return
    if config.training.validation != "split":
        raise ConfigError(
            "training.validation",
            "split where a search chooses by it: the test set is for the winner alone",
            config.training.validation,
            "set training.validation=split, or search=none",
        )
    natural = "minimize" if is_smaller_better(search.metric) else "maximize"
    if search.direction not in ("auto", natural):
        raise ConfigError(
            "search.direction", f"{natural} for {search.metric}", search.direction, "leave it out"
        )
    for key, space in search.space.items():
        if key in space.when:
            raise ConfigError(
                f"search.space.{key}.when", "other keys than its own", key, "leave it out"
            )
        if isinstance(space, CategoricalSpace):
            _check_choices(f"search.space.{key}", space)
        else:
            _check_range(f"search.space.{key}", space)


def _check_choices(key: str, space: CategoricalSpace) -> None:
    typed = [(type(choice), choice) for choice in space.choices]
    twice = [choice for n, (_, choice) in enumerate(typed) if typed[n] in typed[:n]]
    if twice:
        raise ConfigError(
            f"{key}.choices", "every choice once", f"{twice[0]} twice", "drop one of the two"
        )


def _check_range(key: str, space: IntSpace | FloatSpace) -> None:
    if space.low > space.high:
        raise ConfigError(
            key, "low not above high", f"low={space.low}, high={space.high}", "swap the two"
        )
    if space.log and space.low <= 0:
        raise ConfigError(f"{key}.low", "a number above 0 with log=true", space.low, "raise low")
    if space.log and space.step != (1 if isinstance(space, IntSpace) else None):
        raise ConfigError(f"{key}.step", "none with log=true", space.step, "drop one of the two")
    if "step" in space.model_fields_set and 0 < space.high - space.low < (space.step or 0):
        raise ConfigError(
            f"{key}.step",
            f"a step of at most {space.high - space.low:g}, the width of the range",
            space.step,
            "take a smaller step, or widen the range",
        )
