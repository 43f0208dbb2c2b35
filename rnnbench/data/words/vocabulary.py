"""Which row of the embedding each word has: counted in the training texts, or read from a file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.data.indices import INDEX_FROM, OOV, START
from rnnbench.data.words.tokens import Tokenization, Tokenizer
from rnnbench.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_FILE = 512 * 2**20
LARGEST_RANK = 2**31 - 1 - INDEX_FROM


@dataclass(frozen=True)
class Vocabulary:
    """The row of each word, most frequent first from 4, as in Keras's IMDB.

    Rows 0 to 2 stand for padding, the beginning of a text, and unknown words; a word that is
    known to be too rare has row 2. Row 3 is empty.
    """

    reading: Tokenization
    rows: Mapping[str, int] = field(repr=False)

    @classmethod
    def of_ranks(
        cls, reading: Tokenization, ranks: Mapping[str, int], num_words: int
    ) -> Vocabulary:
        """Return the vocabulary of words with their ranks from 1, cut to ``num_words`` rows."""
        keep_rare = reading.unknown == "imdb"
        rows = {
            word: row if row < num_words else OOV
            for word, row in ((word, rank + INDEX_FROM) for word, rank in ranks.items())
            if row < num_words or keep_rare
        }
        return cls(reading, rows)

    @cached_property
    def words(self) -> dict[int, str]:
        """The word of each row that has one."""
        return {row: word for word, row in self.rows.items() if row != OOV}

    @cached_property
    def _split(self) -> Tokenizer:
        return self.reading.tokenizer()

    def encode(self, text: str) -> NDArray[np.int32]:
        """See :class:`rnnbench.data.readers.TextEncoder`."""
        import numpy as np

        return np.array(self.tokens(text), np.int32)

    def tokens(self, text: str) -> list[int]:
        """Return the rows of a text's words, after the mark at the beginning if there is one."""
        words = self._split(text)
        if self.reading.unknown == "oov":
            found = [self.rows.get(word, OOV) for word in words]
        else:
            found = [row for word in words if (row := self.rows.get(word)) is not None]
        return [START, *found] if self.reading.start else found

    def to_json(self) -> str:
        """Return the vocabulary as one line of JSON."""
        reading = asdict(self.reading)
        if self.reading.pattern is None:
            del reading["pattern"]  # as in vocabularies from before there was one
        return json.dumps({"reading": reading, "rows": dict(self.rows)})

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Read :meth:`to_json`; raises ValueError, KeyError or TypeError for anything else."""
        plain = json.loads(text)
        # Vocabularies that don't say so were counted in words between blanks.
        return cls(Tokenization(**{"breaks": "blank", **plain["reading"]}), plain["rows"])


class Counting:
    """Words numbered as they appear and counted, so that texts are split once only."""

    def __init__(self, split: Tokenizer) -> None:
        self._split = split
        self._numbers: dict[str, int] = {}
        self._flat = array("i")
        self._offsets = array("q", [0])

    def add(self, text: str) -> None:
        """Read one more training text."""
        numbers = self._numbers
        self._flat.extend(numbers.setdefault(w, len(numbers)) for w in self._split(text))
        self._offsets.append(len(self._flat))

    def ranks(self) -> dict[str, int]:
        """Return words by falling frequency, from 1; of equals the first to appear comes first."""
        import numpy as np

        flat = np.frombuffer(self._flat, np.int32)
        counts = np.bincount(flat, minlength=len(self._numbers))
        words = list(self._numbers)
        order = np.argsort(-counts, kind="stable")
        return {words[number]: rank for rank, number in enumerate(order.tolist(), 1)}

    def encoded(self, vocabulary: Vocabulary) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the texts as rows of a vocabulary: values ``(total,)``, offsets ``(n + 1,)``."""
        import numpy as np

        unknown = OOV if vocabulary.reading.unknown == "oov" else -1
        rows = np.fromiter(
            (vocabulary.rows.get(word, unknown) for word in self._numbers),
            np.int32,
            len(self._numbers),
        )
        values = rows[np.frombuffer(self._flat, np.int32)]
        offsets = np.frombuffer(self._offsets, np.int64)
        kept = values >= 0
        offsets = np.concatenate([[0], np.cumsum(kept)])[offsets]
        values = values[kept]
        if vocabulary.reading.start:
            values = np.insert(values, offsets[:-1], START)
            offsets = offsets + np.arange(len(offsets))
        return values, offsets.astype(np.int64)


def read_word_index(
    path: Path, key: str = "data.word_index", hint: str = "check the file"
) -> dict[str, int]:
    """Return the ranks of words, from 1, in a JSON file such as Keras's ``imdb_word_index.json``.

    Raises:
        DataError: for another file, naming the key that led to it.
    """
    expected = "a JSON file of words with their ranks from 1"

    def refused(received: str) -> DataError:
        return DataError(key, expected, f"{path}: {received}", hint)

    try:
        if path.stat().st_size > LARGEST_FILE:
            raise refused(f"more than {LARGEST_FILE // 2**20} MiB")
        ranks: Any = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise refused(error.strerror or str(error)) from None
    except (ValueError, RecursionError) as error:
        raise refused(str(error).splitlines()[0][:200]) from None
    if not isinstance(ranks, dict) or not ranks:
        raise refused("no words")
    for word, rank in ranks.items():
        if type(rank) is not int or not 1 <= rank <= LARGEST_RANK:
            raise refused(f"{word[:80]!r}: {str(rank)[:80]}")
    if len(set(ranks.values())) < len(ranks):
        raise refused("words with the same rank")
    return ranks
