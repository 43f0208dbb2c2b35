"""Parameters and their values as the names of arms have them."""

from __future__ import annotations

# What names no arm: it tells replicates apart, or is told by others, or is about one machine.
NEVER_NAMES = ("seed", "match", "data.path", "data.test_path", "data.word_index")
_SHORT = {
    "model.units": "units",
    "model.depth": "depth",
    "model.dropout": "dropout",
    "model.recurrent_dropout": "recurrent_dropout",
    "model.stateful": "stateful",
    "data.maxlen": "maxlen",
    "data.mask": "mask",
    "training.epochs": "epochs",
    "training.batch_size": "batch_size",
    "training.buckets": "buckets",
    "training.validation": "validation",
    "optimizer.name": "optimizer",
    "optimizer.learning_rate": "learning_rate",
}


def telling_name(key: str) -> str:
    """Return a parameter's short name where it has one, else its dotted key."""
    return _SHORT.get(key, key)


def short_name(key: str) -> str:
    """Return a parameter's short name where it has one, else the last part of its key."""
    return _SHORT.get(key, key.rsplit(".", 1)[-1])


def short_label(label: str) -> str:
    """Return an arm as its sweep called it, with short names: ``gru depth=2``."""
    words = (word.partition("=") for word in label.split(" "))
    return " ".join(short_name(key) + equals + value for key, equals, value in words)


def shown_text(text: str) -> str:
    """Return a recorded value as a name has it: drawn numbers with four digits."""
    if "." not in text and "e" not in text:
        return text
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text
