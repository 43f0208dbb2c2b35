"""Completion of the script ``rnnbench`` in bash, zsh and fish.

The shell asks ``rnnbench -sc query=SHELL`` with the line so far in ``COMP_LINE``. Hydra's own
completion takes over a second for each Tab, so the answer comes from the files and the schema.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.words import HELP, Words
from rnnbench.errors import ConfigError

SCRIPT = "rnnbench"
_ACTIONS = ("install", "uninstall", "query")
_FLAGS = ("--help", "--cfg", "--info", "--config-dir", "--hydra-help")
# Bash replaces what follows the last of its word breaks, such as "=", so it says which they are.
_BASH = """_rnnbench_completion()
{
    local IFS=$'\\n'
    COMPREPLY=($(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" \\
        COMP_WORDBREAKS="$COMP_WORDBREAKS" rnnbench -sc query=bash 2> /dev/null))
}
complete -o nospace -o default -F _rnnbench_completion rnnbench"""
_ZSH = """autoload -Uz compinit bashcompinit
(( $+functions[compdef] )) || compinit
bashcompinit
_rnnbench_completion()
{
    local IFS=$'\\n'
    COMPREPLY=($(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" rnnbench -sc query=zsh \\
        2> /dev/null))
}
complete -o nospace -o default -F _rnnbench_completion rnnbench"""
_FISH = """function _rnnbench_completion
    set -lx COMP_LINE (commandline -cp)
    rnnbench -sc query=fish 2> /dev/null
end
complete -c rnnbench -a '(_rnnbench_completion)'"""
_INSTALL = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
_UNINSTALL = {
    "bash": "complete -r rnnbench; unset -f _rnnbench_completion",
    "zsh": "compdef -d rnnbench; unfunction _rnnbench_completion",
    "fish": "complete -e -c rnnbench; functions -e _rnnbench_completion",
}


def complete(words: Words) -> int:
    """Print the script that a shell needs, or the completions that it asks for.

    Raises:
        ConfigError: for another shell, or for ``python -m rnnbench``, which no shell completes.
    """
    action, shell = _asked(words.flags)
    if action == "query":
        print("\n".join(_for_shell(shell)))
        return 0
    if Path(sys.argv[0]).name == "__main__.py":
        raise ConfigError(
            "--shell-completion",
            f"the script {SCRIPT}: a shell completes commands, not modules of Python",
            "python -m rnnbench",
            f"type {_command(action, shell)}",
        )
    print((_INSTALL if action == "install" else _UNINSTALL)[shell])
    return 0


def completions(line: str) -> list[str]:
    """Return the words that the last one of a line could become.

    What is complete ends with a blank; a key ends with its equals sign.
    """
    *before, word = re.split(r"\s+", line.lstrip())
    found = _candidates(before[1:], word) if before else []
    return list(dict.fromkeys(one for one in found if one.startswith(word)))


def _candidates(before: list[str], word: str) -> Iterable[str]:
    if not before:
        return [f"{name} " for name in (*COMMANDS, HELP)] + ["--help ", "--version "]
    if before[0] == HELP:
        return _topics(word) if len(before) == 1 else []
    if before[0] not in COMMANDS:
        return []
    if word.startswith("-"):
        own = [one.form.split()[0] for one in COMMANDS[before[0]].own if one.form[0] == "-"]
        return [f"{flag} " for flag in (*own, *_FLAGS)]
    return _words(before, word)


def _words(before: list[str], word: str) -> Iterator[str]:
    """Give a command's own words, the groups with their options, and the keys with their values."""
    from rnnbench.cli.described import key_descriptions
    from rnnbench.config.option_files import PRESETS, OptionFiles
    from rnnbench.extensions.packages import installed
    from rnnbench.extensions.registry import KINDS

    files, command = OptionFiles(_folders(before)), COMMANDS[before[0]]
    key, equals, value = word.partition("=")
    group, listed = key.lstrip("+"), value.rpartition(",")[0]
    start = f"{key}={listed}," if listed else f"{key}="
    if equals and group in files.groups:
        begun = value.rpartition(",")[2]
        named = [one for one in files.groups[group] if one.startswith(begun)]
        if not named and group in KINDS:
            named = list(installed(group))
        yield from (f"{start}{option}" for option in named)
    elif equals:
        chosen = [one for one in key_descriptions() if one.key == group]
        yield from (f"{start}{value}" for one in chosen for value in _values(one.allowed))
    else:
        if before[0] == "baseline":
            from rnnbench.baselines import BASELINES

            names = (*BASELINES, *files.groups.get("baseline", ()), *installed("baseline"))
            yield from (f"{name} " for name in names)
        yield from (f"{name}=" for name in command.own_words())
        keys = [one for one in key_descriptions() if command.takes(one.key)]
        for one, options in files.groups.items():
            if len(options) > 1 and command.takes("data" if one == PRESETS else one):
                yield f"{'+' if one == 'cell' else ''}{one}="
        yield from (f"{one.key}=" for one in keys if one.is_typed)


def _values(allowed: str) -> list[str]:
    """Return the values that a key's description lists."""
    found: list[str] = []
    for part in allowed.split(" or "):
        if part.startswith("one of "):
            found += part.removeprefix("one of ").split(", ")
        elif " " not in part and part != "text":
            found.append(part)
    return found


def _topics(word: str) -> list[str]:
    from rnnbench.cli.described import key_descriptions
    from rnnbench.config.option_files import OptionFiles

    groups = OptionFiles().groups
    group, equals, _ = word.partition("=")
    if equals:
        return [f"{group}={option} " for option in groups.get(group.lstrip("+"), ())]
    keys = [one.key for one in key_descriptions()]
    return [f"{name} " for name in (*COMMANDS, *groups, *keys)]


def _folders(before: list[str]) -> tuple[Path, ...]:
    line = " ".join(before)
    found = re.findall(r"(?:--config-dir|-cd)[ =](\S+)", line)
    return tuple(folder for folder in map(Path, found) if folder.is_dir())


def _for_shell(shell: str) -> list[str]:
    line = os.environ.get("COMP_LINE", "")
    point = os.environ.get("COMP_POINT", "")
    if point.isdigit():
        line = line[: int(point)]
    found = completions(line)
    if shell != "bash":  # these add the blank themselves
        return [one.rstrip() for one in found]
    word = re.split(r"\s", line)[-1]
    breaks = os.environ.get("COMP_WORDBREAKS", "")
    kept = max((place + 1 for place, sign in enumerate(word) if sign in breaks), default=0)
    return [one[kept:] for one in found]


def _asked(flags: Iterable[str]) -> tuple[str, str]:
    """Return the action and the shell of ``-sc install=bash``."""
    text = " ".join(flags)
    for action in _ACTIONS:
        for shell in _INSTALL:
            if f"{action}={shell}" in text.split("--shell-completion=")[-1].split():
                return action, shell
    raise ConfigError(
        "--shell-completion",
        f"install, uninstall or query with one of {', '.join(_INSTALL)}",
        text.partition(" ")[2] or "nothing",
        f"type {_command('install', 'bash')}",
    )


def _command(action: str, shell: str) -> str:
    command = f"{SCRIPT} -sc {action}={shell}"
    return f"{command} | source" if shell == "fish" else f'eval "$({command})"'
