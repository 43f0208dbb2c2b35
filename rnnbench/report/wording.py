"""Names as sentences say them: cells, levels of a factor, measures, places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from rnnbench.config.arm_names import key_words, short_name
from rnnbench.config.metric import OF_EPOCH, Weights
from rnnbench.config.metrics import entry
from rnnbench.config.optimizers import OPTIMIZERS
from rnnbench.formatting.sentences import capital
from rnnbench.models.cells import CELLS

_ARMS = 8_192  # whose words are kept: each is told in many comparisons


def _count(one: str, many: str) -> Callable[[str], str]:
    return lambda value: f"{value} {one if value == '1' else many}"


def _one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda value: words.get(value, value)


# By the short name of a key, as arms carry it.
_LEVELS: Mapping[str, Callable[[str], str]] = {
    "depth": _count("layer", "layers"),
    "units": _count("unit", "units"),
    "maxlen": _count("time step", "time steps"),
    "epochs": _count("epoch", "epochs"),
    "limit": lambda value: f"{'all' if value in ('null', 'none') else value} training samples",
    "batch_size": lambda value: f"batches of {value}",
    "buckets": lambda value: "random batches" if value == "none" else f"{value} buckets of length",
    "optimizer": _one_of({name: str(one.build) for name, one in OPTIMIZERS.items()}),
    "validation": _one_of(
        {
            "test": "validated on test data",
            "split": "validated on held-out training data",
            "none": "not validated",
        }
    ),
    "mask": _one_of({"True": "padding masked", "False": "padding not masked"}),
    "stateful": _one_of({"True": "state carried over", "False": "state reset"}),
}


def metric_words(metric: str) -> str:
    """Return a measure as readers know it."""
    return entry(metric).words


def cell_words(cell: str) -> str:
    """Return the field's name of a cell, ``SimpleRNN``, or the name that its author gave it."""
    return CELLS[cell].title if cell in CELLS else cell


def level_words(key: str, value: str) -> str:
    """Return a level of a factor: ``4 layers``, ``500 tokens``, ``Adam``, ``dropout 0.2``.

    Args:
        key: dotted, or as the names of arms have it.
        value: as text.
    """
    name = short_name(key) if "." in key else key
    if name in _LEVELS:
        return _LEVELS[name](value)
    return f"{key_words(key) if '.' in key else name.replace('_', ' ')} {value}"


@lru_cache(maxsize=_ARMS)
def arm_words(name: str) -> str:
    """Return the name of an arm, or a part of one, in words: ``LSTM (4 layers)``."""
    plain: list[str] = []
    levels: list[str] = []
    for word in name.split():
        key, is_level, value = word.partition("=")
        if is_level:
            levels.append(level_words(key, value))
        else:
            plain.append(cell_words(word))
    name, told = " ".join(plain), ", ".join(levels)
    if name.endswith(")") and told:
        return f"{name[:-1]}, {told})"
    return f"{name} ({told})" if name and told else name or told


def difference_words(names: Iterable[str]) -> str:
    """Return a difference, ``4 layers: LSTM − GRU``, from what names have apart and in common."""
    a, b, shared = map(arm_words, names)
    return f"{capital(shared)}: {a} − {b}" if shared else f"{a} − {b}"


def flat(words: str) -> str:
    """Return the name of an arm for a place in brackets: ``LSTM, 4 layers``."""
    return re.sub(r" \((.*)\)$", r", \1", words)


def are(words: str) -> str:
    """Return the verb that goes with a level or an arm: ``4 layers are``, ``LSTM is``."""
    is_plural = re.match(r"(?!1 )\d|(random )?batches", words)
    return "are" if is_plural else "is"


def place_words(title: str, params: Mapping[Any, Any]) -> str:
    """Return the name of a data set and its protocol in words: ``imdb, 500 tokens``.

    Args:
        title: as in ``imdb, maxlen 500``.
        params: of a run on it, by dotted key; sequences without a vocabulary have time steps.
    """
    vocabulary = str(params.get("data.num_words", "null"))
    steps = "tokens" if vocabulary.isdigit() else "time steps"
    return re.sub(r"\bmaxlen (\d+)", rf"\1 {steps}", title)


def either(words: Iterable[str], last: str = "or") -> str:
    """Return ``a, b or c``."""
    *rest, end = words
    return f"{', '.join(rest)} {last} {end}" if rest else end


def of_epochs(weights: Iterable[Weights]) -> str:
    """Return of which epochs some weights are: ``of the last epoch``."""
    return either(sorted({OF_EPOCH[which].strip() for which in weights}))


def cell_place(cell: str) -> tuple[int, str]:
    """Return by what cells are ordered in sentences: most gates first, one's own last."""
    return (-len(CELLS[cell].gates) if cell in CELLS else 1, cell)


def level_place(value: str) -> tuple[int, float, str]:
    """Return by what levels are ordered: none, then numbers by size, then words."""
    try:
        return (1, float(value), "")
    except ValueError:
        return (0 if value in ("none", "null") else 2, 0.0, value)


@lru_cache(maxsize=_ARMS)
def arm_place(name: str) -> tuple[object, ...]:
    """Return by what arms are ordered in sentences, so that none changes its side."""
    words = name.split()
    cells = [word for word in words if "=" not in word]
    levels = tuple(level_place(word.partition("=")[2]) for word in words if "=" in word)
    return (tuple(cell_place(cell) for cell in cells), levels)
