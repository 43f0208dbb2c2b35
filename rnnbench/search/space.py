"""The search space: dotted configuration keys, their ranges, and when they apply."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from rnnbench.config.dotted import section_of, value_at
from rnnbench.config.keys import keys, role
from rnnbench.config.optimizer_options import OPTION_MEANINGS, check_optimizer
from rnnbench.config.roles import Drawn
from rnnbench.config.schema import CategoricalSpace, Config, FloatSpace, IntSpace, Space
from rnnbench.config.suggestions import suggestion
from rnnbench.config.validate import validate
from rnnbench.errors import ConfigError
from rnnbench.models.cells import check_cell
from rnnbench.models.matching import parse_reference


def draw(config: Config, suggest: Callable[[str, Space], Any]) -> tuple[Config, dict[str, Any]]:
    """Return a configuration with its space drawn, and what was drawn.

    Keys are drawn in the order of the space; a condition sees those before it.

    Args:
        config: the arm, with ``search.space``.
        suggest: gives a value for a key and its range.

    Raises:
        ConfigError: where the values don't go together.
    """
    mapping = config.model_dump()
    drawn: dict[str, Any] = {}
    for key, space in config.search.space.items():
        if _applies(space, mapping):
            drawn[key] = suggest(key, space)
            _set(mapping, key, drawn[key])
    return validate(mapping | {"references": config.references}), drawn


def apply(config: Config, values: Mapping[str, Any]) -> Config:
    """Return a configuration with the values of a trial.

    Raises:
        ConfigError: where they don't go together.
    """
    mapping = config.model_dump()
    for key, value in values.items():
        _set(mapping, key, value)
    return validate(mapping | {"references": config.references})


def check_space(config: Config) -> None:
    """Refuse a space that can never be drawn, before anything is trained.

    Raises:
        ConfigError: naming the key of the space.
    """
    space = config.search.space
    if not space:
        raise ConfigError(
            "search.space",
            "at least one key with a range",
            "none",
            "add for example search.space={optimizer.learning_rate: "
            "{type: float, low: 1e-4, high: 1e-2, log: true}}",
        )
    mapping = config.model_dump()
    for key, entry in space.items():
        _check_key(key, mapping)
        for condition, wanted in entry.when.items():
            _check_condition(f"search.space.{key}.when", condition, wanted, mapping)
        for value in _extremes(entry):
            changed = copy.deepcopy(mapping)
            _set(changed, key, value)
            try:
                changed_config = Config.model_validate(changed)
                check_cell(changed_config.cell)
                check_optimizer(changed_config.optimizer)
            except (ValueError, ConfigError):
                _refuse_value(key, value, changed)
    _check_match(config)
    heads = space.get("model.head")
    if isinstance(heads, CategoricalSpace) and "none" in heads.choices:
        raise ConfigError(
            "search.space.model.head", "choices that can be trained", "none", "drop none from them"
        )


def _refuse_value(key: str, value: Any, mapping: dict[str, Any]) -> None:
    try:
        check_cell(validate(mapping).cell)
    except ConfigError as error:
        raise ConfigError(
            f"search.space.{key}", f"values of {error.expected}", value, "change the range"
        ) from None


def _check_key(key: str, mapping: Mapping[str, Any]) -> None:
    drawn = role(key, Drawn)
    is_drawn = drawn is not None and drawn.is_drawn
    if key.split(".")[0] in keys() and not is_drawn:  # another key is refused below
        raise ConfigError(
            f"search.space.{key}",
            "a key that belongs to the model, its optimizer or its training",
            key,
            "make it an axis of the sweep instead, where it may vary between arms",
        )
    if not _is_idle(key, mapping):
        _check_exists("search.space", key, mapping)


def _check_condition(where: str, key: str, wanted: Any, mapping: dict[str, Any]) -> None:
    """Refuse a condition that can never hold."""
    _check_exists(where, key, mapping)
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values:
        raise ConfigError(where, f"at least one value for {key}", "[]", "leave the condition out")
    for value in values:
        changed = copy.deepcopy(mapping)
        _set(changed, key, value)
        try:
            config = Config.model_validate(changed)
            check_cell(config.cell)
            if config.match is not None:
                parse_reference(config.match)
        except (ValueError, ConfigError):
            action = f"give values that {key} may have"
            raise ConfigError(where, f"values of {key}", value, action) from None


def _is_idle(key: str, mapping: Mapping[str, Any]) -> bool:
    """Return whether the schema has a key that this configuration leaves out while it is null."""
    node, last = section_of(mapping, key)
    is_option = key == f"optimizer.{last}" and last in OPTION_MEANINGS
    return isinstance(node, dict) and last not in node and (is_option or key in keys())


def _check_exists(where: str, key: str, mapping: Mapping[str, Any]) -> None:
    node: Any = mapping
    for part in key.split("."):
        if not isinstance(node, dict) or part not in node:
            hint = suggestion(key, keys()) or "see --cfg job for all keys"
            raise ConfigError(where, "dotted keys that exist", key, hint)
        node = node[part]
    if isinstance(node, dict):
        raise ConfigError(
            where, "keys of single values", key, f"name a key in it, as in {key}.{next(iter(node))}"
        )


def _check_match(config: Config) -> None:
    """Refuse to draw units that ``match`` decides."""
    units = config.search.space.get("model.units")
    if units is None or "match" in units.when:
        return
    if config.match is not None or "match" in config.search.space:
        raise ConfigError(
            "search.space.model.units",
            "a range that applies only where match decides nothing",
            "one that always applies",
            "add when: {match: null} to it, or set match=null",
        )


def _applies(space: Space, mapping: Mapping[str, Any]) -> bool:
    for key, wanted in space.when.items():
        if value_at(mapping, key) not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


def _extremes(space: Space) -> list[Any]:
    if isinstance(space, CategoricalSpace):
        return list(space.choices)
    return [space.low, space.high]


def _set(mapping: dict[str, Any], key: str, value: Any) -> None:
    section, name = section_of(mapping, key)
    section[name] = value


def suggest_with(trial: Any) -> Callable[[str, Space], Any]:
    """Return what draws a value from an Optuna trial."""

    def suggest(key: str, space: Space) -> Any:
        if isinstance(space, IntSpace):
            return trial.suggest_int(key, space.low, space.high, step=space.step, log=space.log)
        if isinstance(space, FloatSpace):
            return trial.suggest_float(key, space.low, space.high, step=space.step, log=space.log)
        return trial.suggest_categorical(key, space.choices)

    return suggest
