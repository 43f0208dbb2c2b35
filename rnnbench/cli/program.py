"""How the program was started, for the commands that it prints."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from rnnbench.formatting.redact import redacted

_SCRIPT = "rnnbench"


def program() -> str:
    """Return ``rnnbench`` where it was started by its script, else ``python -m rnnbench``."""
    return _SCRIPT if Path(sys.argv[0]).stem == _SCRIPT else f"python -m {_SCRIPT}"


def command_line(command: str, *words: str) -> str:
    """Return a command that can be pasted into a shell, without secrets."""
    return redacted(" ".join([program(), command, *map(shlex.quote, words)]))
