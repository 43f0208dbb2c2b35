"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path

from rnnbench.errors import ConfigError


def user_path(key: str, text: str) -> Path:
    """Return the path that a key holds, with ``~`` and ``~user`` resolved.

    Raises:
        ConfigError: for a home folder that is not known, and for a path that no file can have.
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
    if "\0" in text:
        raise ConfigError(key, "a path", f"{text!r}, which has a null character", "correct it")
    return path
