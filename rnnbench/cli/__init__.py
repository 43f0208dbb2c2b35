"""The command line: a command, then Hydra overrides and Hydra's own flags.

Each command lives in a module of its own that is imported when it is asked for, so that help
comes at once and only training loads TensorFlow.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from rnnbench.cli.words import COMMANDS, help_text, split_words
from rnnbench.errors import RnnbenchError
from rnnbench.printable import printable

INTERRUPTED = 130


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status: 0, 1 failed runs, 2 wrong input, 130 Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return _dispatch(list(argv))
    except RnnbenchError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("interrupted; finished runs are kept, the same command goes on", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `rnnbench explain | head -1`.
        sys.stdout = None
        return 0


def _dispatch(argv: list[str]) -> int:
    words = split_words(argv)
    if words.command is None:
        if words.completion:
            return _hydra(words)
        print(help_text())
        return 0
    if words.is_hydra_query:
        return _hydra(words)
    module = import_module(f"rnnbench.cli.{COMMANDS[words.command].module}")
    command: Any = getattr(module, words.command)
    return int(command(words))


def _hydra(words: Any) -> int:
    from rnnbench.cli.hydra_flags import answer

    return answer(words)


def _terminated(*_: object) -> None:
    raise KeyboardInterrupt
