"""The run that ``run=ID`` names, for commands that take it as it was trained."""

from __future__ import annotations

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.endings import tell_home
from rnnbench.cli.words import Words, key_of
from rnnbench.config.expand import load
from rnnbench.config.schema import Config
from rnnbench.errors import ConfigError
from rnnbench.stored.lookup import find_run
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

# Choices that may name an extension of the run, which is imported because it is typed.
_EXTENSIBLE = ("cell", "data", "optimizer")


def refuse_others(words: Words, reason: str) -> None:
    """Refuse words that the command has no use for: the rest is as the run was trained.

    Raises:
        ConfigError: naming the first of them.
    """
    words.refuse_names()
    known = COMMANDS[words.command or ""].keys
    for word in words.overrides:
        key = key_of(word)
        if key not in (*known, *_EXTENSIBLE) and key.split(".")[0] not in known:
            expected = f"no key but {', '.join(known)}: {reason}"
            raise ConfigError(key, expected, word, "leave it out")


def named_run(words: Words) -> tuple[Store, Record, Config]:
    """Return the store, the run in it, and the configuration of the command.

    Raises:
        ConfigError, StoreError: for wrong words, and where there is no such run.
    """
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    for kind in map(key_of, words.overrides):
        section = getattr(config, kind) if kind in _EXTENSIBLE else None
        if section is not None and section.extension is None:
            expected = f"no {kind} but one from an installed package: the run has its own"
            raise ConfigError(kind, expected, section.name, "leave it out")
    tell_home(config)
    store = Store.open(config, create=False)
    run_id = words.options.get("run")
    if not run_id:
        raise ConfigError("run", "the id of a run, as in run=3f2a", "nothing", "type run=...")
    return store, find_run(store, run_id), config
