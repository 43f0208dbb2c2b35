"""Hydra's own flags: ``--cfg``, ``--info``, ``--hydra-help``."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import hydra
from hydra.core.global_hydra import GlobalHydra

from rnnbench.cli.words import Words
from rnnbench.config import space_words, user_files
from rnnbench.config.compose import CONFIG_NAME, composer, register_presets
from rnnbench.config.overrides import axis_values, parse, with_value
from rnnbench.config.paths import resource_dir
from rnnbench.formatting.redact import redacted


def answer(words: Words) -> int:
    """Let Hydra answer and return the exit status."""
    overrides = _first_values(words)
    flags = [flag for flag in words.flags if flag != "--multirun"]
    register_presets()
    user_files.search(words.config_dirs)
    GlobalHydra.instance().clear()
    argv, sys.argv = sys.argv, [sys.argv[0], *overrides, *flags]
    # Hydra shows things through logging, which would complain about `--info config | head`.
    complains, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        with _redacted_output():
            hydra.main(
                version_base="1.3", config_path=str(resource_dir("conf")), config_name=CONFIG_NAME
            )(_nothing)()
    except SystemExit as end:  # the way in which Hydra ends after help
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.argv = argv
        logging.raiseExceptions = complains
        GlobalHydra.instance().clear()
    return 0


@contextmanager
def _redacted_output() -> Iterator[None]:
    """Print without secrets what is printed meanwhile: configurations are pasted into questions."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        print(redacted(err.getvalue()), end="", file=sys.stderr)
        print(redacted(out.getvalue()), end="")


def _nothing(_: object) -> None:
    """Stand where Hydra expects an application; its flags never call it."""


def _first_values(words: Words) -> Sequence[str]:
    """Return the overrides with the first of several values, for Hydra shows one configuration."""
    if not words.overrides:
        return ()
    with composer(words.config_dirs) as composed:
        overrides = parse(words.overrides, composed.loader)
        single = [
            with_value(o, axis_values(o)[0]) if o.is_sweep_override() else str(o.input_line)
            for o in overrides
        ]
        rest, of_space = space_words.split(single)
        # What is wrong is told in one message, not in Hydra's traceback.
        shown = composed.compose(single)
    if any(o.is_sweep_override() for o in overrides):
        told = "# first of several configurations: " + " ".join(single)
        print(redacted(told), file=sys.stderr)
    if not of_space:
        return rest
    return [*rest, *space_words.for_hydra(shown["search"]["space"])]
