"""``data``: what the configured data set holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnnbench.cli.console import show, tell
from rnnbench.cli.endings import tell_home
from rnnbench.cli.words import Words
from rnnbench.config.expand import load
from rnnbench.data import Prepared, input_spec, prepare
from rnnbench.data.contract import HELD_OUT, TARGET_SD
from rnnbench.data.vectors.matrix import prepare_vectors, vectors_dim
from rnnbench.formatting.tables import Table
from rnnbench.tracking.home import Home

_SHOWN_BY_ARRAYS = ("n_train", "n_test", "train_class_counts", "test_class_counts", TARGET_SD)
# Told by the parts of a series.
_OF_WINDOWS = (HELD_OUT, "train_lengths", "train_truncated_share")


def data(words: Words) -> int:
    """Prepare the data set and print shapes, length quantiles, class balance and digest.

    Where the model asks for word vectors, they are prepared too, and their coverage is printed.
    """
    words.refuse_names()
    config = load(words.overrides, config_dirs=words.config_dirs, cell=False)
    tell_home(config)
    home = Home.of(config.home)
    # A file that is no vectors is told before the data are prepared.
    vectors_dim(config.model.embedding, config.data, input_spec(config.data))
    with home.made():
        prepared = prepare(config.data, home.path, on_progress=tell)
        if config.model.embedding.kind == "vectors":
            vectors = prepare_vectors(
                config.model.embedding, config.data, prepared, home.path, on_progress=tell
            )
            prepared = replace(prepared, vectors=vectors)
    show(_table(prepared))
    return 0


def _table(prepared: Prepared) -> Table:
    arrays = prepared.arrays()
    rows = [("source", prepared.source), ("digest", prepared.digest)]
    for part, x, y, scale in (
        ("training", arrays.x_train, arrays.y_train, arrays.scale_train),
        ("test", arrays.x_test, arrays.y_test, arrays.scale_test),
    ):
        rows.append((f"{part} inputs", f"{x.shape} {x.dtype}"))
        if prepared.spec.targets:
            rows.append((f"{part} targets", _numbers(y if scale is None else scale.undo(y))))
        else:
            rows.append((f"{part} classes", _classes(y, prepared.spec.classes)))
    hidden = {*_SHOWN_BY_ARRAYS, *(_OF_WINDOWS if HELD_OUT in prepared.facts else ())}
    rows += [
        (key.replace("_", " "), _shown(value))
        for key, value in prepared.facts.items()
        if key not in hidden
    ]
    if prepared.vectors is not None:
        vectors = prepared.vectors
        rows += [
            ("word vectors", f"{vectors.source}, {vectors.matrix().shape}"),
            ("word vectors' coverage", vectors.coverage.removeprefix("word vectors: ")),
            ("word vectors' digest", vectors.digest),
        ]
        missing = vectors.facts.get("most_frequent_missing")
        if missing:
            rows.append(("frequent words without one", _shown(missing)))
    columns = ("fact", "value")
    return Table(f"Data set {prepared.name}", columns, tuple(rows), optional=(), words=columns[1:])


def _classes(labels: np.ndarray, classes: int) -> str:
    counts = np.bincount(labels, minlength=classes)
    return ", ".join(f"{k}: {n:,} ({100 * n / len(labels):.1f} %)" for k, n in enumerate(counts))


def _numbers(targets: np.ndarray) -> str:
    """Return what targets ``(n, targets)`` in their own unit are like."""
    return (
        f"{targets.shape}, from {targets.min():.4g} to {targets.max():.4g}, mean "
        f"{targets.mean():.4g}, standard deviation {targets.std():.4g}"
    )


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
