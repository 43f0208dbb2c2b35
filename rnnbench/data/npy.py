"""Files of arrays read without NumPy, whose import takes a tenth of the time of a plan.

Only what :func:`rnnbench.data.store.write_array` writes: format 1.0, rows after rows (``NEP 1``, a
simple file format for NumPy arrays).
"""

from __future__ import annotations

import ast
import struct
import sys
from array import array
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"\x93NUMPY\x01\x00"
_LABELS = "<i4"


class ArrayHeader(NamedTuple):
    """What a file says of its array: its type, such as ``<f4``, and its shape."""

    dtype: str
    shape: tuple[int, ...]


def read_header(file: RawIOBase | BufferedIOBase) -> ArrayHeader:
    """Return the header of an open file, which is left where the contents begin.

    Raises:
        ValueError: for a file that is none of ours.
    """
    start = file.read(len(_MAGIC) + 2) or b""
    if start[:-2] != _MAGIC:
        raise ValueError("another format")
    (length,) = struct.unpack("<H", start[-2:])
    try:
        told = ast.literal_eval((file.read(length) or b"").decode("latin-1").strip())
        dtype, fortran, shape = told["descr"], told["fortran_order"], told["shape"]
    except (SyntaxError, ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError(f"a damaged header: {error}") from None
    if fortran:
        raise ValueError("laid out by columns")
    if not isinstance(dtype, str) or not isinstance(shape, tuple):
        raise ValueError("a damaged header")
    return ArrayHeader(dtype, shape)


def read_labels(path: Path, first: int = 0) -> array[int]:
    """Return the labels of a file ``(n,)`` from sample ``first`` on, ``(n - first,)``.

    Raises:
        OSError, ValueError: for a file that has none.
    """
    with path.open("rb") as file:
        header = read_header(file)
        if header.dtype != _LABELS or len(header.shape) != 1:
            raise ValueError(f"{path.name} holds {header.dtype} {header.shape}, and no labels")
        found = array("i")
        file.seek(first * found.itemsize, 1)
        found.frombytes(file.read())
    if sys.byteorder == "big":
        found.byteswap()
    return found
