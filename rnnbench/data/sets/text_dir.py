"""Folders of ``.txt`` files, one a class, in ``train/`` and ``test/``: the layout of aclImdb."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.contract import Fingerprint, InputSpec, Progress, Raw, Split, length_of, words_of
from rnnbench.data.files.encoding import check_encoding
from rnnbench.data.files.plain_files import read_regular
from rnnbench.data.words.texts import (
    LARGEST_TEXT,
    Text,
    decode,
    encode,
    reading_of,
    shuffled,
    word_index_identity,
)
from rnnbench.errors import ConfigError, DataError
from rnnbench.system.user_paths import user_path

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

VERSION = 1
PARTS = ("train", "test")
_LAYOUT = "a folder with train/CLASS/*.txt and test/CLASS/*.txt"


@dataclass(frozen=True)
class _Folders:
    """The folders that are classes, in the order of their labels, and those that are not."""

    root: Path
    classes: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class _TextFile:
    path: Path
    label: int


class TextDir:
    """As many classes as there are folders that ``train/`` and ``test/`` both have.

    Files are taken class by class, the last class first, sorted by name, and shuffled as Keras
    shuffles IMDB: with Keras's tokens and word index, aclImdb gives the arrays of ``data=imdb``.
    """

    def spec(self, config: DataConfig) -> InputSpec:
        """``(maxlen,)`` tokens, one class a folder; lists folders, opens no file."""
        reading_of(config)
        check_encoding(config.encoding)
        return InputSpec(length_of(config), None, words_of(config), len(_layout(config).classes))

    def fingerprint(self, config: DataConfig) -> Fingerprint:
        """Names and contents of all files that are read; their place does not matter."""
        layout = _layout(config)
        digest = hashlib.sha256()
        for part in PARTS:
            for entry in _entries(layout, part):
                content = _read(entry.path)
                name = os.fsencode(entry.path.relative_to(layout.root))
                digest.update(b"%d %d " % (len(name), len(content)) + name)
                digest.update(content)
        identity = {
            "loader": VERSION,
            "classes": layout.classes,
            "sha256": digest.hexdigest(),
            **word_index_identity(config),
        }
        return Fingerprint(str(layout.root), identity)

    def load(self, config: DataConfig, found: Fingerprint, report: Progress) -> Raw:
        """The texts as tokens; raises DataError for a file that cannot be read as text."""
        layout = _layout(config)
        for name in layout.ignored:
            report(f"{layout.root / name} is ignored: only one of train and test has it")
        encoding = check_encoding(config.encoding)
        train, test = (_entries(layout, part) for part in PARTS)
        order, test_order = shuffled(len(train), len(test), config.limit, config.test_limit)
        test = [test[i] for i in test_order]
        encoded, test_encoded, vocabulary, facts = encode(
            config, lambda: _texts(train, encoding), lambda: _texts(test, encoding), report
        )
        more: dict[str, Any] = {
            "class_names": list(layout.classes),
            "ignored_folders": list(layout.ignored),
            "files_sha256": found.identity["sha256"],
        }
        return Raw(
            Split(*encoded, _labels(train)).taken(order),
            Split(*test_encoded, _labels(test)),
            facts | more,
            vocabulary=vocabulary,
        )


def _layout(config: DataConfig) -> _Folders:
    if config.path is None:
        raise ConfigError("data.path", _LAYOUT, "null", "give data.path=/path/to/folder")
    root = user_path("data.path", config.path).absolute()
    folders = {part: _folders(root, part) for part in PARTS}
    both = [name for name in folders["train"] if name in folders["test"]]
    classes = both if config.classes is None else config.classes
    for name in classes:
        if name not in both:
            absent = " and ".join(part for part in PARTS if name not in folders[part])
            raise DataError(
                "data.classes",
                "names of folders in train and test",
                f"{name!r}, which {root}/{absent} lacks",
                f"choose from: {', '.join(both) or 'none'}",
            )
    if len(set(classes)) < 2 or len(set(classes)) < len(classes):
        received = f"{', '.join(classes) or 'none'} in {root}"
        raise DataError(
            "data.path" if config.classes is None else "data.classes",
            "at least two different folders, one a class, in both train and test",
            received,
            "check the path and its folders",
        )
    ignored = [f"{part}/{name}" for part in PARTS for name in folders[part] if name not in classes]
    return _Folders(root, tuple(classes), tuple(ignored))


def _folders(root: Path, part: str) -> list[str]:
    folder = root / part
    try:
        if not folder.is_dir():
            raise DataError("data.path", _LAYOUT, f"{folder}: no such folder", "check the path")
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if entry.is_dir()]
    except OSError as error:
        raise _unreadable(folder, error) from None
    return sorted(entry.name for entry in found if not entry.name.startswith("."))


def _entries(layout: _Folders, part: str) -> list[_TextFile]:
    """Return the ``.txt`` files of a part: classes from the last to the first, names sorted."""
    found = []
    for label in reversed(range(len(layout.classes))):
        folder = layout.root / part / layout.classes[label]
        _refuse_outside(folder, layout.root)
        try:
            with os.scandir(folder) as entries:
                files = [entry for entry in entries if entry.name.endswith(".txt")]
                for link in (entry for entry in files if entry.is_symlink()):
                    _refuse_outside(Path(link.path), layout.root)
                names = sorted(entry.name for entry in files if entry.is_file())
        except OSError as error:
            raise _unreadable(folder, error) from None
        if not names:
            raise DataError("data.path", f".txt files in {folder}", "none", "check the folder")
        found += [_TextFile(folder / name, label) for name in names]
    return found


def _refuse_outside(path: Path, root: Path) -> None:
    """Refuse a link that leads out of the data: what is trained on is in the folder."""
    target = Path(os.path.realpath(path))  # Path.resolve() fails on links to themselves
    if path.is_symlink() and not target.is_relative_to(os.path.realpath(root)):
        raise DataError(
            "data.path",
            f"files inside {root}",
            f"{path}: a link to {target}",
            "copy the file, or remove the link",
        )


def _texts(entries: Sequence[_TextFile], encoding: str | None) -> Iterator[Text]:
    for entry in entries:
        content = _read(entry.path)
        yield Text(str(entry.path), decode(content, encoding, "data.path", str(entry.path)))


def _labels(entries: Sequence[_TextFile]) -> NDArray[np.int32]:
    return np.array([entry.label for entry in entries], np.int32)


def _read(path: Path) -> bytes:
    """Return a file's bytes, one more than a text may have at most."""
    try:
        return read_regular(path, LARGEST_TEXT + 1)
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> DataError:
    reason = error.strerror or str(error)
    return DataError(
        "data.path", "readable files", f"{path}: {reason}", "check the path and its permissions"
    )
