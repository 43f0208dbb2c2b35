"""What the sections of a report are called, and their keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePath
from typing import Any

from rnnbench.config.arm_names import key_words
from rnnbench.config.keys import with_role
from rnnbench.config.roles import OfDataSet
from rnnbench.results.rows import Row, called

LIMIT = "data.limit"
_SERIES = "series"
_OF_FILES = frozenset({"csv", "text_dir", _SERIES})
_TEST_LIMIT, _PATH = "data.test_limit", "data.path"


def section_titles(rows: Sequence[Row]) -> list[str]:
    """Return the section of each run: its data set, and how many of its samples it was tested on.

    Arms that were trained on more or fewer of its samples are compared with each other; where all
    were trained on as many, the title says on how many. Series that are cut at several times, or of
    which different things are forecast, are several data sets.
    """
    contents = _contents(rows)
    names = [
        f"arrays {own}" if row["data"] == "arrays" else called(row)
        for row, own in zip(rows, contents, strict=True)
    ]
    names = _by_file(_told_apart(names, rows), rows)
    tests = [_first(row, _TEST_LIMIT, "test") for row in rows]
    tested = [name + test for name, test in zip(names, tests, strict=True)]
    sizes = _by(tested, (_given(row, LIMIT) for row in rows))
    return [
        title if len(sizes[title]) > 1 else name + _first(row, LIMIT, "training") + test
        for row, name, test, title in zip(rows, names, tests, tested, strict=True)
    ]


def _told_apart(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return names of data sets with what is forecast of them, where that differs."""
    told = list(names)
    for key in with_role(OfDataSet):
        values = _by(names, (_given(row, key) for row in rows))
        told = [
            f"{so_far}, {key_words(key)} {_given(row, key)}" if len(values[name]) > 1 else so_far
            for so_far, name, row in zip(told, names, rows, strict=True)
        ]
    return told


def _by_file(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return names with the file that was read, where those of one name are several.

    Equal contents under another name, as of a file that was moved, are one file. Files of one name
    in several folders are numbered: folders are not published.
    """
    files = _files(rows)
    several = _by(names, files)
    return [
        name if file is None else name + _told(file, several[name], row["data"] == _SERIES)
        for name, file, row in zip(names, files, rows, strict=True)
    ]


def _told(file: str, files: Collection[str], is_named: bool) -> str:
    """Return what tells a file from others; its own name, unless the data set is named after it."""
    alike = sorted(one for one in files if PurePath(one).name == PurePath(file).name)
    number = f" ({alike.index(file) + 1})" if len(alike) > 1 else ""
    if len(files) < 2 or (is_named and len(alike) == len(files)):
        return number
    return f", {PurePath(file).name}{number}"


def _files(rows: Sequence[Row]) -> list[str | None]:
    """Return the file that each run read, by one of its paths; ``None`` where none is the user's.

    Two paths are one file where they were read with equal contents, or one ends with the other, as
    where a user typed a relative path.
    """
    paths = [row.get(_PATH) if row["data"] in _OF_FILES else None for row in rows]
    digests = [row["data_digest"] or path for row, path in zip(rows, paths, strict=True)]
    known = _by(digests, paths)
    every = set().union(*known.values())
    files: list[set[str]] = []
    for found in known.values():
        own = found | {one for one in every for path in found if one.endswith(f"/{path}")}
        joined = [file for file in files if file & own]
        files = [*(file for file in files if file not in joined), own.union(*joined)]
    shown = {
        path: min(file, key=lambda path: (PurePath(path).name, path))
        for file in files
        for path in file
    }
    return [shown[min(known[digest])] if known[digest] else None for digest in digests]


def section_key(name: str, taken: Sequence[str]) -> str:
    """Return the name of a data set as a part of file names, numbered where it comes again."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40] or "data"
    number = 1
    while (key := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return key


def length_words(rows: Sequence[Row]) -> str:
    """Return the length of the sequences, where all runs share it."""
    known = {row["maxlen"] for row in rows} - {None}
    return f"maxlen {known.pop()}" if len(known) == 1 else ""


def _given(row: Row, key: str) -> str:
    """Return a parameter as it was recorded, ``null`` without one."""
    return str(row.get(key) or "null")


def _first(row: Row, key: str, what: str) -> str:
    """Return how many of its samples a run used, where it was a part of them."""
    limit = _given(row, key)
    return "" if limit == "null" else f", first {limit} {what} samples"


def _by(keys: Iterable[Any], values: Iterable[Any]) -> dict[Any, set[Any]]:
    """Return by key the values that came with it, without missing ones."""
    found: dict[Any, set[Any]] = {}
    for key, value in zip(keys, values, strict=True):
        found.setdefault(key, set()).update(() if value is None else (value,))
    return found


def _contents(rows: Sequence[Row]) -> list[str]:
    """Return what tells the arrays of users: their digest, or a file that was cut in several ways.

    The digest is that of what was left of a file; one file it was where every way of cutting it
    left the same.
    """
    keys = sorted({key for row in rows for key in row if key.startswith("data.")} - {_PATH})
    paths = [row.get(_PATH) for row in rows]
    digests = [None if row["data_digest"] is None else row["data_digest"][:8] for row in rows]
    ways = [(p, *(_given(row, key) for key in keys)) for p, row in zip(paths, rows, strict=True)]
    by_way = _by(ways, digests)
    is_one = _by(paths, (len(by_way[way]) == 1 for way in ways))
    limits = _by(paths, (_given(row, LIMIT) for row in rows))
    return [
        str(path if path is not None and all(is_one[path]) and len(limits[path]) > 1 else digest)
        for path, digest in zip(paths, digests, strict=True)
    ]
