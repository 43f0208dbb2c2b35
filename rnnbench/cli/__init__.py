"""The command line: a command, then Hydra overrides and Hydra's own flags.

Each command lives in a module of its own that is imported when it is asked for, so that help
comes at once and only training loads TensorFlow. It may import everything; nothing imports it but
``python -m rnnbench``.
"""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.words import COMPLETION, HELP, split_words
from rnnbench.errors import ConfigError, RnnbenchError
from rnnbench.formatting.printable import printable
from rnnbench.formatting.redact import redacted
from rnnbench.interrupt import end_signals, interrupt

INTERRUPTED = 130
_FULL = (errno.ENOSPC, errno.EDQUOT)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status: 0, 1 failed runs, 2 wrong input, 130 Ctrl-C."""
    for number in end_signals():
        signal.signal(number, interrupt)
    _redact_logging()
    try:
        status = _dispatch(list(argv))
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except RnnbenchError as error:
        print(_on_screen(f"error: {printable(redacted(str(error)))}"), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("interrupted; finished runs are kept, the same command resumes", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, as in `rnnbench explain | head -1`.
        sys.stdout = None
        return 0
    except OSError as error:
        if error.errno not in _FULL:
            raise
        where = f" ({error.filename})" if error.filename else ""
        received = printable(redacted(f"{error.strerror}{where}"))
        print(f"error: output: expected room to write, received {received}", file=sys.stderr)
        sys.stdout = None  # what is left of it would be tried again at the end
        return RnnbenchError.exit_status


def _on_screen(message: str) -> str:
    """Return a message as it is, or on a terminal in lines that break between words."""
    if sys.stderr is None or not sys.stderr.isatty():
        return message
    width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
    from rnnbench.formatting.wrapping import filled

    return filled(message, width)


def print_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a bug without secrets: it is meant to be passed on."""
    told = "".join(traceback.format_exception(kind, error, trace))
    print(redacted(told), end="", file=sys.stderr)


def _dispatch(argv: list[str]) -> int:
    words = split_words(argv)
    if words.has(COMPLETION):
        from rnnbench.cli.completion import complete

        return complete(words)
    if words.command in (None, HELP) or words.has("--help"):
        from rnnbench.cli.help import show

        return show(words)
    _check_folder()
    if words.has("--hydra-help", "--cfg", "--info"):
        from rnnbench.cli.hydra_flags import answer

        return answer(words)
    assert words.command is not None
    module = import_module(f"rnnbench.cli.{COMMANDS[words.command].module}")
    command: Any = getattr(module, words.command)
    return int(command(words))


def _check_folder() -> None:
    """Refuse to work in a folder that has been deleted; raises ConfigError."""
    try:
        Path.cwd()
    except OSError as error:
        received = f"one that is gone ({error.strerror})"
        raise ConfigError("working directory", "a folder", received, "cd to another") from None


def _redact_logging() -> None:
    """Keep secrets out of what libraries log, as of the addresses that they try again."""
    make = logging.getLogRecordFactory()
    if getattr(make, "is_redacted", False):
        return

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg, record.args = redacted(record.getMessage()), ()
        return record

    make_redacted.is_redacted = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_redacted)
