"""Texts as lists of words: by the rules of Keras or the Penn Treebank, by white space or a pattern.

Characters are tokens, too: texts in scripts without spaces, such as Chinese, need no division into
words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from rnnbench.errors import ConfigError

Tokens = Literal["keras", "treebank", "whitespace", "characters", "regex", "numbers"]
Tokenizer = Callable[[str], list[str]]
Breaks = Literal["unicode", "imdb", "blank"]
Punctuation = Literal["unicode"]
Unknown = Literal["oov", "drop", "imdb"]

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
_SPACE = re.compile(r"\s+")
# Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer; Chinese characters
# and the syllables of Japanese.
_UNSPACED = re.compile(
    "[\u0e01-\u0e3a\u0e81-\u0ebd\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Tokenization:
    """How a text becomes tokens: splitting, case, unknown words, a mark at the beginning.

    Attributes:
        tokens: by whose rules; all Unicode white space separates words, but those of Keras.
        lower: whether words are in lower case.
        start: whether a mark stands before the first word.
        unknown: what becomes of words that have no row: ``oov`` gives them one in common, ``drop``
            leaves them out, and ``imdb`` leaves out those that were never counted and gives the
            common row to those that were, but are too rare.
        breaks: what white space separates the words of Keras, :func:`keras_words`.
        punctuation: ``unicode`` reads typographic marks as their ASCII forms.
        pattern: a regular expression, whose matches are the words of ``regex``.
    """

    tokens: Tokens
    lower: bool
    start: bool
    unknown: Unknown
    breaks: Breaks
    punctuation: Punctuation | None = None
    pattern: str | None = None

    def tokenizer(self) -> Tokenizer:
        """Return what splits a text into words.

        Raises:
            ConfigError: where the tokens need a package that is not installed, or the pattern is
                none.
        """
        if self.tokens == "numbers":
            return str.split
        if self.tokens == "keras":
            split: Tokenizer = partial(keras_words, breaks=self.breaks)
        elif self.tokens == "whitespace":
            split = str.split
        elif self.tokens == "characters":
            split = characters
        elif self.tokens == "regex":
            split = _matches(self.pattern)
        else:
            split = _treebank()

        def words(text: str) -> list[str]:
            text = text.lower() if self.lower else text
            return split(text.translate(_ASCII_FORMS) if self.punctuation else text)

        return words


def keras_words(text: str, breaks: Breaks) -> list[str]:
    """Return the words between spaces and punctuation, as Keras's ``text_to_word_sequence``.

    ``blank`` is its own rule: of white space only the blank, the tabulator and the new line
    separate words. ``unicode`` adds all other white space and line ends, and ``imdb`` all but the
    two that words of Keras's IMDB have inside.
    """
    return [word for word in text.translate(_TABLES[breaks]).split(" ") if word]


def characters(text: str) -> list[str]:
    """Return the characters of a text; white space between words is one blank.

    Accents and other marks belong to the character that they stand on, in the normal form NFC of
    Unicode, so that a letter is one token however it was typed.
    """
    found: list[str] = []
    for one in unicodedata.normalize("NFC", _SPACE.sub(" ", text.strip())):
        if found and unicodedata.category(one).startswith("M"):
            found[-1] += one
        else:
            found.append(one)
    return found


def without_spaces(text: str) -> bool:
    """Return whether most letters of a text are of scripts that put no spaces between words."""
    letters = sum(map(str.isalpha, text))
    return letters > 0 and 2 * len(_UNSPACED.findall(text)) > letters


def other_breaks(breaks: Breaks) -> re.Pattern[str]:
    """Return what finds white space that separates words here, but not by Keras's own rule."""
    return re.compile(f"[{_SPACES[breaks]}]" if _SPACES[breaks] else r"(?!)")


def whole_number(word: str) -> int | None:
    """Return a token number from 0 upwards, or ``None`` where the word is none."""
    return int(word) if _WHOLE.match(word) else None


def _matches(pattern: str | None) -> Tokenizer:
    key, expected = "data.token_pattern", "a regular expression that matches a token"
    if pattern is None:
        action = r"give data.token_pattern='\w+', for example"
        raise ConfigError(key, f"{expected}, with data.tokens=regex", "null", action)
    try:
        found = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigError(key, expected, f"{pattern!r} ({error})", "correct it") from None

    def split(text: str) -> list[str]:
        # The whole match, whatever groups it has; never nothing.
        return [match[0] for match in found.finditer(text) if match[0]]

    return split


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
