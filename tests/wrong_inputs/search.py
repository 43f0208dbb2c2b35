"""Searches and their spaces."""

from __future__ import annotations

from tests.wrong_inputs.row import Row, row


def space(entry: str, key: str, *parts: str, words: str = "") -> Row:
    """A row about one entry of a space, ``KEY: {...}`` without the braces around it all."""
    return row(f"sweep +cell=gru search=random {words} 'search.space={{{entry}}}'", key, *parts)


UNITS = "search.space.model.units"
DROPOUT = "search.space.model.dropout"
ROWS = [
    row("train +cell=gru search=random", "search", "use sweep"),
    row("sweep search=randm", "search", "did you mean random?"),
    row("sweep search=random,tpe", "search", "one value for the whole sweep"),
    row("sweep search=random search.n_trials=0", "search.n_trials", "at least 1"),
    row("sweep search=random search.n_trials=2,3", "search.n_trials", "one value"),
    row("plan search=random search.n_trials=100000", "search.n_trials", "100,000 runs", "300,009"),
    row("sweep search=random search.direction=minimize", "search.direction", "maximize"),
    row("sweep search=random search.metric=accuracy", "search.metric", "best_val_accuracy"),
    row("sweep search=random training.validation=test", "training.validation", "the winner"),
    row("sweep search=random training.validation=none", "training.validation", "split"),
    row("sweep search=random ~search.space", "search.space", "at least one key"),
    row("sweep search=random ~search.space.model.depth", "search.space.model.depth", "an entry"),
    row("sweep search=random search.space=4", "search.space", "ranges by key"),
    row("sweep search=random search.space.model.depth.low=1", "search.space.model.depth.low"),
    row("sweep search=random search.space.model.dropout.low=0.9", DROPOUT, "swap the two"),
    row("sweep search=random search.space.model.dropout.hihg=0.9", f"{DROPOUT}.hihg", "exists"),
    row("sweep search=random match=lstm:8 search.space.model.units.when={}", UNITS, "match"),
    space("seed: {type: int, low: 0, high: 8}", "search.space.seed", "axis"),
    space("until: {type: categorical, choices: [decided]}", "search.space.until", "axis"),
    space("data.maxlen: {type: int, low: 1, high: 8}", "search.space.data.maxlen", "axis"),
    space("model.unitz: {type: int, low: 1, high: 8}", "search.space", "model.units?"),
    space("model: {type: int, low: 1, high: 8}", "search.space", "single values"),
    space("model.units: {type: int, low: 0, high: 8}", UNITS, "at least 1"),
    space("model.units: {type: int, low: 1, high: 8.5}", f"{UNITS}.high", "whole number"),
    space("model.units: {type: int, low: 9, high: 8}", UNITS, "swap the two"),
    space("model.units: {type: float, low: 4, high: 8}", UNITS, "whole number"),
    space("model.units: {type: integer, low: 4, high: 8}", UNITS, "categorical"),
    space("model.units: {low: 4, high: 8}", UNITS, "categorical"),
    space("model.units: 4", UNITS, "4"),
    space("model.units: {type: int, low: 1, high: 9, step: 20}", f"{UNITS}.step", "at most 8"),
    space("model.units: {type: int, low: 1, high: 9, step: 0}", f"{UNITS}.step", "at least 1"),
    space("model.dropout: {type: float, low: 0, high: 0.4, step: 2.0}", f"{DROPOUT}.step", "0.4"),
    space("model.dropout: {type: float, low: 0, high: 0.4, log: true}", f"{DROPOUT}.low", "above"),
    space("model.dropout: {type: int, low: 0, high: 1}", DROPOUT, "below 1"),
    space("model.units: {type: int, low: 1, high: 9, log: true, step: 2}", f"{UNITS}.step", "log"),
    space("model.units: {type: categorical, choices: []}", f"{UNITS}.choices", "at least 1"),
    space("model.units: {type: categorical, choices: [4,4]}", f"{UNITS}.choices", "4 twice"),
    space("model.units: {type: categorical, choices: [4,abc]}", UNITS, "whole number", "abc"),
    space("model.head: {type: categorical, choices: [last,none]}", "search.space.model.head"),
    space("model.units: {type: int, low: 1, high: 9, when: {model.units: 3}}", f"{UNITS}.when"),
    space("model.units: {type: int, low: 1, high: 9, when: {model.deepth: 3}}", f"{UNITS}.when"),
    space("model.units: {type: int, low: 1, high: 9, when: {model.depth: a}}", f"{UNITS}.when"),
    space("model.units: {type: int, low: 1, high: 9, when: {model.depth: []}}", f"{UNITS}.when"),
    space("model.units: {type: int, low: 1, high: 9, when: {match: foo}}", f"{UNITS}.when", "foo"),
    space("model.units: {type: int, low: 1, high: 9, when: {cell.name: x}}", f"{UNITS}.when", "x"),
]
