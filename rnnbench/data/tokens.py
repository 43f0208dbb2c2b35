"""Texts as lists of words: as Keras splits them, or by the rules of the Penn Treebank."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from rnnbench.errors import ConfigError

Tokens = Literal["keras", "treebank", "numbers"]
Tokenizer = Callable[[str], list[str]]

# ``keras.preprocessing.text.Tokenizer`` of Keras 2: what it replaces by spaces. The apostrophe
# stays, and so do spaces and dashes outside ASCII.
FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
_SPACES = str.maketrans(dict.fromkeys(FILTERS, " "))
_WHOLE = re.compile(r"[0-9]{1,18}\Z")


def tokenizer(tokens: Tokens, *, lower: bool) -> Tokenizer:
    """Return what splits a text into words.

    Raises:
        ConfigError: where the tokens need a package that is not installed.
    """
    if tokens == "numbers":
        return str.split
    split = keras_words if tokens == "keras" else _treebank()
    return (lambda text: split(text.lower())) if lower else split


def keras_words(text: str) -> list[str]:
    """Return the words between spaces and punctuation, as Keras's ``text_to_word_sequence``."""
    return [word for word in text.translate(_SPACES).split(" ") if word]


def whole_number(word: str) -> int | None:
    """Return a token number from 0 upwards, or ``None`` where the word is none."""
    return int(word) if _WHOLE.match(word) else None


def _treebank() -> Tokenizer:
    """Return NLTK's splitter (M. Marcus et al. 1993; rules of R. MacIntyre's sed script)."""
    try:
        from nltk.tokenize.treebank import TreebankWordTokenizer
    except ImportError:
        raise ConfigError(
            "data.tokens",
            "keras where the package nltk is not installed",
            "treebank",
            "install it with: python -m pip install nltk",
        ) from None
    split: Tokenizer = TreebankWordTokenizer().tokenize
    return split
