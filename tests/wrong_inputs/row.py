"""A row of the catalogue."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A file's text, its bytes, or what makes it, given its path.
Content = str | bytes | Callable[[Path], object]


@dataclass(frozen=True)
class Row:
    """A command that has to be refused.

    Attributes:
        words: after ``python -m rnnbench``, as a shell takes them.
        key: what the message names first.
        parts: what else it says.
        files: by their path in the working directory.
        env: environment variables.
        store: whether the working directory has a store without runs, in ``runs``.
        process: whether it needs a process of its own.
    """

    words: str
    key: str
    parts: tuple[str, ...] = ()
    files: Mapping[str, Content] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    store: bool = False
    process: bool = False

    @property
    def argv(self) -> list[str]:
        return shlex.split(self.words)

    def set_up(self, folder: Path) -> None:
        """Make the files."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def __str__(self) -> str:
        """Return a name for the test."""
        files = " with " + ", ".join(self.files) if self.files else ""
        env = "".join(f"{name}={value} " for name, value in self.env.items())
        text = f"{env}{self.words}{files}"
        return text if len(text) < 120 else f"{text[:80]}...{text[-30:]}"


def row(
    words: str,
    key: str,
    *parts: str,
    files: Mapping[str, Content] | None = None,
    env: Mapping[str, str] | None = None,
    store: bool = False,
    process: bool = False,
) -> Row:
    """Return a row; see :class:`Row`."""
    return Row(words, key, parts, files or {}, env or {}, store, process)
