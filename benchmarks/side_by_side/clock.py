"""The seconds of one run: compiling, training, evaluation; and the file that tells them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any


class Batches:
    """The seconds of many batches, and how much longer the first took."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._first = 0.0
        self._count = 0

    def begin(self) -> None:
        self._start = time.perf_counter()

    def batch(self) -> None:
        if not self._count:
            self._first = time.perf_counter() - self._start
        self._count += 1

    def end(self) -> None:
        self.seconds += time.perf_counter() - self._start

    @property
    def compiling(self) -> float:
        if self._count < 2:
            return 0.0
        return max(0.0, self._first - (self.seconds - self._first) / (self._count - 1))


def write_run(folder: str, cell: str, seed: int, found: dict[str, float]) -> dict[str, Any]:
    """Write down a finished run, and return what was written.

    ``found`` has ``started``, in seconds since the epoch; the seconds ``compile``, ``training``
    and ``evaluation``; ``val_accuracy`` and ``test_accuracy``.
    """
    run = {"cell": cell, "seed": seed, **found}
    Path(folder, f"{cell}-{seed}.json").write_text(json.dumps(run), encoding="utf-8")
    return run
