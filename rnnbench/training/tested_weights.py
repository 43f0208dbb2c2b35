"""Which weights the test set is measured with: those of the last epoch, or of the best one."""

from __future__ import annotations

from typing import Literal

Weights = Literal["last", "best"]
WEIGHTS: tuple[Weights, ...] = ("last", "best")


def asked_for(test: str | None) -> Weights:
    """Return the weights that ``training.test`` asks for: the last ones where it is not known."""
    return "best" if test == "best" else "last"
