"""What is odd about prepared texts and changes nothing: counted at preparation, told each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rnnbench.data.indices import INDEX_FROM
from rnnbench.data.readers import ReadsText

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig
    from rnnbench.data.contract import Split

# Facts: samples of each part in which no token is a word that has a row of its own.
UNKNOWN = {"train": "train_without_known_words", "test": "test_without_known_words"}
# Facts: training texts without white space where nearly all are, and those in scripts without
# spaces where many are.
WITHOUT_SPACES = "texts_without_spaces"
UNSPACED_SCRIPT = "texts_in_scripts_without_spaces"
_PARTS = {"train": "training", "test": "test"}


def holds_words(config: DataConfig, source: object) -> bool:
    """Return whether the tokens of a data set are marks up to 3, and words from there."""
    return isinstance(source, ReadsText) or config.tokens not in (None, "numbers")


def without_known_words(split: Split, vocabulary: int) -> int:
    """Return how many samples have no token of a word in ``vocabulary`` rows."""
    known = (split.values > INDEX_FROM) & (split.values < vocabulary)
    return int((split.count(known) == 0).sum())


def remarks(facts: Mapping[str, Any]) -> list[str]:
    """Return what a user should know of a prepared data set, a sentence each."""
    found = []
    for part, fact in UNKNOWN.items():
        if count := facts.get(fact):
            found.append(
                f"warning: {count:,} of {facts[f'n_{part}']:,} {_PARTS[part]} texts have no word "
                "that is known, so that a model cannot tell them apart; `data` shows what was "
                "read, data.num_words and data.word_index decide which words are known"
            )
    if count := facts.get(WITHOUT_SPACES):
        found.append(
            f"warning: {count:,} training texts have no space inside: words are what stands "
            "between spaces; texts of languages that are written without them, such as Chinese, "
            "are read by characters with data.tokens=characters"
        )
    if count := facts.get(UNSPACED_SCRIPT):
        found.append(
            f"warning: {count:,} training texts are in a script that puts no spaces between words, "
            "such as Chinese or Thai, and were split at spaces; they are read by characters with "
            "data.tokens=characters"
        )
    return found
