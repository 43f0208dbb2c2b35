"""A stored model applied to new text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnbench.config.schema import Config
from rnnbench.data import InputSpec
from rnnbench.data.contract import Progress
from rnnbench.data.indices import OOV, START
from rnnbench.data.new_text import pad_tokens, text_reader
from rnnbench.errors import ConfigError
from rnnbench.stored.run import load_model, run_config, run_input
from rnnbench.system.quiet import no_remarks
from rnnbench.tracking import names
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store
from rnnbench.training.predictions import answers
from rnnbench.training.runtime import set_environment

if TYPE_CHECKING:
    from rnnbench.models.tensors import Model

_BATCH = 250
_AT_ONCE = 40 * _BATCH  # texts laid out in memory


@dataclass(frozen=True)
class Prediction:
    """What a model says of a text.

    Attributes:
        text: the text.
        name: the class that the model names; ``None`` where the text has no word at all, or where
            numbers are predicted.
        probability: what the model gives that class, from 1/classes to 1.
        words: words of the text.
        known: how many of them the model has a vector for.
        value: the number that it predicts, in the target's own unit; ``None`` for a class, and
            where the text has no word at all.
    """

    text: str
    name: str | None
    probability: float
    words: int
    known: int
    value: float | None = None


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
    outputs = []
    for first in range(0, len(tokens), _AT_ONCE):
        some = tokens[first : first + _AT_ONCE]
        outputs.append(_outputs(model, pad_tokens(some, config.data, spec)))
        if len(tokens) > _AT_ONCE:
            report(f"{first + len(some):,} of {len(tokens):,} texts")
    if reader.scale is not None:
        values = reader.scale.undo(np.concatenate(outputs))[:, 0]
        return tuple(
            Prediction(text, None, math.nan, words, known, float(value) if words else None)
            for text, value, (words, known) in zip(texts, values, counts, strict=True)
        )
    named, probability = answers(np.concatenate(outputs))
    return tuple(
        Prediction(text, _name(reader.classes, int(label)) if words else None, float(p), words, ok)
        for text, label, p, (words, ok) in zip(texts, named, probability, counts, strict=True)
    )


def _words(tokens: np.ndarray, spec: InputSpec) -> tuple[int, int]:
    """Return how many words a text has, and how many of them the model knows."""
    words = tokens[tokens != START]
    rare = words >= spec.vocabulary if spec.vocabulary is not None else np.zeros(len(words), bool)
    return len(words), int(((words != OOV) & ~rare).sum())


def _name(classes: Sequence[str], label: int) -> str:
    return classes[label] if label < len(classes) else str(label)


def _outputs(model: Model, x: np.ndarray) -> np.ndarray:
    """Return the outputs ``(n, 1)``, ``(n, classes)`` or ``(n, targets)``, dropout off."""
    return np.asarray(model.predict(x, batch_size=min(_BATCH, len(x)), verbose=0))
