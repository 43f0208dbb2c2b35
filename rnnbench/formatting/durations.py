"""Seconds in words."""

from __future__ import annotations

import math


def about(seconds: float) -> str:
    """Return an estimate as ``under 1 s`` or ``about 42 s``."""
    return duration(seconds) if seconds < 1 else f"about {duration(seconds)}"


def duration(seconds: float) -> str:
    """Return seconds as ``under 1 s``, ``42 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = math.ceil(seconds)
    if seconds < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
