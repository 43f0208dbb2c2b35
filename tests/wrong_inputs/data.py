"""Data sets and word vectors: their keys and their files."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
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


def two_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.writestr(name, "fine 1 2\n")


def vectors(content: Content, *parts: str, command: str = "plan +cell=gru") -> Row:
    """A row about a file of word vectors, for a table of the words fine, poor, good and bad."""
    words = f"{command} {CSV} training.validation=none model.embedding.kind=vectors"
    words += " model.embedding.path=vectors"
    files = {"mine.csv": TABLE, "vectors": content}
    return row(words, "model.embedding.path", *parts, files=files)


class RunsCode:
    """Pickles to a call that leaves a folder behind."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("executed",)


def hostile(path: Path) -> None:
    rows = np.empty(4, object)
    rows[:] = [[5, 6, 7], [8], [9, 10], [RunsCode()]]
    labels = np.arange(4) % 2
    np.savez(path, x_train=rows, y_train=labels, x_test=rows, y_test=labels)


LONG = np.zeros((4, 100_001, 1), np.int8)
FLOATS = arrays(x_train=np.ones((4, 3)), x_test=np.ones((4, 3)))
SORTED = {"x_train": np.arange(30).reshape(10, 3), "y_train": np.repeat([0, 1], [8, 2])}
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
    typed(
        "data=arrays data.path=mine.npz",
        "data.maxlen",
        "at most 100000",
        files={"mine.npz": arrays(x_train=LONG, x_test=LONG)},
    ),
    typed("data=arrays data.path=mine.npz", "data.path", "x_train", files={"mine.npz": FLOATS}),
    row(
        "plan +cell=gru data=arrays data.path=mine.npz data.num_words=40",
        "training.validation_fraction",
        "all of class 1",
        files={"mine.npz": arrays(**SORTED)},
    ),
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
    vectors("2 3\nfine 1 2\ngood 3 4\n", "rows of 2 numbers", "correct the header"),
    vectors("2 3\nfine 1 2\ngood 3 4\n", "rows of 2 numbers", command="data"),
    vectors("3 2\nfine 1 2\npoor 3 4\n", "the end of the file after 2"),
    vectors("fine 1 nan\ngood 1 nan\n", "not finite"),
    vectors("fine 1 1e30\ngood 1 1e30\n", "numbers up to 1e+30"),
    vectors("other 1 2\nstrange 3 4\n", "none of the words"),
    vectors("just some words\nand some more\n", "a file that begins with"),
    vectors(b"\x80\x04\x95", "a Python pickle", "save_word2vec_format"),
    vectors(b"BZh91AY", "a bzip2 archive", "unpack it"),
    vectors(b"\x1f\x8b\x08\x00", "a readable file"),
    vectors("fine 1 2\npoor 3 4\n".encode("utf-16"), "text in UTF-16"),
    vectors(two_members, "2 files: a.txt, b.txt", "name one of them"),
    vectors(gzip.compress((b"x" * 90 + b" 1 2\n") * 2**18), "25 times its size"),
]
