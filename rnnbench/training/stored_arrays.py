"""Arrays that were written beside a run, read without trusting the file."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError

import numpy as np


def load_arrays(path: Path, *names: str) -> tuple[np.ndarray, ...] | None:
    """Return arrays of an ``.npz`` by name, or ``None`` where there is no such file or array.

    A damaged file is none. Nothing in it is executed: pickled objects are refused.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return tuple(np.asarray(arrays[name]) for name in names)
    # zipfile answers RuntimeError where a bit says encrypted, or compressed in an unknown way, and
    # NumPy lets errors of Python's parser through.
    except (OSError, EOFError, ValueError, TypeError, KeyError, RuntimeError):
        return None
    except (zipfile.BadZipFile, zlib.error, SyntaxError, TokenError):
        return None
