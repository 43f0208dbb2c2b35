"""What a reader who knows the grammar makes of a generated review."""

from __future__ import annotations

from collections.abc import Iterable

from rnnbench.data.sets import grammar

POLARITY = {
    **dict.fromkeys(grammar.POSITIVE + grammar.POSITIVE_VERBS, 1),
    **dict.fromkeys(grammar.NEGATIVE + grammar.NEGATIVE_VERBS, -1),
}
TRANSPARENT = frozenset(grammar.INTENSIFIERS)


def oracle(words: Iterable[str]) -> int:
    """The label of a review given as words with "." between sentences: 1 positive, 0 negative.

    Of a sentence the last polarity word counts ("but" overrides what went before), turned round
    by a negation right before it or before its intensifier. Where a cut review leaves a tie,
    the last opinion decides; without any opinion it says positive.
    """
    total = last = sentence = 0
    negated = False
    for word in words:
        if word == ".":
            total += sentence
            last = sentence or last
            sentence = 0
        elif word in POLARITY:
            sentence = -POLARITY[word] if negated else POLARITY[word]
        if word in grammar.NEGATIONS:
            negated = True
        elif word not in TRANSPARENT:
            negated = False
    total += sentence
    last = sentence or last
    return int((total or last) >= 0)


def best_accuracy(right: float, noise: float) -> float:
    """Expected accuracy on noisy labels of someone who is ``right`` about the true ones."""
    return right * (1 - noise) + (1 - right) * noise
