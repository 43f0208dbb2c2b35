"""Data sets and word vectors: their keys and their files."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.wrong_inputs.row import Content, Row, row


def typed(words: str, key: str, *parts: str, files: dict[str, Content] | None = None) -> Row:
    return row(f"data {words}", key, *parts, files=files)


def arrays(**changes: object) -> Callable[[Path], None]:
    """Write arrays of four samples of three tokens; a change of ``None`` leaves one out."""
    x, y = np.arange(12).reshape(4, 3), np.array([0, 1, 0, 1])
    parts = {"x_train": x, "y_train": y, "x_test": x, "y_test": y} | changes
    kept = {name: np.asarray(part) for name, part in parts.items() if part is not None}
    return lambda path: np.savez(path, **kept)


def cut(path: Path) -> None:
    """Write half of a file of arrays."""
    whole = io.BytesIO()
    np.savez(whole, **dict.fromkeys(("x_train", "y_train", "x_test", "y_test"), np.arange(9)))
    path.write_bytes(whole.getvalue()[: whole.tell() // 2])


class RunsCode:
    """Pickles to a call that leaves a folder behind."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("executed",)


def hostile(path: Path) -> None:
    rows = np.empty(4, object)
    rows[:] = [[5, 6, 7], [8], [9, 10], [RunsCode()]]
    labels = np.arange(4) % 2
    np.savez(path, x_train=rows, y_train=labels, x_test=rows, y_test=labels)


CSV = "data=csv data.path=mine.csv data.test_fraction=0.5"
TABLE = "text,label\nfine,pos\npoor,neg\ngood,pos\nbad,neg\n"
ROWS = [
    typed("data=digits,reviews", "data", "2 combinations"),
    typed("data=arrays", "data.path", "set data.path="),
    typed("data=text_dir", "data.path", "set data.path="),
    typed("data=csv", "data.path", "set data.path="),
    typed("data.tokens=keras", "data.tokens", "a key that the chosen data has"),
    typed("+data.tokens=keras", "data.tokens", "null for data=reviews"),
    typed("data=digits data.num_words=5", "data.num_words", "null"),
    typed("data=digits data.maxlen=100", "data.maxlen", "8 for data=digits"),
    typed("data=digits data.limit=0", "data.limit", "at least 1"),
    typed("data=digits data.padding=left", "data.padding", "pre"),
    typed("data=temporal_order data.maxlen=5", "data.maxlen", "at least 11"),
    typed("data=reviews data.num_words=3", "data.num_words", "at least 4"),
    # Folders of texts.
    typed("data=text_dir data.path=nowhere", "data.path", "no such folder"),
    typed("data=text_dir data.path=file", "data.path", files={"file": "x"}),
    typed("data=text_dir data.path=mine", "data.path", files={"mine/pos/1.txt": "fine"}),
    typed("data=text_dir data.path=mine", "data.path", files={"mine/train/pos/1.txt": "fine"}),
    typed("data=text_dir data.path=. data.classes=[a]", "data.classes", "['a']"),
    # Tables.
    typed("data=csv data.path=nowhere.csv", "data.test_fraction", "neither"),
    typed("data=csv data.path=nowhere.csv data.test_fraction=0.2", "data.path", "no such file"),
    typed("data=csv data.path=x data.test_fraction=2", "data.test_fraction", "below 1"),
    typed("data=csv data.path=x data.test_path=y data.test_fraction=0.2", "data.test_fraction"),
    typed(CSV, "data.text_column", files={"mine.csv": ""}),
    typed(CSV, "data.label_column", files={"mine.csv": TABLE.replace("label", "stars")}),
    typed(CSV, "data.text_column", files={"mine.csv": TABLE.replace("text", "review")}),
    # Arrays.
    typed("data=arrays data.path=nowhere.npz", "data.path", "nowhere.npz"),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": "text"}),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": cut}),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": hostile}),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": arrays(y_test=None)}),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": arrays(y_train=[0])}),
    typed("data=arrays data.path=mine.npz", "data.path", files={"mine.npz": arrays(x_test=[1])}),
    typed("data=arrays data.path=mine.npz", "data.num_words", files={"mine.npz": arrays()}),
    # IMDB.
    typed("data=imdb data.path=/nowhere", "data.path", "/nowhere", "RNNBENCH_IMDB"),
    typed("data=imdb data.path=imdb.npz", "data.path", "imdb.npz", files={"imdb.npz": cut}),
    typed("data=imdb data.path=imdb.npz", "data.path", "imdb.npz", files={"imdb.npz": hostile}),
    row("train +cell=gru data=imdb data.path=/nowhere", "data.path", "/nowhere"),
    row(
        "train +cell=gru data=imdb data.path=x.npz", "data.path", "x.npz", files={"x.npz": hostile}
    ),
    # Word vectors.
    row(
        "train +cell=gru data=imdb data.word_index=x.json model.embedding.kind=vectors "
        "model.embedding.path=nowhere.bin",
        "model.embedding.path",
        "no such file",
    ),
    row(
        "train +cell=gru data=digits model.embedding.kind=vectors",
        "model.embedding.kind",
        "features",
    ),
    row(
        "train +cell=gru data=imdb model.embedding.kind=vectors model.embedding.path=x.bin",
        "model.embedding.path",
        "data.word_index=",
    ),
]
