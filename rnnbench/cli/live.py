"""Standard error with bars of progress below its lines."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from rnnbench.cli.console import stderr
from rnnbench.formatting.printable import printable
from rnnbench.formatting.wrapping import filled


class _Live(Console):
    """Prints lines as :class:`rnnbench.cli.console.Output` does."""

    def print(self, *objects: Any, **how: Any) -> None:
        """Print; lines of text end between words on a screen, and nowhere else."""
        if not how.get("soft_wrap"):
            width = stderr().width
            objects = tuple(filled(o, width) if isinstance(o, str) else o for o in objects)
        is_text = all(isinstance(o, str) for o in objects)
        super().print(*objects, **({"soft_wrap": True} if is_text else {}) | how)

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(printable(text), **how)


def live() -> Console:
    """Return the console for bars of progress and what is said meanwhile."""
    return _Live(stderr=True, highlight=False, emoji=False)
