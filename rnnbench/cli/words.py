"""The words of the command line, sorted into command, overrides and flags."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
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
_QUERY_FLAGS = ("--hydra-help", "--cfg", "-c", "--info", "-i")
_CHOICES = {
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}
_LONG = {"-c": "--cfg", "-i": "--info", "-p": "--package"}
_COMPLETION_FLAGS = ("--shell-completion", "-sc")
_HYDRA_ALONE = ("--resolve", "--run", "-r", "--multirun", "-m")
_HYDRA_WITH_VALUE = ("--package", "-p")

# Flags of Hydra's that would choose another program's configuration, and what is meant by them.
_NAME = ("--config-name", "type experiments=NAME for a preset")
_PATH = ("--config-path", "name a folder of your own options with --config-dir DIR")
_REFUSED = {"--config-name": _NAME, "-cn": _NAME, "--config-path": _PATH, "-cp": _PATH}


@dataclass(frozen=True)
class Words:
    """A parsed command line.

    Attributes:
        command: ``None`` for the overview and for completion, ``help`` for help about ``names``.
        overrides: Hydra overrides.
        flags: Hydra's flags, untouched.
        names: words that are neither, as in ``report NAME``.
        options: ``--port 5000`` or ``run=ID`` of the command's own.
        config_dirs: folders given with ``--config-dir``.
    """

    command: str | None
    overrides: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    config_dirs: tuple[Path, ...] = ()

    @property
    def is_hydra_query(self) -> bool:
        """Whether Hydra answers: a flag that shows something and runs nothing."""
        return any(flag.split("=")[0] in _QUERY_FLAGS for flag in self.flags)

    @property
    def asks_for_help(self) -> bool:
        """Whether help about the command is asked for."""
        return any(flag in _HELP_FLAGS for flag in self.flags)

    @property
    def completion(self) -> bool:
        """Whether the shell asks for completions."""
        return any(flag.split("=")[0] in _COMPLETION_FLAGS for flag in self.flags)

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

    def option(self, name: str) -> str | None:
        """Return a word of the command's own, or ``None``."""
        return dict(self.options).get(name)

    def required(self, name: str, expected: str) -> str:
        """Return a word that the command cannot do without."""
        value = self.option(name)
        if not value:
            raise ConfigError(name, expected, "nothing", f"type {name}=...")
        return value

    def refuse_others(self, known: Sequence[str], reason: str) -> None:
        """Refuse overrides of other keys than ``known``, which would change nothing."""
        for word in self.overrides:
            key = key_of(word)
            if key not in known and key.split(".")[0] not in known:
                names = ", ".join(known)
                raise ConfigError(key, f"no key but {names}: {reason}", word, "leave it out")

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
        rest = [word for word in argv[1:] if word not in _HELP_FLAGS]
        return Words(HELP, names=tuple(rest)) if rest else Words(None)
    if argv[0] in ("--version", "-V"):
        print(f"rnnbench {rnnbench.__version__}")
        raise SystemExit(0)
    if argv[0].split("=")[0] in _COMPLETION_FLAGS:
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


def _split(command: str, rest: Sequence[str]) -> Words:
    overrides: list[str] = []
    flags: list[str] = []
    names: list[str] = []
    options: list[tuple[str, str]] = []
    config_dirs: list[Path] = []
    words, known = list(rest), COMMANDS[command]
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        own = known.flag(name)
        if equals and name in known.own_words():
            if name in dict(options):
                raise ConfigError(name, "one value", f"{name} twice", "keep one of the two")
            options.append((name, value))
        elif not word.startswith("-"):
            is_override = bool(equals) or word.startswith("~")
            # A shell's quotes may span lines; Hydra's grammar knows no line.
            one_line = re.sub(r"\s*\n\s*", " ", word)
            (overrides if is_override else names).append(one_line)
        elif name in ("--config-dir", "-cd"):
            config_dirs.append(user_path("--config-dir", value or _value_of(word, words)))
        elif own is not None and own.takes_value:
            options.append((name[2:], value or _value_of(word, words)))
        elif own is not None and not equals:
            options.append((name[2:], ""))
        elif name in ("--cfg", "-c", *_COMPLETION_FLAGS, *_HYDRA_WITH_VALUE) and not equals:
            flags += [word, _value_of(word, words)]
        elif name in ("--info", "-i") and not equals:
            flags.append(word)
            if words and "=" not in words[0] and not words[0].startswith("-"):
                flags.append(words.pop(0))
        elif name in (
            *_HELP_FLAGS,
            *_QUERY_FLAGS,
            *_COMPLETION_FLAGS,
            *_HYDRA_ALONE,
            *_HYDRA_WITH_VALUE,
        ):
            flags.append(word)
        elif name in _REFUSED:
            name, action = _REFUSED[name]
            raise ConfigError(name, "rnnbench's own configuration", word, action)
        else:
            raise ConfigError(
                word, "a flag of Hydra's", word, "see python -m rnnbench train --hydra-help"
            )
    _refuse_multirun(command, flags)
    _refuse_idle(flags)
    _check_choices(flags)
    return Words(
        command, tuple(overrides), tuple(flags), tuple(names), tuple(options), tuple(config_dirs)
    )


def _value_of(flag: str, words: list[str]) -> str:
    if not words:
        raise ConfigError(flag, "a value after it", "nothing", f"see {flag} in --hydra-help")
    return words.pop(0)


def _refuse_multirun(command: str, flags: Sequence[str]) -> None:
    if command != "sweep" and any(flag in ("--multirun", "-m") for flag in flags):
        raise ConfigError("--multirun", "the command sweep", command, "type sweep instead")


def _refuse_idle(flags: Sequence[str]) -> None:
    """Refuse what only changes how --cfg prints, lest the command itself be run."""
    names = {_LONG.get(name, name) for name in (flag.split("=")[0] for flag in flags)}
    for name in ("--resolve", "--package"):
        if name in names and "--cfg" not in names:
            raise ConfigError(name, "--cfg beside it", "it alone", f"type --cfg job {name}")


def _check_choices(flags: Sequence[str]) -> None:
    for position, flag in enumerate(flags):
        name, equals, value = flag.partition("=")
        name = _LONG.get(name, name)
        if name not in _CHOICES:
            continue
        following = flags[position + 1] if position + 1 < len(flags) else "-"
        if not equals and not following.startswith("-"):
            value = following
        if value and value not in _CHOICES[name]:
            known = ", ".join(_CHOICES[name])
            raise ConfigError(name, f"one of {known}", value, f"type {name} {_CHOICES[name][0]}")
