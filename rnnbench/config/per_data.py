"""What a preset sets differently on single data sets (``sweep.per_data``)."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rnnbench.config.dotted import section_of, value_at
from rnnbench.config.keys import OF_ARMS, is_about, keys
from rnnbench.config.roles import Purpose
from rnnbench.config.suggestions import suggestion
from rnnbench.config.validate import unknown_key
from rnnbench.errors import ConfigError

KEY, OPTIONAL = "sweep.per_data", "sweep.optional_data"
# What each data set of a sweep may have another value of.
_OF_DATA = (*OF_ARMS, Purpose.SEARCH, Purpose.DIAGNOSTIC)


def with_own_values(
    mapping: Mapping[str, Any], known: Sequence[str], typed: Collection[str]
) -> dict[str, Any]:
    """Return a composed configuration with the values that its own data set has.

    Args:
        mapping: a composed configuration.
        known: names of the data sets.
        typed: keys and groups that were typed, which beat a preset.

    Raises:
        ConfigError: for a data set that does not exist, or a key that its configuration lacks, that
            is a group, or that all data sets of a sweep share.
    """
    sweep = mapping.get("sweep")
    sweep = sweep if isinstance(sweep, Mapping) else {}
    by_name, optional = sweep.get("per_data"), sweep.get("optional_data")
    for name in optional if isinstance(optional, list) else ():
        _check_name(OPTIONAL, name, known)
    if not isinstance(by_name, Mapping):
        return dict(mapping)  # of which the schema says what is wrong
    for name, values in by_name.items():
        _check_name(f"{KEY}.{name}", name, known)
        if not isinstance(values, Mapping):
            expected = "keys with their values"
            action = "as in {training.epochs: 40}"
            raise ConfigError(f"{KEY}.{name}", expected, values, action)
    data = mapping.get("data")
    own = by_name.get(data.get("name")) if isinstance(data, Mapping) else None
    if not own:
        return dict(mapping)
    changed = copy.deepcopy(dict(mapping))
    for key, value in own.items():
        _check_key(changed, f"{KEY}.{mapping['data']['name']}", str(key), value)
        if not _is_typed(str(key), typed):
            set_key(changed, str(key), value)
    return changed


def set_key(mapping: dict[str, Any], key: str, value: Any, *, adds: bool = False) -> None:
    """Set a dotted key of a composed configuration.

    Raises:
        ConfigError: for one that it does not have, unless it ``adds`` the key.
    """
    node, last = section_of(mapping, key)
    if not isinstance(node, dict) or (last not in node and not adds):
        raise unknown_key(key)
    node[last] = copy.deepcopy(value)
    mapping["references"].pop(key, None)


def _check_key(mapping: Mapping[str, Any], own: str, key: str, value: object) -> None:
    """Refuse a whole group, and what a sweep has once for all its data sets."""
    found = value_at(mapping, key)
    is_shared = key.split(".")[0] in {*keys(), "references"} and not is_about(key, *_OF_DATA)
    if is_shared or (key == "data.name" and not isinstance(found, dict)):
        raise ConfigError(
            f"{own}.{key}",
            "a key of what is trained, such as training.epochs or model.units",
            value,
            f"leave it out, or set {key} for the whole sweep",
        )
    if isinstance(found, dict) or key == "cell":
        first = next(iter(found or {}), "name")
        action = f"name single keys, as in {key}.{first}"
        raise ConfigError(f"{own}.{key}", "a key that has a value of its own", value, action)


def _is_typed(key: str, typed: Collection[str]) -> bool:
    """Return whether a key was typed, or an option of its group; ``data=...`` only chooses."""
    group = key.split(".")[0]
    return key in typed or (group in typed and group != "data")


def _check_name(key: str, name: object, known: Sequence[str]) -> None:
    if name not in known:
        action = suggestion(str(name), known) or "choose one"
        raise ConfigError(key, f"one of {', '.join(known)}", name, action)
