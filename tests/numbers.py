"""A small data set whose targets are numbers: what a noisy sine does next."""

from __future__ import annotations

from pathlib import Path

import numpy as np

STEPS, LEVEL, HEIGHT = 8, 100.0, 20.0


def write_numbers(path: Path, train: int = 48, test: int = 16, targets: int = 1) -> None:
    """Write windows of a series and what follows each, ``(n, targets)``, as an ``.npz`` file."""
    rng = np.random.default_rng(3)
    series = (
        np.sin(np.arange(train + test + STEPS + targets) / 3)
        + rng.normal(size=train + test + STEPS + targets) / 10
    )
    windows = np.lib.stride_tricks.sliding_window_view(series, STEPS + targets)[: train + test]
    x = windows[:, :STEPS, None].astype(np.float32)
    y = LEVEL + HEIGHT * windows[:, STEPS:]
    if targets == 1:
        y = y[:, 0]
    np.savez(path, x_train=x[:train], y_train=y[:train], x_test=x[train:], y_test=y[train:])
