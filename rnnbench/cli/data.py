"""``data``: what the configured data set holds."""

from __future__ import annotations

import numpy as np

from rnnbench.cli.console import show, stderr
from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.data import Prepared, prepare
from rnnbench.tables import Table
from rnnbench.tracking.home import Home

_SHOWN_BY_ARRAYS = ("n_train", "n_test", "train_class_counts", "test_class_counts")


def data(words: Words) -> int:
    """Prepare the data set and print shapes, length quantiles, class balance and digest."""
    words.refuse_names()
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    home = Home.of(config.home)
    home.make()
    console = stderr()
    prepared = prepare(
        config.data, home.path, on_progress=lambda text: console.print(text, markup=False)
    )
    show(_table(prepared))
    return 0


def _table(prepared: Prepared) -> Table:
    arrays = prepared.arrays()
    rows = [("source", prepared.source), ("digest", prepared.digest)]
    for part, x, y in (
        ("training", arrays.x_train, arrays.y_train),
        ("test", arrays.x_test, arrays.y_test),
    ):
        rows.append((f"{part} inputs", f"{x.shape} {x.dtype}"))
        counts = np.bincount(y, minlength=prepared.spec.classes)
        shares = ", ".join(f"{k}: {n:,} ({100 * n / len(y):.1f} %)" for k, n in enumerate(counts))
        rows.append((f"{part} classes", shares))
    rows += [
        (key.replace("_", " "), _shown(value))
        for key, value in prepared.facts.items()
        if key not in _SHOWN_BY_ARRAYS
    ]
    return Table(f"Data set {prepared.name}", ("", "value"), tuple(rows))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
