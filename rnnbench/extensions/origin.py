"""Where an extension comes from: a file of ``--config-dir``, or an installed package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rnnbench.errors import ConfigError

TARGET = "_target_"
ENTRY_POINTS = "rnnbench."  # and a kind: a group of entry points


@dataclass(frozen=True)
class Origin:
    """What names an extension.

    Attributes:
        kind: what it is, as in ``cell``.
        target: a module and a name in it, as in ``my_cells.MGU``.
        folder: of ``--config-dir``; ``None`` for an installed package.
        file: the file that names it, or the entry point, for messages.
        name: what the entry point calls it; empty for a file, whose extension says its name.
    """

    kind: str
    target: str
    folder: Path | None
    file: str
    name: str = ""

    def wrong(self, expected: str, received: object) -> ConfigError:
        """Return the error about what it names."""
        key = TARGET if self.folder else f"{ENTRY_POINTS}{self.kind}"
        return ConfigError(key, expected, str(received), f"correct {self.file}")
