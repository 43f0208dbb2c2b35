"""A configuration as runs record it: in parameters, tags and files that are passed on.

Text that was taken from the environment, as with ``data.path=${oc.env:CORPUS}/texts.csv``, is
recorded by that reference, because what an environment holds is private. Numbers, choices and names
of cells and data sets decide a result and are recorded as they are, wherever they came from.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from rnnbench.config.dotted import flat, section_of, value_at
from rnnbench.config.keys import LOGGED, about, is_about, keys
from rnnbench.config.roles import Choice, Purpose
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError
from rnnbench.system.user_paths import user_path

# ${oc.env:NAME} and ${oc.env:NAME,default}: what is resolved again when a record is read.
_ENVIRONMENT = re.compile(r"\$\{oc\.env:\w+(?:,[^${}]*)?\}")
_REFERENCE = re.compile(r"\$\{([^${}]*)\}")


def references(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return by dotted key the text that refers to the environment, itself or by another key.

    Args:
        raw: a composed configuration whose interpolations are not resolved.
    """
    found = {}
    for key in _free_text():
        text = value_at(raw, key)
        if isinstance(text, str) and _reads_environment(text, raw, ()):
            found[key] = text
    return found


def recorded(config: Config) -> dict[str, Any]:
    """Return the configuration as plain containers, without what is this machine's or a sweep's."""
    private = set(about(Purpose.STORE, Purpose.END))
    plain = config.model_dump(mode="json", exclude=private)
    for key, reference in config.references.items():
        section, last = section_of(plain, key)
        if isinstance(section, dict) and section.get(last) is not None:
            section[last] = reference
    return plain


def parameters(config: Config) -> dict[str, str]:
    """Return what MLflow shows as parameters: the dotted keys that describe a run."""
    described = {key: part for key, part in recorded(config).items() if is_about(key, *LOGGED)}
    return {k: "null" if value is None else str(value) for k, value in flat(described).items()}


def unresolved(text: str, config: Config) -> str:
    """Return text with references to the environment in the place of what they stand for."""
    for key, reference in config.references.items():
        value = value_at(config.model_dump(mode="json"), key)
        if isinstance(value, str) and value:
            forms = [value]
            with suppress(ConfigError):  # where it is no path
                path = user_path(key, value)
                forms = [os.path.realpath(path), str(path.absolute()), str(path), value]
            for form in forms:
                text = text.replace(form, reference)
    return text


def resolved(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recorded configuration with its references resolved in today's environment.

    Only free text is, and only what reads a variable; without the variable it stays as it is.
    """
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    found = copy.deepcopy(dict(section))
    for key in _free_text():
        text = value_at(found, key)
        if not isinstance(text, str) or "${" in _ENVIRONMENT.sub("", text) or "${" not in text:
            continue
        try:
            value = OmegaConf.create({"value": text}).value
        except OmegaConfBaseException:
            continue
        holder, last = section_of(found, key)
        holder[last] = value
    return found


def _reads_environment(text: str, raw: Mapping[str, Any], seen: tuple[str, ...]) -> bool:
    if "oc.env:" in text:
        return True
    for reference in _REFERENCE.findall(text):
        other = value_at(raw, reference)
        if reference not in seen and isinstance(other, str):
            return _reads_environment(other, raw, (*seen, reference))
    return False


def _free_text() -> Iterator[str]:
    """Give the dotted keys whose values may be any text."""
    for key in keys().values():
        types = (key.field.annotation, *getattr(key.field.annotation, "__args__", ()))
        if str in types and key.role(Choice) is None:
            yield key.name
