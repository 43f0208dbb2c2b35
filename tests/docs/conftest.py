"""The store of made-up runs that the examples of ``runs`` are run on."""

from tests.filled import filled

__all__ = ["filled"]
