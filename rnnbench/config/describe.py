"""Every key of the configuration in words: what it does, what it takes, what it is by default.

What a key does stands in the schema, its default in ``conf/``; here the two are brought together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rnnbench.config import optimizer_options
from rnnbench.config.allowed import words_of
from rnnbench.config.dotted import flat
from rnnbench.config.keys import keys, markers, role
from rnnbench.config.optimizers import OPTIMIZERS
from rnnbench.config.option_files import OptionFiles
from rnnbench.config.roles import (
    WITHOUT,
    Drawn,
    IdleAt,
    IdleUnless,
    IdleWhere,
    IdleWithout,
    Only,
    Purpose,
    Unit,
)
from rnnbench.config.schema import Config
from rnnbench.config.section import Section

MISSING = "???"  # how a file says that a value must be given
_REQUIRED = "required"
_SPACE = "search.space"
_CLAIMS = "claims"
_PLACEHOLDERS = {"KEY", "N"}
_REFERENCE = re.compile(r"\$\{oc\.env:\w+,([^}]*)\}")


@dataclass(frozen=True)
class KeyDescription:
    """A key in words.

    Attributes:
        key: dotted; ``search.space.KEY.low`` and ``claims.N.text`` stand for entries of any name.
        meaning: one sentence.
        allowed: which values it takes.
        default: its value where nothing is set; where it depends on the option of its group, the
            value of the usual option first.
        unit: what a number counts, as in ``epochs``; empty for others.
        role: what it is for, as in ``determines the result``, and when it changes nothing.
        options: the options of its group that have the key, where not all have it.
        example: a word that sets it, as in ``model.units=64`` and ``data=digits``.
    """

    key: str
    meaning: str
    allowed: str
    default: str
    unit: str
    role: str
    options: tuple[str, ...] = ()
    example: str = ""

    @property
    def is_typed(self) -> bool:
        """Whether the key itself is typed: no option sets it, and its name is no placeholder."""
        group, dot, _ = self.key.partition(".")
        by_option = bool(dot) and self.example.lstrip("+").startswith(f"{group}=")
        return not by_option and not _PLACEHOLDERS & set(self.key.split("."))


def describe(
    cells: Sequence[str], of_cells: Sequence[KeyDescription] = ()
) -> tuple[KeyDescription, ...]:
    """Return every key of the configuration, in the order of the schema.

    Args:
        cells: the cells by name.
        of_cells: the keys that belong to some cells, which the schema leaves to them.
    """
    files = OptionFiles()
    defaults = _Defaults(files, cells)
    found: dict[str, KeyDescription] = {}
    for key, field, node in _fields(Config, ""):
        if key in found:  # a search space's ranges have keys in common
            known = found[key].allowed
            if words_of(node) not in known:
                found[key] = replace(found[key], allowed=f"{known} or {words_of(node)}")
            continue
        units = [part.name for part in field.metadata if isinstance(part, Unit)]
        allowed = defaults.names(key) or words_of(node)
        text, options = defaults.of(key, field)
        found[key] = KeyDescription(
            key,
            field.description or "",
            allowed,
            text,
            "".join(units),
            role_words(key),
            options,
            defaults.choice(key) or _example(key, field, node, text),
        )
        if key == "cell.name":
            found |= {one.key: one for one in of_cells}
        if key == "optimizer.clipnorm":
            found |= {one.key: one for one in _optimizer_options()}
    return tuple(found.values())


def section_meanings() -> dict[str, str]:
    """Return what each section of the configuration is about, by its dotted key."""
    return {key.name: key.field.description or "" for key in keys().values() if len(key.parts) == 1}


def shown(value: Any) -> str:
    """Return a value as it is typed in an override."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(shown, value)) + "]"
    if value == MISSING:
        return _REQUIRED
    return _REFERENCE.sub(r"\1", str(value))


def role_words(key: str) -> str:
    """Return what the schema marks a key as being for."""
    purpose, drawn = role(key, Purpose), role(key, Drawn)
    words = [purpose.value] if purpose is not None else []
    words += ["a search may draw it"] if drawn is not None and drawn.is_drawn else []
    while key:  # with what holds for the whole section
        idle = (one for one in markers(key, IdleWhere) if not isinstance(one, Only))
        words += [_idle_words(key, one) for one in idle]
        key = key.rpartition(".")[0]
    return "; ".join(words)


def _idle_words(key: str, idle: IdleWhere) -> str:
    if isinstance(idle, IdleWithout):
        return f"changes nothing where {WITHOUT[idle.fact]}"
    if isinstance(idle, IdleUnless):
        other = f"{key.rpartition('.')[0]}.{idle.key}".removeprefix(".")
        wanted = f"={' or '.join(map(shown, idle.values))}" if idle.values else " is set"
        return f"changes nothing unless {other}{wanted}"
    assert isinstance(idle, IdleAt)
    return f"changes nothing while it is {shown(idle.value)}"


def _example(key: str, field: FieldInfo, node: Mapping[str, Any], default: str) -> str:
    if set(key.split(".")) & _PLACEHOLDERS:
        return ""
    if field.examples:
        return f"{key}={shown(field.examples[0])}"
    branches = node.get("anyOf", (node,))
    choices = [shown(choice) for branch in branches for choice in branch.get("enum", ())]
    choices += [shown(branch["const"]) for branch in branches if "const" in branch]
    if any(branch.get("type") == "boolean" for branch in branches):
        choices += ["true", "false"]
    usual = default.split(";")[0]
    return next((f"{key}={choice}" for choice in choices if choice != usual), "")


def _fields(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo, Any]]:
    """Yield the keys of a section, depth first, with their fields and nodes of the JSON schema."""
    properties = _definitions()[section.__name__]["properties"]
    for name, field in section.model_fields.items():
        if field.exclude:
            continue
        key = f"{prefix}{name}"
        parts = _parts(field.annotation)
        below = {_SPACE: ".KEY", _CLAIMS: ".N"}.get(key, "")
        if below or not parts:
            yield key, field, properties[name]
        for part in parts:
            yield from _fields(part, f"{key}{below}.")


def _parts(annotation: Any) -> list[type[Section]]:
    """Return the sections in a type, as in ``CellConfig | None`` and ``dict[str, Space]``."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return [annotation]
    inner = getattr(annotation, "__args__", ())
    if hasattr(annotation, "__metadata__"):
        inner = (annotation.__origin__,)
    return [part for one in inner for part in _parts(one)]


@cache
def _definitions() -> Mapping[str, Any]:
    schema = Config.model_json_schema()
    return {**schema["$defs"], "Config": schema}


class _Defaults:
    """What ``conf/`` says about each key, under every option of the key's group."""

    def __init__(self, files: OptionFiles, cells: Sequence[str]) -> None:
        self._cells = cells
        annotations = {key: field.annotation for key, field, _ in _fields(Config, "")}
        whole = [k for k, one in annotations.items() if getattr(one, "__origin__", None) is dict]
        self._chosen = files.chosen
        self._top = flat(files.primary, whole)
        self._by_option = {
            group: {
                name: flat({group: files.option(group, name)}, whole)
                for name in sorted(options, key=lambda one: one != files.chosen.get(group))
            }
            for group, options in files.groups.items()
            if group != "experiments"
        }

    def of(self, key: str, field: FieldInfo) -> tuple[str, tuple[str, ...]]:
        """Return the default in words, and the options that have the key where not all have it."""
        group = key.split(".")[0]
        if key in self._top:
            return shown(self._top[key]), ()
        own = field.get_default(call_default_factory=True)
        text = _REQUIRED if field.is_required() else shown(own)
        if group not in self._by_option:
            return text, ()
        values = {
            name: shown(content[key])
            for name, content in self._by_option[group].items()
            if key in content
        }
        if group not in self._chosen:
            return "none", ()
        some = tuple(values) if len(values) < len(self._by_option[group]) else ()
        if not values:
            return text, ()
        is_choice = all(name == value for name, value in values.items())
        return self._chosen[group] if is_choice else _told(group, values), some

    def choice(self, key: str) -> str:
        """Return a word that chooses another option, for keys whose values are the options."""
        group = key.split(".")[0]
        options = self._by_option.get(group, {})
        if len(options) < 2 or any(name != content.get(key) for name, content in options.items()):
            return ""
        plus = "" if group in self._chosen else "+"
        complete = [name for name, content in options.items() if MISSING not in content.values()]
        return f"{plus}{group}={complete[-1]}"

    def names(self, key: str) -> str:
        """Return the names of cells, optimizers and data sets, which the schema leaves open."""
        data = (content["data.name"] for content in self._by_option["data"].values())
        names = {"cell.name": self._cells, "optimizer.name": OPTIMIZERS, "data.name": data}
        return "one of " + ", ".join(names[key]) if key in names else ""


def _told(group: str, values: Mapping[str, str]) -> str:
    """Return a default that depends on the option: ``0.9; 0 with optimizer=sgd``."""
    options: dict[str, list[str]] = {}
    for name, value in values.items():
        options.setdefault(value, []).append(f"{group}={name}")
    usual, *others = options
    return "; ".join([usual, *(f"{one} with {', '.join(options[one])}" for one in others)])


def _optimizer_options() -> Iterator[KeyDescription]:
    for option, meaning in optimizer_options.OPTION_MEANINGS.items():
        having = {name: one for name, one in OPTIMIZERS.items() if option in one.options}
        told = _told(
            "optimizer", {name: shown(one.options[option]) for name, one in having.items()}
        )
        some = tuple(having) if len(having) < len(OPTIMIZERS) else ()
        allowed = optimizer_options.allowed(next(iter(having.values())), option)
        key = f"optimizer.{option}"
        yield KeyDescription(key, meaning.text, allowed, told, "", role_words(key), some)
