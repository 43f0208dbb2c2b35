"""Arrays of Python lists out of a pickle, without letting the pickle do anything.

An ``.npy`` file of objects is a header and a pickle, and a pickle is a small program that may
call whatever it names. Here it finds only stand-ins: they record what NumPy would have been
asked to build, and any other name ends the reading.
"""

from __future__ import annotations

import pickle
from typing import Any, BinaryIO

RECONSTRUCT = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
}


class RefusedError(Exception):
    """The pickle asks for something other than an array; the text names it."""


class RecordedArray:
    """What the pickle says about an array: its shape and the list of its objects."""

    __slots__ = ("objects", "shape")

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = ()
        self.objects: list[Any] | None = None

    def __setstate__(self, state: Any) -> None:
        """Take ``(version, shape, dtype, fortran_order, objects)`` as NumPy's pickles hold it."""
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[4], list):
            raise RefusedError("an array that is not made of Python objects")
        self.shape, self.objects = state[1], state[4]


class _RecordedDtype:
    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        """Ignore the state: the file's header has already named the type."""


class _Reconstruct:
    __slots__ = ()

    def __call__(self, *_: Any) -> RecordedArray:
        return RecordedArray()


class _Dtype:
    __slots__ = ()

    def __call__(self, *_: Any) -> _RecordedDtype:
        return _RecordedDtype()


class _Ndarray:
    """Named as an argument of ``_reconstruct`` only, hence not callable."""

    __slots__ = ()


# Instances without attributes rather than classes or functions: nothing that a pickle can do to
# them (call, subclass, set attributes) reaches code that lives on after it.
_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Ndarray(),
    ("numpy", "dtype"): _Dtype(),
    **dict.fromkeys(RECONSTRUCT, _Reconstruct()),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise RefusedError(f"a call of {module[:80]}.{name[:80]}") from None

    def persistent_load(self, _pid: Any) -> Any:
        raise RefusedError("an object from outside the file")


def read_objects(stream: BinaryIO) -> list[Any]:
    """The objects of a one-dimensional array of n objects, from behind its ``.npy`` header.

    Raises RefusedError for anything else that the pickle holds or asks for, and whatever ``pickle``
    raises for a damaged one.
    """
    array = _Unpickler(stream).load()
    if not isinstance(array, RecordedArray) or array.objects is None:
        raise RefusedError("something other than one array")
    if array.shape != (len(array.objects),):
        raise RefusedError(
            f"an array of shape {array.shape!r:.80} with {len(array.objects)} objects"
        )
    return array.objects
