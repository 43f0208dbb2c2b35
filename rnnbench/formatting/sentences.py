"""Words as sentences have them."""

from __future__ import annotations


def capital(words: str) -> str:
    """Return words as they begin a sentence: ``RMSE on the test set`` stays as it is."""
    return words[:1].upper() + words[1:]
