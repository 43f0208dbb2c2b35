"""What the words of a line make of the configuration, as far as help needs it, without Hydra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnbench.cli.described import key_descriptions
from rnnbench.config.describe import section_meanings, shown
from rnnbench.config.dotted import flat
from rnnbench.config.option_files import PRESETS, OptionFiles
from rnnbench.config.suggestions import suggestion
from rnnbench.config.validate import unknown_key
from rnnbench.errors import ConfigError
from rnnbench.extensions.packages import installed
from rnnbench.extensions.registry import KINDS
from rnnbench.formatting.redact import redacted

# Keys below which there may be any, or which keep their mappings.
OPEN = ("search.space", "sweep.grid", "sweep.per_data", "published", "claims", "cell", "hydra")
_PLAIN = re.compile(r"[\w.,-]+")


@dataclass(frozen=True)
class Choices:
    """What a line chooses and sets.

    Attributes:
        options: the chosen option by group.
        values: every key's value as it is typed, before the line's own ``KEY=VALUE``.
        typed: the line's own values by key.
    """

    options: dict[str, str]
    values: dict[str, str]
    typed: dict[str, str]


def read_line(overrides: Sequence[str], files: OptionFiles) -> Choices:
    """Return what the words of a line choose and set; of several options the first.

    Raises:
        ConfigError: for an option or key that does not exist.
    """
    # Without secrets before lines are broken, which would hide one from what looks for them.
    shown_words = [redacted(word) for word in overrides if not word.startswith("~")]
    words = [word.lstrip("+").partition("=") for word in shown_words]
    groups = {key: value.strip("'\"") for key, _, value in words if key in files.groups}
    named = {group: _option(group, value, files) for group, value in groups.items()}
    options, values = dict(files.chosen), flat(files.primary, OPEN)
    of_preset: dict[str, object] = {}
    if preset := named.pop(PRESETS, ""):
        chosen, content = files.preset(preset)
        options |= {group: name for group, name in chosen.items() if group in files.groups}
        of_preset = flat(content, OPEN)
    options |= {group: name for group, name in named.items() if name}
    for group, name in options.items():
        values |= flat({group: files.option(group, name)}, OPEN[:-2])
    values |= of_preset
    typed = {key: value for key, _, value in words if key not in groups}
    for key in typed:
        _check_key(key)
    return Choices(options, {key: shown(value) for key, value in values.items()}, typed)


def _option(group: str, value: str, files: OptionFiles) -> str:
    """Return the first option that a value names, or nothing for an expression of Hydra's."""
    for name in value.split(",") if _PLAIN.fullmatch(value) and value != "null" else ():
        check_option(group, name, files)
    found = [name for name in re.findall(r"[\w.-]+", value) if name in files.groups[group]]
    return found[0] if found else ""


def check_option(group: str, name: str, files: OptionFiles) -> None:
    """Refuse an option that neither a group nor a package has; raises ConfigError."""
    known = list(files.groups[group])
    if name not in known and group in KINDS:
        known += installed(group)
    if name not in known:
        action = suggestion(name, known) or f"see python -m rnnbench help {group}"
        raise ConfigError(group, "one of " + ", ".join(known), name or "nothing", action)


def _check_key(key: str) -> None:
    known = {one.key for one in key_descriptions()} | set(section_meanings())
    if key not in known and not key.startswith(tuple(f"{one}." for one in OPEN)):
        raise unknown_key(key)
