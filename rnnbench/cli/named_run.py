"""The run that ``run=ID`` names, for commands that take it as it was trained."""

from __future__ import annotations

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


def refuse_others(words: Words, *allowed: str, reason: str) -> None:
    """Refuse words that would change nothing: the rest is as the run was trained.

    Raises:
        ConfigError: naming the first of them.
    """
    words.refuse_names()
    words.refuse_others(allowed, reason, choices=_EXTENSIBLE)


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
    return store, find_run(store, words.required("run", "the id of a run, as in run=3f2a")), config
