"""What a model said of texts as CSV or JSON, a record a text, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnbench.errors import ConfigError
from rnnbench.formatting.spreadsheet import csv_line, guarded
from rnnbench.stored.asked import AskedTexts
from rnnbench.stored.predict import Prediction
from rnnbench.system.user_paths import user_path

FORMATS = ("table", "csv", "json")


def answers_as(format_: str, asked: AskedTexts, predictions: Sequence[Prediction]) -> str:
    """Return a record for each text in order, with its line or file, as ``csv`` or ``json``."""
    are_numbers = any(one.value is not None for one in predictions)
    records = [
        _record(asked.column, place, one, are_numbers=are_numbers)
        for place, one in zip(asked.places, predictions, strict=True)
    ]
    if format_ == "csv":
        lines = [list(records[0]), *([_field(value) for value in r.values()] for r in records)]
        return "".join(map(csv_line, lines))
    rows = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{rows}\n]\n"


def check_output(output: str | None, format_: str | None, asked_of: Path | None) -> str:
    """Return the format of the answers; raises ConfigError for a file that they can't go to."""
    if format_ is not None and format_ not in FORMATS:
        raise ConfigError("format", f"one of {', '.join(FORMATS)}", format_, "choose one")
    if output is None:
        return format_ or "table"
    path = _place(output)
    if not output or path.is_dir():
        received = f"{path}: a folder" if output else "nothing"
        raise ConfigError("output", "a file", received, "name a file, as in output=answers.csv")
    if format_ is None:
        format_ = path.suffix.lower().removeprefix(".")
    if format_ not in ("csv", "json"):
        raise ConfigError(
            "format", "csv or json with output=...", format_ or "nothing", "type format=csv"
        )
    if not path.parent.is_dir():
        raise ConfigError(
            "output", "a file in a folder that exists", str(path), f"make {path.parent} first"
        )
    if path.exists() and not path.is_file():
        raise ConfigError("output", "a regular file", f"{path}: a device or a pipe", "leave it out")
    if asked_of is not None and path.exists() and asked_of.exists() and path.samefile(asked_of):
        raise ConfigError("output", "another file than the texts", str(path), "choose another")
    if not os.access(path.parent, os.W_OK):
        raise _not_written(path, "permission denied")
    return format_


def write_answers(text: str, output: str) -> Path:
    """Write a file beside its place and move it there; raises ConfigError."""
    path = _place(output)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(_encoded(text))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(path, error.strerror or str(error)) from None
    return path


def encodable(text: str) -> str:
    """Return text as standard output takes it: half of a surrogate pair as an escape."""
    return _encoded(text).decode()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _place(output: str) -> Path:
    """Return the file itself where the name is a link to it."""
    return Path(os.path.realpath(user_path("output", output)))


def _answer(one: Prediction, *, are_numbers: bool) -> dict[str, Any]:
    if are_numbers:
        # No more digits than a float32 has.
        return {"prediction": None if one.value is None else float(f"{one.value:.7g}")}
    probability = None if one.name is None else round(one.probability, 6)
    return {"class": one.name, "probability": probability}


def _record(
    column: str | None, place: int | str, one: Prediction, *, are_numbers: bool
) -> dict[str, Any]:
    return {
        **({} if column is None else {column: place}),
        "text": one.text,
        **_answer(one, are_numbers=are_numbers),
        "words": one.words,
        "known_words": one.known,
    }


def _field(value: str | float | None) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else str(value)


def _not_written(path: Path, reason: str) -> ConfigError:
    return ConfigError("output", "a file that can be written", f"{path}: {reason}", "name another")
