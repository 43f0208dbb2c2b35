"""What it takes to compare prepared arrays with their digest when a command opens them.

    python benchmarks/verify.py [MB ...]

Prepares arrays of tokens of that size (default 10, 100 and 1000 million bytes; IMDB at 500 tokens
has 100), and prints a Markdown table: seconds to look at sizes and times alone, to hash the whole
folder as commands do, and to hash its contents by SHA-256 and BLAKE2b from memory. The files are in
the system's page cache, as after a first command: a disk that reads 500 MB/s takes 0.2 s for 100.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rnnbench.data.prepared import ARRAY_NAMES
from rnnbench.data.soundness import inspect, read_meta
from rnnbench.data.store import ArrayPlan, Contents, write_folder

TIMESTEPS = 500
REPETITIONS = 3


def best(action: Callable[[], object]) -> float:
    """Return the least seconds of several repetitions."""
    taken = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


def prepare(folder: Path, size: int) -> np.ndarray:
    """Write a folder of ``size`` bytes and return its largest array, half of them."""
    rows = max(1, size // (2 * 4 * TIMESTEPS))
    tokens = np.random.default_rng(0).integers(0, 10_000, (rows, TIMESTEPS), np.int32)
    labels = np.arange(rows, dtype=np.int32) % 2
    arrays = dict(zip(ARRAY_NAMES, (tokens, labels, tokens, labels), strict=True))
    plans = [ArrayPlan(name, a.shape, a.dtype, [a]) for name, a in arrays.items()]
    write_folder(folder, "key", Contents(plans, {}))
    return tokens


def main(sizes: list[int]) -> None:
    print("| MB | sizes and times, s | hash of the folder, s | SHA-256, MB/s | BLAKE2b, MB/s |")
    print("| --: | --: | --: | --: | --: |")
    for megabytes in sizes or [10, 100, 1000]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "data"
            tokens = prepare(folder, megabytes * 10**6)
            looked = best(lambda folder=folder: read_meta(folder, "key"))
            hashed = best(lambda folder=folder: inspect(folder, "key", ARRAY_NAMES))
            rates = [
                tokens.nbytes / 1e6 / best(lambda h=h, data=tokens.data: h(data).digest())
                for h in (hashlib.sha256, hashlib.blake2b)
            ]
        print(f"| {megabytes} | {looked:.5f} | {hashed:.3f} | {rates[0]:,.0f} | {rates[1]:,.0f} |")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
