"""The store of made-up runs that frames are read from."""

from tests.filled import filled, store

__all__ = ["filled", "store"]
