"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path

from rnnbench.errors import ConfigError
from rnnbench.formatting.printable import printable


def user_path(key: str, text: str) -> Path:
    """Return the path that a key holds, with ``~`` and ``~user`` resolved.

    Raises:
        ConfigError: for a home folder that is not known, and for a path that no file can have: a
            name that is too long, a null character, links in a circle.
    """
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        user = text.partition("/")[0]
        raise ConfigError(
            key,
            "a path",
            f"{text!r}, where {user} has no home folder",
            f"write the path out, or ./{user} for a name that begins so",
        ) from None
    try:
        path.exists()
        path.resolve()
    except PermissionError:
        return path  # told where the file is opened
    except (OSError, RuntimeError, ValueError) as error:
        reason = {ValueError: "a null character", RuntimeError: "symbolic links in a circle"}.get(
            type(error), getattr(error, "strerror", "") or str(error)
        )
        received = f"{printable(text)[:80]!r} ({reason})"
        raise ConfigError(key, "a path that can exist", received, "correct it") from None
    return path
