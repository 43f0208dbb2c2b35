"""A stored model applied to new text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.data.contract import Progress
from rnnbench.data.indices import OOV, START
from rnnbench.data.new_text import pad_tokens, text_reader
from rnnbench.errors import ConfigError, DataError
from rnnbench.quiet import no_remarks
from rnnbench.stored import load_model, run_config, run_input
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.predictions import answers
from rnnbench.training.runtime import set_environment

_BATCH = 250
LARGEST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Prediction:
    """What a model says of a text.

    Attributes:
        text: the text.
        name: the class that the model names; ``None`` where the text has no word to go by.
        probability: what the model gives that class, from 1/classes to 1.
        words: words of the text.
        known: how many of them the model has a vector for.
    """

    text: str
    name: str | None
    probability: float
    words: int
    known: int


def predict_texts(
    store: Store,
    record: Record,
    texts: Sequence[str],
    now: Config,
    word_index: str | None = None,
    report: Progress = lambda _: None,
) -> tuple[Prediction, ...]:
    """Return what the stored model of a run says of some texts, in their order.

    Args:
        store: where the run is.
        record: the run.
        texts: at least one.
        now: the configuration of the command.
        word_index: the user's own file of words, or ``None``.
        report: told what takes long.

    Raises:
        ConfigError: for a run on data that is no text.
        DataError: where its vocabulary is not to be had.
        StoreError: for a run without stored weights, or whose files are not what they should be.
    """
    config, spec = run_config(store, record, now), run_input(store, record)
    digest = record.tags.get(names.DATA_DIGEST, "")
    reader = text_reader(config.data, store.home.path, digest, word_index, report)
    tokens = [np.asarray(reader.vocabulary.encode(text), np.int32) for text in texts]
    counts = [_words(row, spec) for row in tokens]
    if not any(words for words, _ in counts):
        received = texts[0] if len(texts) == 1 else f"{len(texts)} texts without any"
        raise ConfigError("text", "a text with words", received, "write words")
    set_environment(now.executor.threads)
    with no_remarks():
        model = load_model(store, record, config, spec)
    named, probability = answers(_outputs(model, pad_tokens(tokens, config.data, spec)))
    return tuple(
        Prediction(text, _name(reader.classes, int(label)) if words else None, float(p), words, ok)
        for text, label, p, (words, ok) in zip(texts, named, probability, counts, strict=True)
    )


def read_texts(path: Path) -> list[str]:
    """Return the texts of a file, one a line, or of a folder, one a ``.txt`` file by name.

    Empty lines and empty files are passed over.

    Raises:
        DataError: for a path that leads nowhere, a file that is not UTF-8, or no text in it.
    """
    action = "give a file with a text in each line, or a folder of .txt files"
    try:
        if path.is_dir():
            found = [_text(file) for file in sorted(path.glob("*.txt"))]
        else:
            found = _text(path).splitlines()
    except OSError as error:
        raise DataError("file", "a file of text", f"{path}: {error.strerror}", action) from None
    except UnicodeDecodeError as error:
        received = f"{path}: {error.reason} at byte {error.start}"
        raise DataError("file", "text in UTF-8", received, "save it as UTF-8") from None
    texts = [text.strip() for text in found if text.strip()]
    if not texts:
        raise DataError("file", "at least one text", f"{path}: none", action)
    return texts


def check_text(text: str) -> str:
    """Return the text; raises ConfigError for one that is empty."""
    if not text.strip():
        raise ConfigError("text", "a text", "nothing", 'type text="a fine film"')
    return text.strip()


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        action = "split the file"
        raise DataError("file", f"at most {LARGEST_BYTES:,} bytes", f"{path}: {size:,}", action)
    return path.read_text("utf-8-sig")


def _words(tokens: np.ndarray, spec: InputSpec) -> tuple[int, int]:
    """Return how many words a text has, and how many of them the model knows."""
    words = tokens[tokens != START]
    rare = words >= spec.vocabulary if spec.vocabulary is not None else np.zeros(len(words), bool)
    return len(words), int(((words != OOV) & ~rare).sum())


def _name(classes: Sequence[str], label: int) -> str:
    return classes[label] if label < len(classes) else str(label)


def _outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """Return the outputs ``(n, 1)`` or ``(n, classes)``, dropout off."""
    return np.asarray(model.predict(x, batch_size=min(_BATCH, len(x)), verbose=0))
