"""The errors that rnnbench raises on purpose::

    RnnbenchError                exit status 2: something the user can fix
    ├── ConfigError              a key, a value, a group or a combination of them
    ├── DataError                a data file or a data set
    ├── StoreError               the tracking store or the folder around it
    │   └── NoLocksError         a file system without locks
    └── RunFailure               exit status 1: a training run that could not end well
        └── Divergence           loss became NaN or infinite

Every message names the key, what was expected, what was received and what to do next.
Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

from typing import Any


class RnnbenchError(Exception):
    """Base of every error that is reported to the user as one message without a traceback."""

    exit_status = 2


class KeyedError(RnnbenchError):
    """An error about one configuration key.

    The message reads ``key: expected ..., received ...; action``.
    """

    def __init__(self, key: str, expected: str, received: Any = "", action: str = "") -> None:
        self.key = key
        self.expected = expected
        self.received = received if isinstance(received, str) else repr(received)
        self.action = action
        text = f"{key}: expected {expected}"
        if self.received:
            text += f", received {self.received}"
        if action:
            text += f"; {action}"
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.key, self.expected, self.received, self.action)


class ConfigError(KeyedError):
    """A configuration that cannot be run as it stands."""


class DataError(KeyedError):
    """A data file that is missing, damaged, hostile or of another format."""


class StoreError(KeyedError):
    """A store that cannot be read or written."""


class RunFailure(RnnbenchError):  # noqa: N818
    """A training run that ended without a result; the text is the reason recorded with it."""

    exit_status = 1


class Divergence(RunFailure):
    """The loss became NaN or infinite, or grew out of all proportion."""


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, or its kind where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
