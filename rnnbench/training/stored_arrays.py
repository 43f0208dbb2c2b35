"""Arrays that were written beside a run, read without trusting the file."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.lib import format as npy

# zipfile answers RuntimeError where a bit says encrypted, or compressed in an unknown way, and
# NumPy lets errors of Python's parser through.
_DAMAGES = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, SyntaxError, TokenError, MemoryError),
)


class StoredArrays:
    """The arrays of an ``.npz``, each read when it is asked for first.

    Nothing in the file is executed: pickled objects are refused. ``numpy.load`` parses the header
    of each array anew, which takes longer than all the rest; those of thousands of runs are alike.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, which may be damaged or missing."""
        self._read: dict[str, np.ndarray | None] = {}
        self._file: zipfile.ZipFile | None = None
        with suppress(*_DAMAGES):
            self._file = zipfile.ZipFile(io.BytesIO(path.read_bytes()))

    def get(self, name: str) -> np.ndarray | None:
        """Return an array by name, or ``None`` where there is none, or only a damaged one."""
        if name not in self._read:
            self._read[name] = None
            with suppress(*_DAMAGES):
                self._read[name] = _array(self._file.read(f"{name}.npy")) if self._file else None
        return self._read[name]


def load_arrays(path: Path, *names: str) -> tuple[np.ndarray, ...] | None:
    """Return arrays of an ``.npz`` by name, or ``None`` where there is no such file or array.

    A damaged file is none.
    """
    stored = StoredArrays(path)
    found = [array for name in names if (array := stored.get(name)) is not None]
    return tuple(found) if len(found) == len(names) else None


def _array(data: bytes) -> np.ndarray:
    """Return what an ``.npy`` holds."""
    wide = data[6:7] != b"\x01"  # the length of the header has four bytes since version 2
    end = int.from_bytes(data[8 : 12 if wide else 10], "little") + (12 if wide else 10)
    shape, is_fortran, dtype = _header(data[:end])
    found = np.frombuffer(data, dtype, math.prod(shape), end)
    return found.reshape(shape, order="F" if is_fortran else "C").copy()


@lru_cache(maxsize=256)
def _header(head: bytes) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether columns come first, and type of an array, from its magic on."""
    stream = io.BytesIO(head)
    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, is_fortran, dtype = read(stream)
    if dtype.hasobject:
        raise ValueError("pickled objects")
    return shape, is_fortran, dtype
