"""Word vectors for the tokens of a data set: one matrix on disk, mapped by every worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import InputSpec, Progress
from rnnbench.data.indices import OOV
from rnnbench.data.prepared import Prepared, Vectors
from rnnbench.data.readers import KnowsWords
from rnnbench.data.sources import source_of
from rnnbench.data.store import ArrayPlan, Contents, kept
from rnnbench.data.vectors.files import VectorFile, open_vectors
from rnnbench.data.vectors.training import recipe_key, train_vectors
from rnnbench.data.words.texts import OTHER_BREAKS
from rnnbench.data.words.vocabulary import Vocabulary
from rnnbench.errors import ConfigError

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig
    from rnnbench.config.schema import EmbeddingConfig

# Raise by hand whenever the matrix of the same file and words changes.
VERSION = 2
MATRIX = "matrix"


@dataclass(frozen=True)
class _Plan:
    """A matrix that may have to be made: its key, its maker, and what identifies it in runs."""

    key: str
    source: str
    make: Callable[[], tuple[NDArray[np.float32], dict[str, Any]]]
    digest: str | None


def vectors_dim(embedding: EmbeddingConfig, config: DataConfig, spec: InputSpec) -> int:
    """Return the numbers a vector: those of the file where one is named.

    Raises:
        ConfigError: for a data set that word vectors don't fit.
        DataError: for a file that cannot be read.
    """
    if embedding.kind != "vectors":
        return embedding.dim
    if spec.features is not None:
        raise ConfigError(
            "model.embedding.kind",
            f"trainable for data={config.name}, whose inputs are features",
            "vectors",
            "leave it out",
        )
    if embedding.path is None:
        return embedding.dim
    has_words = config.tokens not in (None, "numbers")
    has_words = has_words or isinstance(source_of(config), KnowsWords)
    if not has_words and (config.name != "imdb" or config.word_index is None):
        raise _no_words(config, embedding.path)
    return open_vectors(embedding.path).dim


def prepare_vectors(
    embedding: EmbeddingConfig,
    config: DataConfig,
    prepared: Prepared,
    home: Path,
    *,
    on_progress: Progress = lambda _: None,
    scratch: Path | None = None,
) -> Vectors:
    """Return the vectors that an embedding starts from, made under ``home/data`` if need be.

    With ``scratch``, a home of no consequence, they are made there.

    A word that a file lacks has a vector of zeros, as have padding and the mark at the beginning.

    Raises:
        ConfigError: for a data set whose tokens have no vectors, or no words to look up.
        DataError: for a file that cannot be used.
        StoreError: for a home that cannot be written.
    """
    dim = vectors_dim(embedding, config, prepared.spec)
    rows = prepared.spec.vocabulary
    assert rows is not None
    if embedding.path is None:
        plan = _of_corpus(config, prepared, rows, dim, on_progress)
    else:
        plan = _of_file(open_vectors(embedding.path), config, prepared, rows)
    vectors = _on_disk(plan, Path(home).absolute() / "data", scratch, on_progress)
    vectors = replace(vectors, facts=vectors.facts | _coverage(vectors.matrix(), prepared))
    on_progress(vectors.coverage)
    return vectors


def _on_disk(plan: _Plan, place: Path, scratch: Path | None, report: Progress) -> Vectors:
    folder = place / f"vectors-{plan.key[:16]}"

    def make() -> Contents:
        report(f"preparing word vectors from {plan.source}")
        matrix, facts = plan.make()
        write = ArrayPlan(MATRIX, matrix.shape, np.dtype("<f4"), [matrix])
        return Contents([write], {"source": plan.source, "facts": facts})

    folder, meta = kept(folder, plan.key, [MATRIX], report, make, scratch)
    digest = plan.digest or meta["digest"]
    return Vectors(folder / f"{MATRIX}.npy", digest, meta["source"], meta["facts"])


def _of_corpus(
    config: DataConfig, prepared: Prepared, rows: int, dim: int, report: Progress
) -> _Plan:
    found = source_of(config).fingerprint(config)

    def make() -> tuple[NDArray[np.float32], dict[str, Any]]:
        return train_vectors(config, rows, dim, found, report), {}

    # Where other white space separates words than before, the same files have other words.
    breaks = "unicode" if OTHER_BREAKS in prepared.facts else None
    key = recipe_key(config, dim, found, breaks)
    return _Plan(key, f"the training texts of {found.text}", make, key)


def _of_file(file: VectorFile, config: DataConfig, prepared: Prepared, rows: int) -> _Plan:
    source = source_of(config)
    if isinstance(source, KnowsWords):
        vocabulary: Vocabulary | None = source.rows(config)
    else:
        vocabulary = prepared.vocabulary()
    if vocabulary is None:
        raise _no_words(config, str(file.path))

    def make() -> tuple[NDArray[np.float32], dict[str, Any]]:
        return _matrix(file, vocabulary, rows)

    state = file.path.stat()
    identity = {
        "version": VERSION,
        # Whoever changes a file of several GB changes one of these; reading it takes a minute.
        "file": [str(file.path.resolve()), state.st_size, state.st_mtime_ns],
        "rows": rows,
        "words": hashlib.sha256(vocabulary.to_json().encode()).hexdigest(),
    }
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return _Plan(key, f"{file.path} ({file.description})", make, None)


def _no_words(config: DataConfig, path: str) -> ConfigError:
    return ConfigError(
        "model.embedding.path",
        f"null for data={config.name}, where the words of the tokens are not known",
        path,
        "name the words with data.word_index=/path/to/imdb_word_index.json"
        if config.name == "imdb"
        else "set model.embedding.path=null for vectors trained on the corpus",
    )


def _matrix(
    file: VectorFile, vocabulary: Vocabulary, rows: int
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    words = {word: row for row, word in vocabulary.words.items() if row < rows}
    found = file.vectors(words)
    if not found:
        raise file.error("none of the words of the data set")
    matrix = np.zeros((rows, file.dim), np.float32)
    for word, vector in found.items():
        matrix[words[word]] = vector
    missing = sorted((row, word) for word, row in words.items() if word not in found)
    facts = {
        "words": len(words),
        "words_covered": len(found),
        "most_frequent_missing": [word for _, word in missing[:20]],
    }
    return matrix, facts


def _coverage(matrix: NDArray[np.float32], prepared: Prepared) -> dict[str, Any]:
    """Return how much of the training tokens has a vector, padding and marks left out."""
    x = prepared.arrays().x_train
    counts = np.zeros(len(matrix), np.int64)
    step = max(1, 4_000_000 // x.shape[1])
    for first in range(0, len(x), step):
        counts += np.bincount(x[first : first + step].reshape(-1), minlength=len(matrix))
    counts[:OOV] = 0
    covered = matrix.any(axis=1)
    total = int(counts.sum())
    share = float(counts[covered].sum() / total) if total else 0.0
    return {"rows": len(matrix), "rows_covered": int(covered.sum()), "tokens_covered_share": share}
