"""The page about one key."""

from __future__ import annotations

import re
import shlex

from rnnbench.cli.commands import COMMANDS
from rnnbench.cli.described import key_descriptions
from rnnbench.cli.layout import listed, paragraph
from rnnbench.config.describe import KeyDescription

_MOST_RELATED = 6
# What a key or an option needs beside it in an example.
_BESIDE = {
    "cell.": ("+cell=lstm",),
    "data.path": ("data=csv", "data.test_fraction=0.2"),
    "model.embedding.path": ("model.embedding.kind=vectors",),
    "model.embedding.trainable": ("model.embedding.kind=vectors",),
    "search.": ("search=tpe",),
    "most_seeds": ("until=decided",),
    "training.early_stopping.m": ("training.early_stopping.patience=3",),
}
_FILES = {
    "data=csv": ("data.path=mine.csv", "data.test_fraction=0.2"),
    "data=text_dir": ("data.path=mine",),
}


def key_page(one: KeyDescription) -> str:
    """Return what a key does, takes, is by default, and an example."""
    group = one.key.split(".")[0]
    facts = {"allowed": one.allowed, "default": one.default, "unit": one.unit}
    facts["role"] = one.role
    facts["only with"] = ", ".join(f"{group}={option}" for option in one.options)
    facts["read by"] = ", ".join(name for name, each in COMMANDS.items() if each.reads(one.key))
    facts["related"] = ", ".join(related(one))
    lines = [one.key, "", *paragraph(one.meaning), ""]
    lines += listed({name: fact for name, fact in facts.items() if fact})
    below = [each for each in key_descriptions() if each.key.startswith(f"{one.key}.")]
    if below:
        lines += ["", "below it:", *listed({each.key: each.meaning for each in below})]
    if one.example:
        lines += ["", "example:", f"  {example(one)}"]
    return "\n".join(lines)


def related(one: KeyDescription) -> list[str]:
    """Return keys that it names or that name it, and some of its own section."""
    every = {each.key: each for each in key_descriptions()}
    named = set(re.findall(r"[a-z_]+(?:\.[a-z_]+)+", one.meaning)) & set(every)
    pattern = re.compile(rf"(?<![\w.]){re.escape(one.key)}(?!\.?\w)")
    naming = [key for key, each in every.items() if pattern.search(each.meaning)]
    section, order = one.key.rpartition(".")[0], list(every)
    beside = [key for key in every if section and key.rpartition(".")[0] == section]
    beside.sort(key=lambda key: abs(order.index(key) - order.index(one.key)))
    found = dict.fromkeys([*(key for key in every if key in named), *naming, *beside])
    return [key for key in found if key != one.key][:_MOST_RELATED]


def example(one: KeyDescription) -> str:
    """Return a command that sets the key."""
    readers = [name for name, command in COMMANDS.items() if command.reads(one.key)]
    group = one.key.split(".")[0]
    words = [f"{group}={option}" for option in one.options[:1] if group != "cell"]
    words += [more for word in words for more in _FILES.get(word, ())]
    words += [word for key, more in _BESIDE.items() if one.key.startswith(key) for word in more]
    set_by = [word.partition("=")[0] for word in (*words, one.example)]
    beside = [word for word, key in zip(words, set_by, strict=False) if set_by.count(key) == 1]
    return " ".join(["python -m rnnbench", *readers[:1], *beside, shlex.quote(one.example)])
