"""The keys of the schema by dotted name, and what each is for: the one reader of its markers.

What treats some keys in its own way asks here instead of listing them, so that a new key is a field
of the schema and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic.fields import FieldInfo

from rnnbench.config.roles import (
    AfterReading,
    Choice,
    Compiled,
    Fact,
    File,
    IdleUnless,
    Purpose,
    is_idle,
)
from rnnbench.config.schema import Config
from rnnbench.config.section import Section, idle_markers
from rnnbench.extensions.registry import EXTENSION

_Role = TypeVar("_Role")
# What runs log as parameters.
LOGGED = (Purpose.SEED, Purpose.SIZE, Purpose.RESULT, Purpose.CIRCUMSTANCE)
# What arms of a sweep may differ in.
OF_ARMS = (Purpose.SIZE, Purpose.RESULT)


@dataclass(frozen=True)
class Key:
    """A key or a section of keys.

    Attributes:
        name: dotted.
        field: its field in the schema.
        roles: its markers, then those of the sections that it is in.
        parts: the sections below it; none for a single key.
    """

    name: str
    field: FieldInfo
    roles: tuple[object, ...]
    parts: tuple[type[Section], ...]

    def role(self, kind: type[_Role]) -> _Role | None:
        """Return its marker of a class, or else that of the nearest section above."""
        return next((one for one in self.roles if isinstance(one, kind)), None)


@cache
def keys() -> Mapping[str, Key]:
    """Return every section and key of the schema in its order, each section before its keys.

    What is below ``search.space``, ``claims`` and other keys with entries of any name is no key.
    """
    return {key.name: key for key in _keys(Config, "", ())}


def _keys(section: type[Section], prefix: str, above: tuple[object, ...]) -> Iterator[Key]:
    for name, field in section.model_fields.items():
        if field.exclude:
            continue
        candidates = (field.annotation, *getattr(field.annotation, "__args__", ()))
        parts = tuple(
            part for part in candidates if isinstance(part, type) and issubclass(part, Section)
        )
        if getattr(field.annotation, "__origin__", None) in (list, dict):
            parts = ()
        key = Key(f"{prefix}{name}", field, (*field.metadata, *above), parts)
        yield key
        for part in parts:
            yield from _keys(part, f"{key.name}.", key.roles)


def nearest(name: str) -> Key | None:
    """Return a dotted key or, where the schema doesn't know it, the nearest section above."""
    while name and name not in keys():
        name = name.rpartition(".")[0]
    return keys().get(name)


@cache
def role(name: str, kind: type[_Role]) -> _Role | None:
    """Return the marker of a dotted key; a key of a user's own cell has those of its section."""
    found = nearest(name)
    return None if found is None else found.role(kind)


def markers(name: str, kind: type[_Role]) -> list[_Role]:
    """Return the markers of a class that a dotted key has itself."""
    own = keys()[name].field.metadata if name in keys() else ()
    return [one for one in own if isinstance(one, kind)]


@cache
def with_role(kind: type[object]) -> tuple[str, ...]:
    """Return the single keys with a marker of a class."""
    single = (key for key in keys().values() if not key.parts)
    return tuple(key.name for key in single if key.role(kind) is not None)


def below(section: str, test: Callable[[Key], bool]) -> set[str]:
    """Return the names that a section has for those of its keys that pass a test."""
    every = ((key.name.rpartition("."), key) for key in keys().values())
    return {name for (above, _, name), key in every if above == section and test(key)}


def about(*purposes: Purpose) -> tuple[str, ...]:
    """Return the keys and sections at the top of the configuration with one of some purposes."""
    return tuple(
        key.name for key in keys().values() if "." not in key.name and key.role(Purpose) in purposes
    )


def is_about(name: str, *purposes: Purpose) -> bool:
    """Return whether a dotted key, or the section that it is in, has one of some purposes."""
    return role(name, Purpose) in purposes


def names_arms(name: str) -> bool:
    """Return whether arms are named and told apart by a parameter that runs log.

    Not by what tells replicates apart, is told by other parameters, changes no result, or says
    where data are from. A parameter that the schema doesn't know is of an earlier version.
    """
    if name == f"data.{EXTENSION}":  # the arrays that the module gives have a digest
        return False
    file = role(name, File)
    return role(name, Purpose) in (Purpose.RESULT, None) and (file is None or file.names)


def makes_a_difference(name: str) -> bool:
    """Return whether arms with different values of a parameter can have different results.

    The cell and the data set of an arm are told beside its parameters.
    """
    return names_arms(name) and role(name, Choice) is None


def shapes_arrays(name: str) -> bool:
    """Return whether prepared arrays, which their digest tells apart, follow from a key."""
    after = role(name, AfterReading)
    is_data = name.split(".")[0] == "data" and role(name, File) is None
    return is_data and (after is None or after.shapes_arrays)


@cache
def of_network() -> set[str]:
    """Return the keys of ``data`` that a network reads, and no array follows from."""
    return below("data", lambda key: key.role(AfterReading) == AfterReading(shapes_arrays=False))


def implied_by(name: str) -> tuple[str, ...]:
    """Return the keys that runs log only where another key has a certain value."""
    section, _, last = name.rpartition(".")
    return tuple(
        f"{section}.{key}"
        for part in (keys()[section].parts if section in keys() else ())
        for key, idle in idle_markers(part)
        if isinstance(idle, IdleUnless) and idle.key == last and not idle.is_logged
    )


def content(config: Section, facts: Collection[Fact], *, compiled: bool = False) -> dict[str, Any]:
    """Return by section and key what determines a result, without idle keys, seeds and data.

    The data are told by the digest of their arrays, files by that of their contents.

    Args:
        config: a whole configuration.
        facts: what is the case of its data and its model.
        compiled: only what is part of the compiled program.
    """
    plain = config.model_dump(include=_of_results())
    return _content(config, "", plain, facts, compiled)


@cache
def _of_results() -> set[str]:
    return set(about(Purpose.RESULT))


def _content(
    section: Section, prefix: str, plain: Mapping[str, Any], facts: Collection[Fact], compiled: bool
) -> dict[str, Any]:
    found = dict(plain)
    for name, idle in idle_markers(type(section)):
        if name in found and is_idle(idle, section, name, facts):
            del found[name]
    for name, value in list(found.items()):
        key, part = f"{prefix}{name}", getattr(section, name, None)
        if isinstance(part, Section):
            found[name] = _content(part, f"{key}.", value, facts, compiled)
        if not (found[name] if isinstance(part, Section) else _is_content(key, compiled)):
            del found[name]
    return found


@cache
def _is_content(key: str, compiled: bool) -> bool:
    """Return whether a single key is told by its value: data and files are told by a digest."""
    mark = role(key, Compiled)
    if compiled and (mark is None or not mark.is_compiled):
        return False
    is_result = is_about(key, Purpose.RESULT) and role(key, File) is None
    return is_result and not shapes_arrays(key)
