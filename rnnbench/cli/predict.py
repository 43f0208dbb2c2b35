"""``predict``: a stored model applied to new text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rnnbench.cli.console import show, stderr
from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.errors import ConfigError
from rnnbench.predict import Prediction, check_text, predict_texts, read_texts
from rnnbench.tables import MISSING, Table
from rnnbench.tracking import names
from rnnbench.tracking.lookup import find_run
from rnnbench.tracking.record import Record
from rnnbench.tracking.store import Store

_WIDEST = 70


def predict(words: Words) -> int:
    """Print the class and its probability for a text, or for every text of a file."""
    words.refuse_names()
    words.refuse_others(
        ("home", "tracking", "executor", "data.path"), "the model is as it was trained"
    )
    texts = _texts(words)
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    store = Store.open(config, create=False)
    record = find_run(store, words.required("run", "the id of a run, as in run=3f2a"))
    console = stderr()
    predictions = predict_texts(
        store,
        record,
        texts,
        config,
        words.option("data.word_index"),
        lambda text: console.print(text, markup=False),
    )
    show(_table(record, predictions))
    return 0


def _texts(words: Words) -> list[str]:
    text, file = words.option("text"), words.option("file")
    if (text is None) == (file is None):
        received = "neither" if text is None else "both"
        raise ConfigError(
            "text", "either text=... or file=...", received, 'type text="a fine film"'
        )
    return read_texts(Path(file).expanduser()) if file is not None else [check_text(text or "")]


def _table(record: Record, predictions: Sequence[Prediction]) -> Table:
    rows = tuple(
        (
            _short(one.text),
            one.name or MISSING,
            f"{one.probability:.4f}" if one.name else MISSING,
            f"{one.words:,}",
            f"{one.known:,}",
        )
        for one in predictions
    )
    columns = ("text", "class", "probability", "words", "known words")
    arm, seed = record.tags.get(names.ARM, ""), record.seed
    title = f"{arm} seed={seed}: run {record.run_id}"
    unread = [one for one in predictions if one.name is None]
    note = "A text without words has no class." if unread else ""
    return Table(title, columns, rows, note)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
