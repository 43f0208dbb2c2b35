"""The members of an ``.npz`` file, read without trusting it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnbench.data.files.pickles import RefusedError, read_objects
from rnnbench.data.prepared import ARRAY_NAMES
from rnnbench.data.room import available_memory, memory_limit
from rnnbench.errors import DataError, RnnbenchError

if TYPE_CHECKING:
    from zipfile import ZipFile

_LONGEST_HEADER = 2**14  # bytes; NumPy itself stops at 10,000 characters
# An array, its values in their final type, and what tells rare words from others.
_COPIES = 3
# Python's own lists of IMDB's reviews take 0.4 GiB; a pickle of 20 bytes can ask for any amount.
_PICKLE_BYTES = 4 * 2**30


class Header(NamedTuple):
    """The first bytes of an ``.npy`` member: shape, element type, memory order."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]


class Npz:
    """An open ``.npz``; its methods raise DataError or what :func:`open_npz` turns into one."""

    def __init__(self, key: str, path: Path, archive: ZipFile, largest: int) -> None:
        self.key, self.path, self._archive = key, path, archive
        names = archive.namelist()
        missing = [n for n in ARRAY_NAMES if f"{n}.npy" not in names]
        if missing:
            have = ", ".join(n.removesuffix(".npy") for n in names[:8])
            wanted = f"the arrays {', '.join(ARRAY_NAMES)}"
            raise self.error(wanted, f"no {', '.join(missing)} (the file holds: {have or 'none'})")
        size = sum(archive.getinfo(f"{n}.npy").file_size for n in ARRAY_NAMES)
        # zipfile never hands out more bytes than the directory states, so this bounds the memory.
        memory = available_memory()
        fits = largest if memory is None else min(largest, memory // _COPIES)
        if size > fits:
            why = "" if fits == largest else f", for which {_COPIES} times the memory is free"
            raise self.error(
                f"at most {fits / 2**20:,.0f} MiB of arrays{why}",
                f"{size / 2**20:,.0f} MiB unpacked",
            )

    def error(
        self, expected: str, received: str, action: str = "check the file or give another"
    ) -> DataError:
        """A DataError about this file."""
        return DataError(self.key, expected, f"{self.path}: {received}", action)

    def header(self, name: str) -> Header:
        """Shape and type of a member, without its contents."""
        return self._header(name)[0]

    def numbers(self, name: str) -> NDArray[Any]:
        """A whole numeric array of the size that its header states; never unpickles."""
        self.header(name)
        with self._archive.open(f"{name}.npy") as stream:
            array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
            _read_to_end(stream)
            return array

    def objects(self, name: str) -> list[Any]:
        """The elements of a one-dimensional array of Python objects."""
        header, place = self._header(name)
        if header.dtype != np.dtype(object) or len(header.shape) != 1:
            raise self.error(f"{name} as a one-dimensional array of lists", describe(header))
        with self._archive.open(f"{name}.npy") as stream:
            stream.read(place)
            with memory_limit(_PICKLE_BYTES):
                objects = read_objects(stream)  # type: ignore[arg-type]
            if len(objects) != header.shape[0]:
                raise self.error(f"{header.shape[0]} sequences in {name}", str(len(objects)))
            _read_to_end(stream)
            return objects

    def _header(self, name: str) -> tuple[Header, int]:
        """The header of a member, and the bytes that it takes up."""
        info = self._archive.getinfo(f"{name}.npy")
        with self._archive.open(info) as member:
            # NumPy reads as much as a header claims to be long before it looks at the length.
            stream = io.BytesIO(member.read(_LONGEST_HEADER))
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise self.error(f"{name} in .npy format 1.0 or 2.0", f"format {version}")
        header, place = Header(*read(stream)), stream.tell()
        wanted = math.prod(header.shape) * header.dtype.itemsize
        if not header.dtype.hasobject and wanted != info.file_size - place:
            raise self.error(
                f"{wanted:,} bytes in {name} for {describe(header)}",
                f"{info.file_size - place:,} bytes",
            )
        return header, place


@contextlib.contextmanager
def open_npz(key: str, path: Path, largest: int) -> Iterator[Npz]:
    """Open a file that must hold the four arrays, at most ``largest`` bytes unpacked.

    Raises DataError about ``key`` for a file that is missing, damaged, hostile or too large,
    also where that shows only while its members are read.
    """
    import zipfile

    expected = "an undamaged .npz file"
    action = "check the file or give another"
    try:
        with zipfile.ZipFile(path) as archive:
            yield Npz(key, path, archive, largest)
    except RnnbenchError:
        raise
    except RefusedError as error:
        raise DataError(
            key, "a pickle of lists of numbers", f"{path}: {error}", "do not trust this file"
        ) from error
    except OSError as error:
        received = f"{path}: {error.strerror or error}"
        raise DataError(key, "a readable .npz file", received, action) from error
    # Damage shows as nearly anything: zipfile, zlib, lzma, pickle and NumPy have errors of
    # their own and let plain ValueError, KeyError, MemoryError or RuntimeError through as well.
    except Exception as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise DataError(key, expected, f"{path}: {reason}", action) from error


def describe(header: Header) -> str:
    """Shape and type in words."""
    return f"shape {header.shape} of {header.dtype}"


def file_digest(key: str, path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal; raises DataError about ``key``."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        received = f"{path}: {error.strerror or error}"
        action = "check the path and its permissions"
        raise DataError(key, "a readable file", received, action) from error


def _read_to_end(stream: Any) -> None:
    """Refuse bytes that follow the array; reaching the end also checks the member's CRC."""
    if stream.read(1):
        raise ValueError("bytes follow the end of an array")
