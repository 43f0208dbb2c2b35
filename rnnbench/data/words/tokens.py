"""Texts as lists of words: as Keras splits them, or by the rules of the Penn Treebank."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

from rnnbench.errors import ConfigError

Tokens = Literal["keras", "treebank", "numbers"]
Tokenizer = Callable[[str], list[str]]
Breaks = Literal["unicode", "imdb", "blank"]
Punctuation = Literal["unicode"]

# ``keras.preprocessing.text.Tokenizer`` of Keras 2: what it replaces by spaces. The apostrophe
# stays, and so do dashes and quotation marks outside ASCII.
FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
# The white space of Unicode, line ends included, that Keras leaves inside words.
_OTHER_SPACES = (
    "\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# Keras's word index of IMDB has words with these two inside, as in "most\x85and".
_INSIDE_WORDS_OF_IMDB = "\x85\xa0"
_SPACES: dict[Breaks, str] = {
    "unicode": _OTHER_SPACES,
    "imdb": "".join(c for c in _OTHER_SPACES if c not in _INSIDE_WORDS_OF_IMDB),
    "blank": "",
}
_TABLES = {name: str.maketrans(dict.fromkeys(FILTERS + _SPACES[name], " ")) for name in _SPACES}
# Typographic marks, by the ASCII form that stands for them on a typewriter.
_ASCII_FORMS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛", "'"),
        **dict.fromkeys("“”„‟«»‹›「」『』《》〈〉＂", '"'),
        **dict.fromkeys("‐‑‒–", "-"),
        **dict.fromkeys("—―", "--"),
        "…": "...",
        "¡": "!",
        "¿": "?",
        "、": ",",
        "。": ".",
        "•": "*",
        **dict(zip("！，．：；？（）［］", "!,.:;?()[]", strict=True)),
    }
)
_WHOLE = re.compile(r"[0-9]{1,18}\Z")


def tokenizer(
    tokens: Tokens, *, lower: bool, breaks: Breaks, punctuation: Punctuation | None
) -> Tokenizer:
    """Return what splits a text into words.

    Args:
        tokens: by whose rules; all Unicode white space separates token numbers and treebank words.
        lower: whether words are in lower case.
        breaks: what white space separates the words of Keras, :func:`keras_words`.
        punctuation: ``unicode`` reads typographic marks as their ASCII forms.

    Raises:
        ConfigError: where the tokens need a package that is not installed.
    """
    if tokens == "numbers":
        return str.split
    split = partial(keras_words, breaks=breaks) if tokens == "keras" else _treebank()

    def words(text: str) -> list[str]:
        text = text.lower() if lower else text
        return split(text.translate(_ASCII_FORMS) if punctuation else text)

    return words


def keras_words(text: str, breaks: Breaks) -> list[str]:
    """Return the words between spaces and punctuation, as Keras's ``text_to_word_sequence``.

    ``blank`` is its own rule: of white space only the blank, the tabulator and the new line
    separate words. ``unicode`` adds all other white space and line ends, and ``imdb`` all but the
    two that words of Keras's IMDB have inside.
    """
    return [word for word in text.translate(_TABLES[breaks]).split(" ") if word]


def other_breaks(breaks: Breaks) -> re.Pattern[str]:
    """Return what finds white space that separates words here, but not by Keras's own rule."""
    return re.compile(f"[{_SPACES[breaks]}]" if _SPACES[breaks] else r"(?!)")


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
