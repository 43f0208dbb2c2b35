"""``predict``: a stored model applied to new text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rnnbench.cli.console import show, tell
from rnnbench.cli.named_run import named_run, refuse_others
from rnnbench.cli.words import Words
from rnnbench.errors import ConfigError
from rnnbench.formatting.tables import MISSING, Table
from rnnbench.stored.answers import answers_as, check_output, encodable, write_answers
from rnnbench.stored.asked import AskedTexts, read_texts, typed_text
from rnnbench.stored.predict import Prediction, predict_texts
from rnnbench.system.user_paths import user_path
from rnnbench.tracking import names
from rnnbench.tracking.record import Record

_WIDEST = 70


def predict(words: Words) -> int:
    """Give the class and its probability, or the number, for a text or every text of a file."""
    refuse_others(words, "the model is as it was trained")
    file, output = words.options.get("file"), words.options.get("output")
    asked_of = None if file is None else user_path("file", file)
    format_ = check_output(output, words.options.get("format"), asked_of)
    asked = _asked(words.options.get("text"), asked_of, words.options.get("data.encoding"))
    store, record, config = named_run(words)
    word_index = words.options.get("data.word_index")
    predictions = predict_texts(store, record, asked.texts, config, word_index, tell)
    for remark in _remarks(asked, predictions):
        tell(remark)
    if output is not None:
        path = write_answers(answers_as(format_, asked, predictions), output)
        tell(f"{len(predictions):,} answers in {path}")
    elif format_ == "table":
        show(_table(record, asked, predictions))
    else:
        sys.stdout.write(encodable(answers_as(format_, asked, predictions)))
    return 0


def _asked(text: str | None, file: Path | None, encoding: str | None) -> AskedTexts:
    if (text is None) == (file is None):
        received = "neither" if text is None else "both"
        raise ConfigError(
            "text", "either text=... or file=...", received, 'type text="a fine film"'
        )
    return typed_text(text or "") if file is None else read_texts(file, encoding)


def _remarks(asked: AskedTexts, predictions: Sequence[Prediction]) -> list[str]:
    """Return what an answer hides: blank lines, and texts of which the model knows nothing."""
    if asked.column is None:
        is_strange = any(not one.known for one in predictions)
        return ["warning: the model knows none of the words"] if is_strange else []
    answer = "answer" if any(one.value is not None for one in predictions) else "class"
    blank = [n for n, one in enumerate(predictions) if one.name is None and one.value is None]
    strange = [n for n, one in enumerate(predictions) if one.words and not one.known]
    return [
        f"warning: {len(numbers):,} of {len(predictions):,} texts {what} ({asked.where(numbers)})"
        for numbers, what in (
            (blank, f"have no words and no {answer}"),
            (strange, "have no word that the model knows: its answer says nothing about them"),
        )
        if numbers
    ]


def _table(record: Record, asked: AskedTexts, predictions: Sequence[Prediction]) -> Table:
    are_numbers = any(one.value is not None for one in predictions)
    rows = tuple(
        (
            _short(one.text),
            *(() if asked.column is None else (_short(str(place)),)),
            *(_number(one) if are_numbers else _class(one)),
            f"{one.words:,}",
            f"{one.known:,}",
        )
        for place, one in zip(asked.places, predictions, strict=True)
    )
    place = () if asked.column is None else (asked.column,)
    answer = ("prediction",) if are_numbers else ("class", "probability")
    columns = ("text", *place, *answer, "words", "known words")
    arm, seed = record.tags.get(names.ARM, ""), record.seed
    optional = ("words", "known words", *place)
    title = f"{arm} seed={seed}: run {record.run_id}"
    return Table(title, columns, rows, optional=optional, words=(*place, *answer[:-1]))


def _class(one: Prediction) -> tuple[str, str]:
    named = bool(one.name)
    return _short(one.name or MISSING), f"{one.probability:.4f}" if named else MISSING


def _number(one: Prediction) -> tuple[str]:
    return (MISSING if one.value is None else f"{one.value:,.5g}",)


def _short(text: str) -> str:
    """Return the beginning of a text on one line, without what would control a terminal."""
    line = " ".join(text[: 20 * _WIDEST].split())
    line = "".join(c if c.isprintable() else "\ufffd" for c in line)
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
