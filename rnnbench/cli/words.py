"""The words of the command line, sorted into command, overrides and flags."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rnnbench
from rnnbench.cli.commands import COMMANDS
from rnnbench.errors import ConfigError
from rnnbench.formatting.redact import redacted
from rnnbench.system.user_paths import user_path

# What commands are about that compare cells, where no cell is named.
DEFAULT_CELLS = ("simple_rnn", "lstm", "gru")

HELP = "help"
_HELP_FLAGS = ("--help", "-h")
COMPLETION = "--shell-completion"
_SHORT = {
    "-h": "--help",
    "-c": "--cfg",
    "-i": "--info",
    "-p": "--package",
    "-r": "--run",
    "-m": "--multirun",
    "-sc": COMPLETION,
    "-cd": "--config-dir",
    "-cn": "--config-name",
    "-cp": "--config-path",
}
_ALONE = ("--help", "--hydra-help", "--resolve", "--run", "--multirun")
_WITH_VALUE = ("--cfg", "--info", "--package", COMPLETION)  # --info may stand alone
_CHOICES = {
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}
# Flags of Hydra's that would choose another program's configuration, and what is meant by them.
_REFUSED = {
    "--config-name": "type experiments=NAME for a preset",
    "--config-path": "name a folder of your own options with --config-dir DIR",
}


@dataclass(frozen=True)
class Words:
    """A parsed command line.

    Attributes:
        command: ``None`` for the overview and for completion, ``help`` for help about ``names``.
        overrides: Hydra overrides.
        flags: Hydra's flags by their long names, as in ``--cfg=job``.
        names: words that are neither, as in ``report NAME``.
        options: ``--port 5000`` or ``run=ID`` of the command's own.
        config_dirs: folders given with ``--config-dir``.
    """

    command: str | None
    overrides: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    config_dirs: tuple[Path, ...] = ()

    def has(self, *flags: str) -> bool:
        """Return whether one of some flags, by their long names, was typed."""
        return any(_named(flag) in flags for flag in self.flags)

    @property
    def arguments(self) -> list[str]:
        """The words after the command, as they can be typed again."""
        folders = [f"--config-dir={folder}" for folder in self.config_dirs]
        return [*self.names, *self.overrides, *folders]

    @property
    def typed(self) -> str:
        """The command as it can be typed again, without secrets."""
        rest = map(shlex.quote, self.arguments)
        return redacted(" ".join(["python -m rnnbench", self.command or "", *rest]))

    def refuse_names(self) -> None:
        """Refuse words that are no overrides, for commands that take no name."""
        if self.names:
            word = self.names[0]
            action = f"type {word}=..."
            if any(override.endswith(",") for override in self.overrides):
                action = "leave no blank after a comma, as in +cell=lstm,gru"
            elif word in DEFAULT_CELLS:
                action = f"type +cell={word}"
            elif not word.strip():
                word, action = "an empty word", "leave it out"
            raise ConfigError(word, "overrides of the form key=value", word, action)


def key_of(word: str) -> str:
    """Return the key of an override: ``model.units`` of ``+model.units=32``."""
    return word.lstrip("+~").partition("=")[0]


def split_words(argv: Sequence[str]) -> Words:
    """Sort the words after ``python -m rnnbench``.

    Raises:
        ConfigError: for an unknown command or flag.
    """
    if not argv or argv[0] in _HELP_FLAGS or argv[0] == HELP:
        return _help_words([word for word in argv[1:] if word not in _HELP_FLAGS])
    if argv[0] in ("--version", "-V"):
        print(f"rnnbench {rnnbench.__version__}")
        raise SystemExit(0)
    if _named(argv[0]) == COMPLETION:
        return Words(None, flags=tuple(argv))
    command, *rest = argv
    if command not in COMMANDS:
        near = difflib.get_close_matches(command, [*COMMANDS, HELP], n=1)
        raise ConfigError(
            "command",
            "one of " + ", ".join(COMMANDS),
            command or "an empty word",
            f"did you mean {near[0]}?" if near else "see python -m rnnbench --help",
        )
    return _split(command, rest)


def _help_words(typed: list[str]) -> Words:
    names: list[str] = []
    folders: list[Path] = []
    rest = list(typed)
    while rest:
        word = rest.pop(0)
        if _named(word) == "--config-dir":
            folders.append(
                user_path("--config-dir", word.partition("=")[2] or _value_of(word, rest))
            )
        else:
            names.append(word)
    if not names:  # a folder alone is nothing that help could be about
        return Words(HELP, names=tuple(typed)) if typed else Words(None)
    return Words(HELP, names=tuple(names), config_dirs=tuple(folders))


def _split(command: str, rest: Sequence[str]) -> Words:
    overrides: list[str] = []
    flags: list[str] = []
    names: list[str] = []
    options: dict[str, str] = {}
    config_dirs: list[Path] = []
    words, known = list(rest), COMMANDS[command]
    while words:
        word = words.pop(0)
        typed, equals, value = word.partition("=")
        name, own = _SHORT.get(typed, typed), known.flag(typed)
        if equals and typed in known.own_words():
            if typed in options:
                raise ConfigError(typed, "one value", f"{typed} twice", "keep one of the two")
            options[typed] = value
        elif not word.startswith("-"):
            is_override = bool(equals) or word.startswith("~")
            # A shell's quotes may span lines; Hydra's grammar knows no line.
            one_line = re.sub(r"\s*\n\s*", " ", word)
            (overrides if is_override else names).append(one_line)
        elif name == "--config-dir":
            config_dirs.append(user_path(name, value or _value_of(word, words)))
        elif own is not None and own.takes_value:
            options[name[2:]] = value or _value_of(word, words)
        elif own is not None and not equals:
            options[name[2:]] = ""
        elif name in _WITH_VALUE:
            if not equals and (name != "--info" or (words and not re.match("-|.*=", words[0]))):
                value = _value_of(word, words)
            if value not in ("", *_CHOICES.get(name, (value,))):
                choices = _CHOICES[name]
                expected = f"one of {', '.join(choices)}"
                raise ConfigError(name, expected, value, f"type {name} {choices[0]}")
            flags.append(f"{name}={value}" if value else name)
        elif name in _ALONE and not equals:
            flags.append(name)
        elif name in _REFUSED:
            raise ConfigError(name, "rnnbench's own configuration", word, _REFUSED[name])
        else:
            raise ConfigError(
                word, "a flag of Hydra's", word, "see python -m rnnbench train --hydra-help"
            )
    if command != "sweep" and "--multirun" in flags:
        raise ConfigError("--multirun", "the command sweep", command, "type sweep instead")
    given = set(map(_named, flags))
    # These only change how --cfg prints: without it the command itself would be run.
    for name in ("--resolve", "--package"):
        if name in given and "--cfg" not in given:
            raise ConfigError(name, "--cfg beside it", "it alone", f"type --cfg job {name}")
    return Words(command, tuple(overrides), tuple(flags), tuple(names), options, tuple(config_dirs))


def _value_of(flag: str, words: list[str]) -> str:
    if not words:
        raise ConfigError(flag, "a value after it", "nothing", f"see {flag} in --hydra-help")
    return words.pop(0)


def _named(flag: str) -> str:
    """Return the long name of a flag."""
    name = flag.partition("=")[0]
    return _SHORT.get(name, name)
