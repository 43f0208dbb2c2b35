"""Loading TensorFlow without its remarks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_remarks() -> Iterator[None]:
    """Keep TensorFlow's remarks about the machine, made while it loads, from the error stream.

    They come from its C++ side, before its own log level applies. Errors of Python are raised after
    the stream is back.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
