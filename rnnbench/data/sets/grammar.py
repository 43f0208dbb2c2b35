"""The grammar of the generated reviews, and what one who knows it makes of them.

An opinion sentence holds one or two clauses. A clause has one polarity word, which a negation
before it turns round; of two clauses joined by "but" the second counts. Neutral sentences use
negations and "but" as well, so that neither says anything by itself. A review's label is the
sign of the sum over its 1, 3 or 5 opinion sentences.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np

Option = TypeVar("Option")
SEED = 20_071_997
# Deviation of the log lengths of IMDB's 25,000 training reviews, measured: 0.6457 (their median
# is 177 words, the longest has 2,493). Here the median is smaller and the longest is cut.
LENGTH_SIGMA = 0.646
MEDIAN_LENGTH = 46
LONGEST = 400
LABEL_NOISE = 0.05
NEGATED_SHARE = 0.12
CONTRAST_SHARE = 0.25
VERB_SHARE = 0.25
INTENSIFIED_SHARE = 0.4
OPINIONS = ((1, 0.5), (3, 0.35), (5, 0.15))
BLOCK = 250


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POSITIVE = _words(
    "good great brilliant wonderful charming funny moving clever gripping superb "
    "delightful touching excellent fresh witty memorable elegant lively honest fascinating"
)
NEGATIVE = _words(
    "bad dull awful terrible boring clumsy silly weak tedious dreadful "
    "annoying shallow poor stale lazy forgettable messy lifeless fake painful"
)
POSITIVE_VERBS = _words("like love enjoy admire adore appreciate")
NEGATIVE_VERBS = _words("dislike hate regret resent detest despise")
NEGATIONS = ("not", "never", "hardly")
INTENSIFIERS = _words("very really quite rather truly so")
ASPECTS = _words(
    "plot acting story script ending cast music direction dialogue photography pace humour "
    "opening editing romance villain hero mystery action atmosphere"
)
PEOPLE = _words("brother sister friends parents neighbour colleagues children cousin")
PLACES = _words("cinema village theatre station harbour school hotel office")
TIMES = _words("spring summer autumn winter january march june october")
ROLES = _words("doctor teacher soldier lawyer sailor farmer painter detective")
OPEN = {"who": PEOPLE, "where": PLACES, "when": TIMES, "role": ROLES, "what": ASPECTS}
NEUTRAL = tuple(
    sentence.split()
    for sentence in (
        "we saw it in the <where> with my <who>",
        "i watched it last <when> with my <who>",
        "it runs for about two hours",
        "a <role> meets a <role> near the <where>",
        "the <role> travels to the <where> in <when>",
        "this is the third film by the same director",
        "my <who> had not heard of it before",
        "it was not filmed in the <where>",
        "the <role> is old but the <role> is young",
        "we came late but found a seat",
        "it was never shown in our <where>",
        "the <what> takes up most of the first half",
        "there is a long scene with a <role> at the <where>",
        "it was made in <when> and released in <when>",
        "the <role> never meets the <role>",
        "one could hardly hear the <what> from the back row",
        "my <who> read the book in <when>",
        "then the <role> leaves the <where>",
    )
)

POLARITY = {
    **dict.fromkeys(POSITIVE + POSITIVE_VERBS, 1),
    **dict.fromkeys(NEGATIVE + NEGATIVE_VERBS, -1),
}
TRANSPARENT = frozenset(INTENSIFIERS)


class Review(NamedTuple):
    """Words with "." at the end of each sentence, the true label and the noisy one."""

    words: list[str]
    truth: int
    label: int


def vocabulary() -> set[str]:
    """Every word that the grammar can produce."""
    fixed = _words("the was i do but .")
    words = {word for sentence in NEUTRAL for word in sentence if not word.startswith("<")}
    return words.union(
        *(fixed, POSITIVE, NEGATIVE, POSITIVE_VERBS, NEGATIVE_VERBS, NEGATIONS, INTENSIFIERS),
        *OPEN.values(),
    )


def stream(split: str, n: int) -> Iterator[Review]:
    """The first ``n`` reviews of "train" or "test"; a larger ``n`` continues the same stream."""
    import numpy as np

    number = ("train", "test").index(split)
    for block in range(-(-n // BLOCK)):
        draw = Draw(np.random.RandomState([SEED, number, block]))
        for _ in range(min(BLOCK, n - block * BLOCK)):
            yield review(draw)


class Draw:
    """Choices out of a stream of uniform numbers.

    RandomState is the generator whose stream NumPy promises never to change (NEP 19); drawing
    single numbers from it is slow, hence the supply.
    """

    def __init__(self, rng: np.random.RandomState) -> None:
        self._supply = _uniform(rng)

    def chance(self, share: float) -> bool:
        """True with probability ``share``."""
        return next(self._supply) < share

    def below(self, n: int) -> int:
        """A whole number from 0 to n-1."""
        return int(next(self._supply) * n)

    def one(self, options: Sequence[Option]) -> Option:
        """One of the options, equally likely."""
        return options[self.below(len(options))]

    def normal(self) -> float:
        """A standard normal number (Box and Muller 1958)."""
        radius = math.sqrt(-2 * math.log(1 - next(self._supply)))
        return radius * math.cos(2 * math.pi * next(self._supply))


def review(draw: Draw) -> Review:
    """One review of log-normal length: its opinions in order, neutral sentences around them."""
    length = min(LONGEST, MEDIAN_LENGTH * math.exp(LENGTH_SIGMA * draw.normal()))
    polarities = [1 if draw.chance(0.5) else -1 for _ in range(_opinions(draw))]
    sentences = [opinion(draw, polarity) for polarity in polarities]
    count = sum(map(len, sentences))
    while count < length - 4:
        sentence = [draw.one(OPEN[w[1:-1]]) if w[0] == "<" else w for w in draw.one(NEUTRAL)]
        sentence.append(".")
        count += len(sentence)
        sentences.insert(draw.below(len(sentences) + 1), sentence)
    truth = int(sum(polarities) > 0)
    label = 1 - truth if draw.chance(LABEL_NOISE) else truth
    return Review([word for sentence in sentences for word in sentence], truth, label)


def opinion(draw: Draw, polarity: int) -> list[str]:
    """A sentence that counts as ``polarity`` (1 or -1), whatever its first clause says."""
    if not draw.chance(CONTRAST_SHARE):
        return [*clause(draw, polarity), "."]
    return [*clause(draw, -polarity), "but", *clause(draw, polarity), "."]


def clause(draw: Draw, polarity: int) -> list[str]:
    """An aspect and what is thought of it: an adjective or a verb, perhaps negated."""
    negated = draw.chance(NEGATED_SHARE)
    positive = (polarity > 0) != negated
    aspect = draw.one(ASPECTS)
    if draw.chance(VERB_SHARE):
        verb = draw.one(POSITIVE_VERBS if positive else NEGATIVE_VERBS)
        return ["i", *(["do", "not"] if negated else []), verb, "the", aspect]
    words = ["the", aspect, "was"]
    if negated:
        words.append(draw.one(NEGATIONS))
    if draw.chance(INTENSIFIED_SHARE):
        words.append(draw.one(INTENSIFIERS))
    words.append(draw.one(POSITIVE if positive else NEGATIVE))
    return words


def _opinions(draw: Draw) -> int:
    place = draw.below(1000) / 1000
    for count, share in OPINIONS:
        if place < share:
            return count
        place -= share
    return OPINIONS[-1][0]


def _uniform(rng: np.random.RandomState) -> Iterator[float]:
    while True:
        yield from rng.random_sample(4096).tolist()


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
        if word in NEGATIONS:
            negated = True
        elif word not in INTENSIFIERS:
            negated = False
    total += sentence
    last = sentence or last
    return int((total or last) >= 0)


def best_accuracy(right: float, noise: float) -> float:
    """Expected accuracy on noisy labels of someone who is ``right`` about the true ones."""
    return right * (1 - noise) + (1 - right) * noise
