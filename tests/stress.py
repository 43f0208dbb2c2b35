"""Cases that ``make stress`` adds to those of every commit: more of a kind, each of them slow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def stressed(cases: Iterable[Any]) -> list[Any]:
    """Return cases of a parametrised test, each a value or a tuple of several, for stress alone."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.stress)
        for case in cases
    ]
